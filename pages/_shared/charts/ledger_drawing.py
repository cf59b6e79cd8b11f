"""What the live drawing "ledger" is told: one step of backpropagation, in symbols and with its numbers."""

from typing import Any

from nlm_core.nn.ledger import Ledger
from pages._shared.charts.findings import finding, number
from pages._shared.charts.ledger_formula import factors_text, hidden_entry, result_text

# Numbers of a result that are told.
_TOLD = 8


def ledger_drawing(done: Ledger, row: int, guessing: bool) -> dict[str, Any]:
    """The message; rows count from 1. While one guesses, one number of the result is a box.

    The formulas are lists of LaTeX, each of which stays on one line.
    """
    this = done.rows[row - 1]
    hidden = hidden_entry(this) if guessing else None
    return {
        "finding": ledger_alt(done, row, guessing),
        "where": f"{this.phase} · row {row} of {len(done.rows)}",
        "row": row,
        "first": 1,
        "last": len(done.rows),
        "symbols": [this.formula, this.shapes],
        "numbers": [
            f"{this.symbol} =",
            factors_text(done, this).replace(r"\left[", "[").replace(r"\right]", "]"),
            f"= {result_text(this, hidden)}",
        ],
    }


def ledger_alt(done: Ledger, row: int, guessing: bool) -> str:
    """Where it is, and the result with its first numbers, unless they are to be guessed."""
    this = done.rows[row - 1]
    values = this.result.flatten().tolist()
    shown = ", ".join(number(value) for value in values[:_TOLD]) + ", …" * (len(values) > _TOLD)
    return finding(
        "Backpropagation",
        f"row {row} of {len(done.rows)}, {this.phase}",
        f"{this.key} {'is to be guessed' if guessing else f'= {shown}'}",
    )
