"""Hidden states as a heat map, units by time; cosines of states as bars."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from pages._shared.charts.findings import finding, highest, number, spoken
from pages._shared.charts.palette import BLUE, ORANGE, middle

# All 512 units of more steps than these are more rectangles than a browser draws at once.
MAX_STEPS = 40
MOST_NAMED = 16
_LIVE = "states"
_AXIS_HEIGHT = 62


def states_frame(states: np.ndarray, units: Sequence[int], labels: Sequence[str], t: int) -> pd.DataFrame:
    """One row a unit and step, for the last ``MAX_STEPS`` of the steps 0 to t: unit, its place, step, word, value.

    ``states`` has the shape (n_steps, H); ``labels`` names the word of each step.
    """
    steps = np.arange(max(0, t + 1 - MAX_STEPS), t + 1)
    chosen = np.asarray(units, dtype=int)
    return pd.DataFrame(
        {
            "unit": np.tile(chosen, len(steps)),
            "place": np.tile(np.arange(len(chosen)), len(steps)),
            "t": np.repeat(steps, len(chosen)),
            "word": np.repeat([labels[s] for s in steps], len(chosen)),
            "h": states[np.ix_(steps, chosen)].ravel(),
        }
    )


def states_alt(frame: pd.DataFrame) -> str:
    """Which of the drawn units changes most from one step to the next, and at which; of one step the strongest one."""
    units = frame.loc[frame["t"] == frame["t"].min(), "unit"].tolist()
    values = frame["h"].to_numpy().reshape(-1, len(units))
    drawn = f"{len(units):,} unit{'s' * (len(units) > 1)} over {len(values):,} step{'s' * (len(values) > 1)}"
    if len(values) == 1:
        place = int(np.abs(values[0]).argmax())
        return finding("Hidden states", drawn, f"unit {units[place]} is strongest, {number(values[0, place])}")
    moves = np.abs(np.diff(values, axis=0))
    row, place = (int(i) for i in np.unravel_index(moves.argmax(), moves.shape))
    at = frame.iloc[(row + 1) * len(units)]
    return finding(
        "Hidden states",
        drawn,
        f"unit {units[place]} changes most, from {number(values[row, place])} to {number(values[row + 1, place])} "
        f"at step {at['t']}, {spoken(at['word'])}",
    )


def states_chart(frame: pd.DataFrame, labels: Sequence[str], *, height: int, theme: str | None) -> dict[str, Any]:
    """The heat map on the scale -1 to 1, for ``st.vega_lite_chart``.

    The axis has room for every step of the sentence, so that the map only fills up: from one step to the next nothing
    but the data differs, and the browser compiles nothing anew.
    """
    end = min(len(labels), max(int(frame["t"].max()) + 1, MAX_STEPS))
    first = max(0, end - MAX_STEPS)
    units = tuple(frame.loc[frame["t"] == frame["t"].max(), "unit"].tolist())
    return {**_states_spec(tuple(labels[first:end]), first, units, height, theme), "datasets": {_LIVE: frame}}


@lru_cache(maxsize=32)
def _states_spec(
    labels: tuple[str, ...], first: int, units: tuple[int, ...], height: int, theme: str | None
) -> dict[str, Any]:
    words = {str(step): _short(text) for step, text in enumerate(labels, start=first)}
    numbers = {str(place): str(unit) for place, unit in enumerate(units)}
    named = len(units) <= MOST_NAMED
    chart = (
        alt.Chart(alt.NamedData(_LIVE))
        .mark_rect()
        .encode(
            x=alt.X(
                "t:O",
                title=None,
                scale=alt.Scale(domain=list(range(first, first + len(labels)))),
                axis=alt.Axis(
                    labelExpr=f"{_js(words)}[datum.label]",
                    labelAngle=-35,
                    labelOverlap=len(labels) > 12,
                    ticks=False,
                    orient="top",
                ),
            ),
            y=alt.Y(
                "place:O",
                title="unit" if named else f"{len(units)} units",
                axis=alt.Axis(
                    labelExpr=f"{_js(numbers)}[datum.label]", ticks=False, labelOverlap=False, labelFlush=False
                )
                if named
                else alt.Axis(labels=False, ticks=False),
            ),
            color=alt.Color(
                "h:Q",
                scale=alt.Scale(domain=[-1, 0, 1], range=[ORANGE, middle(theme), BLUE], interpolate="rgb"),
                legend=alt.Legend(title="h", orient="right", gradientLength=height - 90),
            ),
            tooltip=["unit:O", "t:O", "word:N", alt.Tooltip("h:Q", format=".6f")],
        )
        .properties(height=height)
    )
    spec: dict[str, Any] = chart.to_dict()
    return spec


def _js(table: dict[str, str]) -> str:
    """A table as a Vega expression; quotes and backslashes of the words cannot end its strings."""
    return "{" + ", ".join(f"{_quoted(k)}: {_quoted(v)}" for k, v in table.items()) + "}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _short(text: str, most: int = 12) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def cosines_alt(labels: Sequence[str], cosines: Sequence[float], t: int) -> str:
    """Which earlier states the current one resembles most, and which least."""
    least = int(np.argmin(cosines))
    return finding(
        "Cosines with earlier states",
        f"the state of step {t} is nearest to {highest(labels, cosines)}",
        f"farthest from {spoken(labels[least])} {number(cosines[least])}" if len(labels) > 1 else "",
    )


def cosine_bars(labels: Sequence[str], cosines: Sequence[float], ink: str) -> alt.LayerChart:
    """The cosine of the current state with each earlier one, on the fixed scale -1 to 1, the latest first.

    ``labels`` name the earlier steps and must differ.
    """
    frame = pd.DataFrame(
        {
            "step": [_short(text, 24) for text in labels],
            "order": range(len(labels), 0, -1),
            "cosine": cosines,
        }
    )
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "step:N",
            sort=alt.EncodingSortField("order", op="min"),
            title=None,
            axis=alt.Axis(labelLimit=190, ticks=False, labelOverlap=False),
        ),
        x=alt.X(
            "cosine:Q",
            title="cosine with the current state",
            scale=alt.Scale(domain=[-1, 1]),
            axis=alt.Axis(tickCount=5),
        ),
    )
    drawn = base.mark_bar(height={"band": 0.7}, color=BLUE).encode(
        tooltip=["step:N", alt.Tooltip("cosine:Q", format=".6f")]
    )
    text = (
        base.mark_text(align="left", dx=4, color=ink)
        .encode(text=alt.Text("cosine:Q", format=".3f"), x=alt.X("at:Q"))
        .transform_calculate(at="max(datum.cosine, 0)")
    )
    return (drawn + text).properties(height=24 * len(frame) + _AXIS_HEIGHT)
