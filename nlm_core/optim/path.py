"""Whole descents as data: every position for drawing and replaying, or only the ends of very many starts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nlm_core.nn.latex import number, signed
from nlm_core.optim.descent import MAX_KEPT, DescentError, Settings, steps
from nlm_core.optim.optimizers import optimizer
from nlm_core.optim.surface import Surface


@dataclass(frozen=True)
class Divergence:
    """One start that left all bounds.

    Attributes
    ----------
    start : int
        Which one.
    step : int
        The first step that led out, counted from 1; 0 where the loss has no value at the start itself.
    theta : tuple of float
        Where that step led.
    loss : float
        The loss there; may be infinite or NaN.
    """

    start: int
    step: int
    theta: tuple[float, float]
    loss: float

    def __str__(self) -> str:
        x, y = self.theta
        where = f"θ = ({x:.3g}, {y:.3g}), where the loss is {self.loss:.3g}"
        return f"diverged at step {self.step}: it led to {where}" if self.step else f"no loss at the start {where}"


@dataclass(frozen=True)
class Path:
    """The paths of S starts over T steps, as float64 arrays.

    Attributes
    ----------
    positions : array of shape (S, T + 1, 2)
        theta(0) ... theta(T); frozen from the step on that diverged.
    losses : array of shape (S, T + 1)
        Over all examples.
    gradients, directions : arrays of shape (S, T, 2)
        The gradient that step i used (of the mini-batch, where there is one), and u.
    rates : array of shape (T,)
    examples_seen : array of shape (T + 1,)
        Examples whose gradient was computed so far: the cost. Without data, the number of gradients.
    diverged : tuple of Divergence
    settings : Settings
    """

    positions: np.ndarray
    losses: np.ndarray
    gradients: np.ndarray
    directions: np.ndarray
    rates: np.ndarray
    examples_seen: np.ndarray
    diverged: tuple[Divergence, ...]
    settings: Settings

    @property
    def last(self) -> int:
        """The last step that the first start arrived at: T, or the one before it diverged."""
        gone = next((each.step for each in self.diverged if each.start == 0), None)
        return len(self.rates) if gone is None else max(gone - 1, 0)


@dataclass(frozen=True)
class Ends:
    """Where each of S starts ended.

    Attributes
    ----------
    starts, ends : arrays of shape (S, 2)
    losses : array of shape (S,)
        Final, over all examples.
    diverged_at : int array of shape (S,)
        The first step that led out of bounds (1 where the start itself has no loss), or -1 where none did.
    examples_seen : int
        By each start.
    settings : Settings
    """

    starts: np.ndarray
    ends: np.ndarray
    losses: np.ndarray
    diverged_at: np.ndarray
    examples_seen: int
    settings: Settings


def _batch_sizes(surface: Surface, settings: Settings) -> np.ndarray:
    """Examples used by each step, of shape (T,); the last batch of a pass may be smaller."""
    N, B = surface.examples, settings.batch_size
    if N == 0 or B is None:
        return np.full(settings.steps, max(N, 1))
    begins = np.arange(settings.steps) % -(-N // B) * B
    return np.minimum(B, N - begins)


def descend(
    surface: Surface,
    starts: Sequence[Sequence[float]] | Tensor,
    settings: Settings,
    generator: torch.Generator | None = None,
    dtype: torch.dtype = torch.float64,
) -> Path:
    """Descend and keep everything.

    Parameters
    ----------
    surface : Surface
    starts : pairs of numbers, or Tensor of shape (S, 2)
    settings : Settings
    generator : torch.Generator or None
        On the CPU; needed for mini-batches only.
    dtype : torch.dtype

    Raises
    ------
    DescentError
        If settings or starts are out of bounds, or there would be more than ``MAX_KEPT`` positions.
    """
    theta = torch.as_tensor(starts, dtype=dtype)
    S, T = len(theta), settings.steps
    if S * T > MAX_KEPT:
        raise DescentError(f"{S:,} starts times {T:,} steps; keep at most {MAX_KEPT:,} positions, or only the ends")
    moments = list(steps(surface, theta, settings, generator, dtype))
    theta = theta.to(moments[0].theta.device)
    first_loss = surface.to(theta.device, dtype).loss(theta)
    alive = torch.stack([torch.isfinite(first_loss), *(m.alive for m in moments)], 1).cpu()
    last = moments[-1]
    gone = (~alive[:, -1]).nonzero()[:, 0].tolist()
    refused, refused_loss = last.refused.cpu().double(), last.refused_loss.cpu().double()
    diverged = tuple(
        Divergence(
            s, int(alive[s].long().argmin()), (float(refused[s, 0]), float(refused[s, 1])), float(refused_loss[s])
        )
        for s in gone
    )
    return Path(
        _array(torch.stack([theta, *(m.theta for m in moments)], 1)),
        _array(torch.stack([first_loss, *(m.loss for m in moments)], 1)),
        _array(torch.stack([m.gradient for m in moments], 1)),
        _array(torch.stack([m.direction for m in moments], 1)),
        np.array([m.rate for m in moments]),
        np.concatenate([[0], np.cumsum(_batch_sizes(surface, settings))]),
        diverged,
        settings,
    )


def _array(values: Tensor) -> np.ndarray:
    return values.detach().double().cpu().numpy()


def descend_to_ends(
    surface: Surface,
    starts: Sequence[Sequence[float]] | Tensor,
    settings: Settings,
    generator: torch.Generator | None = None,
    dtype: torch.dtype = torch.float32,
) -> Ends:
    """Descend from very many starts and keep only where each one ends.

    Parameters and errors are those of ``descend``, without its bound on positions.
    """
    *_, ends = ends_in_steps(surface, starts, settings, generator, dtype)
    assert ends is not None
    return ends


def ends_in_steps(
    surface: Surface,
    starts: Sequence[Sequence[float]] | Tensor,
    settings: Settings,
    generator: torch.Generator | None = None,
    dtype: torch.dtype = torch.float32,
) -> Iterator[Ends | None]:
    """The same a step at a time, None for each, so that others can compute in between; the ends come last."""
    theta = torch.as_tensor(starts, dtype=dtype)
    diverged_at = None
    for moment in steps(surface, theta, settings, generator, dtype):
        yield None
        if diverged_at is None:
            diverged_at = torch.full_like(moment.loss, -1, dtype=torch.int64)
        newly = ~moment.alive & (diverged_at < 0)
        diverged_at = torch.where(newly, moment.number, diverged_at)
    assert diverged_at is not None  # settings.check asks for at least one step
    seen = int(_batch_sizes(surface, settings).sum())
    yield Ends(_array(theta), _array(moment.theta), _array(moment.loss), diverged_at.cpu().numpy(), seen, settings)


def grid_of_starts(surface: Surface, n: int, generator: torch.Generator | None = None) -> Tensor:
    """About n starts over what is shown of a surface: a lattice, or uniformly random with a generator.

    Returns
    -------
    float64 Tensor of shape (S, 2)
    """
    low = torch.tensor([surface.x_range[0], surface.y_range[0]], dtype=torch.float64)
    high = torch.tensor([surface.x_range[1], surface.y_range[1]], dtype=torch.float64)
    if generator is not None:
        return low + (high - low) * torch.rand(n, 2, dtype=torch.float64, generator=generator)
    side = max(1, round(n**0.5))
    # Cell centres, so that no start stands on the edge.
    middle = (torch.arange(side, dtype=torch.float64) + 0.5) / side
    return low + (high - low) * torch.cartesian_prod(middle, middle)


def written_out(path: Path, step: int, start: int = 0) -> str:
    """The update of one step with its numbers, as LaTeX: theta(i+1) = theta(i) - alpha * u.

    Parameters
    ----------
    path : Path
    step : int
        i, from 0 to T - 1.
    start : int

    Raises
    ------
    ValueError
        If there is no such step or start.
    """
    S, T = path.gradients.shape[:2]
    if not (0 <= step < T and 0 <= start < S):
        raise ValueError(f"step {step} of start {start}; there are steps 0 to {T - 1} and starts 0 to {S - 1}")

    def column(values: np.ndarray) -> str:
        return rf"\begin{{bmatrix}} {number(float(values[0]), 4)} \\ {number(float(values[1]), 4)} \end{{bmatrix}}"

    before, u = path.positions[start, step], path.directions[start, step]
    rate = float(path.rates[step])
    text = rf"{column(before)} - {signed(rate)} \cdot {column(u)} = {column(before - rate * u)}"
    plain = optimizer(path.settings.optimizer).slots == 0
    symbol = r"\dfrac{\partial L}{\partial \theta}(\theta^{(" + str(step) + ")})" if plain else "u"
    return rf"\theta^{{({step + 1})}} = \theta^{{({step})}} - \alpha \cdot {symbol} = {text}"
