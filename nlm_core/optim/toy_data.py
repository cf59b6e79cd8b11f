"""Two classes in the plane that no straight line divides: two moons and spirals."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

MAX_EXAMPLES = 2_000


@dataclass(frozen=True)
class ToyData:
    """Examples in the plane.

    Attributes
    ----------
    x : float32 Tensor of shape (N, 2)
        Within about (-1.5, 1.5).
    y : int64 Tensor of shape (N,)
        0 or 1.
    """

    x: Tensor
    y: Tensor


def _moons(t: Tensor) -> tuple[Tensor, Tensor]:
    angle = math.pi * t
    upper = torch.stack([torch.cos(angle), torch.sin(angle)], 1)
    lower = torch.stack([1 - torch.cos(angle), 0.5 - torch.sin(angle)], 1)
    middle = torch.tensor([0.5, 0.25])
    return upper - middle, lower - middle


def _spirals(t: Tensor) -> tuple[Tensor, Tensor]:
    # The square root spreads the examples evenly along the arm.
    radius = torch.sqrt(t)
    angle = 3 * math.pi * radius
    arm = 1.3 * torch.stack([radius * torch.cos(angle), radius * torch.sin(angle)], 1)
    return arm, -arm


TOY_DATA: dict[str, Callable[[Tensor], tuple[Tensor, Tensor]]] = {"Two moons": _moons, "Spirals": _spirals}


def toy_data(name: str, n: int, noise: float, generator: torch.Generator) -> ToyData:
    """n examples, half of each class.

    Parameters
    ----------
    name : str
        A key of ``TOY_DATA``.
    n : int
        4 to ``MAX_EXAMPLES``.
    noise : float
        Standard deviation of what is added to both coordinates; 0 to 1.
    generator : torch.Generator
        On the CPU.

    Raises
    ------
    ValueError
        If a number is out of bounds, or there is no such data (the message lists those there are).
    """
    if name not in TOY_DATA:
        raise ValueError(f"no data is called {name!r}; known are {', '.join(TOY_DATA)}")
    if not 4 <= n <= MAX_EXAMPLES:
        raise ValueError(f"{n} examples; choose 4 to {MAX_EXAMPLES:,}")
    if not 0 <= noise <= 1:
        raise ValueError(f"the noise is {noise}; choose 0 to 1")
    half = n // 2
    first, second = TOY_DATA[name](torch.rand(max(half, n - half), generator=generator))
    x = torch.cat([first[: n - half], second[:half]])
    y = torch.cat([torch.zeros(n - half, dtype=torch.int64), torch.ones(half, dtype=torch.int64)])
    return ToyData(x + noise * torch.randn(x.shape, generator=generator), y)
