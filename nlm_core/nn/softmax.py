r"""The softmax, with a temperature, and why it is computed the way it is.

    softmax(y)_i = exp(y_i) / sum_j exp(y_j)            (lecture, "Classification with deep learning")

With a temperature tau the logits are divided by tau first. Subtracting the largest logit m from all of them changes
nothing, because exp(y_i - m) = exp(y_i) / exp(m) and the factor cancels, but keeps every exponent at or below 0.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


class TemperatureError(ValueError):
    """A temperature that is not above zero."""


def _check(temperature: float) -> None:
    if not 0 < temperature < float("inf"):
        raise TemperatureError(
            f"the temperature is {temperature}; it divides the logits, so it must be a number above 0, such as 1"
        )


def softmax(logits: Tensor, temperature: float = 1.0) -> Tensor:
    """Probabilities along the last axis, never overflowing.

    Parameters
    ----------
    logits : Tensor of shape (..., d)
    temperature : float
        Above 0; below 1 sharpens the distribution, above 1 flattens it.

    Returns
    -------
    Tensor of shape (..., d)
        Every row sums to 1.

    Raises
    ------
    TemperatureError
        If the temperature is not above 0.
    """
    _check(temperature)
    scaled = logits / temperature
    e = torch.exp(scaled - scaled.amax(-1, keepdim=True))
    return e / e.sum(-1, keepdim=True)


@dataclass(frozen=True)
class SoftmaxSteps:
    """Every intermediate number of one softmax, by the formula as written and by the safe form.

    Attributes
    ----------
    scaled : Tensor of shape (d,)
        The logits divided by the temperature.
    naive_exponentials, naive : Tensors of shape (d,), float32
        exp(y_i) and the quotient as the slide writes it, in the precision that networks run in, where exp overflows
        above 88.7; ``naive`` then holds NaN.
    overflows : bool
        Whether the formula as written fails for these logits.
    largest : float
        m, the largest scaled logit.
    shifted, exponentials : Tensors of shape (d,)
        y_i - m and exp(y_i - m), the latter at most 1.
    total : float
        The sum of the exponentials, at least 1.
    probabilities : Tensor of shape (d,)
    """

    scaled: Tensor
    naive_exponentials: Tensor
    naive: Tensor
    overflows: bool
    largest: float
    shifted: Tensor
    exponentials: Tensor
    total: float
    probabilities: Tensor


def softmax_steps(logits: Tensor, temperature: float = 1.0) -> SoftmaxSteps:
    """The softmax of logits of shape (d,), step by step.

    Raises
    ------
    TemperatureError
        If the temperature is not above 0.
    """
    _check(temperature)
    scaled = logits.double() / temperature
    naive_exponentials = torch.exp(scaled.float())
    naive = naive_exponentials / naive_exponentials.sum()
    largest = scaled.max()
    shifted = scaled - largest
    exponentials = torch.exp(shifted)
    total = exponentials.sum()
    return SoftmaxSteps(
        scaled,
        naive_exponentials,
        naive,
        not bool(torch.isfinite(naive).all()),
        float(largest),
        shifted,
        exponentials,
        float(total),
        exponentials / total,
    )
