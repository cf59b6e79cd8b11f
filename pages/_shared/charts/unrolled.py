"""The unrolled recurrent network as HTML: one cell a step, the current one filled, those ahead dashed."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pages._shared.charts.bars import percent
from pages._shared.charts.findings import finding, spoken

MAX_CELLS = 7


@dataclass(frozen=True)
class Cell:
    """Step t: the word that is read, and the most probable next word with its p; None for a step still ahead."""

    t: int
    word: str
    best: tuple[str, float] | None


def shown_steps(t: int, last: int, most: int = MAX_CELLS) -> range:
    """At most ``most`` of the steps 0 to ``last``, with step t among them and as much ahead of it as behind."""
    first = max(0, min(t - most // 2, last - most + 1))
    return range(first, min(last, first + most - 1) + 1)


def unrolled_html(cells: Sequence[Cell], t: int, last: int) -> str:
    """The cells as they follow one another; what is left out on either side is counted."""
    first = cells[0].t
    parts = []
    if first == 0:
        parts.append('<div class="link">before<br>START: 0</div>')
    else:
        parts.append(f'<div class="link">… {first:,}<br>earlier</div>')
    for cell in cells:
        parts.append('<div class="link" title="the hidden state is handed on">U<sub>h</sub><br>→</div>')
        parts.append(_cell(cell, t))
    if cells[-1].t < last:
        parts.append(f'<div class="link">… {last - cells[-1].t:,}<br>more</div>')
    name = escape(unrolled_alt(cells, t, last))
    return f'<div class="nlm-unrolled" role="group" aria-label="{name}">{"".join(parts)}</div>'


def unrolled_alt(cells: Sequence[Cell], t: int, last: int) -> str:
    """What the current step reads and predicts, and how many steps are still ahead."""
    cell = next(cell for cell in cells if cell.t == t)
    best = "" if cell.best is None else f"most probable next is {spoken(cell.best[0])}, {percent(cell.best[1])}"
    return finding(
        "The unrolled network", f"step {t:,} of {last:,} reads {spoken(cell.word)}", best, f"{last - t:,} still ahead"
    )


def _cell(cell: Cell, t: int) -> str:
    place = "current" if cell.t == t else "ahead" if cell.t > t else "read"
    best, p = ("?", "") if cell.best is None else (escape(cell.best[0]), percent(cell.best[1]))
    word = escape(cell.word)
    return (
        f'<div class="step {place}">'
        f'<div class="word" title="most probable next: {best} {p}">{best}</div>'
        f'<div class="small">p<sub>{cell.t}</sub> {p}</div>'
        '<div class="small">↑ W<sub>y</sub></div>'
        f'<div class="state">h<sub>{cell.t}</sub></div>'
        '<div class="small">↑ W<sub>h</sub></div>'
        f'<div class="small">x<sub>{cell.t}</sub></div>'
        f'<div class="word" title="read: {word}">{word}</div>'
        "</div>"
    )
