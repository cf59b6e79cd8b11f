"""A drawn network: edges as wide as their weights, nodes with their activations; both can be clicked."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from nlm_core.nn.mlp import Forward, Parameters
from pages._shared.charts.findings import finding, number

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
# Digits that are told of a number, of which a node shows three.
_DIGITS = 7


def subscript(i: int) -> str:
    return str(i).translate(_SUBSCRIPTS)


def symbol(layer: int, layers: int) -> str:
    """What the nodes of a layer are called: x, h₂, h₄, …, ŷ; layer 0 is the input."""
    return "x" if layer == 0 else "ŷ" if layer == layers else f"h{subscript(2 * layer)}"


def weight_name(layer: int, row: int, column: int | None) -> str:
    """W₁[2, 3], or b₁[2] without a column; layers count from 1, rows and columns from 0."""
    place = f"[{row + 1}]" if column is None else f"[{row + 1}, {column + 1}]"
    return f"{'b' if column is None else 'W'}{subscript(layer)}{place}"


def _told(values: Tensor) -> Any:
    """The numbers as nested lists, with as many digits as are told."""

    def short(value: Any) -> Any:
        return [short(each) for each in value] if isinstance(value, list) else float(f"{value:.{_DIGITS}g}")

    return short(values.tolist())


def network_drawing(parameters: Parameters, passed: Forward, chosen: tuple[int, int]) -> dict[str, Any]:
    """The message of the drawing "network", but for its fields; ``chosen`` is (layer, row) of a unit.

    Layers are told by symbol, heading, activations and pre-activations, of which input and output have none; weights
    as W of each layer.
    """
    layers = len(parameters.W)
    told = []
    for layer, size in enumerate(parameters.sizes):
        name, outer = symbol(layer, layers), layer in (0, layers)
        values = passed.x if layer == 0 else passed.y_hat if outer else passed.h[2 * layer - 1]
        told.append(
            {
                "symbol": name,
                "heading": f"{name}: {size} {'number' if outer else 'unit'}{'s' * (size > 1)}",
                "values": _told(values),
                "z": None if outer else _told(passed.h[2 * layer - 2]),
            }
        )
    return {
        "finding": network_alt(parameters, passed),
        "layers": told,
        "weights": [_told(W) for W in parameters.W],
        "unit": list(chosen),
    }


def network_alt(parameters: Parameters, passed: Forward) -> str:
    """What the network makes of its input, and its largest weight."""
    inputs, outputs = (_vector(values.tolist()) for values in (passed.x, passed.y_hat))
    sizes = "-".join(str(size) for size in parameters.sizes)
    weights = [
        (weight_name(layer, row, column), weight)
        for layer, W in enumerate(parameters.W, start=1)
        for row, columns in enumerate(W.tolist())
        for column, weight in enumerate(columns)
    ]
    name, largest = max(weights, key=lambda named: abs(named[1]))
    return finding(
        "Network",
        f"{sizes}, x = {inputs} gives ŷ = {outputs}",
        f"the largest of {len(weights)} weights is {name} = {number(largest)}",
    )


def _vector(values: Sequence[float]) -> str:
    return f"({', '.join(number(value) for value in values)})"
