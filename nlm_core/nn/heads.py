"""What stands between a network's raw outputs (logits) and a loss that wants probabilities: nothing, sigmoid, softmax.

Loss and gradient are taken through the head at once. Step by step the gradient would be a product of a very large
and a very small number; together it is simply p - y, for sigmoid with BCE as for softmax with CE.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from nlm_core.nn.activations import activation
from nlm_core.nn.losses import Loss
from nlm_core.nn.softmax import softmax


@dataclass(frozen=True)
class Head:
    """From logits of shape (..., d) to predictions of the same shape; ``formula`` is LaTeX, empty for "none"."""

    name: str
    value: Callable[[Tensor], Tensor]
    formula: str


HEADS: dict[str, Head] = {
    h.name: h
    for h in (
        Head("none", lambda logits: logits, ""),
        Head("sigmoid", activation("Sigmoid").value, r"p = \frac{1}{1 + e^{-\hat{y}}}"),
        Head("softmax", softmax, r"p_i = \text{softmax}(\hat{y})_i = \frac{\exp(\hat{y}_i)}{\sum_j \exp(\hat{y}_j)}"),
    )
}


def head(name: str) -> Head:
    """The head of that name.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    if name not in HEADS:
        raise ValueError(f"no output head is called {name!r}; known are {', '.join(HEADS)}")
    return HEADS[name]


def loss_of_output(loss: Loss, y: Tensor, output: Tensor) -> Tensor:
    """The loss of raw outputs, through the head that the loss asks for.

    Parameters
    ----------
    loss : Loss
    y, output : Tensors of shape (..., d)

    Returns
    -------
    Tensor of shape (...)
    """
    if loss.head == "softmax":
        return -(y * F.log_softmax(output, -1)).sum(-1)
    if loss.head == "sigmoid":
        # 1 - sigmoid(y^) = sigmoid(-y^)
        return -(y * F.logsigmoid(output) + (1 - y) * F.logsigmoid(-output)).sum(-1)
    return loss.value(y, output)


def gradient_of_output(loss: Loss, y: Tensor, output: Tensor) -> Tensor:
    """dL/d(output) of shape (..., d), through the head that the loss asks for."""
    if loss.head == "softmax":
        return head("softmax").value(output) * y.sum(-1, keepdim=True) - y
    if loss.head == "sigmoid":
        return head("sigmoid").value(output) - y
    return loss.gradient(y, output)


def check_target(loss: Loss, y: Tensor) -> None:
    """See that a target fits the loss.

    Raises
    ------
    ValueError
        If a number is not finite, or, for BCE and CE, is no probability; for CE also if y does not sum to 1.
    """
    if not bool(torch.isfinite(y).all()):
        raise ValueError("every component of y must be a finite number")
    if loss.head != "none" and bool(((y < 0) | (y > 1)).any()):
        raise ValueError(f"{loss.name} wants targets between 0 and 1, got {float(y.min()):.3g} to {float(y.max()):.3g}")
    if loss.head == "softmax" and abs(float(y.sum()) - 1) > 1e-6:
        raise ValueError(f"{loss.name} wants a distribution, but y sums to {float(y.sum()):.4g} instead of 1")
