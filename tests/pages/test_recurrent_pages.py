"""The recurrent pages as a visitor meets them: presets, steps, odd texts, odd addresses, models of the session."""

import io
import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pytest
from streamlit.testing.v1 import AppTest

from nlm_core.lm.candidates import candidates
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.registry import TOKENIZER_FOLDER, load
from nlm_core.lm.unit_order import order_units
from nlm_core.text.tokenizer import Tokenizer
from tests.core.conftest import tiny_rnn
from tests.pages.conftest import act, drawn, settled

APP = Path(__file__).resolve().parents[2] / "app.py"
WINDOW, STEP, NEXT = "pages/window_or_recurrence.py", "pages/step_rnn.py", "pages/next_token.py"
ODD_TEXTS = {
    "empty": "",
    "spaces": "   ",
    "one word": "dog",
    "one word again and again": "dog " * 40,
    "100,000 characters": "a word " * 14_286,
    "emoji": "🙂🙃 👩‍👩‍👧",
    "HTML and Markdown": "<script>alert(1)</script> **b** :red[x] $x$ [a](http://b) |",
}


def visit(file: str, **query: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=300)
    for name, value in query.items():
        at.query_params[name] = value
    return at.run().switch_page(file).run()


def clean(at: AppTest) -> AppTest:
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]
    return at


def step_of(at: AppTest) -> int:
    return int(drawn(at, "rnn_step")["t"]["now"])


def window_of(at: AppTest) -> int:
    return int(drawn(at, "sight")["N"]["now"])


def chart_data(at: AppTest, column: str) -> pd.DataFrame:
    """The data of the chart that has a column of this name."""
    for chart in at.get("vega_lite_chart"):
        proto: Any = chart.proto
        for sent in (*(dataset.data.data for dataset in proto.datasets), proto.data.data):
            frame = pyarrow.ipc.open_stream(io.BytesIO(sent)).read_pandas() if sent else pd.DataFrame()
            if column in frame:
                return frame
    raise AssertionError(f"no chart has a column {column}")


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_any_text_in_the_window_page(text: str) -> None:
    at = clean(visit(WINDOW, prefix=text))
    for view in ("Two prefixes", "Chain rule"):
        clean(at.button_group("view").set_value(view).run())


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_any_text_in_the_step_page(text: str) -> None:
    at = clean(visit(STEP, prefix=text))
    for view in ("One unit", "Influence", "Similar states"):
        clean(at.button_group("view").set_value(view).run())
    clean(act(at, "rnn_step", to=drawn(at, "rnn_step")["t"]["last"]))


def test_the_window_forgets_and_the_recurrent_network_does_not() -> None:
    at = clean(visit(WINDOW, view="Two prefixes", N="3"))
    gaps = chart_data(at, "back")
    sliding, recurrent = gaps[gaps["model"] == "window, N = 3"], gaps[gaps["model"] == "RNN"]
    assert (sliding[sliding["back"] > 3]["kl"] == 0).all() and (sliding[sliding["back"] <= 3]["kl"] > 0).all()
    assert (recurrent["kl"] > 0).all()
    assert any("exactly 0" in text.value for text in at.markdown)
    act(at, "sight", to=5)
    settled(at)
    gaps = chart_data(clean(at), "back")
    sliding = gaps[gaps["model"] == "window, N = 5"]
    assert (sliding[sliding["back"] > 5]["kl"] == 0).all() and (sliding[sliding["back"] <= 5]["kl"] > 0).all()


@pytest.mark.parametrize("pair", ["is / are", "she / he", "not", "one word in"])
def test_every_pair_of_prefixes(pair: str) -> None:
    at = clean(visit(WINDOW, view="Two prefixes"))
    clean(at.button(f"pair {pair}").click().run())
    clean(settled(at))
    assert chart_data(at, "back")["back"].max() > 4


def test_the_same_text_twice_is_a_message() -> None:
    at = clean(visit(WINDOW, view="Two prefixes", prefix="a dog", other="a dog"))
    assert any("same" in info.value for info in at.info)


def test_the_chain_rule_names_the_winner_at_each_word() -> None:
    at = clean(visit(WINDOW, view="Chain rule", prefix="I went to the park."))
    table = at.dataframe[0].value
    assert table["word"].tolist() == ["␣I", "␣went", "␣to", "␣the", "␣park", "."]
    assert set(table["better"]) <= {"window", "RNN", "both"}


@pytest.mark.parametrize(("asked", "shown"), [("99", 8), ("-5", 1), ("0", 1)])
def test_a_window_out_of_bounds_is_moved_with_a_message(asked: str, shown: int) -> None:
    at = clean(visit(WINDOW, N=asked))
    assert window_of(at) == shown
    assert any(f"N = {int(asked)} is not between 1 and 8" in info.value for info in at.info)


def test_what_is_no_number_is_the_usual_window() -> None:
    assert window_of(clean(visit(WINDOW, N="three"))) == 3


def test_the_window_is_moved_by_hand_and_stops_at_its_bounds() -> None:
    at = clean(visit(WINDOW, N="7"))
    act(at, "sight", {"go": 1}, {"go": 1}, {"go": -1})
    assert window_of(clean(at)) == 7
    for nothing in ({"go": 2}, {"go": "1"}, {"to": 99}, {"to": True}, {"go": None}):
        assert window_of(clean(act(at, "sight", **nothing))) == 7
    assert window_of(clean(act(at, "sight", to=1))) == 1
    assert window_of(clean(act(at, "sight", go=-1))) == 1


@pytest.mark.parametrize("N", [1, 3, 8])
def test_what_is_seen_and_its_bars_are_those_of_both_models(N: int) -> None:
    text = "The keys to the old house by the river"
    halves = drawn(clean(visit(WINDOW, N=str(N), prefix=text)), "sight")["parts"]
    models = (load("nlm-window").with_window(N), load("nlm-rnn"))
    for model, half, seen in zip(models, halves, (N, 10), strict=True):
        chips = half["words"]["chips"]
        assert len(chips) == 10 and [kind for _, kind in chips] == ["unseen"] * (10 - seen) + [""] * seen
        found = candidates(model, PrefixReader(model).read(text).columns[-1], 8)
        assert [row[0] for row in half["bars"]["rows"]] == [c.token_id for c in found.top] + [-1]
        shown = [row[2] for row in half["bars"]["rows"]]
        assert shown == pytest.approx([*(c.p for c in found.top), found.others_p], abs=1e-6)


def test_where_two_prefixes_differ_is_framed() -> None:
    at = clean(visit(WINDOW, view="Two prefixes", N="4", prefix="She went to the sea", other="He went to the sea"))
    for half, word in zip(drawn(at, "sight")["parts"], ("She", "He"), strict=True):
        chips = half["words"]["chips"]
        assert [text for text, kind in chips if "changed" in kind] == [f"␣{word}"]
        assert [text for text, kind in chips if "unseen" not in kind] == ["␣went", "␣to", "␣the", "␣sea"]


def test_a_step_out_of_bounds_is_moved_with_a_message() -> None:
    at = clean(visit(STEP, prefix="I went", t="77"))
    assert step_of(at) == 2
    assert any("77" in caption.value for caption in at.caption)


def test_buttons_step_and_stop_at_the_ends() -> None:
    at = clean(visit(STEP, prefix="I went to"))
    assert step_of(at) == 0
    assert step_of(act(at, "rnn_step", go=-1)) == 0
    assert step_of(act(at, "rnn_step", go=1)) == 1
    assert step_of(act(at, "rnn_step", to=3)) == 3
    assert step_of(act(at, "rnn_step", go=1)) == 3
    assert step_of(act(at, "rnn_step", go=-1)) == 2
    assert step_of(clean(act(at, "rnn_step", to=0))) == 0


def test_keys_before_the_last_step_is_drawn_count_too() -> None:
    at = clean(visit(STEP, prefix="I went to the park . I went"))
    # Eight keys that the browser tells of at once, and three of them once more with the next one.
    act(at, "rnn_step", *[{"go": 1}] * 8)
    assert step_of(at) == 8
    done = drawn(at, "rnn_step")["done"]
    act(at, "rnn_step", *({"go": -1, "n": n} for n in (done - 1, done, done + 1)))
    assert step_of(clean(at)) == 7


def test_what_is_no_step_changes_nothing() -> None:
    at = clean(visit(STEP, prefix="I went to", t="1"))
    for nothing in ({"go": 5}, {"to": 99}, {"to": -1}, {"to": "2"}, {"go": [1]}, {"to": True}):
        assert step_of(clean(act(at, "rnn_step", **nothing))) == 1


def test_a_shorter_text_takes_the_step_along() -> None:
    at = clean(visit(STEP, prefix="I went to the park", t="5"))
    at.text_input("prefix").set_value("I went").run()
    assert step_of(clean(at)) == 2


def states_of(at: AppTest) -> np.ndarray:
    """The states that are drawn, of shape (n_steps, n_units)."""
    strip = drawn(at, "rnn_step")["states"]
    return np.frombuffer(b64decode(strip["h"]), "<f4").reshape(-1, len(strip["units"]))


def test_the_heat_map_grows_with_the_steps() -> None:
    at = clean(visit(STEP, prefix="I went to", t="1"))
    assert len(states_of(at)) == 2
    act(at, "rnn_step", go=1)
    assert len(states_of(clean(at))) == 3
    at.button_group("units").set_value("All").run()
    H = len(load("nlm-rnn").network.U_h)
    assert states_of(clean(at)).shape == (3, H)
    assert sorted(drawn(at, "rnn_step")["states"]["units"]) == list(range(H))


@pytest.mark.parametrize("order", ["index", "activity", "clustering"])
def test_the_drawn_numbers_are_those_of_the_model(order: str) -> None:
    text = "the students opened their"
    at = clean(visit(STEP, prefix=text, t="3", order=order))
    reader = PrefixReader(load("nlm-rnn"))
    reading = reader.read(text)
    h = reader.hidden_states().numpy()
    message = drawn(at, "rnn_step")
    units = message["states"]["units"]
    assert states_of(at) == pytest.approx(h[:4, units], abs=1e-6)
    assert set(units) == set(np.abs(h).mean(axis=0).argsort()[-16:])
    assert units == [u for u in order_units(h.astype(float), order) if u in units]
    found = candidates(reader.model, reading.columns[3], 7)
    rows = message["bars"]["rows"]
    assert [row[0] for row in rows] == [c.token_id for c in found.top] + [-1]
    assert [row[2] for row in rows] == pytest.approx([*(c.p for c in found.top), found.others_p], abs=1e-6)
    assert [row[0] for row in rows if row[3] == "follows"] in ([reading.ids[4]], [])
    best = [candidates(reader.model, column, 1).top[0] for column in reading.columns[:4]]
    assert [cell[2] for cell in message["cells"]["cells"]] == [*(c.text for c in best), None]
    assert [cell[3] for cell in message["cells"]["cells"][:4]] == pytest.approx([c.p for c in best], abs=1e-6)


def test_chosen_units_are_drawn_in_their_order() -> None:
    at = clean(visit(STEP, prefix="I went to", t="2", units="Chosen"))
    at.multiselect("watch").set_value([9, 4, 300]).run()
    assert drawn(clean(at), "rnn_step")["states"]["units"] == [4, 9, 300]


@pytest.mark.parametrize(
    "query", [{}, {"view": "One unit", "unit": "7"}, {"view": "Influence"}, {"view": "Similar states"}]
)
def test_where_steps_lead_is_what_the_address_of_that_step_opens(query: dict[str, str]) -> None:
    """Settled content equals that of a cold open, on the live path and at rest."""
    text = "the students opened their"
    at = clean(visit(STEP, prefix="I went to", **query))
    at.text_input("prefix").set_value(text).run()
    act(at, "rnn_step", {"go": 1}, {"go": 1}, {"go": 1}, {"go": -1})
    settled(at)
    assert address(at) == {"prefix": text, "t": "2", **query}
    same(as_settled(at, "rnn_step"), as_settled(visit(STEP, prefix=text, t="2", **query), "rnn_step"))


@pytest.mark.parametrize("view", ["What is seen", "Two prefixes", "Chain rule"])
def test_where_n_leads_is_what_the_address_of_it_opens(view: str) -> None:
    at = clean(visit(WINDOW, view=view, N="2"))
    at.text_input("prefix").set_value("The key to the old house").run()
    act(at, "sight", {"go": 1}, {"go": 1}, {"go": 1})
    settled(at)
    assert address(at)["N"] == "5"
    cold = visit(WINDOW, view=view, N="5", prefix="The key to the old house")
    same(as_settled(at, "sight"), as_settled(cold, "sight"))


def address(at: AppTest) -> dict[str, str]:
    return {name: value[0] if isinstance(value, list) else value for name, value in at.query_params.items()}


def as_settled(at: AppTest, key: str) -> list[Any]:
    """The message of a drawing without its numbers of messages, and everything that stands on the page."""
    message = {name: value for name, value in drawn(clean(at), key).items() if name not in ("live", "done")}
    if "states" in message:
        message["states"] = {**message["states"], "h": states_of(at).tolist()}
    tables = [table.value.to_dict() for table in at.dataframe]
    return [message, [text.value for text in (*at.markdown, *at.caption, *at.latex, *at.info)], tables]


def same(one: list[Any], other: list[Any]) -> None:
    """The same texts, and the same numbers but for the rounding of 32 bits, which differs with what is read at once."""
    number = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
    texts = [json.dumps(each, default=str) for each in (one, other)]
    assert number.sub("#", texts[0]) == number.sub("#", texts[1])
    found = [[float(text) for text in number.findall(each)] for each in texts]
    assert len(found[0]) > 10
    assert found[0] == pytest.approx(found[1], rel=1e-3, abs=1e-4)


def test_the_last_step_is_the_next_token_page() -> None:
    text = "the students opened their"
    last = len(load("nlm-rnn").encode(text))
    step = drawn(clean(visit(STEP, prefix=text, t=str(last))), "rnn_step")["bars"]["rows"]
    following = drawn(clean(visit(NEXT, prefix=text, model="nlm-rnn", k=str(len(step) - 1))), "bars")["rows"]
    assert [row[0] for row in step] == [row[0] for row in following]
    p = [row[2] for row in step]
    assert p == pytest.approx([row[2] for row in following], rel=1e-5)
    model = load("nlm-rnn")
    column = PrefixReader(model).read(text).columns[-1]
    expected = [c.p for c in candidates(model, column, len(step) - 1).top]
    assert p[:-1] == pytest.approx(expected, rel=1e-5)


def test_a_model_of_the_session_takes_the_place_of_ours() -> None:
    at = AppTest.from_file(APP, default_timeout=300)
    at.session_state["trained_models"] = {"mine": tiny_rnn(Tokenizer.load(TOKENIZER_FOLDER))}
    at.query_params["rnn"] = "mine"
    at.query_params["t"] = "2"
    at.run().switch_page(STEP).run()
    assert clean(at).selectbox("rnn").value == "mine"
    for view in ("One unit", "Influence", "Similar states"):
        clean(at.button_group("view").set_value(view).run())
    assert set(drawn(at, "rnn_step")["states"]["units"]) <= set(range(12))


def test_an_unknown_model_is_a_message() -> None:
    at = clean(visit(STEP, rnn="<b>gone</b>"))
    assert at.selectbox("rnn").value == "nlm-rnn"
    assert any("trained no model" in info.value for info in at.info)
