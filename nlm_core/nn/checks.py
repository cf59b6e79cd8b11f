"""Checks that are really computed: every number of the ledger against an independent way to the same number."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

# Width of the central difference. Its own error grows with the square of the width and the rounding error with its
# inverse; in float64 both are near 1e-10 here.
WIDTH = 1e-5
EXACT_TOLERANCE = 1e-10
DIFFERENCE_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Check:
    """Largest absolute differences from the other ways to a result; None where a way does not apply.

    Attributes
    ----------
    formula : float or None
        From the formula of the slide as written, or from torch's own function.
    autograd : float or None
        From ``torch.autograd.grad`` of the loss.
    finite : float or None
        From central differences of the loss of width ``WIDTH``.
    holds : bool
        Whether every difference is within its tolerance, relative to 1 plus the largest number of the result.
    """

    holds: bool
    formula: float | None = None
    autograd: float | None = None
    finite: float | None = None


def finite_differences(loss: Callable[[Tensor], Tensor], at: Tensor, width: float = WIDTH) -> Tensor:
    """(L(z + w e_i) - L(z - w e_i)) / 2w for every entry i of z: a Tensor of the shape of ``at``."""
    result = torch.empty_like(at)
    flat, slopes = at.flatten(), result.view(-1)
    for i in range(len(flat)):
        up, down = flat.clone(), flat.clone()
        up[i] += width
        down[i] -= width
        slopes[i] = (loss(up.view_as(at)) - loss(down.view_as(at))) / (2 * width)
    return result


def autograd(loss: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    """dL/dz by torch: a Tensor of the shape of ``at``."""
    z = at.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(z), z)
    return gradient


def _largest(difference: Tensor) -> float:
    return float(difference.abs().max())


def check_gradient(loss: Callable[[Tensor], Tensor], at: Tensor, result: Tensor) -> Check:
    """A gradient against autograd and finite differences.

    Parameters
    ----------
    loss : callable
        The rest of the network, from ``at`` to the loss.
    at, result : Tensors of one shape
        Where the gradient was taken, and what was found.
    """
    by_torch = _largest(result - autograd(loss, at))
    by_differences = _largest(result - finite_differences(loss, at))
    scale = 1 + _largest(result)
    holds = by_torch <= EXACT_TOLERANCE * scale and by_differences <= DIFFERENCE_TOLERANCE * scale
    return Check(holds, autograd=by_torch, finite=by_differences)


def check_value(expected: Tensor, result: Tensor) -> Check:
    """A value of the forward pass against the same value found another way."""
    difference = _largest(result - expected)
    return Check(difference <= EXACT_TOLERANCE * (1 + _largest(result)), formula=difference)


# The slides' formulas as written, and torch's functions where torch has one: from pre-activations or logits.
ACTIVATION_REFERENCES: dict[str, Callable[[Tensor], Tensor]] = {
    "Sigmoid": lambda x: 1 / (1 + torch.exp(-x)),
    "ReLU": lambda x: torch.where(x > 0, x, torch.zeros_like(x)),
    "Tanh": lambda x: 1 - 2 / (torch.exp(2 * x) + 1),
    "GeLU": lambda x: F.gelu(x, approximate="none"),
    "Identity": lambda x: x,
    "sigmoid": lambda x: 1 / (1 + torch.exp(-x)),
    "softmax": lambda x: torch.softmax(x, -1),
}
LOSS_REFERENCES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "L2": lambda y, output: F.mse_loss(output, y, reduction="sum") / 2,
    "L1": lambda y, output: F.l1_loss(output, y, reduction="sum"),
    "BCE": lambda y, output: F.binary_cross_entropy_with_logits(output, y, reduction="sum"),
    "CE": lambda y, output: F.cross_entropy(output, y),
}
