"""Charts of descents: what is drawn is what was computed, and odd surfaces break nothing."""

import base64
import json
from typing import Any

import numpy as np
import pytest
import torch

from nlm_core.optim.descent import Settings
from nlm_core.optim.formula import formula_surface
from nlm_core.optim.path import Path, descend, descend_to_ends, grid_of_starts
from nlm_core.optim.surface import Surface, grid
from nlm_core.optim.surfaces import SURFACES, surface
from pages._shared.charts import descent_losses, descent_surface
from pages._shared.charts.heights import height_scale
from pages._shared.charts.plane import contour_plane, ground, points_plane


def path_of(chosen: Surface, steps: int = 20, rate: float | None = None) -> Path:
    return descend(chosen, [chosen.start], Settings("GD", rate or chosen.rate, steps))


def contour(chosen: Surface, side: int, paths: dict[str, Path], theme: str | None = "light") -> dict[str, Any]:
    lattice = grid(chosen, side)
    losses = lattice.losses.numpy()
    return contour_plane(chosen, paths, ground=ground(losses, height_scale(losses), theme), alt="a surface")


def unpacked(text: str, columns: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(-1, columns)


def sent(drawing: dict[str, Any]) -> str:
    """As JSON, which knows neither NaN nor infinity."""
    return json.dumps(drawing, allow_nan=False)


def test_contour_holds_every_path_with_its_losses() -> None:
    chosen = surface("Ravine")
    paths = {"GD": path_of(chosen, 200), "slower": path_of(chosen, 50, 0.01)}
    drawing = contour(chosen, 61, paths)
    assert [line["name"] for line in drawing["lines"]] == list(paths)
    for line, path in zip(drawing["lines"], paths.values(), strict=True):
        np.testing.assert_allclose(unpacked(line["xy"], 2), path.positions[0], rtol=1e-6)
        np.testing.assert_allclose(unpacked(line["losses"], 1)[:, 0], path.losses[0], rtol=1e-6)
    np.testing.assert_allclose(unpacked(drawing["dots"], 2), [chosen.start], rtol=1e-6)


@pytest.mark.parametrize("name", ["Bowl", "Rosenbrock"])
def test_heights_lead_back_to_losses(name: str) -> None:
    chosen = surface(name)
    drawn = contour(chosen, 61, {"GD": path_of(chosen)})["ground"]
    heights = unpacked(drawn["heights"], drawn["columns"]).astype(float)
    back = heights if drawn["unit"] is None else drawn["low"] + drawn["unit"] * (10**heights - 1)
    losses = grid(chosen, 61).losses.numpy()
    np.testing.assert_allclose(back, losses, rtol=1e-5, atol=1e-5 * (drawn["unit"] or 1))


def test_points_hold_the_examples_and_the_model() -> None:
    x, y, along = np.array([0.0, 1.0, 4.0]), np.array([0.0, 1.0, 1.0]), np.linspace(0, 4, 5)
    settings = {"output": "y", "movable": True, "labels": True, "alt": "points"}
    drawing = points_plane(x, y, {"model": (along, 2 * along, "")}, **settings)
    assert sent(drawing)
    np.testing.assert_array_equal(unpacked(drawing["dots"], 2), np.c_[x, y])
    np.testing.assert_array_equal(unpacked(drawing["lines"][0]["xy"], 2), np.c_[along, 2 * along])
    low, high = drawing["x"]["range"]
    assert low < x.min()
    assert high > x.max()
    assert drawing["snap"] == [0, 1]


def test_frames_grow_from_the_start_to_the_whole_path() -> None:
    chosen = surface("Ravine")
    figure = descent_surface.surface_figure(chosen, grid(chosen, 21), {"GD": path_of(chosen, 200)}, "light")
    steps = [int(frame.name) for frame in figure.frames]
    assert (steps[0], steps[-1]) == (0, 200)
    assert len(steps) <= descent_surface.MAX_FRAMES + 1
    assert [len(frame.data[0].x) for frame in figure.frames] == [s + 1 for s in steps]


@pytest.mark.parametrize("name", SURFACES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_surface_is_drawn(name: str, theme: str) -> None:
    chosen = surface(name)
    paths = {"a": path_of(chosen), "b": path_of(chosen, 7, chosen.rate / 2)}
    assert descent_surface.surface_figure(chosen, grid(chosen, 21), paths, theme).to_json()
    assert sent(contour(chosen, 21, paths, theme))
    assert descent_losses.loss_figure(paths, chosen.examples > 0).to_json()


@pytest.mark.parametrize("formula", ["1", "log(x)", "1/x", "x", "exp(exp(x))"])
def test_flat_and_broken_formulas_are_drawn(formula: str) -> None:
    chosen = formula_surface(formula)
    paths = {"GD": path_of(chosen, 5)}
    assert descent_surface.surface_figure(chosen, grid(chosen, 21), paths, "light").to_json()
    assert sent(contour(chosen, 21, paths))
    assert descent_losses.loss_figure(paths, False).to_json()


def test_heights_keep_the_order_of_losses_and_ticks_name_them() -> None:
    for name in ("Bowl", "Rosenbrock"):
        losses = grid(surface(name), 61).losses.numpy()
        scale = height_scale(losses)
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
    (drawn,) = contour(chosen, 5, {"GD": path})["lines"]
    np.testing.assert_allclose(unpacked(drawn["xy"], 2), path.positions[0, : divergence.step], rtol=1e-6)
    assert len(unpacked(drawn["losses"], 1)) == divergence.step


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
