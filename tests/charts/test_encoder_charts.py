"""The drawings of attention and of moved distributions: all that is drawn comes from the arrays, and nothing else."""

import json

import numpy as np
import pandas as pd
import pytest

from nlm_core.lm.attention import may_look
from nlm_core.lm.change import Moved
from pages._shared.charts.attention import (
    LOOKS,
    MAY,
    MAY_NOT,
    attention_frame,
    heat_chart,
    lines_chart,
    mask_chart,
)
from pages._shared.charts.bars import bar_rows
from pages._shared.charts.moves import moves_chart, moves_frame, written
from pages._shared.charts.sentence import words_html

LABELS = ["START", "the", "<b>", "the"]
CHARTS = {"mask": mask_chart, "heat": heat_chart, "lines": lines_chart}


def frame(n: int = 4, chosen: int | None = 2, causal: bool = True) -> tuple[pd.DataFrame, np.ndarray]:
    weights = np.random.default_rng(0).random((n, n)) * may_look(n, causal)
    labels = (LABELS * n)[:n]
    return attention_frame(labels, may_look(n, causal), weights, chosen), weights


def test_every_pair_of_positions_is_one_row() -> None:
    table, weights = frame()
    assert len(table) == 16
    for row in table.itertuples():
        assert row.weight == weights[row.t, row.s]
        assert row.allowed == (row.s <= row.t)
        assert row.look == (MAY_NOT if row.s > row.t else LOOKS if row.t == 2 else MAY)
    # A word that stands twice is told apart.
    assert table["to"].nunique() == 4


def test_without_a_chosen_word_no_row_is_marked() -> None:
    table, _ = frame(chosen=None)
    assert not table["chosen"].any()
    assert LOOKS not in set(table["look"])


@pytest.mark.parametrize("name", CHARTS)
def test_only_the_data_differs_from_one_sentence_to_the_next(name: str) -> None:
    def spec(n: int) -> str:
        chart = CHARTS[name](frame(n)[0], "dark")
        assert len(chart["datasets"]["attention"]) == n * n
        return json.dumps({key: value for key, value in chart.items() if key != "datasets"})

    assert spec(4) == spec(24)
    assert spec(24) != spec(42)
    assert "<b>" not in spec(4)


def test_lines_are_chosen_in_the_browser_alone() -> None:
    spec = lines_chart(frame()[0], "light")
    (hover,) = spec["params"]
    assert hover["select"]["on"] == "pointerover"
    assert hover["select"]["fields"] == ["t"]


def moved(side: str, position: int, largest: float) -> Moved:
    return Moved(position, 7, side, largest, 1, 2)


def test_only_the_number_0_reads_exactly_0() -> None:
    assert written(0.0) == "exactly 0"
    assert written(1e-12) == "1e-12"
    assert written(0.25) == "0.25"


def test_moves_are_drawn_as_they_are() -> None:
    moves = [moved("left", 1, 0.0), moved("changed", 2, 0.0), moved("right", 3, 0.3)]
    table = moves_frame(moves, ["I", "went", "home"])
    assert table["shown"].tolist() == ["exactly 0", "exactly 0", "0.3"]
    assert table["word"].tolist() == ["1  I", "2  went", "3  home"]
    chart = moves_chart(table, "light")
    assert chart["datasets"]["moves"] is table
    assert table["side"].nunique() == 3


def test_words_right_of_what_is_seen_are_grey() -> None:
    html = words_html(["a", "b", "c", "d"], changed={1}, seen_to=2)
    assert html.count("unseen") == 2
    assert html.index("changed") < html.index("unseen")


def test_a_true_word_of_low_rank_stands_above_the_others() -> None:
    from nlm_core.lm.candidates import Candidate, Candidates

    found = Candidates((Candidate(5, "a", 0.5, 1), Candidate(9, "b", 0.001, 900)), 100, 0.499)
    rows = bar_rows(found, 9)
    assert [token_id for token_id, *_ in rows] == [5, 9, -1]
    assert [kind for *_, kind, _ in rows] == ["token", "follows", "others"]
