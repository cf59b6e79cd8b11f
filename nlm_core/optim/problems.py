r"""Data problems with two parameters: L(theta) = 1/N sum_i L(y_i, f_theta(x_i)), the lecture's learning problem.

Linear regression with the L2 loss, logistic regression with BCE, and a network of which two weights are free.
Their losses are means over examples, so mini-batches can be taken and stochastic gradient descent is the real one.
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from nlm_core.optim.points import Points, check_labels
from nlm_core.optim.surface import DataSurface


def _around(center: float, reach: float) -> tuple[float, float]:
    return (center - reach, center + reach)


def _rounded(value: float) -> float:
    return float(f"{value:.2g}")


# -- linear regression: y^ = theta_1 x + theta_2, L = 1/2 (y - y^)^2 --


def _line_loss(theta: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return 0.5 * (theta[..., 0] * x + theta[..., 1] - y) ** 2


def _line_slope(theta: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    delta = theta[..., 0] * x + theta[..., 1] - y
    return delta * x, delta


def linear_regression(points: Points) -> DataSurface:
    r"""A line through the points; its Hessian 1/N sum [x^2, x; x, 1] is the same everywhere.

    The minimum is the least-squares solution; where all x are equal there are many, and the shortest is named.
    """
    design = torch.stack([points.x, torch.ones_like(points.x)], 1)  # (N, 2)
    eigenvalues = torch.linalg.eigvalsh(design.T @ design / len(points)).clamp(min=0)
    # rtol leaves out a direction in which the points say nothing.
    best = torch.linalg.pinv(design, rtol=1e-10) @ points.y
    slope, intercept = best.tolist()
    largest = float(eigenvalues[1])
    # In steps, so that the window stays while a point is moved a little, and it is the minimum that is seen to move.
    reach = 2.0 * 2 ** (math.ceil(2 * math.log2(max(1.4, abs(slope), abs(intercept)))) / 2)
    across, along = (round(2 * value / reach) * reach / 2 for value in (slope, intercept))
    return DataSurface(
        name="Linear regression",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} \frac{1}{2} (y_i - (\theta_1 x_i + \theta_2))^2",
        hint="The slope and intercept of a line. The farther the points lie from x = 0, the steeper the ravine.",
        x=points.x,
        y=points.y,
        example_loss=_line_loss,
        example_slope=_line_slope,
        x_range=_around(across, reach),
        y_range=_around(along, reach),
        start=(across - 0.8 * reach, along + 0.7 * reach),
        rate=_rounded(0.5 / largest),
        minima=((slope, intercept),),
        curvatures=(float(eigenvalues[0]), largest),
        axes=("slope θ₁", "intercept θ₂"),
    )


# -- logistic regression: p = sigmoid(theta_1 x + theta_2), L = BCE --


def _logistic_loss(theta: Tensor, x: Tensor, y: Tensor) -> Tensor:
    z = theta[..., 0] * x + theta[..., 1]
    # BCE of sigmoid(z), without overflow: log(1 + e^z) - y z.
    return F.softplus(z) - y * z


def _logistic_slope(theta: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    delta = torch.sigmoid(theta[..., 0] * x + theta[..., 1]) - y
    return delta * x, delta


def logistic_regression(points: Points) -> DataSurface:
    """The probability of class 1 as a sigmoid of a line.

    Raises
    ------
    PointsError
        If a y is neither 0 nor 1, or all are the same.
    """
    check_labels(points)
    # The curvature of a sigmoid is at most 1/4, so 2 / (lambda / 4) is safe everywhere; a quarter of it is suggested.
    design = torch.stack([points.x, torch.ones_like(points.x)], 1)
    bound = float(torch.linalg.eigvalsh(design.T @ design / len(points))[1]) / 4
    spread = max(1e-3, float(points.x.std()))
    reach = 6 / spread
    middle = abs(float(points.x.mean()))
    return DataSurface(
        name="Logistic regression",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} -[y_i \log p_i + (1 - y_i) \log(1 - p_i)],"
        r"\quad p_i = \sigma(\theta_1 x_i + \theta_2)",
        hint="Where a threshold divides the classes without error there is no minimum: the loss falls for ever.",
        x=points.x,
        y=points.y,
        example_loss=_logistic_loss,
        example_slope=_logistic_slope,
        x_range=_around(0, reach),
        y_range=_around(0, max(6.0, reach * middle)),
        start=(-0.7 * reach, 0.6 * max(6.0, reach * middle)),
        rate=_rounded(1 / bound),
        axes=("weight θ₁", "bias θ₂"),
    )


# -- two weights of a network: y^ = v_1 tanh(theta_1 x + b_1) + v_2 tanh(theta_2 x + b_2) --

# Chosen so that the slice has three minima of clearly different depth.
V = (-1.4, 0.3)
B = (2.4, -1.8)
TRUE = (-2.2, -2.0)


def slice_prediction(theta: Tensor, x: Tensor) -> Tensor:
    """The network's output (..., B) for theta (..., 1, 2) and inputs (..., B)."""
    return V[0] * torch.tanh(theta[..., 0] * x + B[0]) + V[1] * torch.tanh(theta[..., 1] * x + B[1])


def _slice_loss(theta: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return 0.5 * (slice_prediction(theta, x) - y) ** 2


def _slice_slope(theta: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    first, second = torch.tanh(theta[..., 0] * x + B[0]), torch.tanh(theta[..., 1] * x + B[1])
    delta = V[0] * first + V[1] * second - y
    return delta * V[0] * (1 - first**2) * x, delta * V[1] * (1 - second**2) * x


def network_slice(points: Points) -> DataSurface:
    """Two first-layer weights of a network with two tanh units; the other parameters are fixed."""
    return DataSurface(
        name="Two weights of a network",
        formula=r"L = \frac{1}{N} \sum_{i=1}^{N} \frac{1}{2} (y_i - \hat{y}_i)^2,\quad \hat{y}_i = "
        rf"{V[0]} \tanh(\theta_1 x_i + {B[0]}) + {V[1]} \tanh(\theta_2 x_i - {-B[1]})",
        hint="Not a bowl any more: flat where the units saturate, and minima of different depth.",
        x=points.x,
        y=points.y,
        example_loss=_slice_loss,
        example_slope=_slice_slope,
        x_range=(-6, 6),
        y_range=(-6, 6),
        start=(4, -4),
        rate=0.5,
        axes=("weight θ₁", "weight θ₂"),
    )


# -- what the three say --


def prediction(name: str, theta: Tensor, x: Tensor) -> Tensor:
    """y^, or the probability of class 1, of shape (N,) for theta of shape (2,) and inputs of shape (N,).

    Raises
    ------
    ValueError
        If there is no data problem of that name.
    """
    if name not in PROBLEMS:
        raise ValueError(f"no data problem is called {name!r}; known are {', '.join(PROBLEMS)}")
    if name == "Two weights of a network":
        return slice_prediction(theta, x)
    line = theta[0] * x + theta[1]
    return torch.sigmoid(line) if name == "Logistic regression" else line


# -- points to begin with --


def _noisy(n: int, seed: int) -> tuple[Tensor, Tensor, torch.Generator]:
    generator = torch.Generator().manual_seed(seed)
    x = torch.linspace(-2, 3, n, dtype=torch.float64)
    return x, torch.randn(n, dtype=torch.float64, generator=generator), generator


def line_points(n: int = 24) -> Points:
    """Points about the line y = 1.2 x - 0.5."""
    x, noise, _ = _noisy(n, 7)
    return Points(x, (1.2 * x - 0.5 + 0.6 * noise).round(decimals=2))


def label_points(n: int = 24) -> Points:
    """Two overlapping classes, so that the best threshold makes errors and a minimum exists."""
    x, _, generator = _noisy(n, 7)
    chance = torch.rand(n, dtype=torch.float64, generator=generator)
    return Points(x, (chance < torch.sigmoid(2 * x - 1)).double())


def slice_points(n: int = 24) -> Points:
    """What the network with the weights ``TRUE`` says, with noise."""
    x, noise, _ = _noisy(n, 7)
    theta = torch.tensor(TRUE, dtype=torch.float64)
    return Points(x, (slice_prediction(theta[None], x) + 0.1 * noise).round(decimals=3))


PROBLEMS: dict[str, tuple[Callable[[Points], DataSurface], Callable[[], Points]]] = {
    "Linear regression": (linear_regression, line_points),
    "Logistic regression": (logistic_regression, label_points),
    "Two weights of a network": (network_slice, slice_points),
}
