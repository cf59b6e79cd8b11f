"""Gradient descent: the path as it is set, one step of it with its numbers, or where a thousand starts end."""

from dataclasses import replace
from typing import TYPE_CHECKING

from pages._shared.snippets.lines import State, joined, lines

if TYPE_CHECKING:
    from nlm_core.optim.descent import Settings
    from nlm_core.optim.surface import Surface

_NAMED = """\
from nlm_core.optim.surfaces import surface

L = surface($name)
"""
_FORMULA = """\
from nlm_core.optim.formula import formula_surface

L = formula_surface($formula)
"""
_POINTS = """\
from nlm_core.optim.points import points_from_cells
from nlm_core.optim.surfaces import surface

L = surface($name, points_from_cells($points))
"""
_MANY_POINTS = """\
from pathlib import Path
from nlm_core.optim.points import parse_csv
from nlm_core.optim.surfaces import surface

L = surface($name, parse_csv(Path("your_points.csv").read_bytes()))  # x and y, one example a line
"""

_RUN = "    Settings($optimizer, $rate, $steps, $batch, $schedule, Coefficients(momentum=$momentum)),\n"
_PATHS = """\
import torch
from nlm_core.optim.descent import Settings
from nlm_core.optim.optimizers import Coefficients
from nlm_core.optim.path import descend

paths = [descend(L, [($x0, $y0)], run, torch.Generator().manual_seed($seed)) for run in runs]
for path in paths:
    print(f"{path.settings.optimizer}: end of the path {path.positions[0, -1].tolist()}, L = {path.losses[0, -1]:.6g}")
"""
_STEP = """\
path, i = paths[0], $i
theta, g, u, alpha = path.positions[0, i], path.gradients[0, i], path.directions[0, i], path.rates[i]
print(f"theta({i}) = {theta.tolist()}  gradient = {g.tolist()}  u = {u.tolist()}  alpha = {alpha:g}")
print(f"theta({i + 1}) = theta({i}) - alpha u = {(theta - alpha * u).tolist()}")
led_out = path.diverged and path.diverged[0].step == i + 1  # then the path stays where it was
before, after = path.losses[0, i], path.diverged[0].loss if led_out else path.losses[0, i + 1]
print(f"L before = {before:.6g}  predicted change = {-alpha * (g @ u):+.6g}  change = {after - before:+.6g}")
"""
_STARTS = """\
import numpy as np
from nlm_core.optim.path import descend_to_ends, grid_of_starts

starts = grid_of_starts(L, 1024)
ends = [descend_to_ends(L, starts, run, torch.Generator().manual_seed($seed)) for run in runs]
for end in ends:
    kept = end.losses[end.diverged_at < 0]
    lowest = min(kept, default=np.inf)
    print(f"{end.settings.optimizer}: median L = {np.median(kept):.4g}, lowest {lowest:.4g}, {len(kept):,} ended")
"""
_LOWER = """\
kept = np.concatenate([end.losses[end.diverged_at < 0] for end in ends])
gap = 0.01 * (max(kept, default=0) - min(kept, default=0))  # what differs by less counts as equal
gd, sgd = (np.where(end.diverged_at < 0, end.losses, np.inf) for end in ends)
print(f"SGD ended lower from {(sgd < gd - gap).mean():.1%} of the starts, higher from {(sgd > gd + gap).mean():.1%}")
"""

_OWN, _FORMULA_OF_THE_PAGE = "Own formula", "x^2/4 + y^2 + sin(3*x)*cos(2*y)"
# Written out one by one; more points are read from a file.
_MAX_WRITTEN = 50


def gradient_descent(state: State) -> str:
    chosen, made = _surface(state)
    settings = _settings(state, chosen)
    # As the page rounds the start that a surface begins with.
    x0, y0 = (state.get(key, float(f"{at:.4g}")) for key, at in zip(("x0", "y0"), chosen.start, strict=True))
    seed = int(state.get("seed", 0))
    path = joined(made, _runs(_raced(state, chosen, settings)), lines(_PATHS, x0=x0, y0=y0, seed=seed))
    if state.get("view", "One step") == "One step":
        return joined(path, lines(_STEP, i=state.get("i") or 0))
    both = _gd_and_sgd(state, chosen, settings)
    starts = _runs(both) + lines(_STARTS, seed=seed)
    return joined(path, starts, *([_LOWER] if len(both) > 1 else []))


def _runs(settings: "list[Settings]") -> str:
    rows = [
        lines(
            _RUN,
            optimizer=each.optimizer,
            rate=each.rate,
            steps=each.steps,
            batch=each.batch_size,
            schedule=each.schedule,
            momentum=each.coefficients.momentum,
        )
        for each in settings
    ]
    return f"runs = [\n{''.join(rows)}]\n"


def _surface(state: State) -> "tuple[Surface, str]":
    """The surface that is shown, and the lines that make it ``L``."""
    from nlm_core.optim.formula import FormulaError, formula_surface
    from nlm_core.optim.surfaces import SURFACES, surface

    name = state.get("surface", SURFACES[0])
    if name not in SURFACES:
        formula = state.get("formula", _FORMULA_OF_THE_PAGE)
        try:
            chosen = formula_surface(formula)
        except FormulaError:
            # The page goes on showing the last one that it could read.
            formula = state.get("_good_formula", _FORMULA_OF_THE_PAGE)
            chosen = formula_surface(formula)
        return chosen, lines(_FORMULA, formula=formula)
    points = state.get("_descent_points", {}).get(name)
    if points is None:
        made = lines(_NAMED, name=name)
    elif len(points) > _MAX_WRITTEN:
        made = lines(_MANY_POINTS, name=name)
    else:
        made = lines(_POINTS, name=name, points=list(zip(points.x.tolist(), points.y.tolist(), strict=True)))
    return surface(name, points), made


def _settings(state: State, chosen: "Surface") -> "Settings":
    from nlm_core.optim.descent import Settings
    from nlm_core.optim.optimizers import Coefficients, optimizer

    rule = optimizer(state.get("optimizer", "GD"))
    batch = None if rule.whole_data or not chosen.examples else state.get("B", min(4, chosen.examples))
    momentum = state.get("beta", 0.9) if rule.uses_momentum else Coefficients().momentum
    rate = state.get("alpha", chosen.rate)
    schedule = state.get("schedule", "Constant")
    return Settings(rule.name, rate, state.get("T", 60), batch, schedule, Coefficients(momentum=momentum))


def _raced(state: State, chosen: "Surface", settings: "Settings") -> "list[Settings]":
    """The present run, and those that it is raced against."""
    from pages._shared.panels.descent_settings import MAX_RIVALS, label, rival

    entered = {label(settings, chosen): settings}
    for name in state.get("rivals", [])[:MAX_RIVALS]:
        other = rival(chosen, settings, name)
        if other is not None:
            entered.setdefault(label(other, chosen), other)
    return list(entered.values())


def _gd_and_sgd(state: State, chosen: "Surface", settings: "Settings") -> "list[Settings]":
    """What a thousand starts are compared by: GD and, where there are examples, SGD with the same rate."""
    from nlm_core.optim.descent import MAX_STEPS
    from nlm_core.optim.optimizers import Coefficients

    gd = replace(settings, optimizer="GD", batch_size=None, coefficients=Coefficients())
    if not chosen.examples:
        return [gd]
    batch = settings.batch_size
    if batch in (None, chosen.examples):
        batch = min(4, chosen.examples)
    steps = settings.steps
    if state.get("budget") == "The same examples":
        steps = min(MAX_STEPS, max(1, round(steps * chosen.examples / batch)))
    return [gd, replace(gd, optimizer="SGD", batch_size=batch, steps=steps)]
