"""Charts of the recurrent pages: what they hold, and that the visitor's text stays text."""

import re
from base64 import b64decode
from typing import Any

import numpy as np
import pytest

from nlm_core.lm.divergence import Alignment, Divergence, Gap
from nlm_core.lm.influence import Influence
from nlm_core.lm.ledger import chain_rule
from nlm_core.lm.reader import Follower
from pages._shared.charts.curves import MEASURES, gap_chart, gap_frame, influence_chart, influence_frame
from pages._shared.charts.duel_table import duel_table, wins
from pages._shared.charts.sentence import MAX_WORDS, words_drawing, words_html
from pages._shared.charts.states import MAX_STEPS, MOST_NAMED, cosine_bars, states_drawing
from pages._shared.charts.unrolled import MAX_CELLS, Cell, shown_steps, unrolled_drawing

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


def test_the_words_drawn_in_the_browser_are_those_of_the_html() -> None:
    for count in (3, MAX_WORDS + 40):
        labels = [f"w{t}" for t in range(count)]
        for seen_from in (0, 2, count - 1):
            chips = words_drawing(labels, seen_from, {2, count - 1})
            html = words_html(labels, seen_from, {2, count - 1})
            assert [text for text, _ in chips["chips"]] == re.findall(r"<span[^>]*>([^<]*)</span>", html)
            kinds = re.findall(r'<span(?: class="([^"]*)")?', html)
            assert [kind for _, kind in chips["chips"]] == kinds
            assert chips["finding"] in html


@pytest.mark.parametrize("last", [0, 3, 7, 8, 30])
def test_the_current_step_is_always_among_the_cells(last: int) -> None:
    for t in range(last + 1):
        shown = shown_steps(t, last)
        assert t in shown and len(shown) == min(last + 1, MAX_CELLS)
        assert shown[0] >= 0 and shown[-1] <= last


def test_the_unrolled_network() -> None:
    cells = [Cell(0, "START", ("I", 0.25)), Cell(1, HOSTILE, ("<b>", 0.5)), Cell(2, "to", None)]
    message = unrolled_drawing(cells, 1, last=9)
    assert message["cells"] == [(0, "START", "I", 0.25), (1, HOSTILE, "<b>", 0.5), (2, "to", None, None)]
    assert (message["t"], message["last"]) == (1, 9)


def numbers(message: dict[str, Any]) -> np.ndarray:
    """The states that a strip holds, of shape (n_steps, n_units)."""
    return np.frombuffer(b64decode(message["h"]), "<f4").reshape(-1, len(message["units"]))


def test_the_strip_holds_the_states_and_only_fills_up() -> None:
    states = np.random.default_rng(1).uniform(-1, 1, size=(5, 6)).astype(np.float32)
    labels = ["START", "a'b", "c\\d", "e", "f"]
    first, later = (states_drawing(states.astype(float), [4, 0, 2], labels, t) for t in (0, 2))
    assert numbers(later).shape == (3, 3) and numbers(first).shape == (1, 3)
    assert (numbers(later) == states[:3, [4, 0, 2]]).all()
    # From one step to the next nothing but the numbers differs, and what is said of them.
    assert all(first[name] == later[name] for name in first if name not in ("h", "finding"))
    assert later["words"] == labels and later["first"] == 0 and later["units"] == [4, 0, 2]


def test_a_long_sentence_keeps_the_strip_bounded() -> None:
    states = np.arange(100 * 512, dtype=np.float32).reshape(100, 512)
    labels = [str(t) for t in range(100)]
    message = states_drawing(states, range(512), labels, 99)
    assert (numbers(message) == states[100 - MAX_STEPS :]).all()
    assert message["first"] == 60 and message["words"] == labels[60:]
    assert not message["named"] and states_drawing(states, range(MOST_NAMED), labels, 99)["named"]
    earlier = states_drawing(states, range(512), labels, 50)
    assert (numbers(earlier) == states[11:51]).all() and earlier["words"] == labels[11:51]


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
