"""An activation and its derivative, with the pre-activations of a network marked on both."""

import altair as alt
import pandas as pd

from nlm_core.nn.activations import activation, curve
from nlm_core.nn.mlp import Forward
from pages._shared.charts.findings import finding, number
from pages._shared.charts.network import symbol
from pages._shared.charts.palette import BLUE, GREY, ORANGE

_NAMES = ("σ(x)", "σ′(x)")
# The names of the units stand above the curves, on as many lines, so that neighbours do not cover each other.
_LINES, _LINE_PX = 4, 13
_HEIGHT = 300


def marks_frame(name: str, passed: Forward) -> pd.DataFrame:
    """One row a hidden unit: its name, its pre-activation x, σ(x) and σ′(x)."""
    sigma = activation(name)
    rows = []
    for i, z in enumerate(passed.h[::2], start=1):
        values, slopes = sigma.value(z).tolist(), sigma.derivative(z).tolist()
        for row, (x, value, slope) in enumerate(zip(z.tolist(), values, slopes, strict=True), start=1):
            rows.append((f"{symbol(i, i + 1)}[{row}]", x, value, slope))
    return pd.DataFrame(rows, columns=["unit", "x", "value", "derivative"])


def activation_alt(name: str, marks: pd.DataFrame) -> str:
    """Between which numbers the pre-activations lie, and where the derivative is largest and smallest."""
    low, high = marks.loc[marks["x"].idxmin()], marks.loc[marks["x"].idxmax()]
    steep, flat = marks.loc[marks["derivative"].idxmax()], marks.loc[marks["derivative"].idxmin()]
    return finding(
        f"{name} and its derivative",
        f"{len(marks)} pre-activations from {number(low['x'])} at {low['unit']} to {number(high['x'])} at "
        f"{high['unit']}",
        f"the derivative is largest at {steep['unit']}, {number(steep['derivative'])}, and smallest at {flat['unit']}, "
        f"{number(flat['derivative'])}",
    )


def activation_chart(name: str, marks: pd.DataFrame, ink: str) -> alt.LayerChart:
    """The two curves over a range that holds every mark."""
    reach = max(4.0, 1.1 * float(marks["x"].abs().max()))
    found = curve(name, -reach, reach)
    lines = pd.concat(
        pd.DataFrame({"x": found.x, "y": y, "curve": label})
        for label, y in zip(_NAMES, (found.value, found.derivative), strict=True)
    )
    colours = (BLUE, ORANGE)
    legend = alt.Legend(orient="top", title=None, symbolType="stroke")
    color = alt.Color("curve:N", scale=alt.Scale(domain=list(_NAMES), range=list(colours)), legend=legend)
    x = alt.X(
        "x:Q",
        title="x, a pre-activation",
        scale=alt.Scale(domain=[-reach, reach], nice=False),
        axis=alt.Axis(tickCount=8),
    )
    values = (*found.value, *found.derivative)
    low, high = float(min(values)), float(max(values))
    share = (_LINES * _LINE_PX + 4) / (_HEIGHT - _LINES * _LINE_PX)
    y = alt.Y("y:Q", title=None, scale=alt.Scale(domain=[low, high + share * (high - low)], nice=False))
    drawn = (
        alt.Chart(lines)
        .mark_line()
        .encode(x=x, y=y, color=color, strokeDash=alt.StrokeDash("curve:N", sort=list(_NAMES), legend=legend))
    )
    # Of a colour each, not of the scale: the legend shows the lines.
    at = [
        alt.Chart(marks.assign(y=marks[column]))
        .mark_point(filled=True, size=90, opacity=1, color=colour)
        .encode(
            x=x,
            y=y,
            tooltip=[
                "unit:N",
                alt.Tooltip("x:Q", title="pre-activation", format=".5g"),
                alt.Tooltip("value:Q", title="σ(x)", format=".5g"),
                alt.Tooltip("derivative:Q", title="σ′(x)", format=".5g"),
            ],
        )
        for column, colour in zip(("value", "derivative"), colours, strict=True)
    ]
    ordered = marks.sort_values("x").reset_index(drop=True)
    names = [
        alt.Chart(ordered.iloc[line::_LINES])
        .mark_text(color=ink, baseline="top")
        .encode(x=x, y=alt.value(line * _LINE_PX), text="unit:N")
        for line in range(min(_LINES, len(ordered)))
    ]
    down = (
        alt.Chart(ordered)
        .mark_rule(color=GREY, strokeDash=[2, 3])
        .encode(x=x, y=alt.value(_LINES * _LINE_PX), y2=alt.value("height"))
    )
    return alt.layer(down, drawn, *at, *names).properties(height=_HEIGHT)
