"""Hidden states as a strip of colours, units by steps; cosines of states as bars."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from pages._shared.charts.findings import finding, highest, number, spoken
from pages._shared.charts.palette import BLUE

# All units of more steps than these are more rectangles than a browser draws at once.
MAX_STEPS = 40
MOST_NAMED = 16
_AXIS_HEIGHT = 62


def states_drawing(states: np.ndarray, units: Sequence[int], labels: Sequence[str], t: int) -> dict[str, Any]:
    """The message of the drawing "strip": some units at the last ``MAX_STEPS`` of the steps 0 to t.

    It names more steps than it holds numbers of: there is room for every step of the sentence, up to ``MAX_STEPS``, so
    that from one step to the next the strip only fills up.

    Parameters
    ----------
    states : array of shape (n_steps, H), in [-1, 1]
    units : sequence of int
        Which of the H are drawn, from top to bottom.
    labels : sequence of n_steps str
        The word that each step reads.
    t : int

    Returns
    -------
    dict
        ``h`` holds float32 numbers, little-endian, step after step, in base64: at most 40 x 512 x 4 bytes and a third.
    """
    end = min(len(labels), max(t + 1, MAX_STEPS))
    first = max(0, end - MAX_STEPS)
    chosen = states[first : t + 1, list(units)]
    return {
        "units": list(units),
        "first": first,
        "words": list(labels[first:end]),
        "h": b64encode(np.ascontiguousarray(chosen, dtype="<f4").tobytes()).decode(),
        "named": len(units) <= MOST_NAMED,
        "hint": "Point at a cell to read its number.",
        "finding": states_alt(chosen, units, labels[first : t + 1], first),
    }


def states_alt(values: np.ndarray, units: Sequence[int], labels: Sequence[str], first: int = 0) -> str:
    """Which of the drawn units changes most from one step to the next, and at which; of one step the strongest one.

    ``values`` has the shape (n_steps, n_units) and begins at step ``first``; ``labels`` names the word of each step.
    """
    drawn = f"{len(units):,} unit{'s' * (len(units) > 1)} over {len(values):,} step{'s' * (len(values) > 1)}"
    if len(values) == 1:
        place = int(np.abs(values[0]).argmax())
        return finding("Hidden states", drawn, f"unit {units[place]} is strongest, {number(values[0, place])}")
    moves = np.abs(np.diff(values, axis=0))
    row, place = (int(i) for i in np.unravel_index(moves.argmax(), moves.shape))
    return finding(
        "Hidden states",
        drawn,
        f"unit {units[place]} changes most, from {number(values[row, place])} to {number(values[row + 1, place])} "
        f"at step {first + row + 1}, {spoken(labels[row + 1])}",
    )


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
