r"""A fully connected network, in the lecture's notation.

    y^ = W_2 sigma(W_1 x + b_1) + b_2,    x in R^3, W_1 in R^{4x3}, b_1 in R^4, W_2 in R^{2x4}, b_2 in R^2, y^ in R^2

and the same with more hidden layers: h_1 = W_1 x + b_1, h_2 = sigma(h_1), h_3 = W_2 h_2 + b_2, h_4 = sigma(h_3), ...
Everything is float64 on the CPU: a network of a few dozen numbers is done there before a GPU has been asked.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import torch
from torch import Tensor

from nlm_core.nn.activations import activation
from nlm_core.nn.heads import head

MAX_WIDTH = 12
MAX_HIDDEN_LAYERS = 5
LECTURE_SIZES = (3, 4, 2)


@dataclass(frozen=True)
class Parameters:
    """theta: the weights and biases of all layers.

    Attributes
    ----------
    W : tuple of Tensors
        W[i] is W_{i+1} of the lecture, of shape (d_{i+1}, d_i).
    b : tuple of Tensors
        b[i] is b_{i+1}, of shape (d_{i+1},).
    """

    W: tuple[Tensor, ...]
    b: tuple[Tensor, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """(k, hidden widths ..., d)."""
        return (self.W[0].shape[1], *(len(b) for b in self.b))

    @property
    def count(self) -> int:
        """How many numbers theta holds."""
        return sum(t.numel() for t in (*self.W, *self.b))

    def with_weight(self, layer: int, row: int, column: int, value: float) -> "Parameters":
        """The same but for one weight; layers count from 1, as W_1 does, rows and columns from 0.

        Raises
        ------
        ValueError
            If there is no such weight, or the value is not finite.
        """
        W = self._layer(self.W, layer)
        if not (0 <= row < W.shape[0] and 0 <= column < W.shape[1]):
            raise ValueError(f"W_{layer} has {W.shape[0]} rows and {W.shape[1]} columns; there is no [{row}, {column}]")
        changed = W.clone()
        changed[row, column] = _finite(value, f"W_{layer}[{row}, {column}]")
        return replace(self, W=(*self.W[: layer - 1], changed, *self.W[layer:]))

    def with_bias(self, layer: int, row: int, value: float) -> "Parameters":
        """The same but for one bias; layers count from 1, rows from 0.

        Raises
        ------
        ValueError
            If there is no such bias, or the value is not finite.
        """
        b = self._layer(self.b, layer)
        if not 0 <= row < len(b):
            raise ValueError(f"b_{layer} has {len(b)} entries; there is no [{row}]")
        changed = b.clone()
        changed[row] = _finite(value, f"b_{layer}[{row}]")
        return replace(self, b=(*self.b[: layer - 1], changed, *self.b[layer:]))

    def _layer(self, tensors: tuple[Tensor, ...], layer: int) -> Tensor:
        if not 1 <= layer <= len(tensors):
            raise ValueError(f"the network has layers 1 to {len(tensors)}; there is no layer {layer}")
        return tensors[layer - 1]


def _finite(value: float, where: str) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{where} must be a finite number, not {value}")
    return value


def check_sizes(sizes: Sequence[int]) -> None:
    """See that a network of these sizes (k, hidden widths ..., d) can be built and drawn.

    Raises
    ------
    ValueError
        If there is no hidden layer, there are too many, or a layer is empty or too wide.
    """
    if not 3 <= len(sizes) <= MAX_HIDDEN_LAYERS + 2:
        raise ValueError(f"{len(sizes) - 2} hidden layers; choose 1 to {MAX_HIDDEN_LAYERS}")
    wrong = [size for size in sizes if not 1 <= size <= MAX_WIDTH]
    if wrong:
        raise ValueError(f"a layer of {wrong[0]} units; choose 1 to {MAX_WIDTH}")


def random_parameters(
    sizes: Sequence[int], generator: torch.Generator, decimals: int | None = None, bias: float = 0.1
) -> Parameters:
    """Parameters of a new network: weights with variance 1 / d_i, so that each layer keeps the size of its input.

    Parameters
    ----------
    sizes : sequence of int
        (k, hidden widths ..., d).
    generator : torch.Generator
    decimals : int or None
        Rounds the numbers, so that a reader can follow the arithmetic.
    bias : float
        Standard deviation of the biases.

    Raises
    ------
    ValueError
        If the sizes are out of bounds.
    """
    check_sizes(sizes)
    W, b = [], []
    for d_in, d_out in pairwise(sizes):
        W.append(torch.randn(d_out, d_in, dtype=torch.float64, generator=generator) / math.sqrt(d_in))
        b.append(bias * torch.randn(d_out, dtype=torch.float64, generator=generator))
    if decimals is not None:
        W, b = [t.round(decimals=decimals) for t in W], [t.round(decimals=decimals) for t in b]
    return Parameters(tuple(W), tuple(b))


@dataclass(frozen=True)
class Forward:
    """Every number of one forward pass.

    Attributes
    ----------
    x : Tensor of shape (k,)
    h : tuple of Tensors
        h_1, h_2, ...: odd ones are pre-activations W h + b, even ones sigma of them.
    y_hat : Tensor of shape (d,)
        The output; the logits where there is a head.
    p : Tensor of shape (d,) or None
        Probabilities, where there is a head.
    """

    x: Tensor
    h: tuple[Tensor, ...]
    y_hat: Tensor
    p: Tensor | None = None

    @property
    def prediction(self) -> Tensor:
        """p where there is a head, else y_hat."""
        return self.y_hat if self.p is None else self.p


def vector(values: Sequence[float] | Tensor, size: int, name: str) -> Tensor:
    """A float64 vector of the size that the network expects.

    Raises
    ------
    ValueError
        If the size is another or a number is not finite.
    """
    x = torch.as_tensor(values, dtype=torch.float64)
    if x.shape != (size,):
        raise ValueError(f"{name} has shape {tuple(x.shape)}; this network wants {size} numbers")
    if not bool(torch.isfinite(x).all()):
        raise ValueError(f"every component of {name} must be a finite number")
    return x


def forward(
    parameters: Parameters, x: Sequence[float] | Tensor, activation_name: str, head_name: str = "none"
) -> Forward:
    """Run the network on one input of shape (k,).

    Raises
    ------
    ValueError
        If the input does not fit, or there is no such activation or head.
    """
    sigma, top = activation(activation_name), head(head_name)
    x = vector(x, parameters.sizes[0], "x")
    h: list[Tensor] = []
    below = x
    for W, b in zip(parameters.W[:-1], parameters.b[:-1], strict=True):
        h += [W @ below + b]
        h += [sigma.value(h[-1])]
        below = h[-1]
    y_hat = parameters.W[-1] @ below + parameters.b[-1]
    return Forward(x, tuple(h), y_hat, None if top.name == "none" else top.value(y_hat))


def equation(hidden_layers: int) -> str:
    r"""The network in one line of LaTeX: ``\hat{y} = W_2 \sigma(W_1 x + b_1) + b_2`` for one hidden layer."""
    inner = "W_1 x + b_1"
    for i in range(2, hidden_layers + 2):
        inner = rf"W_{i} \sigma({inner}) + b_{i}"
    return rf"\hat{{y}} = {inner}"
