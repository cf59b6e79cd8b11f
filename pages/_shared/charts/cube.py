"""The encoder's output as a block of numbers, with the slice [:, 0, :] cut out of it."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from nlm_core.sentiment.encoder import Encoded
from pages._shared.charts.findings import finding, number
from pages._shared.charts.palette import BLUE, ORANGE, middle

# Cells along an edge; of more hidden units or tokens every n-th is drawn.
MAX_UNITS, MAX_COLUMNS = 20, 16
# How far a step in depth moves to the left and up, beside a step to the right or down.
_LEFT, _UP = 0.34, 0.42
_GAP = 1.6
Corners = tuple[tuple[float, float], ...]
# The corners of a cell, and its sentence, token and unit.
Cell = tuple[Corners, tuple[int, int, int]]


def units_drawn(hidden: int) -> list[int]:
    """The hidden units of which a cell is drawn, evenly spread from 0 on."""
    return sorted({round(unit) for unit in np.linspace(0, hidden - 1, min(hidden, MAX_UNITS)).tolist()})


def cube_frame(encoded: Encoded, layer: int) -> pd.DataFrame:
    """Four corners a cell: cell, x, y, and what the cell holds: sentence (from 0), token, its word, unit, value.

    Rows are sentences from the top, columns tokens from the left, and hidden units go into the depth, up to the left;
    so the side that is seen on the left is that of [CLS].
    """
    states = encoded.hidden[layer]
    n, length, hidden = states.shape
    units, columns = units_drawn(hidden), list(range(min(length, MAX_COLUMNS)))
    found: list[Cell] = []
    # The rest of the block first: the slice stands before it.
    for first, tokens in ((_GAP, columns[1:]), (0.0, columns[:1])):
        found += _block(n, tokens, units, first)
    rows = []
    for cell, (corner, (i, j, u)) in enumerate(found):
        words = encoded.sentences[i].tokens
        word = words[j] if j < len(words) else "[PAD]"
        rows += [(cell, x, y, i, j, word, u, float(states[i, j, u]), "slice" if j == 0 else "rest") for x, y in corner]
    return pd.DataFrame(rows, columns=["cell", "x", "y", "sentence", "token", "word", "unit", "value", "part"])


def _block(n: int, tokens: Sequence[int], units: Sequence[int], right: float) -> list[Cell]:
    """The visible cells of a block: its top, its left side, its front."""
    if not tokens:
        return []
    depth, first = len(units), tokens[0] + right

    def at(column: float, row: float, deep: float) -> tuple[float, float]:
        return column - _LEFT * deep, -row + _UP * deep

    def corners(*three: tuple[float, float, float]) -> Corners:
        return tuple(at(*corner) for corner in three)

    cells: list[Cell] = []
    for k in reversed(range(depth)):
        for c, j in enumerate(tokens):
            x = first + c
            cells.append((corners((x, 0, k), (x + 1, 0, k), (x + 1, 0, k + 1), (x, 0, k + 1)), (0, j, units[k])))
        for i in range(n):
            side = corners((first, i, k), (first, i + 1, k), (first, i + 1, k + 1), (first, i, k + 1))
            cells.append((side, (i, tokens[0], units[k])))
    for i in range(n):
        for c, j in enumerate(tokens):
            x = first + c
            cells.append((corners((x, i, 0), (x + 1, i, 0), (x + 1, i + 1, 0), (x, i + 1, 0)), (i, j, units[0])))
    return cells


def cube_alt(frame: pd.DataFrame, shape: tuple[int, int, int]) -> str:
    """How large the block is and between which values its drawn cells lie; ``shape`` is that of the hidden states."""
    low, high = (number(end) for end in (frame["value"].min(), frame["value"].max()))
    n, length, hidden = shape
    cut = frame[frame["part"] == "slice"]["value"].abs().max()
    return finding(
        "Block of hidden states",
        f"{n} sentences by {length} positions by {hidden} units, drawn values from {low} to {high}",
        f"the slice of the first position is cut out, its largest value {number(cut)} in size",
    )


def cube_chart(frame: pd.DataFrame, theme: str | None, ink: str, *, height: int = 380) -> alt.LayerChart:
    """The block in colours of its values; the first row of sentences is named "yours"."""
    reach = max(float(np.quantile(frame["value"].abs(), 0.98)), 1e-9)
    cells = (
        alt.Chart(frame)
        .mark_line(filled=True, strokeWidth=0.4, stroke="#8a949e", interpolate="linear-closed")
        .encode(
            x=alt.X("x:Q", axis=None, scale=alt.Scale(nice=False, padding=8)),
            y=alt.Y("y:Q", axis=None, scale=alt.Scale(nice=False, padding=8)),
            detail="cell:N",
            order=alt.Order("cell:Q"),
            fill=alt.Fill(
                "value:Q",
                scale=alt.Scale(
                    domain=[-reach, 0, reach], range=[ORANGE, middle(theme), BLUE], clamp=True, interpolate="rgb"
                ),
                legend=alt.Legend(title="value", orient="right", gradientLength=140),
            ),
            tooltip=["sentence:O", "token:O", "word:N", "unit:O", alt.Tooltip("value:Q", format=".5f")],
        )
    )
    sentences = int(frame["sentence"].max()) + 1
    names = pd.DataFrame(
        {
            "x": [frame["x"].max() + 0.15] * sentences,
            "y": [-i - 0.5 for i in range(sentences)],
            "text": ["yours" if i == 0 else f"row {i}" for i in range(sentences)],
        }
    )
    labels = alt.Chart(names).mark_text(align="left", color=ink, fontSize=12).encode(x="x:Q", y="y:Q", text="text:N")
    return (cells + labels).properties(height=height).configure_view(stroke=None)
