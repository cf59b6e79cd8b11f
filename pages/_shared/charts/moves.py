"""How far the distribution for each word moves when another word changes."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from nlm_core.lm.change import Moved
from pages._shared.charts.bars import BANDS, SVG
from pages._shared.charts.findings import finding, spoken
from pages._shared.charts.palette import BLUE, GREY, ORANGE, ink

_LIVE = "moves"
_ROW, _AXIS_HEIGHT = 24, 90
# The height grows in steps, so that most keystrokes leave the specification as it is.
_STEP, _LEAST = 6, 6
_SIDES = {"left": "left of it", "changed": "the changed word", "right": "right of it"}


def moves_frame(moves: Sequence[Moved], labels: Sequence[str]) -> pd.DataFrame:
    """One row a word: numbered label, its order, side, largest difference, and that as it is written."""
    rows = [
        (f"{move.position}  {text}", move.position, _SIDES[move.side], move.largest, written(move.largest))
        for move, text in zip(moves, labels, strict=True)
    ]
    return pd.DataFrame(rows, columns=["word", "order", "side", "largest", "shown"])


def moves_alt(key: str, frame: pd.DataFrame) -> str:
    """The largest difference on each side of the changed word, and at which word."""
    parts = []
    for side, rows in frame.groupby("side", sort=False):
        most = rows.loc[rows["largest"].idxmax()]
        at = f" at {spoken(most['word'])}" if most["largest"] else ""
        parts.append(f"{side} at most {most['shown']}{at}" if most["largest"] else f"{side} {most['shown']}")
    return finding(f"Differences in the {key}", *parts)


def written(difference: float) -> str:
    """A difference; only the number 0 itself reads ``exactly 0``."""
    return "exactly 0" if difference == 0.0 else f"{difference:.2g}"


def moves_chart(frame: pd.DataFrame, theme: str | None) -> dict[str, Any]:
    """Bars of the largest differences, for ``st.vega_lite_chart``, on a fixed scale that shows small values and 0."""
    room = max(_LEAST, -(-len(frame) // _STEP) * _STEP)
    return {**_spec(room, theme), "datasets": {_LIVE: frame}}


@lru_cache(maxsize=16)
def _spec(room: int, theme: str | None) -> dict[str, Any]:
    base = alt.Chart(alt.NamedData(_LIVE)).encode(
        y=alt.Y(
            "word:N",
            sort=alt.EncodingSortField("order", op="min"),
            title=None,
            axis=alt.Axis(**BANDS, labelLimit=130, ticks=False),
        ),
        x=alt.X(
            "largest:Q",
            title="max |p − q| over the whole vocabulary",
            scale=alt.Scale(type="symlog", constant=0.001, domain=[0, 1]),
            axis=alt.Axis(values=[0, 0.001, 0.01, 0.1, 1], format="~g", labelOverlap=False),
        ),
    )
    sides = alt.Scale(domain=list(_SIDES.values()), range=[BLUE, GREY, ORANGE])
    bars = base.mark_bar(height={"band": 0.75}).encode(
        color=alt.Color("side:N", scale=sides, legend=alt.Legend(orient="bottom", title=None)),
        tooltip=["word:N", "side:N", alt.Tooltip("largest:Q", format=".3g", title="max |p − q|")],
    )
    at = "datum.largest > 0.1 ? 'right' : 'left'"
    text = base.mark_text(align=alt.expr(at), dx=alt.expr("datum.largest > 0.1 ? -4 : 4"), color=ink(theme)).encode(
        text="shown:N", color=alt.condition("datum.largest > 0.1", alt.value("#ffffff"), alt.value(ink(theme)))
    )
    spec: dict[str, Any] = (bars + text).properties(height=_ROW * room + _AXIS_HEIGHT, usermeta=SVG).to_dict()
    return spec
