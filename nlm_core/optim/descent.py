r"""Gradient descent from one start or a thousand: one tensor program over all starts, one pass of it a step.

    theta(i+1) = theta(i) - alpha * dL/dtheta(theta(i))          (lecture, "Gradient Descent")

with the gradient over all examples or over a mini-batch, and with the direction of another optimiser in its place.
A start whose path leaves all bounds is diverged: it stays where it last was, and the step and the number are kept.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from nlm_core import runtime
from nlm_core.optim.minibatches import minibatches
from nlm_core.optim.optimizers import Coefficients, optimizer
from nlm_core.optim.schedules import schedule
from nlm_core.optim.surface import DataSurface, Surface

MAX_STEPS = 5_000
MAX_STARTS = 10_000
# Positions kept of one descent: 1,000 starts with 1,000 steps, about 50 MB.
MAX_KEPT = 1_000_000
# Farther from the middle than this many times what is shown, a path counts as diverged.
DIVERGED_SPANS = 1e6


class DescentError(ValueError):
    """Settings that cannot be run; the message gives the numbers that can."""


@dataclass(frozen=True)
class Settings:
    """How to descend.

    Attributes
    ----------
    optimizer, schedule : str
        Keys of ``OPTIMIZERS`` and ``SCHEDULES``.
    rate : float
        alpha, above 0.
    steps : int
        T, 1 to ``MAX_STEPS``.
    batch_size : int or None
        Examples in a mini-batch; None takes all of them.
    coefficients : Coefficients
    """

    optimizer: str = "GD"
    rate: float = 0.1
    steps: int = 100
    batch_size: int | None = None
    schedule: str = "Constant"
    coefficients: Coefficients = field(default_factory=Coefficients)

    def check(self, surface: Surface) -> None:
        """See that these settings can be run on a surface.

        Raises
        ------
        DescentError
            If a number is out of bounds, or mini-batches are asked for where there are none.
        ValueError
            If there is no such optimiser or schedule.
        """
        chosen = optimizer(self.optimizer)
        schedule(self.schedule)
        if not (math.isfinite(self.rate) and self.rate > 0):
            raise DescentError(f"the learning rate is {self.rate}; it must be a finite number above 0, such as 0.1")
        if not 1 <= self.steps <= MAX_STEPS:
            raise DescentError(f"{self.steps} steps; choose 1 to {MAX_STEPS:,}")
        if not 0 <= self.coefficients.momentum < 1:
            raise DescentError(f"the momentum is {self.coefficients.momentum}; it must be at least 0 and below 1")
        if self.batch_size is None:
            return
        if surface.examples == 0:
            raise DescentError(f"{surface.name} is a formula without examples, so there are no mini-batches to take")
        if not 1 <= self.batch_size <= surface.examples:
            raise DescentError(f"a batch of {self.batch_size}; there are {surface.examples} examples, choose 1 to that")
        if chosen.whole_data and self.batch_size < surface.examples:
            raise DescentError(f"{chosen.name} takes all {surface.examples} examples; choose SGD for mini-batches")


@dataclass(frozen=True)
class Moment:
    """All starts after one step, on the device: what ``steps`` yields.

    Attributes
    ----------
    number : int
        i, the steps taken so far.
    theta : Tensor of shape (S, 2)
        Where each start is now; diverged ones stay at their last good place.
    gradient, direction : Tensors of shape (S, 2)
        The gradient that was used for this step, and u.
    loss : Tensor of shape (S,)
        Over all examples, at ``theta``.
    alive : bool Tensor of shape (S,)
        Which starts have not diverged.
    refused, refused_loss : Tensors of shape (S, 2) and (S,)
        Where the step would have led, and the loss there; equal to theta and loss for those alive.
    rate : float
        alpha of this step.
    """

    number: int
    theta: Tensor
    gradient: Tensor
    direction: Tensor
    loss: Tensor
    alive: Tensor
    refused: Tensor
    refused_loss: Tensor
    rate: float


def device_for(dtype: torch.dtype) -> torch.device:
    """Where numbers of this type are computed: Apple's GPUs have no float64, so it goes to the CPU there."""
    device = runtime.device()
    return torch.device("cpu") if device.type == "mps" and dtype == torch.float64 else device


def _starts(starts: Sequence[Sequence[float]] | Tensor, dtype: torch.dtype) -> Tensor:
    theta = torch.as_tensor(starts, dtype=dtype)
    if theta.ndim != 2 or theta.shape[1] != 2 or not 1 <= len(theta) <= MAX_STARTS:
        raise DescentError(f"starts of shape {tuple(theta.shape)}; give 1 to {MAX_STARTS:,} pairs of numbers")
    if not bool(torch.isfinite(theta).all()):
        raise DescentError("every start must be two finite numbers")
    return theta.to(device_for(dtype))


@torch.no_grad()
def steps(
    surface: Surface,
    starts: Sequence[Sequence[float]] | Tensor,
    settings: Settings,
    generator: torch.Generator | None = None,
    dtype: torch.dtype = torch.float64,
) -> Iterator[Moment]:
    """Descend step by step from all starts at once.

    Parameters
    ----------
    surface : Surface
    starts : pairs of numbers, or Tensor of shape (S, 2)
    settings : Settings
    generator : torch.Generator or None
        On the CPU; needed for mini-batches only.
    dtype : torch.dtype

    Yields
    ------
    Moment
        ``settings.steps`` of them.

    Raises
    ------
    DescentError
        If settings or starts are out of bounds, or mini-batches lack a generator.
    """
    settings.check(surface)
    theta = _starts(starts, dtype)
    surface = surface.to(theta.device, dtype)
    chosen, share = optimizer(settings.optimizer), schedule(settings.schedule).share
    batches = None
    if isinstance(surface, DataSurface) and settings.batch_size not in (None, surface.examples):
        if generator is None:
            raise DescentError("mini-batches are drawn at random; give a generator")
        batches = minibatches(surface.examples, settings.batch_size or 1, len(theta), generator)
    memory = tuple(torch.zeros_like(theta) for _ in range(chosen.slots))
    loss = surface.loss(theta)
    alive = torch.isfinite(loss)
    bound = DIVERGED_SPANS * surface.span
    refused, refused_loss = theta, loss
    for i in range(settings.steps):
        if batches is not None and isinstance(surface, DataSurface):
            gradient = surface.gradient(theta, next(batches).to(theta.device))
        else:
            gradient = surface.gradient(theta)
        direction, memory = chosen.rule(gradient, memory, i + 1, settings.coefficients)
        rate = settings.rate * share(i, settings.steps)
        ahead = theta - rate * direction
        ahead_loss = surface.loss(ahead)
        fine = torch.isfinite(ahead_loss) & (ahead.abs().amax(-1) <= bound)
        refused = torch.where(alive[:, None], ahead, refused)
        refused_loss = torch.where(alive, ahead_loss, refused_loss)
        alive = alive & fine
        theta = torch.where(alive[:, None], ahead, theta)
        loss = torch.where(alive, ahead_loss, loss)
        yield Moment(i + 1, theta, gradient, direction, loss, alive, refused, refused_loss, rate)
