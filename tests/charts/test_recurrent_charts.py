"""Charts of the recurrent pages: what they hold, and that the visitor's text stays text."""

import numpy as np
import pytest

from nlm_core.lm.divergence import Alignment, Divergence, Gap
from nlm_core.lm.influence import Influence
from nlm_core.lm.ledger import chain_rule
from nlm_core.lm.reader import Follower
from pages._shared.charts.curves import MEASURES, gap_chart, gap_frame, influence_chart, influence_frame
from pages._shared.charts.duel_table import duel_table, wins
from pages._shared.charts.sentence import MAX_WORDS, words_html
from pages._shared.charts.states import MAX_STEPS, cosine_bars, states_chart, states_frame
from pages._shared.charts.unrolled import MAX_CELLS, Cell, shown_steps, unrolled_html

HOSTILE = "<img src=x onerror=alert(1)>\"'"


def _gaps(*kl: float) -> Divergence:
    gaps = tuple(Gap(i, None if i == 1 else 5, value, value / 2, 3, ()) for i, value in enumerate(kl, start=1))
    return Divergence(Alignment(1, (2,), (3,), (5,) * (len(kl) - 1)), gaps, 10)


def test_words_that_are_not_seen_are_marked_and_all_are_escaped() -> None:
    html = words_html(["START", HOSTILE, "park"], seen_from=2, changed={2})
    assert html.count('class="unseen"') == 2 and html.count('class="changed"') == 1
    assert "<img" not in html and "&lt;img" in html


def test_a_long_sentence_is_counted_not_drawn() -> None:
    html = words_html(["w"] * (MAX_WORDS + 40), seen_from=MAX_WORDS + 39)
    assert "… 40 earlier" in html and html.count("<span") == MAX_WORDS + 1
    assert html.count("unseen") == MAX_WORDS


@pytest.mark.parametrize("last", [0, 3, 7, 8, 30])
def test_the_current_step_is_always_among_the_cells(last: int) -> None:
    for t in range(last + 1):
        shown = shown_steps(t, last)
        assert t in shown and len(shown) == min(last + 1, MAX_CELLS)
        assert shown[0] >= 0 and shown[-1] <= last


def test_the_unrolled_network() -> None:
    cells = [Cell(0, "START", ("I", 0.25)), Cell(1, HOSTILE, ("<b>", 0.5)), Cell(2, "to", None)]
    html = unrolled_html(cells, 1, last=9)
    assert html.count("step current") == 1 and html.count("step ahead") == 1 and html.count("step read") == 1
    assert "START: 0" in html and "… 7" in html and "50.0 %" in html
    assert "<img" not in html and "<b>" not in html
    assert "… 4<br>earlier" in unrolled_html([Cell(4, "a", None)], 4, last=4)


def test_the_heat_map_holds_the_states_and_only_fills_up() -> None:
    states = np.random.default_rng(1).uniform(-1, 1, size=(5, 6))
    labels = ["START", "a'b", "c\\d", "e", "f"]
    frame = states_frame(states, [4, 0, 2], labels, 2)
    assert len(frame) == 3 * 3 and set(frame["t"]) == {0, 1, 2}
    for row in frame.itertuples():
        assert row.h == states[row.t, row.unit]
    first = states_chart(states_frame(states, [4, 0, 2], labels, 0), labels, height=200, theme="dark")
    later = states_chart(frame, labels, height=200, theme="dark")
    assert {k: v for k, v in first.items() if k != "datasets"} == {k: v for k, v in later.items() if k != "datasets"}
    x = later["encoding"]["x"]
    assert x["scale"]["domain"] == [0, 1, 2, 3, 4]
    assert "a\\'b" in x["axis"]["labelExpr"] and "c\\\\d" in x["axis"]["labelExpr"]
    assert later["encoding"]["color"]["scale"]["domain"] == [-1, 0, 1]


def test_a_long_sentence_keeps_the_heat_map_bounded() -> None:
    states = np.zeros((100, 512))
    frame = states_frame(states, range(512), ["w"] * 100, 99)
    assert len(frame) == 512 * MAX_STEPS and frame["t"].min() == 100 - MAX_STEPS
    spec = states_chart(frame, ["w"] * 100, height=200, theme="light")
    assert spec["encoding"]["x"]["scale"]["domain"] == list(range(60, 100))


@pytest.mark.parametrize("measure", MEASURES)
def test_both_models_share_the_axes_of_the_gap_chart(measure: str) -> None:
    found = {"window, N = 2": _gaps(1.5, 0.3, 0.0, 0.0), "RNN": _gaps(1.2, 0.4, 0.1, 0.05)}
    frame = gap_frame(found, ["key / keys", "to", "the", "house"])
    assert len(frame) == 8 and frame[frame["model"] == "RNN"]["kl"].tolist() == [1.2, 0.4, 0.1, 0.05]
    spec = gap_chart(frame, measure, window=2, k=10).to_dict()
    ground, lines = spec["layer"]
    assert ground["mark"]["type"] == "rect"
    assert lines["encoding"]["y"]["scale"]["domain"][0] == 0
    # The zeros behind the window have their place on the scale.
    assert lines["encoding"]["y"]["scale"].get("type") in ("symlog", None)
    assert len(gap_chart(frame, measure, window=4, k=10).to_dict()["layer"]) == 1


def test_influence_leaves_out_exact_zeros_and_says_so() -> None:
    frame = influence_frame(Influence(7, -1.0, np.array([0.0, 0.01, 0.5])), ["START", "a", "b"])
    assert frame["seen"].tolist() == [False, True, True] and frame["distance"].tolist() == [2, 1, 0]
    spec = influence_chart(frame, "#123456").to_dict()
    (drawn,) = spec["datasets"].values()
    assert [row["norm"] for row in drawn] == [0.01, 0.5]
    assert spec["layer"][0]["encoding"]["y"]["scale"]["type"] == "log"


def test_cosine_bars_put_the_latest_step_on_top() -> None:
    spec = cosine_bars(["0  START", "1  a"], [-0.5, 0.25], "#123456").to_dict()
    rows = next(iter(spec["datasets"].values()))
    assert sorted(rows, key=lambda row: row["order"])[0]["step"] == "1  a"


def test_the_duel_names_the_better_model_at_each_word() -> None:
    ledgers = {
        "window": chain_rule([Follower(3, -1.0, 1), Follower(4, -2.0, 1), Follower(5, -3.0, 1)]),
        "RNN": chain_rule([Follower(3, -2.0, 1), Follower(4, -1.0, 1), Follower(5, -3.0, 1)]),
    }
    table = duel_table(["a", "b", "c"], ledgers)
    assert table["better"].tolist() == ["window", "RNN", "both"]
    assert table["ln p window"].tolist() == ["-1.000", "-2.000", "-3.000"]
    assert table["PPL RNN"].iloc[-1] == f"{np.exp(2):,.1f}"
    assert wins(ledgers) == {"window": 1, "RNN": 1}
