"""Many starts at once beside what one would write with ``torch.optim``: a loop over starts, and all of them at once.

The loop is what a script for one start becomes when it is run for each. The fair peer is what its author would write
next: one parameter of shape (S, 2), one optimiser over it, the losses of all starts summed. Both end where ours does,
which is checked in the same run; ours also looks after every step for starts that have left all bounds, stops those,
and keeps where and when.
"""

import statistics
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from nlm_core.bench.turns import in_turns
from nlm_core.optim.descent import Settings
from nlm_core.optim.path import descend_to_ends, grid_of_starts
from nlm_core.optim.surface import Surface
from nlm_core.optim.surfaces import surface

STARTS = 1_000
STEPS = 200
LOOP_STARTS = 3
LOOP_STEPS = 40
DESCENTS = (("Linear regression", "GD"), ("Rosenbrock", "GD"), ("Two weights of a network", "Adam"))


def torch_optimizer(theta: Tensor, settings: Settings) -> torch.optim.Optimizer:
    """The optimiser of ``torch.optim`` that the settings name, over one parameter."""
    made = torch.optim.Adam if settings.optimizer == "Adam" else torch.optim.SGD
    return made([theta], lr=settings.rate, fused=True)


def loop_over_torch_optim(chosen: Surface, starts: Tensor, settings: Settings) -> Tensor:
    """Where each start ends, one start after another with torch.optim: a Tensor of the shape of starts (S, 2)."""
    ends = []
    for start in starts:
        theta = torch.nn.Parameter(start.clone())
        optimizer = torch_optimizer(theta, settings)
        for _ in range(settings.steps):
            optimizer.zero_grad()
            chosen.loss(theta).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        ends.append(theta.detach())
    return torch.stack(ends)


def all_starts_in_torch_optim(chosen: Surface, starts: Tensor, settings: Settings) -> Tensor:
    """Where each start ends, all of them in one parameter of torch.optim: a Tensor of the shape of starts (S, 2)."""
    theta = torch.nn.Parameter(starts.clone())
    optimizer = torch_optimizer(theta, settings)
    for _ in range(settings.steps):
        optimizer.zero_grad()
        # No start has a part in another's loss, so the gradient of the sum is that of each.
        chosen.loss(theta).sum().backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return theta.detach()


def descents(generator: torch.Generator) -> dict[str, Any]:
    """Steps of trajectories per second of all three, for each of ``DESCENTS``, and ours over each of the others."""
    found = {}
    for name, optimizer in DESCENTS:
        chosen = surface(name)
        settings = Settings(optimizer, chosen.rate, STEPS)
        found[name] = _descent(chosen, settings, grid_of_starts(chosen, STARTS, generator))
    return found


def _descent(chosen: Surface, settings: Settings, starts: Tensor) -> dict[str, Any]:
    short, few = replace(settings, steps=LOOP_STEPS), starts[:LOOP_STARTS]
    ours, loop, at_once = in_turns(
        [
            lambda: descend_to_ends(chosen, starts, settings, dtype=torch.float64),
            lambda: loop_over_torch_optim(chosen, few, short),
            lambda: all_starts_in_torch_optim(chosen, starts, settings),
        ]
    )
    steps, loop_steps = STARTS * settings.steps, LOOP_STARTS * LOOP_STEPS
    ends = torch.from_numpy(descend_to_ends(chosen, few, short, dtype=torch.float64).ends)
    return {
        "optimizer": settings.optimizer,
        "batched_per_second": steps / statistics.median(ours),
        "loop_per_second": loop_steps / statistics.median(loop),
        "at_once_per_second": steps / statistics.median(at_once),
        "ratio": statistics.median((steps / a) / (loop_steps / b) for a, b in zip(ours, loop, strict=True)),
        "ratio_to_all_at_once": statistics.median(b / a for a, b in zip(ours, at_once, strict=True)),
        "largest_difference": max(
            float((ends - others(chosen, few, short)).abs().max())
            for others in (loop_over_torch_optim, all_starts_in_torch_optim)
        ),
    }


def told(found: dict[str, Any]) -> list[str]:
    """What the fair peer gives, in a sentence for each descent; says where we lose, and why."""
    why = "; ours takes one more forward pass a step, for the loss there and for starts that left all bounds"
    return [
        f"{name}, {entry['optimizer']}: {entry['ratio_to_all_at_once']:.2f} x one torch.optim over all {STARTS:,} "
        f"starts, {'ours is faster' if entry['ratio_to_all_at_once'] >= 1 else 'ours is slower' + why}"
        for name, entry in found.items()
    ]
