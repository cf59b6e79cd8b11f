"""Bars of a small distribution, one a class, with the target beside them where there is one."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from pages._shared.charts.bars import percent
from pages._shared.charts.findings import finding, highest, spoken
from pages._shared.charts.palette import BLUE, ORANGE


def probability_bars(names: Sequence[str], p: Sequence[float], target: int | None, ink: str) -> alt.LayerChart:
    """p of each class on the fixed scale 0 to 1, the bar of the class ``target`` in another colour."""
    frame = pd.DataFrame(
        {
            "name": list(names),
            "order": range(len(p)),
            "p": list(p),
            "shown": [percent(value) for value in p],
            "kind": ["true" if i == target else "other" for i in range(len(p))],
        }
    )
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "order:O",
            title=None,
            axis=alt.Axis(labelExpr=_labels(names), ticks=False, labelLimit=160, labelOverlap=False),
        ),
        x=alt.X("p:Q", title="p", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%", tickCount=5)),
        tooltip=["name:N", alt.Tooltip("p:Q", format=".6f")],
    )
    drawn = base.mark_bar(height={"band": 0.75}).encode(
        color=alt.Color("kind:N", scale=alt.Scale(domain=["other", "true"], range=[BLUE, ORANGE]), legend=None)
    )
    text = base.mark_text(align=alt.expr("datum.p > 0.8 ? 'right' : 'left'"), dx=alt.expr("datum.p > 0.8 ? -4 : 4"))
    text = text.encode(text="shown:N", color=alt.condition("datum.p > 0.8", alt.value("#ffffff"), alt.value(ink)))
    return (drawn + text).properties(height=30 * len(p) + 62)


def probabilities_alt(name: str, names: Sequence[str], p: Sequence[float], target: int | None) -> str:
    """The most probable classes, and p of the true one where there is one."""
    true = "" if target is None else f"the true one, {spoken(names[target])}, has {percent(p[target])}"
    return finding(name, highest(names, p, percent), true)


def _labels(names: Sequence[str]) -> str:
    """A Vega expression that names the bars; quotes and backslashes in the names stay text."""
    quoted = ", ".join('"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"' for name in names)
    return f"[{quoted}][datum.value]"
