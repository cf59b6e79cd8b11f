"""Prompt and generate: a seed gives one text, a branch keeps the first, undo takes it back."""

import pytest
import torch
from streamlit.testing.v1 import AppTest

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.sampling import Sampling, generate
from tests.pages.conftest import OpenPage, rest, under_way

PAGE = "pages/prompt.py"
PROMPT = "Recite the first law of robotics"


def press(at: AppTest, name: str) -> None:
    next(button for button in at.button if button.label == name).click().run()


def drawn(at: AppTest) -> list[int]:
    return [token.token_id for token in at.session_state["_branches"][1].tokens]


def expected(model: LanguageModel, text: str, seed: int, limit: int) -> list[int]:
    ids = [model.start_id, *model.encode(text)]
    generator = torch.Generator().manual_seed(seed)
    return [token.token_id for token in generate(PrefixReader(model), ids, Sampling(), generator, limit)]


def test_the_lectures_prompt_is_the_default(open_page: OpenPage) -> None:
    at = open_page(PAGE)
    assert not at.exception
    assert not at.error
    assert at.text_input(key="prompt").value == PROMPT
    assert any("follows no instructions" in caption.value for caption in at.caption)
    assert any("temperature 1, top-k off, top-p off, seed 0" in caption.value for caption in at.caption)
    assert next(button for button in at.button if button.label == "Undo").disabled


def test_a_seed_gives_the_models_text_again(open_page: OpenPage, gpt: LanguageModel) -> None:
    text = "Once upon a time, there was a"
    at = open_page(PAGE, prompt=text, seed="3", limit="5")
    press(at, "Generate")
    rest(at)
    assert not at.exception
    assert drawn(at) == expected(gpt, text, 3, 5)
    press(at, "Undo")
    press(at, "One token")
    rest(at)
    assert drawn(at) == expected(gpt, text, 3, 5)
    press(at, "From the prompt again")
    assert drawn(at) == []
    press(at, "Generate")
    rest(at)
    assert drawn(at) == expected(gpt, text, 3, 5)


def test_an_alternative_makes_a_branch_that_undo_takes_back(open_page: OpenPage) -> None:
    at = open_page(PAGE, prompt="I went to the", seed="1", limit="3")
    press(at, "Generate")
    rest(at)
    first = drawn(at)
    at.number_input(key="token").set_value(1).run()
    other = next(button for button in at.button if (button.key or "").startswith("alternative") and not button.disabled)
    other.click().run()
    assert not at.exception
    assert len(drawn(at)) == 1
    assert drawn(at) != first[:1]
    at.button(key="branch 0").click().run()
    assert drawn(at) == first
    at.button(key="branch 1").click().run()
    press(at, "Undo")
    assert drawn(at) == first


def test_texts_are_found_again_when_the_prompt_is_put_back(open_page: OpenPage) -> None:
    at = open_page(PAGE, prompt="I went to the", seed="1", limit="3")
    press(at, "Generate")
    rest(at)
    first = drawn(at)
    assert len(first) == 3
    at.text_input(key="prompt").set_value("She went to the").run()
    assert drawn(at) == []
    assert any("1 other prompt is kept" in caption.value for caption in at.caption)
    at.text_input(key="prompt").set_value("I went to the").run()
    assert drawn(at) == first
    assert not any("other prompt" in caption.value for caption in at.caption)


def test_stop_keeps_what_is_there(open_page: OpenPage) -> None:
    at = open_page(PAGE, prompt="I went to the", limit="100", temperature="5.0", speed="Watch")
    press(at, "Generate")
    under_way(at, "text generation")
    press(at, "Stop")
    count = len(drawn(at))
    assert 1 <= count < 100
    rest(at)
    assert len(drawn(at)) == count


@pytest.mark.parametrize(
    "query",
    [{"prompt": ""}, {"prompt": "<script>alert(1)</script>"}, {"seed": "-1", "limit": "9999"}, {"prompt": "x" * 9000}],
    ids=["empty", "hostile", "range", "long"],
)  # fmt: skip
def test_odd_addresses_work(query: dict[str, str], open_page: OpenPage) -> None:
    at = open_page(PAGE, **query)
    press(at, "One token")
    rest(at)
    assert not at.exception
    assert len(drawn(at)) == 1
