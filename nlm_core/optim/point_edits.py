"""Points changed by hand: one is moved, added or taken away; what a browser says of it is checked like any input."""

from collections.abc import Mapping

from nlm_core.optim.points import MAX_ROWS, Points, PointsError, points_from_cells

# More dots than these cannot be told apart by hand.
MAX_BY_HAND = 200
KINDS = ("move", "add", "remove")


def place(message: Mapping[str, object]) -> tuple[float, float]:
    """The place (x, y) that a message names, to four significant digits.

    Raises
    ------
    PointsError
        If x or y is no finite number within ``MAX_ABSOLUTE``.
    """
    # Two rows are the fewest that are checked.
    points = points_from_cells([(message.get("x"), message.get("y"))] * 2)
    return float(f"{float(points.x[0]):.4g}"), float(f"{float(points.y[0]):.4g}")


def edited(points: Points, message: Mapping[str, object], labels: bool = False) -> Points:
    """The points after a move of the hand.

    Parameters
    ----------
    points : Points
    message : mapping
        ``kind``, one of ``KINDS``; ``i``, the point that is moved or removed, counted from 0; ``x`` and ``y``, where a
        point is now.
    labels : bool
        Whether every y is a class: the nearer one of 0 and 1 is taken.

    Raises
    ------
    PointsError
        If the message names no such change, no such point or no usable place, or too few or too many points would be
        left.
    """
    rows = list(zip(points.x.tolist(), points.y.tolist(), strict=True))
    kind, i = message.get("kind"), message.get("i")
    if kind not in KINDS:
        raise PointsError(f"a point cannot be changed by {str(kind)[:40]!r}; known are {', '.join(KINDS)}")
    if kind != "add" and not (isinstance(i, int) and not isinstance(i, bool) and 0 <= i < len(rows)):
        raise PointsError(f"there is no point {str(i)[:40]}; there are 0 to {len(rows) - 1}")
    if kind == "add" and len(rows) >= min(MAX_BY_HAND, MAX_ROWS):
        raise PointsError(f"there are {len(rows):,} points; by hand at most {MAX_BY_HAND:,} can be had")
    if kind == "remove":
        assert isinstance(i, int)
        return points_from_cells(rows[:i] + rows[i + 1 :])
    x, y = place(message)
    if labels:
        y = float(y >= 0.5)
    if kind == "add":
        return points_from_cells([*rows, (x, y)])
    assert isinstance(i, int)
    rows[i] = (x, y)
    return points_from_cells(rows)
