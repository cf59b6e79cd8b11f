r"""Optimisers as pure functions of tensors: from gradient and memory to the direction u of the update

    theta(i+1) = theta(i) - alpha * u.

All work on theta of shape (S, 2) at once. They follow torch.optim to the last detail, and the tests hold them to it.
Sources: Polyak (1964) for momentum, Nesterov (1983) in the form of Sutskever et al. (2013), Tieleman and Hinton (2012)
for RMSProp, Kingma and Ba (2015) for Adam.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Coefficients:
    """The numbers of an optimiser besides the rate: beta, the decays of Adam and RMSProp, and epsilon."""

    momentum: float = 0.9
    beta_2: float = 0.999
    rms_decay: float = 0.99
    epsilon: float = 1e-8


Memory = tuple[Tensor, ...]
Rule = Callable[[Tensor, Memory, int, Coefficients], tuple[Tensor, Memory]]


@dataclass(frozen=True)
class Optimizer:
    """One optimiser.

    Attributes
    ----------
    rule : callable
        (gradient (S, 2), memory, number of the step from 1, coefficients) to (u (S, 2), new memory).
    slots : int
        How many tensors of memory it keeps, all zero at the start.
    formula : str
        LaTeX, with g for the gradient.
    whole_data : bool
        Whether it takes the gradient over all examples by definition.
    uses_momentum : bool
    """

    name: str
    rule: Rule
    slots: int
    formula: str
    hint: str
    whole_data: bool = False
    uses_momentum: bool = False


def _plain(g: Tensor, memory: Memory, step: int, c: Coefficients) -> tuple[Tensor, Memory]:
    return g, memory


def _momentum(g: Tensor, memory: Memory, step: int, c: Coefficients) -> tuple[Tensor, Memory]:
    v = c.momentum * memory[0] + g
    return v, (v,)


def _nesterov(g: Tensor, memory: Memory, step: int, c: Coefficients) -> tuple[Tensor, Memory]:
    v = c.momentum * memory[0] + g
    return g + c.momentum * v, (v,)


def _rmsprop(g: Tensor, memory: Memory, step: int, c: Coefficients) -> tuple[Tensor, Memory]:
    s = c.rms_decay * memory[0] + (1 - c.rms_decay) * g**2
    return g / (torch.sqrt(s) + c.epsilon), (s,)


def _adam(g: Tensor, memory: Memory, step: int, c: Coefficients) -> tuple[Tensor, Memory]:
    m = c.momentum * memory[0] + (1 - c.momentum) * g
    s = c.beta_2 * memory[1] + (1 - c.beta_2) * g**2
    root = torch.sqrt(s) / math.sqrt(1 - c.beta_2**step) + c.epsilon
    return m / (1 - c.momentum**step) / root, (m, s)


OPTIMIZERS: dict[str, Optimizer] = {
    o.name: o
    for o in (
        Optimizer(
            "GD",
            _plain,
            0,
            r"\theta^{(i+1)} = \theta^{(i)} - \alpha \, g",
            "The gradient over all examples, as it is.",
            whole_data=True,
        ),
        Optimizer(
            "SGD",
            _plain,
            0,
            r"\theta^{(i+1)} = \theta^{(i)} - \alpha \, g_{\text{batch}}",
            "The gradient over a mini-batch: cheaper, noisy, and right on average.",
        ),
        Optimizer(
            "Momentum",
            _momentum,
            1,
            r"v \leftarrow \beta v + g, \quad \theta^{(i+1)} = \theta^{(i)} - \alpha \, v",
            "Keeps some of its speed, as a heavy ball would.",
            uses_momentum=True,
        ),
        Optimizer(
            "Nesterov",
            _nesterov,
            1,
            r"v \leftarrow \beta v + g, \quad \theta^{(i+1)} = \theta^{(i)} - \alpha \, (g + \beta v)",
            "Momentum that looks one step ahead.",
            uses_momentum=True,
        ),
        Optimizer(
            "RMSProp",
            _rmsprop,
            1,
            r"s \leftarrow \rho s + (1 - \rho) g^2, \quad"
            r" \theta^{(i+1)} = \theta^{(i)} - \alpha \, \frac{g}{\sqrt{s} + \epsilon}",
            "Divides each component by its usual size, so that steep and flat directions move alike.",
        ),
        Optimizer(
            "Adam",
            _adam,
            2,
            r"m \leftarrow \beta m + (1 - \beta) g, \quad s \leftarrow \beta_2 s + (1 - \beta_2) g^2, \quad"
            r" \theta^{(i+1)} = \theta^{(i)} - \alpha \,"
            r" \frac{m / (1 - \beta^{i+1})}{\sqrt{s / (1 - \beta_2^{i+1})} + \epsilon}",
            "Momentum and RMSProp together, corrected for their start at zero.",
            uses_momentum=True,
        ),
    )
}


def optimizer(name: str) -> Optimizer:
    """The optimiser of that name.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    if name not in OPTIMIZERS:
        raise ValueError(f"no optimiser is called {name!r}; known are {', '.join(OPTIMIZERS)}")
    return OPTIMIZERS[name]
