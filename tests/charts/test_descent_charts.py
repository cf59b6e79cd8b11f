"""Charts of descents: what is drawn is what was computed, and odd surfaces break nothing."""

import numpy as np
import pytest
import torch

from nlm_core.optim.descent import Settings
from nlm_core.optim.formula import formula_surface
from nlm_core.optim.path import Path, descend, descend_to_ends, grid_of_starts
from nlm_core.optim.surface import Surface, grid
from nlm_core.optim.surfaces import SURFACES, surface
from pages._shared.charts import descent_losses, descent_surface


def path_of(chosen: Surface, steps: int = 20, rate: float | None = None) -> Path:
    return descend(chosen, [chosen.start], Settings("GD", rate or chosen.rate, steps))


def test_contour_holds_the_whole_path_and_its_frames_grow() -> None:
    chosen = surface("Ravine")
    path = path_of(chosen, 200)
    figure = descent_surface.contour_figure(chosen, grid(chosen, 61), {"GD": path}, "light")
    drawn = figure.data[-2]
    np.testing.assert_allclose(np.c_[drawn.x, drawn.y], path.positions[0], rtol=1e-6)
    steps = [int(frame.name) for frame in figure.frames]
    assert steps[0] == 0
    assert steps[-1] == 200
    assert len(steps) <= descent_surface.MAX_FRAMES + 1
    assert [len(frame.data[0].x) for frame in figure.frames] == [s + 1 for s in steps]
    assert all(figure.data[i].name == "GD" for i in figure.frames[0].traces)


def test_clickable_points_carry_their_losses() -> None:
    chosen = surface("Bowl")
    figure = descent_surface.contour_figure(chosen, grid(chosen, 61), {"GD": path_of(chosen)}, None)
    lattice = figure.data[1]
    assert len(lattice.x) == descent_surface.CLICKABLE**2
    np.testing.assert_allclose(lattice.customdata, (np.square(lattice.x) + np.square(lattice.y)) / 2, rtol=1e-5)


@pytest.mark.parametrize("name", SURFACES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_surface_is_drawn(name: str, theme: str) -> None:
    chosen = surface(name)
    paths = {"a": path_of(chosen), "b": path_of(chosen, 7, chosen.rate / 2)}
    for draw in (descent_surface.contour_figure, descent_surface.surface_figure):
        assert draw(chosen, grid(chosen, 21), paths, theme).to_json()
    assert descent_losses.loss_figure(paths, chosen.examples > 0).to_json()


@pytest.mark.parametrize("formula", ["1", "log(x)", "1/x", "x", "exp(exp(x))"])
def test_flat_and_broken_formulas_are_drawn(formula: str) -> None:
    chosen = formula_surface(formula)
    paths = {"GD": path_of(chosen, 5)}
    for draw in (descent_surface.contour_figure, descent_surface.surface_figure):
        assert draw(chosen, grid(chosen, 21), paths, "light").to_json()
    assert descent_losses.loss_figure(paths, False).to_json()


def test_heights_keep_the_order_of_losses_and_ticks_name_them() -> None:
    for name in ("Bowl", "Rosenbrock"):
        losses = grid(surface(name), 61).losses.numpy()
        scale = descent_surface.height_scale(losses)
        assert scale.logarithmic == (name == "Rosenbrock")
        assert (np.diff(scale.forward(np.sort(losses.ravel()))) >= 0).all()
        heights = scale.forward(np.array([float(text) for _, text in scale.ticks]))
        np.testing.assert_allclose(heights, [h for h, _ in scale.ticks], atol=0.02 * np.ptp(heights))


def test_losses_stop_where_a_path_diverged() -> None:
    chosen = surface("Ravine")
    path = path_of(chosen, 300, 1.0)
    (divergence,) = path.diverged
    figure = descent_losses.loss_figure({"GD": path}, False)
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert [len(line.x) for line in lines] == [divergence.step] * 2


def test_ends_and_their_histogram_count_every_start() -> None:
    chosen = surface("Himmelblau")
    found = {
        name: descend_to_ends(chosen, grid_of_starts(chosen, 100), Settings("GD", rate, 50))
        for name, rate in (("GD", 0.01), ("faster", 0.03))
    }
    figure = descent_losses.histogram_figure(found)
    for trace, ends in zip(figure.data, found.values(), strict=True):
        assert sum(trace.y) == (ends.diverged_at < 0).sum()
    heat = descent_losses.ends_figure(found["GD"], chosen, "light", (0.0, 1.0)).data[0]
    ends = found["GD"]
    for k in (0, 17, 99):
        column = int(np.abs(heat.x - ends.starts[k, 0]).argmin())
        row = int(np.abs(heat.y - ends.starts[k, 1]).argmin())
        if ends.diverged_at[k] < 0:
            assert heat.z[row][column] == pytest.approx(ends.losses[k], rel=1e-5)


def test_histogram_of_one_loss_and_of_none() -> None:
    chosen = surface("Bowl")
    same = descend_to_ends(chosen, torch.ones(9, 2), Settings("GD", 0.1, 1))
    gone = descend_to_ends(chosen, torch.ones(9, 2), Settings("GD", 1e9, 20))
    assert sum(descent_losses.histogram_figure({"GD": same}).data[0].y) == 9
    assert sum(descent_losses.histogram_figure({"GD": gone}).data[0].y) == 0
