"""Bars of a small distribution, one a class, the true one in another colour where there is one."""

from collections.abc import Sequence
from typing import Any

from pages._shared.charts.bars import OTHERS_ID, percent
from pages._shared.charts.findings import finding, highest, spoken


def probabilities_drawing(name: str, names: Sequence[str], p: Sequence[float], target: int | None) -> dict[str, Any]:
    """The message of the drawing "bars": p of each class on the fixed scale 0 to 1, that of ``target`` marked."""
    rows = [
        (OTHERS_ID, label, value, "follows" if i == target else "token", "")
        for i, (label, value) in enumerate(zip(names, p, strict=True))
    ]
    return {"rows": rows, "reach": 1.0, "axis": "p", "finding": probabilities_alt(name, names, p, target)}


def probabilities_alt(name: str, names: Sequence[str], p: Sequence[float], target: int | None) -> str:
    """The most probable classes, and p of the true one where there is one."""
    true = "" if target is None else f"the true one, {spoken(names[target])}, has {percent(p[target])}"
    return finding(name, highest(names, p, percent), true)
