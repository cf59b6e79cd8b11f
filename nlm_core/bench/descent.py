"""Descent and landscapes: the batched programs against the loops that one would write without them, and the page.

Rounds of both are interleaved, so that whatever else the machine does meets both; the figures are medians over the
rounds. The loops do the same work and their results are compared with the batched ones in the same run.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from nlm_core import runtime
from nlm_core.bench import BenchError, bar
from nlm_core.bench.descent_rate import rate_change_ratio
from nlm_core.optim.classifier import Classifier, classifier_loss, train
from nlm_core.optim.descent import Settings
from nlm_core.optim.directions import Directions, random_directions
from nlm_core.optim.landscape import evaluate
from nlm_core.optim.path import descend_to_ends, grid_of_starts
from nlm_core.optim.surface import Surface
from nlm_core.optim.surfaces import surface
from nlm_core.optim.toy_data import ToyData, toy_data

STARTS = 1_000
STEPS = 200
LOOP_STARTS = 3
LOOP_STEPS = 40
ROUNDS = 5
DESCENTS = (("Linear regression", "GD"), ("Rosenbrock", "GD"), ("Two weights of a network", "Adam"))
SIDE = 33
LOOP_POINTS = 60


def _seconds(work: Callable[[], object]) -> float:
    # A GPU answers before it is done.
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    began = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - began


def _interleaved(first: Callable[[], object], second: Callable[[], object]) -> tuple[list[float], list[float]]:
    first(), second()
    rounds = [(_seconds(first), _seconds(second)) for _ in range(ROUNDS)]
    return [a for a, _ in rounds], [b for _, b in rounds]


def loop_over_torch_optim(chosen: Surface, starts: Tensor, settings: Settings) -> Tensor:
    """Where each start ends, one start after another with torch.optim: a Tensor of the shape of starts (S, 2)."""
    ends = []
    for start in starts:
        theta = torch.nn.Parameter(start.clone())
        optimizer: torch.optim.Optimizer = (
            torch.optim.Adam([theta], lr=settings.rate)
            if settings.optimizer == "Adam"
            else torch.optim.SGD([theta], lr=settings.rate)
        )
        for _ in range(settings.steps):
            optimizer.zero_grad()
            chosen.loss(theta).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        ends.append(theta.detach())
    return torch.stack(ends)


def _descents(generator: torch.Generator) -> dict[str, Any]:
    """Trajectories x steps per second of both, for each of ``DESCENTS``."""
    found = {}
    for name, optimizer in DESCENTS:
        chosen = surface(name)
        settings = Settings(optimizer, chosen.rate, STEPS)
        short = replace(settings, steps=LOOP_STEPS)
        starts = grid_of_starts(chosen, STARTS, generator)
        few = starts[:LOOP_STARTS]
        batched, loop = _interleaved(
            lambda chosen=chosen, starts=starts, settings=settings: descend_to_ends(  # type: ignore[misc]
                chosen, starts, settings, dtype=torch.float64
            ),
            lambda chosen=chosen, few=few, short=short: loop_over_torch_optim(chosen, few, short),  # type: ignore[misc]
        )
        ours = torch.from_numpy(descend_to_ends(chosen, few, short, dtype=torch.float64).ends)
        fast = [STARTS * STEPS / t for t in batched]
        slow = [LOOP_STARTS * LOOP_STEPS / t for t in loop]
        found[name] = {
            "optimizer": optimizer,
            "batched_per_second": statistics.median(fast),
            "loop_per_second": statistics.median(slow),
            "ratio": statistics.median(a / b for a, b in zip(fast, slow, strict=True)),
            "largest_difference": float((ours - loop_over_torch_optim(chosen, few, short)).abs().max()),
        }
    return found


@torch.no_grad()
def loop_over_points(network: Classifier, data: ToyData, directions: Directions, points: Tensor) -> Tensor:
    """The losses at points (n, 2) one at a time, as the authors' own code does: set the weights, run, read the loss."""
    losses = []
    named = dict(network.named_parameters())
    for a, b in points.tolist():
        for name, parameter in named.items():
            parameter.copy_(directions.center[name] + a * directions.first[name] + b * directions.second[name])
        losses.append(F.cross_entropy(network(data.x), data.y).item())
    for name, parameter in named.items():
        parameter.copy_(directions.center[name])
    return torch.tensor(losses)


def _landscape(generator: torch.Generator) -> dict[str, Any]:
    """Grid points per second of both, for a trained classifier."""
    data = toy_data("Two moons", 200, 0.1, generator)
    network = Classifier(3, 16, True, generator)
    for _ in train(network, data, steps=100, rate=0.1, generator=generator, keep_every=100):
        pass
    data = ToyData(data.x.to(runtime.device()), data.y.to(runtime.device()))
    # The center is a copy: the loop writes into the network itself.
    directions = random_directions({n: p.detach().clone() for n, p in network.named_parameters()}, generator)
    side = torch.linspace(-1, 1, SIDE)
    points = torch.cartesian_prod(side, side)
    few = points[:: len(points) // LOOP_POINTS]
    losses = classifier_loss(network, data)

    def batched() -> Tensor:
        return torch.cat(list(evaluate(losses, directions, points)))

    ours, loop = _interleaved(batched, lambda: loop_over_points(network, data, directions, few))
    fast = [len(points) / t for t in ours]
    slow = [len(few) / t for t in loop]
    difference = batched()[:: len(points) // LOOP_POINTS] - loop_over_points(network, data, directions, few)
    return {
        "points": len(points),
        "parameters": directions.count,
        "batched_per_second": statistics.median(fast),
        "loop_per_second": statistics.median(slow),
        "ratio": statistics.median(a / b for a, b in zip(fast, slow, strict=True)),
        "largest_difference": float(difference.abs().max()),
    }


def measure() -> dict[str, Any]:
    """All comparisons, in about a minute on two cores.

    Returns
    -------
    dict
        "bars" as in ``nlm_core.bench``, "descents" and "landscape" with rates and largest differences, "rate_change" as
        from ``rate_change_ratio``, "device", and "problems" that left a figure unmeasured.

    Raises
    ------
    BenchError
        If there is no Playwright or no Chromium.
    """
    problems = []
    try:
        rate_change = rate_change_ratio()
    except BenchError:
        raise
    # Whatever else goes wrong in a browser or a server leaves the figure unmeasured, which does not hold.
    except Exception as error:
        rate_change = {"ratio_of_medians": None}
        problems.append(f"rate changes were not measured: {' '.join(str(error).split())[:300]}")
    # Opens the gate, which sets the threads that the app runs with.
    runtime.gate()
    generator = torch.Generator().manual_seed(0)
    descents = _descents(generator)
    landscape = _landscape(generator)
    slowest = min(entry["ratio"] for entry in descents.values())
    return {
        "bars": [
            bar(f"{STARTS:,} starts: trajectory steps per second against a torch.optim loop", slowest, 200, "higher"),
            bar("landscape: grid points per second against one at a time", landscape["ratio"], 10, "higher"),
            bar(
                "new rate to redrawn path, median, gradient descent page / bare page",
                rate_change["ratio_of_medians"],
                2,
                "lower",
            ),
        ],
        "problems": problems,
        "device": runtime.device().type,
        "descents": descents,
        "landscape": landscape,
        "rate_change": rate_change,
    }
