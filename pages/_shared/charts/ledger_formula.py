"""A row of the backpropagation ledger as LaTeX with its numbers: upstream, local, result; a cell may be hidden."""

import torch
from torch import Tensor

from nlm_core.nn.latex import matrix
from nlm_core.nn.ledger import FORWARD, LOSS, Ledger, Row
from nlm_core.nn.losses import loss

_HOLE = r"\mathrm{NaN}"
_BOX = r"\boxed{\,?\,}"


def result_text(row: Row, hidden: int | None = None) -> str:
    """The result as a matrix; entry ``hidden`` of it, counted row by row, becomes a box with a question mark."""
    if hidden is None:
        return matrix(row.result)
    holed = row.result.clone().view(-1)
    holed[hidden] = float("nan")
    return matrix(holed.view(row.result.shape)).replace(_HOLE, _BOX)


def _under(values: Tensor, name: str) -> str:
    return rf"\underbrace{{{matrix(values)}}}_{{{name}}}"


def factors_text(ledger: Ledger, row: Row) -> str:
    """The right side of the row's formula with the numbers put in."""
    if row.phase == LOSS:
        return loss(ledger.loss).filled(ledger.y, ledger.passed.prediction).rsplit(" = ", 1)[0]
    return _forward_text(ledger, row) if row.phase == FORWARD else _backward_text(ledger, row)


def _forward_text(ledger: Ledger, row: Row) -> str:
    operand = _under(row.upstream, row.upstream_symbol)
    if row.key == "p":
        return rf"\text{{{loss(ledger.loss).head}}} {operand}"
    if row.local is None:
        return rf"\sigma \, {operand}"
    layer = int(row.local_symbol.removeprefix("W_"))
    bias = _under(ledger.parameters.b[layer - 1], f"b_{layer}")
    return f"{_under(row.local, row.local_symbol)} {operand} + {bias}"


def _backward_text(ledger: Ledger, row: Row) -> str:
    if row.key == "delta_yhat":
        symbol = r"\hat{y}" if ledger.passed.p is None else "p"
        difference = rf"{_under(ledger.passed.prediction, symbol)} - {_under(ledger.y, 'y')}"
        return rf"\operatorname{{sign}}\left( {difference} \right)" if ledger.loss == "L1" else difference
    up = _under(row.upstream, r"\text{upstream } " + row.upstream_symbol)
    if row.local is None:
        return up
    local = _under(row.local, r"\text{local } " + row.local_symbol)
    if row.local_symbol.startswith("W"):
        return f"{local} {up}"
    return rf"{up} \odot {local}" if row.local_symbol.startswith(r"\sigma") else f"{up} {local}"


def hidden_entry(row: Row) -> int:
    """Which entry is worth guessing: the one of the largest absolute value."""
    return int(row.result.abs().flatten().argmax())


def entry_name(row: Row, entry: int) -> str:
    """Where that entry stands, as LaTeX indices counted from 1; empty for a single number."""
    if row.result.ndim == 0:
        return ""
    places = torch.unravel_index(torch.tensor(entry), row.result.shape)
    return ", ".join(str(int(place) + 1) for place in places)


def guess_holds(guess: float, value: float) -> bool:
    """Whether a guess is the value to two digits, or nearly nothing where the value is."""
    return abs(guess - value) <= max(0.01 * abs(value), 0.006)
