"""The recurrent pages as a visitor meets them: presets, steps, odd texts, odd addresses, models of the session."""

import io
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow
import pytest
from streamlit.testing.v1 import AppTest

from nlm_core.lm.candidates import candidates
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.registry import TOKENIZER_FOLDER, load
from nlm_core.text.tokenizer import Tokenizer
from tests.core.conftest import tiny_rnn

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
    clean(at.button("go End").click().run())


def test_the_window_forgets_and_the_recurrent_network_does_not() -> None:
    at = clean(visit(WINDOW, view="Two prefixes", N="3"))
    gaps = chart_data(at, "back")
    sliding, recurrent = gaps[gaps["model"] == "window, N = 3"], gaps[gaps["model"] == "RNN"]
    assert (sliding[sliding["back"] > 3]["kl"] == 0).all() and (sliding[sliding["back"] <= 3]["kl"] > 0).all()
    assert (recurrent["kl"] > 0).all()
    assert any("exactly 0" in text.value for text in at.markdown)
    at.slider("N").set_value(5).run()
    gaps = chart_data(clean(at), "back")
    sliding = gaps[gaps["model"] == "window, N = 5"]
    assert (sliding[sliding["back"] > 5]["kl"] == 0).all() and (sliding[sliding["back"] <= 5]["kl"] > 0).all()


@pytest.mark.parametrize("pair", ["is / are", "she / he", "not", "one word in"])
def test_every_pair_of_prefixes(pair: str) -> None:
    at = clean(visit(WINDOW, view="Two prefixes"))
    clean(at.button(f"pair {pair}").click().run())
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
    assert at.slider("N").value == shown
    assert any(f"N = {int(asked)} is not between 1 and 8" in info.value for info in at.info)


def test_a_step_out_of_bounds_is_moved_with_a_message() -> None:
    at = clean(visit(STEP, prefix="I went", t="77"))
    assert at.slider("t").value == 2
    assert any("77" in info.value for info in at.info)


def test_buttons_step_and_stop_at_the_ends() -> None:
    at = clean(visit(STEP, prefix="I went to"))
    assert at.slider("t").value == 0 and at.button("go Back").disabled
    at.button("go Step").click().run()
    assert at.slider("t").value == 1
    at.button("go End").click().run()
    assert at.slider("t").value == 3 and at.button("go Step").disabled
    at.button("go Back").click().run()
    assert at.slider("t").value == 2
    at.button("go Start").click().run()
    assert clean(at).slider("t").value == 0


def test_a_key_before_the_last_step_is_drawn_counts_too() -> None:
    at = clean(visit(STEP, prefix="I went to"))
    at.button("go Step").click().run()
    # The browser has not been told of step 1 yet: it sends step 0 along with the next key.
    at.slider("t").set_value(0)
    at.button("go Step").click().run()
    assert clean(at).slider("t").value == 2
    # A step that was chosen on the slider is where the next key starts from.
    at.slider("t").set_value(0).run()
    at.button("go Step").click().run()
    assert clean(at).slider("t").value == 1


def test_a_shorter_text_takes_the_step_along() -> None:
    at = clean(visit(STEP, prefix="I went to the park", t="5"))
    at.text_input("prefix").set_value("I went").run()
    assert clean(at).slider("t").value == 2


def test_the_heat_map_grows_with_the_steps() -> None:
    at = clean(visit(STEP, prefix="I went to", t="1"))
    assert set(chart_data(at, "unit")["t"]) == {0, 1}
    at.button("go Step").click().run()
    assert set(chart_data(clean(at), "unit")["t"]) == {0, 1, 2}
    at.button_group("units").set_value("All").run()
    assert chart_data(clean(at), "unit")["unit"].nunique() == len(load("nlm-rnn").network.U_h)


def test_the_last_step_is_the_next_token_page() -> None:
    text = "the students opened their"
    last = len(load("nlm-rnn").encode(text))
    step = chart_data(clean(visit(STEP, prefix=text, t=str(last))), "id")
    following = chart_data(clean(visit(NEXT, prefix=text, model="nlm-rnn", k=str(len(step) - 1))), "id")
    assert step["id"].tolist() == following["id"].tolist()
    assert step["p"].tolist() == pytest.approx(following["p"].tolist(), rel=1e-5)
    model = load("nlm-rnn")
    column = PrefixReader(model).read(text).columns[-1]
    expected = [c.p for c in candidates(model, column, len(step) - 1).top]
    assert step["p"].tolist()[:-1] == pytest.approx(expected, rel=1e-5)


def test_a_model_of_the_session_takes_the_place_of_ours() -> None:
    at = AppTest.from_file(APP, default_timeout=300)
    at.session_state["trained_models"] = {"mine": tiny_rnn(Tokenizer.load(TOKENIZER_FOLDER))}
    at.query_params["rnn"] = "mine"
    at.query_params["t"] = "2"
    at.run().switch_page(STEP).run()
    assert clean(at).selectbox("rnn").value == "mine"
    for view in ("One unit", "Influence", "Similar states"):
        clean(at.button_group("view").set_value(view).run())
    assert set(chart_data(at, "unit")["unit"]) <= set(range(12))


def test_an_unknown_model_is_a_message() -> None:
    at = clean(visit(STEP, rnn="<b>gone</b>"))
    assert at.selectbox("rnn").value == "nlm-rnn"
    assert any("trained no model" in info.value for info in at.info)
