"""The cells of the unrolled recurrent network around one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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


def unrolled_drawing(cells: Sequence[Cell], t: int, last: int) -> dict[str, Any]:
    """The message of the drawing "unrolled": the cells as they follow one another, and what they show in words."""
    return {
        "cells": [(cell.t, cell.word, *(cell.best or (None, None))) for cell in cells],
        "t": t,
        "last": last,
        "finding": unrolled_alt(cells, t, last),
    }


def unrolled_alt(cells: Sequence[Cell], t: int, last: int) -> str:
    """What the current step reads and predicts, and how many steps are still ahead."""
    cell = next(cell for cell in cells if cell.t == t)
    best = "" if cell.best is None else f"most probable next is {spoken(cell.best[0])}, {percent(cell.best[1])}"
    return finding(
        "The unrolled network", f"step {t:,} of {last:,} reads {spoken(cell.word)}", best, f"{last - t:,} still ahead"
    )
