"""The loss over a plane of parameters, L(theta* + a d_1 + b d_2), evaluated many points at a time, coarse first.

A block of the grid is a stack of networks with parameters of shape (C, ...), and their losses are one program of
batched matrix products instead of C small programs. ``torch.func.vmap`` makes that program out of the loss of one
network; where a network is small enough for it to matter, the batched products are written by hand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from nlm_core.optim.directions import Directions, Named

# From named parameters with a first axis of length C to the C losses.
StackedLoss = Callable[[Named], Tensor]

# Numbers held at once by the stacked parameters of one block, 64 MB in float32.
BLOCK_NUMBERS = 16_000_000
# On a CPU the activations of a block should stay in its cache; a GPU wants as many points as it can get.
MAX_BLOCK = {"cpu": 64, "cuda": 4096, "mps": 1024}
MAX_LEVEL = 7


def stacked(loss: Callable[[Named], Tensor]) -> StackedLoss:
    """The losses of a stack of networks, out of the loss of one: named parameters to a Tensor of shape ()."""
    batched: StackedLoss = vmap(loss)
    return batched


def module_loss(network: nn.Module, inputs: tuple[Tensor, ...], criterion: Callable[[Tensor], Tensor]) -> StackedLoss:
    """The losses of a stack of copies of any module that ``vmap`` can batch.

    Parameters
    ----------
    network : nn.Module
        Its own parameters are left alone.
    inputs : tuple of Tensors
        What it is called with.
    criterion : callable
        From its output to the loss, a Tensor of shape ().
    """
    return stacked(lambda parameters: criterion(functional_call(network, parameters, inputs)))


def _at(directions: Directions, a: Tensor, b: Tensor) -> Named:
    """The parameters at points (a, b) of shape (C,), each with a new first axis of length C."""
    return {
        name: center
        + a.view(-1, *[1] * center.ndim) * directions.first[name]
        + b.view(-1, *[1] * center.ndim) * directions.second[name]
        for name, center in directions.center.items()
    }


def _block(directions: Directions) -> int:
    device = next(iter(directions.center.values())).device
    return max(1, min(MAX_BLOCK.get(device.type, 64), BLOCK_NUMBERS // directions.count))


@torch.no_grad()
def evaluate(loss: StackedLoss, directions: Directions, points: Tensor, block: int | None = None) -> Iterator[Tensor]:
    """The loss at points of the plane, block after block.

    Parameters
    ----------
    loss : callable
        From stacked parameters to their losses: ``module_loss``, ``stacked`` or one written by hand.
    directions : Directions
    points : Tensor of shape (n, 2)
        Pairs (a, b).
    block : int or None
        Points at a time; None fits them to the size of the network and the device.

    Yields
    ------
    Tensor of shape (C,)
        Losses of the next C points, on the CPU.
    """
    some = next(iter(directions.center.values()))
    points = points.to(some.device, some.dtype)
    for part in torch.split(points, block or _block(directions)):
        yield loss(_at(directions, part[:, 0], part[:, 1])).cpu()


@dataclass(frozen=True)
class Stage:
    """A landscape as far as it is known.

    Attributes
    ----------
    a, b : Tensors of shape (n,)
        Coordinates along the first and second direction.
    losses : Tensor of shape (n, n)
        ``losses[i, j]`` is L(theta* + a[j] d_1 + b[i] d_2); infinite or NaN where the network overflows.
    progress : float
        Share of all points of the finest grid that are done.
    complete : bool
        Whether this is a new grid; otherwise the last one again, with more progress.
    """

    a: Tensor
    b: Tensor
    losses: Tensor
    progress: float
    complete: bool


def landscape(
    loss: StackedLoss,
    directions: Directions,
    *,
    a_range: tuple[float, float] = (-1.0, 1.0),
    b_range: tuple[float, float] = (-1.0, 1.0),
    level: int = 5,
    block: int | None = None,
) -> Iterator[Stage]:
    """Grids of 5, 9, 17 ... 2^level + 1 points a side, each refining the last and computing only what is new.

    Parameters
    ----------
    loss, directions, block
        As for ``evaluate``.
    a_range, b_range : tuple of float
        For random directions -1 to 1 is the usual window; for PCA take what ``window`` gives.
    level : int
        2 to ``MAX_LEVEL``.

    Yields
    ------
    Stage

    Raises
    ------
    ValueError
        If the level is out of bounds or a range is empty.
    """
    if not 2 <= level <= MAX_LEVEL:
        raise ValueError(f"level {level}; choose 2 to {MAX_LEVEL}")
    if not (a_range[0] < a_range[1] and b_range[0] < b_range[1]):
        raise ValueError(f"the ranges {a_range} and {b_range} must run from a smaller number to a larger one")
    finest = 2**level + 1
    a = torch.linspace(*a_range, finest, dtype=torch.float64)
    b = torch.linspace(*b_range, finest, dtype=torch.float64)
    losses = torch.full((finest, finest), torch.nan)
    known = torch.zeros(finest, finest, dtype=torch.bool)
    shown: Stage | None = None
    for coarse in range(2, level + 1):
        stride = 2 ** (level - coarse)
        wanted = torch.zeros_like(known)
        wanted[::stride, ::stride] = True
        rows, columns = (wanted & ~known).nonzero(as_tuple=True)
        done = int(known.sum())
        fresh = []
        for part in evaluate(loss, directions, torch.stack([a[columns], b[rows]], 1), block):
            fresh.append(part.float())
            done += len(part)
            if shown is not None:
                yield Stage(shown.a, shown.b, shown.losses, done / finest**2, False)
        losses[rows, columns] = torch.cat(fresh)
        known |= wanted
        shown = Stage(a[::stride], b[::stride], losses[::stride, ::stride].clone(), done / finest**2, True)
        yield shown


def window(coordinates: Tensor, margin: float = 0.25) -> tuple[tuple[float, float], tuple[float, float]]:
    """Ranges of a and b that hold a path of shape (T, 2) with a margin, and the origin."""
    with_origin = torch.cat([coordinates, torch.zeros(1, 2, dtype=coordinates.dtype)])
    low, high = with_origin.amin(0), with_origin.amax(0)
    pad = (margin * (high - low)).clamp(min=1e-3)
    (a_low, b_low), (a_high, b_high) = (low - pad).tolist(), (high + pad).tolist()
    return (a_low, a_high), (b_low, b_high)
