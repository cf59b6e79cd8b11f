"""Two directions through the space of all parameters, along which a landscape is looked at.

Source: Li, Xu, Taylor, Studer, Goldstein (2018), "Visualizing the Loss Landscape of Neural Nets": random directions
normalised filter by filter, and the principal components of a training path.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

Named = dict[str, Tensor]


@dataclass(frozen=True)
class Directions:
    """A plane through theta*: theta(a, b) = theta* + a * first + b * second.

    Attributes
    ----------
    center, first, second : dict of Tensors
        By the names of the parameters, with their shapes.
    kind : str
        "Random" or "PCA".
    """

    center: Named
    first: Named
    second: Named
    kind: str

    @property
    def count(self) -> int:
        """How many parameters there are."""
        return sum(t.numel() for t in self.center.values())


def flatten(parameters: Mapping[str, Tensor]) -> Tensor:
    """All parameters in one vector of shape (P,), in the order of the names' mapping."""
    return torch.cat([t.detach().reshape(-1) for t in parameters.values()])


def unflatten(vector: Tensor, like: Mapping[str, Tensor]) -> Named:
    """A vector of shape (P,) as named parameters again."""
    parts = torch.split(vector, [t.numel() for t in like.values()])
    return {name: part.view(t.shape).to(t) for part, (name, t) in zip(parts, like.items(), strict=True)}


def filter_normalised(parameters: Mapping[str, Tensor], generator: torch.Generator) -> Named:
    """A random direction in which every filter is as long as the filter of the parameters that it belongs to.

    d_i <- d_i / ||d_i|| * ||theta_i|| for each filter i, here a row of a weight matrix. Without it the picture would
    depend on how large the weights happen to be: a ReLU network with one layer doubled and the next halved is the same
    network. Biases stay where they are, as in the paper.

    Parameters
    ----------
    parameters : mapping of Tensors
    generator : torch.Generator
        On the CPU.
    """
    direction = {}
    for name, theta in parameters.items():
        if theta.ndim < 2:
            direction[name] = torch.zeros_like(theta)
            continue
        d = torch.randn(theta.shape, generator=generator).to(theta)
        norms = [t.reshape(len(t), -1).norm(dim=1) for t in (theta.detach(), d)]
        ratio = norms[0] / norms[1]
        direction[name] = d * ratio.view(-1, *[1] * (theta.ndim - 1))
    return direction


def random_directions(parameters: Mapping[str, Tensor], generator: torch.Generator) -> Directions:
    """Two filter-normalised random directions from the parameters as they are."""
    center = {name: t.detach() for name, t in parameters.items()}
    return Directions(center, filter_normalised(center, generator), filter_normalised(center, generator), "Random")


def pca_directions(trajectory: Tensor, parameters: Mapping[str, Tensor]) -> Directions:
    """The two principal components of a training path, through its last point; both of length 1.

    Parameters
    ----------
    trajectory : Tensor of shape (T, P)
        At least three different points.
    parameters : mapping of Tensors
        Names and shapes of the P parameters.

    Raises
    ------
    ValueError
        If there are fewer than three points, the widths differ, or the path does not span a plane.
    """
    count = sum(t.numel() for t in parameters.values())
    if trajectory.ndim != 2 or len(trajectory) < 3 or trajectory.shape[1] != count:
        raise ValueError(f"a trajectory of shape {tuple(trajectory.shape)}; give at least 3 points of {count} numbers")
    centred = (trajectory - trajectory.mean(0)).double()
    # T is much smaller than P, so the T x T products are decomposed instead of the P x P ones.
    values, vectors = torch.linalg.eigh(centred @ centred.T)
    if values[-2] <= 1e-12 * values[-1] or values[-1] <= 0:
        raise ValueError("the path runs along a line or stands still; two directions need a path in a plane")
    components = (centred.T @ vectors[:, -2:]) / values[-2:].sqrt()  # (P, 2), the larger share last
    center = unflatten(trajectory[-1], parameters)
    return Directions(center, unflatten(components[:, 1], center), unflatten(components[:, 0], center), "PCA")


@dataclass(frozen=True)
class Projection:
    """A training path in a plane.

    Attributes
    ----------
    coordinates : float64 Tensor of shape (T, 2)
        (a, b) of the nearest point of the plane to each point of the path.
    shares : tuple of float
        Share of the path's variance along the first direction, and along what the second adds to it.
    share : float
        Both together: how much of the path the plane shows, 0 to 1.
    """

    coordinates: Tensor
    shares: tuple[float, float]
    share: float


def project(trajectory: Tensor, directions: Directions) -> Projection:
    """The path of shape (T, P) seen in the plane of two directions."""
    plane = torch.stack([flatten(directions.first), flatten(directions.second)], 1).double().cpu()  # (P, 2)
    offsets = trajectory.double().cpu() - flatten(directions.center).double().cpu()
    # Random directions are not quite at right angles, so this is least squares and not two products.
    orthonormal, triangle = torch.linalg.qr(plane)
    along = offsets @ orthonormal  # (T, 2)
    coordinates = torch.linalg.solve_triangular(triangle, along.T, upper=True).T
    total = float((offsets - offsets.mean(0)).square().sum())
    held = (along - along.mean(0)).square().sum(0)
    first, second = (float(h) / total if total > 0 else 0.0 for h in held)
    return Projection(coordinates, (first, second), first + second)
