"""All the losses of one prediction side by side, and the curve of each as one component of the prediction moves."""

from dataclasses import dataclass

import torch
from torch import Tensor

from nlm_core.nn.latex import number
from nlm_core.nn.losses import LOSSES, MULTI_CLASS, REGRESSION, TWO_WAY, loss, perplexity

PERPLEXITY = "Perplexity"
# A distribution typed or rounded on a page may miss 1 by this much.
SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Reading:
    """One loss of one prediction.

    Attributes
    ----------
    value : float
        In nats for BCE and CE; NaN where the loss does not apply.
    gradient : Tensor of shape (d,) or None
        dL/dy_hat.
    filled : str
        The formula with the numbers put in, as LaTeX; empty where the loss does not apply.
    why_not : str
        Why the loss does not apply to this prediction; empty where it does.
    """

    name: str
    value: float
    gradient: Tensor | None
    filled: str
    why_not: str = ""


def _why_not(problem: str, y: Tensor, y_hat: Tensor) -> str:
    if problem == REGRESSION:
        return ""
    for name, values in (("y", y), ("ŷ", y_hat)):
        if bool((values < 0).any()) or bool((values > 1).any()):
            return f"{name} holds {float(values.min()):.3g} to {float(values.max()):.3g}; probabilities lie in 0 to 1"
    if problem == MULTI_CLASS:
        for name, values in (("y", y), ("ŷ", y_hat)):
            if abs(float(values.sum()) - 1) > SUM_TOLERANCE:
                return f"{name} sums to {float(values.sum()):.4g}; a distribution sums to 1"
    return ""


def readings(y: Tensor, y_hat: Tensor) -> dict[str, Reading]:
    """Every loss of a prediction, by the name of the loss.

    Parameters
    ----------
    y, y_hat : Tensors of shape (d,)

    Raises
    ------
    ValueError
        If the shapes differ or a number is not finite.
    """
    if y.ndim != 1 or y.shape != y_hat.shape:
        raise ValueError(f"y has shape {tuple(y.shape)} and ŷ {tuple(y_hat.shape)}; give two vectors of one length")
    if not bool(torch.isfinite(torch.cat([y, y_hat])).all()):
        raise ValueError("y and ŷ must be finite numbers")
    found = {}
    for name, entry in LOSSES.items():
        reason = _why_not(entry.problem, y, y_hat)
        if reason:
            found[name] = Reading(name, float("nan"), None, "", reason)
        else:
            value = float(entry.value(y, y_hat))
            found[name] = Reading(name, value, entry.gradient(y, y_hat), entry.filled(y, y_hat))
    return found


def perplexity_reading(y: Tensor, y_hat: Tensor) -> Reading:
    """exp(CE) of a prediction read like a loss: by the chain rule its gradient is exp(CE) times that of CE."""
    ce = readings(y, y_hat)["CE"]
    value = perplexity(ce.value)
    if ce.gradient is None:
        return Reading(PERPLEXITY, value, None, "", ce.why_not)
    return Reading(PERPLEXITY, value, value * ce.gradient, rf"\exp({number(ce.value)}) = {number(value)}")


@dataclass(frozen=True)
class LossCurve:
    """The loss and its slope as one component of the prediction moves: Tensors of shape (n,)."""

    y_hat: Tensor
    value: Tensor
    gradient: Tensor


def loss_curve(name: str, target: float, low: float = -2.0, high: float = 2.0, n: int = 201) -> LossCurve:
    """One component of a loss over its prediction.

    For BCE and CE the prediction is a probability, so the curve runs inside (0, 1) whatever ``low`` and ``high`` say.

    Raises
    ------
    ValueError
        If there is no such loss, or the range is empty.
    """
    entry = loss(name)
    if entry.problem in (TWO_WAY, MULTI_CLASS):
        # The ends are left out: there the loss may be infinite.
        y_hat = torch.linspace(0, 1, n + 2, dtype=torch.float64)[1:-1]
    elif low < high:
        y_hat = torch.linspace(low, high, n, dtype=torch.float64)
    else:
        raise ValueError(f"the range {low} to {high} is empty")
    y = torch.full_like(y_hat, target)
    return LossCurve(y_hat, entry.value(y[:, None], y_hat[:, None]), entry.gradient(y[:, None], y_hat[:, None])[:, 0])


def perplexity_curve(target: float, others: float, n: int = 201) -> LossCurve:
    """Perplexity over one component of the prediction, inside (0, 1): exp(CE) = others * exp(-target log y_hat).

    Parameters
    ----------
    target : float
        y of this component.
    others : float
        The factor of all other components: exp of their share of the cross-entropy.
    """
    ce = loss_curve("CE", target, n=n)
    value = others * ce.value.exp()
    return LossCurve(ce.y_hat, value, value * ce.gradient)
