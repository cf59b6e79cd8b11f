"""Bars of a next-token distribution."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from nlm_core.lm.candidates import Candidates
from pages._shared.charts.findings import condition, finding, listed, spoken
from pages._shared.charts.palette import BLUE, GREY, ORANGE

PICK = "pick"
_LIVE = "bars"
_ROW_HEIGHT = 24
# About the width of a letter or digit beside a bar.
_LETTER_PX = 7
_GUESS = " ◂ your guess"
# Bars whose numbers are told.
_TOLD = 3
# Streamlit fits axis and title into the height of a chart.
_AXIS_HEIGHT = 45
# Numbers of an axis from 0 to 100 %, as many as its width in pixels has room for.
_SHARES = "width < 200 ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]"
# The renderer draws SVG, so that a saved picture stays sharp and a screen reader finds the labels.
SVG = {"embedOptions": {"renderer": "svg"}}
# An axis of names, for ``alt.Axis``: each in the middle of its band. The theme would push the first one down.
BANDS: dict[str, Any] = {"labelOverlap": False, "labelFlush": False}


def others_label(count: int) -> str:
    return f"all other {count:,} tokens"


def bars_height(rows: int) -> int:
    """In pixels, axis and title included."""
    return _ROW_HEIGHT * rows + _AXIS_HEIGHT


def bars_frame(
    found: Candidates, following: int | None = None, reach: float = 1.0, guessed: int | None = None
) -> pd.DataFrame:
    """One row a bar: label, token id (-1 for all others), p, its text, its kind, its order and its drawn length.

    ``following`` is the token that really comes next, where one does; ``guessed`` one that a visitor has named. A bar
    longer than ``reach``, the end of the axis, is drawn to the end and says so beside its number.
    """
    rows = [
        (f"{c.rank}  {c.text}", c.token_id, c.p, "follows" if c.token_id in (following, guessed) else "token", order)
        for order, c in enumerate(found.top, start=1)
    ]
    rows.append((others_label(found.others), -1, found.others_p, "others", len(found.top) + 1))
    frame = pd.DataFrame(rows, columns=["label", "id", "p", "kind", "order"])
    frame["drawn"] = frame["p"].clip(upper=reach)
    frame["shown"] = [
        percent(p) + (" ⟶" if p > reach else "") + (_GUESS if token_id == guessed else "")
        for token_id, p in zip(frame["id"], frame["p"], strict=True)
    ]
    return frame


def bars_alt(name: str, frame: pd.DataFrame, labels: Sequence[str] = ()) -> str:
    """What the bars of ``bars_frame`` show: the highest with their p, the marked ones, and all others together.

    ``labels`` are the tokens that were read before, START first.
    """
    pairs, marked, rest = [], [], []
    for text, p, kind, shown in zip(
        *(frame[column].tolist() for column in ("label", "p", "kind", "shown")), strict=True
    ):
        if kind == "others":
            rest += [f"{text} together {percent(p)}"] if p > 0 else []
            continue
        pairs.append((spoken(text.split("  ", 1)[1]), percent(p)))
        if kind == "follows":
            what = "your guess is" if shown.endswith(_GUESS) else "in the text stands"
            marked.append(f"{what} {', '.join(pairs[-1])}")
    after = f"after {condition(labels)}, " if labels else ""
    return finding(name, after + listed(pairs[:_TOLD]), *rest, *marked)


def paired_alt(name: str, labels: Sequence[str], p: Sequence[float], q: Sequence[float]) -> str:
    """What ``paired_bars`` shows: p and q of the first tokens, and how many of the drawn ones cannot be drawn from."""
    pairs = [
        (spoken(text.split("  ", 1)[-1]), f"{percent(a)} to {percent(b)}")
        for text, a, b in zip(labels[:_TOLD], p, q, strict=False)
    ]
    cut = sum(value == 0 for value in q)
    return finding(name, f"from p to q, {listed(pairs)}", f"{cut} of these {len(labels)} are cut off" if cut else "")


def percent(p: float) -> str:
    """A probability as a percentage that never reads 0 for something that can happen."""
    if 0 < p < 0.0001:
        return "< 0.01 %"
    return f"{p:.2%}".replace("%", " %") if p < 0.1 else f"{p:.1%}".replace("%", " %")


def bars(frame: pd.DataFrame, ink: str, *, reach: float = 1.0, clickable: bool = True) -> alt.LayerChart:
    """Horizontal bars on the fixed scale 0 to ``reach``, so that nothing jumps while one types."""
    return _bars(frame, len(frame), ink, reach, clickable)


def live_bars(frame: pd.DataFrame, ink: str, *, reach: float = 1.0, clickable: bool = True) -> dict[str, Any]:
    """The same bars for ``st.vega_lite_chart``, made for every keystroke.

    Only the data differs from one to the next, so that nothing is compiled anew, neither here nor in the browser. The
    ``alt`` text of the chart must stay the same for that too: in the browser it is a part of the specification. What
    the bars show is told beside them, by ``panels.chart``.
    """
    return {**_live_spec(len(frame), ink, reach, clickable), "datasets": {_LIVE: frame}}


@cache
def _live_spec(rows: int, ink: str, reach: float, clickable: bool) -> dict[str, Any]:
    spec: dict[str, Any] = _bars(alt.NamedData(_LIVE), rows, ink, reach, clickable).to_dict()
    return spec


def _bars(data: Any, rows: int, ink: str, reach: float, clickable: bool) -> alt.LayerChart:
    # By quarters or halves, where they are whole: six numbers would run into each other in a narrow chart.
    ticks: dict[str, Any] = {"values": alt.ExprRef(_SHARES)} if reach == 1 else {"tickCount": 5}
    base = alt.Chart(data).encode(
        y=alt.Y(
            "label:N",
            sort=alt.EncodingSortField("order", op="min"),
            title=None,
            axis=alt.Axis(**BANDS, labelLimit=190, ticks=False),
        ),
        x=alt.X(
            "drawn:Q",
            title="p over the whole vocabulary",
            scale=alt.Scale(domain=[0, reach]),
            # In a narrow chart the title is wider than the scale; it then reaches to the left, below the labels.
            axis=alt.Axis(format=".0%", titleAnchor="end", **ticks),
        ),
    )
    kinds = alt.Scale(domain=["token", "follows", "others"], range=[BLUE, ORANGE, GREY])
    drawn = base.mark_bar(height={"band": 0.8}, cursor="pointer" if clickable else "default").encode(
        color=alt.Color("kind:N", scale=kinds, legend=None),
        tooltip=[alt.Tooltip("label:N", title="token"), alt.Tooltip("id:Q"), alt.Tooltip("p:Q", format=".6f")],
    )
    if clickable:
        drawn = drawn.add_params(alt.selection_point(name=PICK, fields=["id"]))
    # What has no room behind its bar stands in it: beyond the scale it would be cut off, or move the scale.
    room, needed = f"(1 - datum.drawn / {reach}) * width", f"{_LETTER_PX} * (1 + length(datum.shown))"
    inside = f"datum.drawn > {reach / 2} && {room} < {needed}"
    behind = base.transform_filter(f"!({inside})").mark_text(align="left", dx=4, color=ink).encode(text="shown:N")
    within = (
        base.transform_filter(inside)
        .mark_text(align="right", dx=-4)
        .encode(text="shown:N", color=alt.condition("datum.kind === 'token'", alt.value("white"), alt.value("black")))
    )
    return (drawn + behind + within).properties(height=bars_height(rows), usermeta=SVG)


def paired_bars(labels: Sequence[str], p: Sequence[float], q: Sequence[float]) -> alt.Chart:
    """The model's p beside the sampling distribution q, token by token."""
    count = len(labels)
    frame = pd.DataFrame(
        {
            "label": [*labels, *labels],
            "order": [*range(count), *range(count)],
            "which": ["p, the model"] * count + ["q, drawn from"] * count,
            "value": [*p, *q],
        }
    )
    return (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            y=alt.Y(
                "label:N",
                sort=alt.EncodingSortField("order", op="min"),
                title=None,
                axis=alt.Axis(**BANDS, labelLimit=190),
            ),
            yOffset=alt.YOffset("which:N"),
            x=alt.X("value:Q", title="probability", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%")),
            color=alt.Color(
                "which:N",
                scale=alt.Scale(domain=["p, the model", "q, drawn from"], range=[BLUE, ORANGE]),
                legend=alt.Legend(orient="top", title=None),
            ),
            tooltip=["label:N", "which:N", alt.Tooltip("value:Q", format=".6f")],
        )
        .properties(height=34 * count + 2 * _AXIS_HEIGHT, usermeta=SVG)
    )
