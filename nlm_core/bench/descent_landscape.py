"""Loss landscapes: all points of a grid at once beside one point at a time."""

import statistics
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from nlm_core import runtime
from nlm_core.bench.turns import in_turns
from nlm_core.optim.classifier import Classifier, classifier_loss, train
from nlm_core.optim.directions import Directions, random_directions
from nlm_core.optim.landscape import evaluate
from nlm_core.optim.toy_data import ToyData, toy_data

SIDE = 33
LOOP_POINTS = 60


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


def landscape(generator: torch.Generator) -> dict[str, Any]:
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

    ours, loop = in_turns([batched, lambda: loop_over_points(network, data, directions, few)])
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
