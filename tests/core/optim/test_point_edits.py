"""Points changed by hand: what was meant happens, and nothing else gets through."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nlm_core.optim.point_edits import KINDS, MAX_BY_HAND, edited, place
from nlm_core.optim.points import MAX_ABSOLUTE, Points, PointsError

NUMBERS = st.floats(-MAX_ABSOLUTE, MAX_ABSOLUTE)


def points(n: int) -> Points:
    return Points(torch.arange(n, dtype=torch.float64), torch.arange(n, dtype=torch.float64) % 2)


@given(st.integers(2, 20), st.data(), NUMBERS, NUMBERS)
def test_one_point_moves_and_the_others_stay(n: int, data: st.DataObject, x: float, y: float) -> None:
    before, i = points(n), data.draw(st.integers(0, n - 1))
    after = edited(before, {"kind": "move", "i": i, "x": x, "y": y})
    others = [k for k in range(n) if k != i]
    assert after.x[others].tolist() == before.x[others].tolist()
    assert after.y[others].tolist() == before.y[others].tolist()
    assert (float(after.x[i]), float(after.y[i])) == pytest.approx((x, y), rel=1e-3)


def test_points_come_and_go() -> None:
    before = points(3)
    more = edited(before, {"kind": "add", "x": 9, "y": 4})
    assert (more.x.tolist(), more.y.tolist()) == ([0, 1, 2, 9], [0, 1, 0, 4])
    less = edited(more, {"kind": "remove", "i": 1})
    assert less.x.tolist() == [0, 2, 9]
    assert len(before) == 3


@pytest.mark.parametrize(("y", "label"), [(-3, 0), (0.49, 0), (0.5, 1), (7, 1)])
def test_labels_stay_labels(y: float, label: int) -> None:
    after = edited(points(4), {"kind": "move", "i": 2, "x": 1, "y": y}, labels=True)
    assert after.y[2] == label


JUNK = st.one_of(st.none(), st.booleans(), st.text(), st.integers(), st.floats(), st.lists(st.integers()))


@given(st.dictionaries(st.sampled_from(["kind", "i", "x", "y", "z"]), st.one_of(JUNK, st.sampled_from(KINDS))))
def test_whatever_is_said_leaves_usable_points(message: dict[str, object]) -> None:
    try:
        after = edited(points(5), message)
    except PointsError:
        return
    assert 4 <= len(after) <= 6
    assert bool(torch.isfinite(torch.cat([after.x, after.y])).all())


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "move", "i": 5, "x": 0, "y": 0},
        {"kind": "move", "i": -1, "x": 0, "y": 0},
        {"kind": "move", "i": True, "x": 0, "y": 0},
        {"kind": "move", "i": 0, "x": math.nan, "y": 0},
        {"kind": "move", "i": 0, "x": 0, "y": 1e300},
        {"kind": "add", "x": 0},
        {"kind": "drop", "i": 0},
    ],
)
def test_what_is_no_change_is_refused(message: dict[str, object]) -> None:
    with pytest.raises(PointsError):
        edited(points(5), message)


def test_there_are_never_too_few_or_too_many() -> None:
    with pytest.raises(PointsError, match="at least 2"):
        edited(points(2), {"kind": "remove", "i": 0})
    with pytest.raises(PointsError, match=f"at most {MAX_BY_HAND}"):
        edited(points(MAX_BY_HAND), {"kind": "add", "x": 0, "y": 0})


def test_a_place_is_two_numbers_with_four_digits() -> None:
    assert place({"x": 1.23456, "y": -0.000123456}) == (1.235, -0.0001235)
    with pytest.raises(PointsError):
        place({"x": "here", "y": 0})
