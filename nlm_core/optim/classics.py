r"""The surfaces on which optimisers are usually compared, each with its gradient written out.

Sources: Rosenbrock (1960); Beale (1958) and Himmelblau (1972), test functions of unconstrained optimisation;
Rastrigin (1974) for the surface with many minima.
"""

import math

import torch
from torch import Tensor

from nlm_core.optim.surface import FormulaSurface


def _split(theta: Tensor) -> tuple[Tensor, Tensor]:
    return theta[..., 0], theta[..., 1]


def _bowl(theta: Tensor) -> Tensor:
    return 0.5 * (theta**2).sum(-1)


def _ravine(theta: Tensor) -> Tensor:
    x, y = _split(theta)
    return 0.5 * (x**2 + 25 * y**2)


def _ravine_slope(theta: Tensor) -> Tensor:
    x, y = _split(theta)
    return torch.stack([x, 25 * y], -1)


def _saddle(theta: Tensor) -> Tensor:
    x, y = _split(theta)
    return 0.5 * (x**2 - y**2)


def _saddle_slope(theta: Tensor) -> Tensor:
    x, y = _split(theta)
    return torch.stack([x, -y], -1)


def _plateau(theta: Tensor) -> Tensor:
    return 1 - torch.exp(-0.5 * (theta**2).sum(-1))


def _plateau_slope(theta: Tensor) -> Tensor:
    return theta * torch.exp(-0.5 * (theta**2).sum(-1, keepdim=True))


def _rosenbrock(theta: Tensor) -> Tensor:
    x, y = _split(theta)
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _rosenbrock_slope(theta: Tensor) -> Tensor:
    x, y = _split(theta)
    off = y - x**2
    return torch.stack([-2 * (1 - x) - 400 * x * off, 200 * off], -1)


def _himmelblau(theta: Tensor) -> Tensor:
    x, y = _split(theta)
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def _himmelblau_slope(theta: Tensor) -> Tensor:
    x, y = _split(theta)
    u, v = x**2 + y - 11, x + y**2 - 7
    return torch.stack([4 * x * u + 2 * v, 2 * u + 4 * y * v], -1)


def _beale(theta: Tensor) -> Tensor:
    x, y = _split(theta)
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def _beale_slope(theta: Tensor) -> Tensor:
    x, y = _split(theta)
    u, v, w = 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3
    d_x = 2 * (u * (y - 1) + v * (y**2 - 1) + w * (y**3 - 1))
    return torch.stack([d_x, 2 * x * (u + 2 * v * y + 3 * w * y**2)], -1)


def _many(theta: Tensor) -> Tensor:
    return (theta**2 - 10 * torch.cos(2 * math.pi * theta) + 10).sum(-1)


def _many_slope(theta: Tensor) -> Tensor:
    return 2 * theta + 20 * math.pi * torch.sin(2 * math.pi * theta)


CLASSICS: tuple[FormulaSurface, ...] = (
    FormulaSurface(
        name="Bowl",
        formula=r"L = \frac{1}{2}(\theta_1^2 + \theta_2^2)",
        hint="The same curvature in every direction: the gradient points straight away from the minimum.",
        function=_bowl,
        slope=lambda theta: theta.clone(),
        x_range=(-5, 5),
        y_range=(-5, 5),
        start=(-4, 3),
        rate=0.1,
        minima=((0, 0),),
        curvatures=(1, 1),
    ),
    FormulaSurface(
        name="Ravine",
        formula=r"L = \frac{1}{2}(\theta_1^2 + 25\,\theta_2^2)",
        hint="Steep across, flat along. The steep direction limits the rate, the flat one wants a larger rate.",
        function=_ravine,
        slope=_ravine_slope,
        x_range=(-5, 5),
        y_range=(-2.5, 2.5),
        start=(-4.5, 1),
        rate=0.07,
        minima=((0, 0),),
        curvatures=(1, 25),
    ),
    FormulaSurface(
        name="Saddle",
        formula=r"L = \frac{1}{2}(\theta_1^2 - \theta_2^2)",
        hint="The gradient is zero in the middle, but that is no minimum: along θ₂ the loss falls without end.",
        function=_saddle,
        slope=_saddle_slope,
        x_range=(-3, 3),
        y_range=(-3, 3),
        start=(-2.5, 0.001),
        rate=0.1,
        curvatures=(-1, 1),
    ),
    FormulaSurface(
        name="Plateau",
        formula=r"L = 1 - e^{-(\theta_1^2 + \theta_2^2)/2}",
        hint="Far from the hole there is hardly any gradient, so hardly any step.",
        function=_plateau,
        slope=_plateau_slope,
        x_range=(-5, 5),
        y_range=(-5, 5),
        start=(-2.4, 1.2),
        rate=0.5,
        minima=((0, 0),),
    ),
    FormulaSurface(
        name="Rosenbrock",
        formula=r"L = (1 - \theta_1)^2 + 100\,(\theta_2 - \theta_1^2)^2",
        hint="A bent ravine: to find it is easy, to follow it to (1, 1) is slow.",
        function=_rosenbrock,
        slope=_rosenbrock_slope,
        x_range=(-2, 2),
        y_range=(-1, 3),
        start=(-1.2, 1),
        rate=0.001,
        minima=((1, 1),),
    ),
    FormulaSurface(
        name="Himmelblau",
        formula=r"L = (\theta_1^2 + \theta_2 - 11)^2 + (\theta_1 + \theta_2^2 - 7)^2",
        hint="Four minima, all equally deep. Which one is found depends on the start.",
        function=_himmelblau,
        slope=_himmelblau_slope,
        x_range=(-5, 5),
        y_range=(-5, 5),
        start=(-0.5, -1),
        rate=0.01,
        minima=(
            (3, 2),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286170),
            (3.584428340330492, -1.848126526964404),
        ),
    ),
    FormulaSurface(
        name="Beale",
        formula=r"L = (1.5 - \theta_1 + \theta_1\theta_2)^2 + (2.25 - \theta_1 + \theta_1\theta_2^2)^2"
        r" + (2.625 - \theta_1 + \theta_1\theta_2^3)^2",
        hint="A flat floor between walls that rise with the sixth power.",
        function=_beale,
        slope=_beale_slope,
        x_range=(-4.5, 4.5),
        y_range=(-2, 2),
        start=(1, 1.2),
        rate=0.01,
        minima=((3, 0.5),),
    ),
    FormulaSurface(
        name="Many minima",
        formula=r"L = \sum_{i=1}^{2} \left(\theta_i^2 - 10 \cos(2\pi\theta_i) + 10\right)",
        hint="A minimum near every pair of whole numbers; only the one in the middle is the lowest (Rastrigin).",
        function=_many,
        slope=_many_slope,
        x_range=(-5.12, 5.12),
        y_range=(-5.12, 5.12),
        start=(-3.3, 2.3),
        rate=0.002,
        minima=((0, 0),),
    ),
)
