"""Who may look at whom, and how much each takes from whom: the mask, a head as a heat map, a head as lines."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from pages._shared.charts.bars import BANDS, SVG
from pages._shared.charts.findings import finding, spoken
from pages._shared.charts.palette import BLUE, GREY, ORANGE, ink, middle

_LIVE = "attention"
LOOKS, MAY, MAY_NOT = "the chosen word may look here", "other words may look here", "may not look here"
# Row heights; the height of a drawing grows in steps, so that most keystrokes leave the specification as it is.
_CELL, _LINE = 12, 20
_STEP, _LEAST = 12, 24
# Weaker lines would not be seen, and there are many of them.
WEAKEST_LINE = 0.005
_LABEL, _SMALL = 11, 8


def attention_frame(labels: Sequence[str], allowed: np.ndarray, weights: np.ndarray, chosen: int | None) -> Any:
    """One row a pair of positions: t looks at s, their words, whether that is allowed, and the weight.

    Parameters
    ----------
    labels : sequence of str
        The n words, START first.
    allowed : bool array of shape (n, n)
    weights : array of shape (n, n)
        ``weights[t, s]`` is how much t takes from s.
    chosen : int or None
        The position whose row is marked.
    """
    n = len(labels)
    t, s = np.divmod(np.arange(n * n), n)
    # Numbered, because a word may stand in a sentence twice.
    names = np.array([f"{i} {_short(text)}" for i, text in enumerate(labels)], dtype=object)
    marked = t == (-1 if chosen is None else chosen)
    may = allowed.ravel()
    return pd.DataFrame(
        {
            "t": t,
            "s": s,
            "from": names[t],
            "to": names[s],
            "allowed": may,
            "chosen": marked,
            "look": np.where(may, np.where(marked, LOOKS, MAY), MAY_NOT),
            "weight": np.asarray(weights, dtype=float).ravel(),
        }
    )


def _short(text: str, most: int = 12) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def mask_alt(key: str, frame: pd.DataFrame) -> str:
    """How many pairs the mask allows, in all and in the row that is marked."""
    n = int(frame["t"].max()) + 1
    row = frame[frame["chosen"]]
    mine = ""
    if len(row):
        mine = f"{spoken(row['from'].iloc[0])} may look at {int(row['allowed'].sum())} of {n} words"
    return finding(f"Mask of the {key}", f"{int(frame['allowed'].sum()):,} of {n * n:,} pairs are allowed", mine)


def attention_alt(key: str, head: str, frame: pd.DataFrame) -> str:
    """Which word the marked one takes most from, and the strongest weight of all; ``head`` says whose they are."""
    strongest = frame.loc[frame["weight"].idxmax()]
    row = frame[frame["chosen"]]
    mine = ""
    if len(row):
        most = row.loc[row["weight"].idxmax()]
        mine = f", {spoken(most['from'])} takes most from {spoken(most['to'])}, {most['weight']:.3f}"
    return finding(
        f"Attention of the {key}",
        head + mine,
        f"the largest weight is {strongest['weight']:.3f}, {spoken(strongest['from'])} from {spoken(strongest['to'])}",
    )


def mask_chart(frame: pd.DataFrame, theme: str | None) -> dict[str, Any]:
    """The mask as an n x n matrix, for ``st.vega_lite_chart``: row t may look at the filled columns."""
    return {**_mask_spec(_room(frame), theme), "datasets": {_LIVE: frame}}


def heat_chart(frame: pd.DataFrame, theme: str | None) -> dict[str, Any]:
    """The weights as an n x n heat map on the fixed scale 0 to 1; what is not allowed is grey."""
    return {**_heat_spec(_room(frame), theme), "datasets": {_LIVE: frame}}


def lines_chart(frame: pd.DataFrame, theme: str | None) -> dict[str, Any]:
    """The weights as lines from each word, on the left, to the words it looks at; of the chosen word until one hovers.

    The browser does the hovering alone.
    """
    return {**_lines_spec(_room(frame), theme), "datasets": {_LIVE: frame}}


def _room(frame: pd.DataFrame) -> int:
    """Room for how many words a drawing has."""
    n = int(frame["t"].max()) + 1
    return max(_LEAST, -(-n // _STEP) * _STEP)


def _renderer(room: int) -> dict[str, Any]:
    # Thousands of cells are drawn faster as one picture.
    return SVG if room <= _LEAST else {}


def _axes(room: int) -> dict[str, Any]:
    crowded = room > _LEAST
    axis = {
        "ticks": False,
        "domain": False,
        "labelFontSize": _SMALL if crowded else _LABEL,
        "labelLimit": 95,
        **BANDS,
    }
    return {
        "x": alt.X(
            "to:N",
            sort=alt.EncodingSortField("s", op="min"),
            title=None,
            axis=alt.Axis(orient="top", labelAngle=-90 if crowded else -45, **axis),
        ),
        "y": alt.Y("from:N", sort=alt.EncodingSortField("t", op="min"), title=None, axis=alt.Axis(**axis)),
        "tooltip": [
            alt.Tooltip("from:N", title="this word"),
            alt.Tooltip("to:N", title="looks at"),
            alt.Tooltip("look:N", title="mask"),
        ],
    }


@lru_cache(maxsize=16)
def _mask_spec(room: int, theme: str | None) -> dict[str, Any]:
    colours = alt.Scale(domain=[LOOKS, MAY, MAY_NOT], range=[ORANGE, BLUE, middle(theme)])
    chart = (
        alt.Chart(alt.NamedData(_LIVE))
        .mark_rect(stroke=GREY, strokeWidth=0.5)
        .encode(**_axes(room), color=alt.Color("look:N", scale=colours, legend=None))
        .properties(height=_CELL * room, usermeta=_renderer(room))
    )
    spec: dict[str, Any] = chart.to_dict()
    return spec


@lru_cache(maxsize=16)
def _heat_spec(room: int, theme: str | None) -> dict[str, Any]:
    axes = _axes(room)
    axes["tooltip"] = [*axes["tooltip"], alt.Tooltip("weight:Q", format=".4f")]
    base = alt.Chart(alt.NamedData(_LIVE)).encode(**axes)
    forbidden = base.mark_rect(color=GREY, opacity=0.35).transform_filter("!datum.allowed")
    # Under the root weak weights, of which there are most, can still be told from none.
    scale = alt.Scale(type="sqrt", domain=[0, 1], range=[middle(theme), BLUE], interpolate="rgb")
    legend = alt.Legend(
        orient="bottom", title="weight", titleOrient="left", values=[0, 0.1, 0.3, 0.6, 1], gradientLength=220,
        gradientThickness=10, format="~g",
    )  # fmt: skip
    weights = (
        base.mark_rect()
        .encode(color=alt.Color("weight:Q", scale=scale, legend=legend))
        .transform_filter("datum.allowed")
    )
    row = (
        base.mark_rect(fillOpacity=0, stroke=ORANGE, strokeWidth=1.5)
        .transform_filter("datum.chosen && datum.allowed")
        .encode(tooltip=axes["tooltip"])
    )
    spec: dict[str, Any] = (
        (forbidden + weights + row).properties(height=_CELL * room, usermeta=_renderer(room)).to_dict()
    )
    return spec


# The word under the pointer, else the chosen one.
_ACTIVE = "isDefined(hover['t']) ? indexof(hover['t'], datum.t) >= 0 : datum.chosen"
_DRAWN = f"datum.allowed && datum.weight >= {WEAKEST_LINE}"
_LEFT, _RIGHT = 0.3, 0.7


@lru_cache(maxsize=16)
def _lines_spec(room: int, theme: str | None) -> dict[str, Any]:
    places = alt.Scale(reverse=True, zero=False, nice=False, padding=_LINE / 2)
    wide = alt.Scale(domain=[0, 1])
    base = alt.Chart(alt.NamedData(_LIVE)).encode(y=alt.Y("t:Q", axis=None, scale=places))
    active = alt.selection_point(name="hover", fields=["t"], on="pointerover", clear="pointerout")
    lines = (
        base.mark_rule(strokeCap="round", clip=True)
        .transform_filter(_DRAWN)
        .encode(
            x=alt.X(datum=_LEFT, type="quantitative", axis=None, scale=wide),
            x2=alt.X2(datum=_RIGHT),
            y2="s:Q",
            opacity=alt.condition(
                _ACTIVE,
                alt.Opacity("weight:Q", scale=alt.Scale(type="sqrt", domain=[0, 1], range=[0, 1]), legend=None),
                alt.value(0.08),
            ),
            strokeWidth=alt.StrokeWidth("weight:Q", scale=alt.Scale(domain=[0, 1], range=[0.7, 7]), legend=None),
            color=alt.condition(_ACTIVE, alt.value(ORANGE), alt.value(GREY)),
        )
    )
    words = {"fontSize": _LABEL + 1, "color": ink(theme), "baseline": "middle"}
    left = (
        base.mark_text(align="right", dx=-6, **words)
        .transform_filter("datum.s == 0")
        .encode(
            x=alt.X(datum=_LEFT, type="quantitative", axis=None, scale=wide),
            text="from:N",
            opacity=alt.condition(_ACTIVE, alt.value(1), alt.value(0.6)),
        )
    )
    right = (
        base.mark_text(align="left", dx=6, **words)
        .transform_filter("datum.t == 0")
        .encode(x=alt.X(datum=_RIGHT, type="quantitative", axis=None, scale=wide), y=alt.Y("s:Q"), text="to:N")
    )
    numbers = (
        base.mark_text(align="right", **words)
        .transform_filter(_DRAWN)
        .encode(
            x=alt.X(datum=1, type="quantitative", axis=None, scale=wide),
            y=alt.Y("s:Q"),
            text=alt.Text("weight:Q", format=".2f"),
            opacity=alt.condition(_ACTIVE, alt.value(1), alt.value(0)),
        )
    )
    bands = (
        base.transform_filter("datum.s == 0")
        .transform_calculate(above="datum.t - 0.5", below="datum.t + 0.5")
        .mark_rect(color="transparent")
        .encode(
            x=alt.X(datum=0, type="quantitative", axis=None, scale=wide),
            x2=alt.X2(datum=_RIGHT - 0.1),
            y=alt.Y("above:Q"),
            y2="below:Q",
            tooltip=alt.value(None),
        )
        .add_params(active)
    )
    spec: dict[str, Any] = (
        alt.layer(lines, left, right, numbers, bands)
        .properties(height=_LINE * room if room > _LEAST else _CELL * room, usermeta=_renderer(room))
        .configure_view(stroke=None)
        .to_dict()
    )
    return spec
