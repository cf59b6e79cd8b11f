"""The next-token page: its states, and addresses and texts that nobody should write but somebody will."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.candidates import candidates
from nlm_core.lm.prefix import MAX_CHARACTERS
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.registry import OWN_MODELS
from tests.pages.conftest import OpenPage, act, drawn, loaded, rest

PAGE = "pages/next_token.py"
VIEWS = ("Table", "Numbers", "Sampling", "Compare")
PRESETS = ("I went to the", "the students opened their", "I went to the park.")


def bars(at: AppTest) -> pd.DataFrame:
    """The bars of the page."""
    return pd.DataFrame(drawn(at, "bars")["rows"], columns=["id", "label", "p", "kind", "note"])


def check_bars(at: AppTest, model: LanguageModel, text: str, k: int = 10, position: int = -1) -> None:
    """The bars are those of the model, and together they are the whole distribution."""
    assert not at.exception
    shown = bars(at)
    found = candidates(model, PrefixReader(model).read(text).columns[position], k)
    assert list(shown["id"]) == [c.token_id for c in found.top] + [-1]
    assert list(shown["p"]) == pytest.approx([c.p for c in found.top] + [found.others_p], abs=1e-5)
    assert shown["p"].sum() == pytest.approx(1)
    assert drawn(at, "bars")["text"] == text


def test_the_default_state(open_page: OpenPage, gpt: LanguageModel) -> None:
    at = open_page(PAGE)
    check_bars(at, gpt, PRESETS[0])
    assert not at.error
    assert not at.warning


def test_an_empty_prefix_shows_what_follows_start(open_page: OpenPage, gpt: LanguageModel) -> None:
    at = open_page(PAGE)
    at.text_input(key="prefix").set_value("").run()
    check_bars(at, gpt, "")
    assert drawn(at, "bars")["condition"] == "p(x | START)"


def test_presets_append_and_undo(open_page: OpenPage, gpt: LanguageModel) -> None:
    at = open_page(PAGE)
    for text in (PRESETS[2], PRESETS[1]):
        at.button(key=f"preset {text}").click().run()
        assert at.text_input(key="prefix").value == text
        check_bars(at, gpt, text)
    act(at, "bars", add=int(bars(at)["id"][0]))
    longer = at.text_input(key="prefix").value
    assert longer.startswith(PRESETS[1] + " ")
    check_bars(at, gpt, longer)
    act(at, "bars", undo=True)
    assert at.text_input(key="prefix").value == PRESETS[1]


def test_at_an_earlier_position_a_token_takes_the_place_of_the_rest(open_page: OpenPage, gpt: LanguageModel) -> None:
    at = open_page(PAGE, prefix="I went to the park.", position="4")
    first = bars(at)["label"][0].removeprefix("1  ")
    act(at, "bars", add=int(bars(at)["id"][0]))
    assert at.text_input(key="prefix").value == "I went to the" + first.replace("␣", " ")
    check_bars(at, gpt, at.text_input(key="prefix").value)
    act(at, "bars", undo=True)
    assert at.text_input(key="prefix").value == "I went to the park."


def test_stop_is_not_appended_and_that_is_said(open_page: OpenPage) -> None:
    at = open_page(PAGE, prefix=PRESETS[2])
    stops = bars(at)["label"].str.endswith("  STOP")
    assert stops.any(), "STOP is expected to be probable after a full stop"
    act(at, "bars", add=int(bars(at)["id"][stops].iloc[0]))
    assert at.text_input(key="prefix").value == PRESETS[2]
    assert "STOP ends the sentence" in at.toast[0].value


@pytest.mark.parametrize("model", list(OWN_MODELS))
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_every_model(view: str, model: str, open_page: OpenPage) -> None:
    at = open_page(PAGE, view=view, model=model, prefix="I went to the park.")
    assert not at.exception
    assert not at.error
    assert at.selectbox(key="model").value == model


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_an_empty_prefix(view: str, open_page: OpenPage) -> None:
    at = open_page(PAGE, view=view, prefix="")
    assert not at.exception
    assert not at.error


@pytest.mark.parametrize(
    "query",
    [
        {"k": "0"}, {"k": "5000"}, {"k": "-1"}, {"k": "ten"}, {"k": "1e9"}, {"k": "nan"},
        {"position": "-1"}, {"position": "99"}, {"position": "x"}, {"position": "99999999999999999999"},
        {"view": "Nothing"}, {"view": ""}, {"axis": "7"},
        {"view": "Sampling", "temperature": "0"}, {"view": "Sampling", "temperature": "inf"},
        {"view": "Sampling", "top_k": "-5", "top_p": "7"}, {"view": "Sampling", "seed": "-1", "limit": "100000"},
        {"view": "Compare", "compare": "nothing"}, {"model": ""}, {"prefix": "\x00\n\r\x1b\u202e"},
    ],
    ids=str,
)  # fmt: skip
def test_an_address_out_of_range_gives_a_page_that_works(query: dict[str, str], open_page: OpenPage) -> None:
    at = open_page(PAGE, **query)
    assert not at.exception
    assert 2 <= len(bars(at)) <= 31
    assert bars(at)["p"].sum() == pytest.approx(1)


def test_a_position_beyond_the_text_shows_the_last_and_says_so(open_page: OpenPage, gpt: LanguageModel) -> None:
    at = open_page(PAGE, prefix="I went", position="99")
    check_bars(at, gpt, "I went")
    assert any("The text ends at position" in caption.value for caption in at.caption)


def test_choices_of_an_address_that_are_none_are_told(open_page: OpenPage) -> None:
    at = open_page(PAGE, view="Nope", axis="<b>7</b>", prefix="I went", position="1")
    assert not at.exception
    (told,) = (toast.value for toast in at.toast)
    assert "view = Nope is no choice here; Table is shown" in told
    assert "<b>" not in told and "prefix" not in told and "position" not in told
    assert not open_page(PAGE, view="Numbers", axis="25 %", prefix="I went").toast


def test_a_position_k_and_model_in_the_address(open_page: OpenPage, rnn: LanguageModel) -> None:
    at = open_page(PAGE, prefix="I went to the park.", model="nlm-rnn", k="3", position="1")
    check_bars(at, rnn, "I went to the park.", k=3, position=1)


def test_an_unknown_model_lists_the_known_ones(open_page: OpenPage, gpt: LanguageModel) -> None:
    at = open_page(PAGE, model="<b>nlm</b>".replace("/", ""), prefix="I went")
    message = at.error[0].value.replace("\\", "")
    assert all(name in message for name in OWN_MODELS)
    check_bars(at, gpt, "I went")


def test_a_hub_model_is_fetched_only_when_asked_for_and_refused_in_one_sentence(
    open_page: OpenPage, gpt: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nlm_core.lm import hub

    # Whoever runs the tests may have the model already.
    monkeypatch.setattr(hub, "is_cached", lambda *_: False)
    monkeypatch.setattr(hub, "cached_folder", lambda *_: None)
    at = open_page(PAGE, model="distilgpt2", prefix="I went")
    check_bars(at, gpt, "I went")
    assert not at.error
    assert "356 MB" in at.info[0].value
    # Nor is it by way of the view that compares models.
    compared = open_page(PAGE, model="distilgpt2", view="Compare", compare="distilgpt2")
    assert not compared.error
    assert "distilgpt2" not in compared.multiselect(key="compare").options
    loaded(at.button(key="fetch distilgpt2").click().run())
    assert "distilgpt2" in at.error[0].value
    check_bars(at, gpt, "I went")
    assert at.text_input(key="prefix").value == "I went"
    at.selectbox(key="model").set_value("nlm-gpt").run()
    assert not at.error
    check_bars(at, gpt, "I went")


def test_a_very_long_text_is_cut_with_a_message(open_page: OpenPage, gpt: LanguageModel) -> None:
    pasted = ("the old man went down to the river and " * 3000)[:100_000]
    at = open_page(PAGE)
    at.text_input(key="prefix").set_value(pasted).run()
    kept = pasted[-MAX_CHARACTERS:]
    assert "100,000" in at.warning[0].value
    assert at.text_input(key="prefix").value == kept
    check_bars(at, gpt, kept.rstrip())
    at.text_input(key="prefix").set_value("I went").run()
    assert not at.warning
    check_bars(at, gpt, "I went")


def test_text_beyond_the_context_says_how_much_is_not_seen(open_page: OpenPage, gpt: LanguageModel) -> None:
    text = "the old man went down to the river " * 30
    dropped = PrefixReader(gpt).read(text.rstrip()).dropped
    at = open_page(PAGE, prefix=text)
    assert any(f"the first {dropped} are no longer seen" in caption.value for caption in at.caption)
    check_bars(at, gpt, text.rstrip())


def test_a_busy_gate_is_told_and_nothing_typed_is_lost(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    from nlm_core import runtime

    at = open_page(PAGE, prefix="I went")
    busy = runtime.Gate(1, patience=0.01)
    monkeypatch.setattr(runtime, "gate", lambda: busy)
    with busy.slot():
        at.text_input(key="prefix").set_value("I went home").run()
    assert not at.exception
    assert "try again in a moment" in at.error[0].value.replace("\\", "")
    assert at.text_input(key="prefix").value == "I went home"


def test_generation_runs_to_its_limit(open_page: OpenPage) -> None:
    at = open_page(PAGE, view="Sampling", prefix="I went to the", limit="3", seed="1", temperature="0.5")
    next(button for button in at.button if button.label == "Generate").click().run()
    rest(at)
    assert not at.exception
    assert at.text[0].value.startswith("I went to the")
    assert 1 <= len(at.session_state["_generation"]["drawn"]) <= 3
    next(button for button in at.button if button.label == "Put it into the prefix").click().run()
    assert at.text_input(key="prefix").value.startswith("I went to the")


@pytest.mark.parametrize(
    "what",
    [
        {"go": 10**9}, {"go": "1"}, {"go": True}, {"go": None}, {"add": -1}, {"add": 10**9}, {"add": 1.5},
        {"add": True}, {"add": "<b>"}, {"add": [1]}, {"undo": 0}, {},
    ],
    ids=str,
)  # fmt: skip
def test_what_no_hand_does_on_the_bars_changes_nothing(
    what: dict[str, object], open_page: OpenPage, gpt: LanguageModel
) -> None:
    at = act(open_page(PAGE), "bars", **what)
    assert at.text_input(key="prefix").value == PRESETS[0]
    check_bars(at, gpt, PRESETS[0])


def test_settled_content_is_that_of_a_cold_open(open_page: OpenPage) -> None:
    at = open_page(PAGE)
    at.text_input(key="prefix").set_value("She went to").run()
    act(at, "bars", go=-1)
    act(at, "bars", go=-1)
    assert at.query_params["position"] == "1"
    cold = open_page(PAGE, **at.query_params)
    volatile = ("live", "done", "undo")
    assert {k: v for k, v in drawn(cold, "bars").items() if k not in volatile} == {
        k: v for k, v in drawn(at, "bars").items() if k not in volatile
    }
    assert [text.value for text in cold.markdown] == [text.value for text in at.markdown]


def test_acts_in_one_message_are_all_done_once_and_in_order(open_page: OpenPage) -> None:
    at = open_page(PAGE, prefix="I went to the park.")
    act(at, "bars", *({"go": -1} for _ in range(5)))
    assert drawn(at, "bars")["position"] == 1
    act(at, "bars", {"n": 3, "go": -1}, {"n": 5, "go": -1}, {"n": 6, "go": 1})
    assert drawn(at, "bars")["position"] == 2
