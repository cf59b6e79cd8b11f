"""What can be descended: a loss L(theta) of two parameters, batched, with its gradient.

theta always has shape (..., 2): one point or a million, the same program.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor


def autograd_gradient(loss: Callable[[Tensor], Tensor], theta: Tensor) -> Tensor:
    """dL/dtheta by torch, of the shape of theta (..., 2); zero where L does not depend on theta.

    Each row's loss depends on its own theta only, so the gradient of the sum holds the gradient of every row.
    """
    with torch.enable_grad():
        theta = theta.detach().requires_grad_()
        total = loss(theta).sum()
        if not total.requires_grad:
            return torch.zeros_like(theta)
        (gradient,) = torch.autograd.grad(total, theta, allow_unused=True, materialize_grads=True)
    return gradient


@dataclass(frozen=True, kw_only=True)
class Surface:
    """A loss over two parameters.

    Attributes
    ----------
    name : str
    formula : str
        LaTeX.
    hint : str
        What to look for.
    x_range, y_range : tuple of float
        What to show of theta_1 and theta_2.
    start : tuple of float
        A start that shows what is special here.
    rate : float
        A learning rate with which plain gradient descent works from there.
    minima : tuple of points
        Known global minima, if any.
    curvatures : tuple of float or None
        The eigenvalues of the Hessian, smallest first, where it is the same everywhere (quadratics); else None.
    axes : tuple of str
        What theta_1 and theta_2 are, in words.
    """

    name: str
    formula: str
    hint: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    start: tuple[float, float]
    rate: float
    minima: tuple[tuple[float, float], ...] = ()
    curvatures: tuple[float, float] | None = None
    axes: tuple[str, str] = ("θ₁", "θ₂")

    @property
    def span(self) -> float:
        """The longer side of what is shown."""
        return max(self.x_range[1] - self.x_range[0], self.y_range[1] - self.y_range[0])

    @property
    def examples(self) -> int:
        """How many examples the loss is a mean over; 0 where it is a formula."""
        return 0

    def loss(self, theta: Tensor) -> Tensor:
        """L of shape (...) for theta of shape (..., 2)."""
        raise NotImplementedError

    def gradient(self, theta: Tensor) -> Tensor:
        """dL/dtheta of shape (..., 2)."""
        return autograd_gradient(self.loss, theta)

    def to(self, device: torch.device, dtype: torch.dtype) -> Self:
        """The surface with its data, if it has any, where theta will be."""
        return self

    def largest_stable_rate(self, optimizer: str = "GD", momentum: float = 0.9) -> float | None:
        r"""The largest rate with which descent on a bowl-shaped quadratic does not diverge; None where there is none.

        Along the direction of the largest curvature lambda, one step of gradient descent multiplies the distance to
        the minimum by 1 - alpha lambda, which stays within (-1, 1) up to alpha = 2 / lambda. Heavy-ball momentum beta
        raises that to 2 (1 + beta) / lambda, Nesterov's to 2 (1 + beta) / ((1 + 2 beta) lambda).

        Parameters
        ----------
        optimizer : str
            "GD", "SGD" (with all the data), "Momentum" or "Nesterov"; others have no such bound.
        momentum : float
            beta.
        """
        if self.curvatures is None or self.curvatures[0] < 0 or self.curvatures[1] <= 0:
            return None
        plain = 2 / self.curvatures[1]
        factors = {
            "GD": 1.0,
            "SGD": 1.0,
            "Momentum": 1 + momentum,
            "Nesterov": (1 + momentum) / (1 + 2 * momentum),
        }
        return plain * factors[optimizer] if optimizer in factors else None


@dataclass(frozen=True, kw_only=True)
class FormulaSurface(Surface):
    """A loss that is a formula in theta_1 and theta_2.

    Attributes
    ----------
    function : callable
        theta (..., 2) to L of shape (...).
    slope : callable or None
        theta (..., 2) to dL/dtheta (..., 2); None leaves it to autograd.
    """

    function: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor] | None = None

    def loss(self, theta: Tensor) -> Tensor:
        return self.function(theta)

    def gradient(self, theta: Tensor) -> Tensor:
        return super().gradient(theta) if self.slope is None else self.slope(theta)


@dataclass(frozen=True, kw_only=True)
class DataSurface(Surface):
    """A loss that is a mean over examples (x_i, y_i), so that mini-batches of it can be taken.

    Attributes
    ----------
    x, y : Tensors of shape (N,)
    example_loss : callable
        (theta (..., 1, 2), x (..., B), y (..., B)) to the loss of each example, (..., B).
    example_slope : callable
        The same to the gradient of each example, as a pair of (..., B) tensors.
    """

    x: Tensor
    y: Tensor
    example_loss: Callable[[Tensor, Tensor, Tensor], Tensor]
    example_slope: Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]

    @property
    def examples(self) -> int:
        return len(self.x)

    def loss(self, theta: Tensor) -> Tensor:
        return self.losses(theta).mean(-1)

    def losses(self, theta: Tensor, index: Tensor | None = None) -> Tensor:
        """The loss of each example.

        Parameters
        ----------
        theta : Tensor of shape (..., 2)
        index : int64 Tensor of shape (..., B) or None
            Which examples; each theta has its own. None takes all of them.

        Returns
        -------
        Tensor of shape (..., B)
        """
        x, y = (self.x, self.y) if index is None else (self.x[index], self.y[index])
        return self.example_loss(theta[..., None, :], x, y)

    def gradient(self, theta: Tensor, index: Tensor | None = None) -> Tensor:
        """dL/dtheta of the mean over all examples, or over the mini-batch ``index`` of shape (..., B)."""
        x, y = (self.x, self.y) if index is None else (self.x[index], self.y[index])
        first, second = self.example_slope(theta[..., None, :], x, y)
        return torch.stack([first.mean(-1), second.mean(-1)], -1)

    def to(self, device: torch.device, dtype: torch.dtype) -> Self:
        return replace(self, x=self.x.to(device, dtype), y=self.y.to(device, dtype))


@dataclass(frozen=True)
class Grid:
    """A surface over a rectangle, for contours.

    Attributes
    ----------
    x : Tensor of shape (columns,)
    y : Tensor of shape (rows,)
    losses : Tensor of shape (rows, columns)
        ``losses[i, j]`` is L(x[j], y[i]); may hold NaN or infinities where the formula has no value.
    """

    x: Tensor
    y: Tensor
    losses: Tensor


def grid(
    surface: Surface,
    n: int = 101,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
) -> Grid:
    """The surface at n x n points of its own range or another, in float64.

    Raises
    ------
    ValueError
        If n is outside 2 to 500, or a range is empty.
    """
    x_range, y_range = x_range or surface.x_range, y_range or surface.y_range
    if not 2 <= n <= 500:
        raise ValueError(f"{n} points a side; choose 2 to 500")
    if not (x_range[0] < x_range[1] and y_range[0] < y_range[1]):
        raise ValueError(f"the ranges {x_range} and {y_range} must run from a smaller number to a larger one")
    x = torch.linspace(*x_range, n, dtype=torch.float64)
    y = torch.linspace(*y_range, n, dtype=torch.float64)
    with torch.no_grad():
        losses = surface.loss(torch.stack(torch.meshgrid(x, y, indexing="xy"), -1))
    return Grid(x, y, losses.expand(n, n))
