"""The arithmetic of a single unit, spelled out: weights times inputs, plus bias, through sigma."""

from dataclasses import dataclass

from torch import Tensor

from nlm_core.nn.activations import activation
from nlm_core.nn.latex import index, number, signed, total
from nlm_core.nn.mlp import Forward, Parameters


@dataclass(frozen=True)
class Unit:
    r"""One unit of layer l: z = sum_j W_l[row, j] * input_j + b_l[row], output = sigma(z).

    Attributes
    ----------
    layer, row : int
        The layer counts from 1, the row from 0; the last layer is the output and has no sigma.
    inputs, weights, products : Tensors of shape (d_{l-1},)
    bias, z, output : float
    symbols : tuple of str
        LaTeX of the input vector, of the pre-activation and of the output: ("x", "h_1", "h_2") in the first layer.
    written_out : str
        The whole sum with its numbers, as LaTeX.
    """

    layer: int
    row: int
    inputs: Tensor
    weights: Tensor
    products: Tensor
    bias: float
    z: float
    output: float
    symbols: tuple[str, str, str]
    written_out: str


def unit(parameters: Parameters, passed: Forward, activation_name: str, layer: int, row: int) -> Unit:
    """What one unit did in a forward pass.

    Parameters
    ----------
    parameters : Parameters
    passed : Forward
        A pass of the same parameters.
    activation_name : str
        The activation of that pass.
    layer, row : int
        The layer counts from 1, the row from 0.

    Raises
    ------
    ValueError
        If there is no such unit or activation.
    """
    layers = len(parameters.W)
    if not 1 <= layer <= layers:
        raise ValueError(f"the network has layers 1 to {layers}; there is no layer {layer}")
    W, b = parameters.W[layer - 1], parameters.b[layer - 1]
    if not 0 <= row < len(b):
        raise ValueError(f"layer {layer} has units 0 to {len(b) - 1}; there is no unit {row}")
    inputs = passed.x if layer == 1 else passed.h[2 * layer - 3]
    products = W[row] * inputs
    z = products.sum() + b[row]
    is_output = layer == layers
    output = z if is_output else activation(activation_name).value(z)
    below = "x" if layer == 1 else f"h_{index(2 * layer - 2)}"
    above = r"\hat{y}" if is_output else f"h_{index(2 * layer - 1)}"
    after = above if is_output else f"h_{index(2 * layer)}"
    terms = [rf"{signed(w)} \cdot {signed(v)}" for w, v in zip(W[row].tolist(), inputs.tolist(), strict=True)]
    text = rf"({above})_{index(row + 1)} = {total([*terms, signed(float(b[row]))])} = {number(float(z))}"
    if not is_output:
        text += rf", \quad ({after})_{index(row + 1)} = \sigma({number(float(z))}) = {number(float(output))}"
    return Unit(
        layer, row, inputs, W[row], products, float(b[row]), float(z), float(output), (below, above, after), text
    )
