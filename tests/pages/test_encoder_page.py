"""Encoder or decoder: every view opens, words are chosen and changed, and bad input is told at its field."""

import math

import pytest
from streamlit.testing.v1 import AppTest

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.blanks import filled
from nlm_core.lm.masked import MaskedModel
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.registry import MODELS_FOLDER, load_bert
from pages._shared.charts.bars import percent
from tests.pages.conftest import OpenPage, act, drawn, rest, under_way

PAGE = "pages/encoder_or_decoder.py"
VIEWS = ("Mask", "Attention", "Fill the blank", "Change a word", "Writing", "BERT and GPT-3")
PARK = "I went to the park."


@pytest.fixture(scope="module")
def bert() -> MaskedModel:
    return load_bert(MODELS_FOLDER / "nlm-bert")


def said(at: AppTest) -> str:
    return "\n".join(part.value for part in (*at.markdown, *at.caption, *at.info))


def press(at: AppTest, name: str) -> None:
    next(button for button in at.button if button.label == name).click().run()


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens(view: str, open_page: OpenPage) -> None:
    at = open_page(PAGE, view=view)
    assert not at.exception
    assert not at.error
    assert at.text_input(key="sentence").value == PARK


def test_the_mask_counts_what_the_chosen_word_may_look_at(open_page: OpenPage) -> None:
    at = open_page(PAGE, view="Mask", word="2")
    assert "went** can attend to 8 of 8 tokens" in said(at)
    assert "went** can attend to 3 of 7 tokens" in said(at)
    at = act(at, "sentence_words", word=1)
    assert drawn(at, "sentence_words")["word"] == 1
    assert "can attend to 2 of 7 tokens" in said(at)


def test_the_true_word_has_the_models_p_and_rank(open_page: OpenPage, bert: MaskedModel, gpt: LanguageModel) -> None:
    at = open_page(PAGE, view="Fill the blank", word="4")
    own = filled(bert, tuple(bert.framed(PARK)), 4).truth
    left = PrefixReader(gpt).read(PARK).followers[3]
    for truth in (own, left):
        assert f"p = {percent(math.exp(truth.logp))}, rank {truth.rank:,} of 8,192" in said(at)


@pytest.mark.parametrize("model", ["nlm-gpt", "nlm-rnn", "nlm-window"])
def test_a_change_moves_nothing_on_the_left_of_a_causal_model(model: str, open_page: OpenPage) -> None:
    at = open_page(PAGE, view="Change a word", other="old shop in town", model=model)
    assert not at.exception
    assert "Left of the change, 4 distributions: largest difference **exactly 0**." in said(at)
    assert "4 distributions: largest difference **0" in said(at)


@pytest.mark.parametrize(
    ("other", "message"),
    [("", "Type another word"), ("park", "stands there already"), ("very " * 60, "too long"), ("x" * 3000, "too long")],
    ids=["empty", "same", "long", "longer"],
)
def test_a_change_that_is_none_is_told(other: str, message: str, open_page: OpenPage) -> None:
    at = open_page(PAGE, view="Change a word", other=other)
    if other == "":
        at.text_input(key="other").set_value("").run()
    assert not at.exception
    assert message in said(at)


def test_a_model_without_attention_is_told_and_the_encoder_stays(open_page: OpenPage) -> None:
    at = open_page(PAGE, view="Attention", model="nlm-rnn")
    assert not at.exception
    assert "has no attention" in said(at)
    assert at.slider(key="encoder_layer").value == 3


def test_layers_and_heads_come_from_the_address(open_page: OpenPage) -> None:
    at = open_page(PAGE, view="Attention", encoder_layer="3", decoder_head="99", drawing="Lines")
    assert not at.exception
    assert at.slider(key="encoder_layer").value == 3
    assert at.slider(key="decoder_head").value == 4
    assert "99 is not between 0 and 4" in said(at).replace("\\", "")


def test_both_write_and_stop_at_the_limit(open_page: OpenPage) -> None:
    at = open_page(PAGE, view="Writing", length="3", seed="4")
    press(at, "Write")
    rest(at)
    assert not at.exception
    first = at.session_state["_written"][1]
    assert len(first) == 3
    assert all(encoder is not None for encoder, _ in first)
    press(at, "Write")
    rest(at)
    assert at.session_state["_written"][1] == first


def test_stop_keeps_what_both_have_written(open_page: OpenPage) -> None:
    at = open_page(PAGE, view="Writing", length="60", temperature="5.0", speed="Watch")
    press(at, "Write")
    under_way(at, "generation with both models")
    press(at, "Stop")
    count = len(at.session_state["_written"][1])
    at.run()
    assert 1 <= count == len(at.session_state["_written"][1]) < 60


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "query",
    [
        {"sentence": "<script>alert(1)</script> $x$ ![a](b)"},
        {"sentence": "the old man went down to the river " * 20},
        {"sentence": "Ж🙂 e\u0301"},
        {"word": "4000"},
        {"word": "-3", "view": "Nothing", "length": "999", "seed": "x"},
        {"model": "no such model"},
    ],
    ids=["hostile", "long", "bytes", "far", "range", "model"],
)
def test_odd_addresses_work(query: dict[str, str], view: str, open_page: OpenPage) -> None:
    at = open_page(PAGE, **{"view": view, **query})
    assert not at.exception
    assert not any("Traceback" in error.value for error in at.error)


def test_words_are_stepped_through_by_key_and_what_is_no_word_is_not_chosen(open_page: OpenPage) -> None:
    at = open_page(PAGE)
    last = drawn(at, "sentence_words")["word"]
    at = act(at, "sentence_words", *[{"go": -1}] * 3)
    assert drawn(at, "sentence_words")["word"] == last - 3 and at.query_params["word"] == str(last - 3)
    for what in ({"word": 0}, {"word": 99}, {"word": "1"}, {"word": True}, {"go": 2}, {"go": None}, {"set": "word"}):
        at = act(at, "sentence_words", **what)
        assert not at.exception and drawn(at, "sentence_words")["word"] == last - 3
    again = open_page(PAGE, **at.query_params)
    assert {**drawn(again, "sentence_words"), "done": 0, "live": 0} == {
        **drawn(at, "sentence_words"),
        "done": 0,
        "live": 0,
    }
    assert said(again) == said(at)


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_sentence_is_told(text: str, open_page: OpenPage) -> None:
    at = open_page(PAGE)
    at.text_input(key="sentence").set_value(text).run()
    assert not at.exception
    assert "type at least one word" in at.error[0].value
