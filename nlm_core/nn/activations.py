"""Activation functions sigma: R -> R, applied element by element, with their derivatives.

Source: the lecture's slide "Common activation functions", whose names and formulas are kept. The values of sigmoid and
tanh come from torch, which computes the same formulas without overflow; the derivatives are written out here.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Activation:
    r"""One sigma.

    Attributes
    ----------
    value, derivative : callable
        From a Tensor of any shape to one of the same shape.
    formula, derivative_formula : str
        LaTeX, in terms of x.
    hint : str
        What to know about it, in a sentence.
    kinks : tuple of float
        Where the derivative does not exist; ``derivative`` then gives torch's choice.
    """

    name: str
    value: Callable[[Tensor], Tensor]
    derivative: Callable[[Tensor], Tensor]
    formula: str
    derivative_formula: str
    hint: str
    kinks: tuple[float, ...] = ()


def _sigmoid_derivative(x: Tensor) -> Tensor:
    s = torch.sigmoid(x)
    return s * (1 - s)


def _relu_derivative(x: Tensor) -> Tensor:
    return (x > 0).to(x.dtype)


def _tanh_derivative(x: Tensor) -> Tensor:
    return 1 - torch.tanh(x) ** 2


def _gelu(x: Tensor) -> Tensor:
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def _gelu_derivative(x: Tensor) -> Tensor:
    density = torch.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)
    return 0.5 * (1 + torch.erf(x / math.sqrt(2))) + x * density


ACTIVATIONS: dict[str, Activation] = {
    a.name: a
    for a in (
        Activation(
            "Sigmoid",
            torch.sigmoid,
            _sigmoid_derivative,
            r"\sigma(x) = \frac{1}{1 + e^{-x}}",
            r"\sigma'(x) = \sigma(x)\,(1 - \sigma(x))",
            "Squeezes every number into (0, 1). Far from 0 it is flat, so hardly any gradient passes.",
        ),
        Activation(
            "ReLU",
            torch.relu,
            _relu_derivative,
            r"\sigma(x) = \max(0, x)",
            r"\sigma'(x) = \begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
            "Passes what is positive and blocks the rest. At 0 it has no derivative; 0 is used there.",
            kinks=(0.0,),
        ),
        Activation(
            "Tanh",
            torch.tanh,
            _tanh_derivative,
            r"\sigma(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}",
            r"\sigma'(x) = 1 - \sigma(x)^2",
            "Squeezes every number into (-1, 1) and keeps the sign.",
        ),
        Activation(
            "GeLU",
            _gelu,
            _gelu_derivative,
            r"\sigma(x) = \frac{1}{2} x \left(1 + \operatorname{erf}\left(\frac{x}{\sqrt{2}}\right)\right)",
            r"\sigma'(x) = \frac{1}{2}\left(1 + \operatorname{erf}\left(\frac{x}{\sqrt{2}}\right)\right)"
            r" + \frac{x}{\sqrt{2\pi}} e^{-x^2/2}",
            "A smooth ReLU: x times the chance that a standard normal number is below x. BERT and GPT use it.",
        ),
        Activation(
            "Identity",
            lambda x: x.clone(),
            torch.ones_like,
            r"\sigma(x) = x",
            r"\sigma'(x) = 1",
            "No activation: however many layers, the network stays one linear map.",
        ),
    )
}


def activation(name: str) -> Activation:
    """The activation of that name.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    if name not in ACTIVATIONS:
        raise ValueError(f"no activation is called {name!r}; known are {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]


@dataclass(frozen=True)
class Curve:
    """A function of one variable for drawing: three float64 Tensors of shape (n,)."""

    x: Tensor
    value: Tensor
    derivative: Tensor


def curve(name: str, low: float = -4.0, high: float = 4.0, n: int = 161) -> Curve:
    """An activation and its derivative at n points from ``low`` to ``high``."""
    x = torch.linspace(low, high, n, dtype=torch.float64)
    sigma = activation(name)
    return Curve(x, sigma.value(x), sigma.derivative(x))
