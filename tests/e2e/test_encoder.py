"""Encoder or decoder in a real browser: mask a word, change a word, hover a word, follow the table's links."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from nlm_core.lm.attention import AttentionReader
from nlm_core.lm.base import LanguageModel
from nlm_core.lm.blanks import continued, filled, guesses, sentence
from nlm_core.lm.masked import MaskedModel
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.registry import MODELS_FOLDER, load_bert
from pages._shared.charts.attention import WEAKEST_LINE
from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest, settle

PAGE = "encoder_or_decoder"
PARK = "I went to the park."
_TEXTS = """(part) => [...document.querySelectorAll(`.st-key-${part} svg text`)].map((node) => node.textContent)"""


@pytest.fixture(scope="module")
def bert() -> MaskedModel:
    return load_bert(MODELS_FOLDER / "nlm-bert")


def wait_for_texts(page: Page, part: str, wanted: list[str]) -> None:
    """Wait until a chart's texts have all of these among them."""
    page.wait_for_function(
        f"([part, wanted]) => wanted.every((text) => ({_TEXTS})(part).includes(text))", arg=[part, wanted]
    )


def bars_of(bert: MaskedModel, gpt: LanguageModel, position: int) -> dict[str, list[str]]:
    found = sentence(bert, PARK)
    both = {
        "encoder_bars": (bert, filled(bert, found.row, position)),
        "decoder_bars": (gpt, continued(PrefixReader(gpt), PARK, found.spans[position - 1][0])),
    }
    return {
        part: [f"{c.rank}  {c.text}" for c in guesses(model, guess, 8).top] for part, (model, guess) in both.items()
    }


def test_another_word_is_masked_and_both_charts_of_bars_move(
    visit: Visit, bert: MaskedModel, gpt: LanguageModel
) -> None:
    page = visit(PAGE, sentence=PARK, view="Fill the blank")
    for part, labels in bars_of(bert, gpt, 5).items():
        wait_for_texts(page, part, labels)
    come_to_rest(page)
    button = page.locator(".nlm-tokens").get_by_role("button", name="␣went", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    for part, labels in bars_of(bert, gpt, 2).items():
        wait_for_texts(page, part, labels)
    page.wait_for_url(lambda address: "word=2" in address)


def test_a_word_changed_on_the_right_leaves_the_causal_model_as_it_was(visit: Visit) -> None:
    page = visit(PAGE, sentence=PARK, view="Change a word", other="shop")

    def zeros(part: str) -> int:
        texts: list[str] = page.evaluate(_TEXTS, part)
        return texts.count("exactly 0")

    for word in ("shop", "house"):
        expect(page.get_by_text(f"I went to the {word}.").first).to_be_visible()
        wait_for_texts(page, "decoder_moves", ["1  ␣I", "6  ."])
        wait_for_texts(page, "encoder_moves", ["1  ␣I", "6  ."])
        settle(page)
        # The four words on the left and, for one token in place of one, the changed word itself.
        assert zeros("decoder_moves") == 5
        assert zeros("encoder_moves") == 1
        expect(page.get_by_text("largest difference exactly 0")).to_have_count(1)
        come_to_rest(page)
        page.get_by_role("textbox", name="What stands there instead").press("ControlOrMeta+a")
        page.keyboard.type("house")


def test_lines_follow_the_pointer_and_carry_the_models_weights(visit: Visit, bert: MaskedModel) -> None:
    page = visit(PAGE, sentence=PARK, view="Attention", drawing="Lines", encoder_layer="1", encoder_head="0")
    chart = page.locator(".st-key-encoder_attention")
    left = chart.locator("svg text", has_text="2 ␣went").first
    expect(left).to_be_visible()
    come_to_rest(page)
    weights = AttentionReader(bert).read(bert.framed(PARK)).head(0, None)
    shown = """() => [...document.querySelectorAll(".st-key-encoder_attention svg text")]
      .filter((node) => /^\\d\\.\\d\\d$/.test(node.textContent) && node.getAttribute("opacity") !== "0")
      .map((node) => Number(node.textContent))"""

    def expected(t: int) -> list[float]:
        return [round(float(w), 2) for w in weights[t] if w >= WEAKEST_LINE]

    np.testing.assert_allclose(page.evaluate(shown), expected(5), atol=0.011)
    place = left.bounding_box()
    assert place is not None
    # What hears the pointer lies over the words.
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(left).to_have_attribute("opacity", "1")
    np.testing.assert_allclose(page.evaluate(shown), expected(2), atol=0.011)


def test_the_table_leads_to_where_each_row_can_be_seen(visit: Visit) -> None:
    page = visit(PAGE, view="BERT and GPT-3")
    settle(page)
    page.get_by_test_id("stMain").get_by_role("button", name="Who may look where").click()
    expect(page.get_by_text("can attend to 8 of 8 tokens").last).to_be_visible()
