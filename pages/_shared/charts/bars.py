"""Bars of a next-token distribution."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from nlm_core.lm.candidates import Candidates
from pages._shared.charts.findings import condition, finding, listed, spoken
from pages._shared.charts.palette import BLUE, ORANGE

# Id, label, p, kind ("token", "follows" or "others") and a note: what the drawing in the browser takes for one bar.
Row = tuple[int, str, float, str, str]
OTHERS_ID = -1
_GUESS = "your guess"
# Bars whose numbers are told.
_TOLD = 3
# Streamlit fits axis and title into the height of a chart.
_AXIS_HEIGHT = 45
# The renderer draws SVG, so that a saved picture stays sharp and a screen reader finds the labels.
SVG = {"embedOptions": {"renderer": "svg"}}
# An axis of names, for ``alt.Axis``: each in the middle of its band. The theme would push the first one down.
BANDS: dict[str, Any] = {"labelOverlap": False, "labelFlush": False}


def others_label(count: int) -> str:
    return f"all other {count:,} tokens"


def bar_rows(found: Candidates, following: int | None = None, guessed: int | None = None) -> list[Row]:
    """One row a bar, most probable first, and one for all other tokens together.

    ``following`` is the token that really comes next, where one does; ``guessed`` one that a visitor has named.
    """
    rows: list[Row] = [
        (
            c.token_id, f"{c.rank}  {c.text}", c.p, "follows" if c.token_id in (following, guessed) else "token",
            _GUESS if c.token_id == guessed else "",
        )
        for c in found.top
    ]  # fmt: skip
    return [*rows, (OTHERS_ID, others_label(found.others), found.others_p, "others", "")]


def bars_drawing(name: str, rows: Sequence[Row], labels: Sequence[str] = (), *, reach: float = 1.0) -> dict[str, Any]:
    """The message of the drawing "bars": rows on the fixed scale 0 to ``reach``, and what they show in words.

    A bar longer than ``reach``, the end of the axis, is drawn to the end and says so beside its number.
    """
    return {"rows": rows, "reach": reach, "finding": bars_alt(name, rows, labels)}


def bars_alt(name: str, rows: Sequence[Row], labels: Sequence[str] = ()) -> str:
    """What the bars of ``bar_rows`` show: the highest with their p, the marked ones, and all others together.

    ``labels`` are the tokens that were read before, START first.
    """
    pairs, marked, rest = [], [], []
    for _, text, p, kind, note in rows:
        if kind == "others":
            rest += [f"{text} together {percent(p)}"] if p > 0 else []
            continue
        pairs.append((spoken(text.split("  ", 1)[1]), percent(p)))
        if kind == "follows":
            marked.append(f"{'your guess is' if note else 'in the text stands'} {', '.join(pairs[-1])}")
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
