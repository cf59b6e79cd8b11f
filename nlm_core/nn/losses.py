r"""Loss functions L(y, y^): R^d x R^d -> R, with their gradients with respect to the prediction.

Source: the lecture's slide "Common loss functions". For L2 the slide writes ||y - y^||^2 = 1/2 sum (y_i - y^_i)^2,
whose two sides differ by the factor 1/2; the right side is used here, because its gradient is simply y^ - y.
Logarithms are natural, so BCE and CE are in nats.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from nlm_core.nn.latex import number, signed, total

REGRESSION, TWO_WAY, MULTI_CLASS = "Regression", "2-way classification", "Multi-class classification"


@dataclass(frozen=True)
class Loss:
    r"""One loss.

    Attributes
    ----------
    value : callable
        (y, y_hat), both of shape (..., d), to the loss of shape (...).
    gradient : callable
        (y, y_hat) to dL/dy_hat of shape (..., d).
    formula, gradient_formula : str
        LaTeX.
    problem : str
        What the slide lists it under.
    head : str
        The key of ``HEADS`` that turns raw outputs into the kind of prediction that this loss takes.
    filled : callable
        (y, y_hat), both of shape (d,), to the formula with the numbers put in, as LaTeX.
    hint : str
        Where it departs from the slide, or what to know.
    """

    name: str
    value: Callable[[Tensor, Tensor], Tensor]
    gradient: Callable[[Tensor, Tensor], Tensor]
    formula: str
    gradient_formula: str
    problem: str
    head: str
    filled: Callable[[Tensor, Tensor], str]
    hint: str


def _l2(y: Tensor, y_hat: Tensor) -> Tensor:
    return 0.5 * ((y - y_hat) ** 2).sum(-1)


def _l1(y: Tensor, y_hat: Tensor) -> Tensor:
    return (y - y_hat).abs().sum(-1)


def _bce(y: Tensor, y_hat: Tensor) -> Tensor:
    # xlogy takes 0 log 0 as 0, its limit.
    return -(torch.xlogy(y, y_hat) + torch.xlogy(1 - y, 1 - y_hat)).sum(-1)


def _ce(y: Tensor, y_hat: Tensor) -> Tensor:
    return -torch.xlogy(y, y_hat).sum(-1)


def _quotient(a: Tensor, b: Tensor) -> Tensor:
    """a / b, where 0 / 0 is 0: a class that has no share in the target adds nothing to the gradient."""
    return torch.where(a == 0, torch.zeros_like(a * b), a / b)


def _bce_gradient(y: Tensor, y_hat: Tensor) -> Tensor:
    return _quotient(1 - y, 1 - y_hat) - _quotient(y, y_hat)


def _pairs(y: Tensor, y_hat: Tensor) -> list[tuple[float, float]]:
    return list(zip(y.tolist(), y_hat.tolist(), strict=True))


def _filled_l2(y: Tensor, y_hat: Tensor) -> str:
    terms = [f"({number(a)} - {signed(b)})^2" for a, b in _pairs(y, y_hat)]
    return rf"\frac{{1}}{{2}}\left[{total(terms)}\right] = {number(float(_l2(y, y_hat)))}"


def _filled_l1(y: Tensor, y_hat: Tensor) -> str:
    terms = [f"|{number(a)} - {signed(b)}|" for a, b in _pairs(y, y_hat)]
    return f"{total(terms)} = {number(float(_l1(y, y_hat)))}"


def _filled_bce(y: Tensor, y_hat: Tensor) -> str:
    terms = [rf"{number(a)} \log {number(b)} + (1 - {number(a)}) \log (1 - {number(b)})" for a, b in _pairs(y, y_hat)]
    return rf"-\left[{total(terms)}\right] = {number(float(_bce(y, y_hat)))}"


def _filled_ce(y: Tensor, y_hat: Tensor) -> str:
    # Terms with y_i = 0 are 0; what is left is usually the one true class.
    terms = [rf"{number(a)} \log {number(b)}" for a, b in _pairs(y, y_hat) if a != 0] or ["0"]
    return rf"-\left[{total(terms)}\right] = {number(float(_ce(y, y_hat)))}"


LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss(
            "L2",
            _l2,
            lambda y, y_hat: y_hat - y,
            r"L_2(y, \hat{y}) = \frac{1}{2} \sum_{i=1}^{d} (y_i - \hat{y}_i)^2",
            r"\frac{\partial L_2}{\partial \hat{y}} = \hat{y} - y",
            REGRESSION,
            "none",
            _filled_l2,
            "The slide sets this equal to ||y - ŷ||², which is twice as much, and sums to k, the size of the input. "
            "The half is kept, so that the gradient is ŷ - y without a factor 2, and the sum runs over the d outputs.",
        ),
        Loss(
            "L1",
            _l1,
            lambda y, y_hat: torch.sign(y_hat - y),
            r"L_1(y, \hat{y}) = \sum_{i=1}^{d} |y_i - \hat{y}_i|",
            r"\frac{\partial L_1}{\partial \hat{y}} = \operatorname{sign}(\hat{y} - y)",
            REGRESSION,
            "none",
            _filled_l1,
            "The gradient has the same size however wrong the prediction is. Where ŷ = y there is none; 0 is used.",
        ),
        Loss(
            "BCE",
            _bce,
            _bce_gradient,
            r"L_{\text{BCE}}(y, \hat{y}) = -[y \log(\hat{y}) + (1 - y) \log(1 - \hat{y})]",
            r"\frac{\partial L_{\text{BCE}}}{\partial \hat{y}} = \frac{1 - y}{1 - \hat{y}} - \frac{y}{\hat{y}}",
            TWO_WAY,
            "sigmoid",
            _filled_bce,
            "ŷ is the probability of class 1, between 0 and 1. With several outputs their losses are added.",
        ),
        Loss(
            "CE",
            _ce,
            lambda y, y_hat: -_quotient(y, y_hat),
            r"L_{\text{CE}}(y, \hat{y}) = -\sum_{i=1}^{C} y_i \log(\hat{y}_i)",
            r"\frac{\partial L_{\text{CE}}}{\partial \hat{y}_i} = -\frac{y_i}{\hat{y}_i}",
            MULTI_CLASS,
            "softmax",
            _filled_ce,
            "ŷ is a probability distribution. Only the probability of the true class counts when y is one-hot.",
        ),
    )
}


def loss(name: str) -> Loss:
    """The loss of that name.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    if name not in LOSSES:
        raise ValueError(f"no loss is called {name!r}; known are {', '.join(LOSSES)}")
    return LOSSES[name]


def perplexity(cross_entropy: float) -> float:
    """exp(CE): as unsure as a fair choice among that many words; infinite where exp overflows."""
    try:
        return math.exp(cross_entropy)
    except OverflowError:
        return math.inf
