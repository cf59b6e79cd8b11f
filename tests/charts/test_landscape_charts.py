"""Charts of landscapes: the path lies where it was projected, heights keep their order, broken grids are drawn."""

import numpy as np
import pytest
import torch

from nlm_core.optim.classifier import class_probability
from nlm_core.optim.landscape import Stage, landscape
from nlm_core.optim.subject import Fit, Plane, Recipe, Subject, plane
from pages._shared.charts import landscape as charts

Seen = tuple[Fit, Subject, Plane, Stage]


@pytest.fixture(scope="module")
def seen() -> Seen:
    fit = Fit(Recipe("Two moons", 2, 8, False, 0, 60, 0.1))
    list(fit.steps())
    subject = fit.subject()
    at = plane(subject, "PCA")
    stage = list(landscape(subject.loss, at.directions, a_range=at.a_range, b_range=at.b_range, level=3))[-1]
    return fit, subject, at, stage


def test_the_contour_holds_the_whole_path_and_the_network(seen: Seen) -> None:
    _, subject, at, stage = seen
    figure = charts.contour_figure(stage, at, subject.steps, "light")
    ground, path, end = figure.data
    assert np.array(ground.customdata).tolist() == stage.losses.numpy().tolist()
    assert at.path is not None
    np.testing.assert_allclose(np.c_[path.x, path.y], at.path.coordinates.numpy())
    assert [row[0] for row in path.customdata] == [step.number for step in subject.steps]
    assert (list(end.x), list(end.y)) == ([0], [0])
    assert f"{at.path.shares[0]:.1%}" in figure.layout.xaxis.title.text


def test_the_path_runs_on_the_surface(seen: Seen) -> None:
    _, subject, at, stage = seen
    figure = charts.surface_figure(stage, at, subject.steps, "dark")
    ground, path = figure.data
    heights = np.array(ground.z)
    assert at.path_losses is not None
    wanted = charts.scale_of(stage).forward(at.path_losses.numpy().astype(float))
    np.testing.assert_allclose(path.z, wanted + 0.02 * (heights.max() - heights.min()))


def test_a_path_outside_of_the_window_is_left_out(seen: Seen) -> None:
    _, subject, _, _ = seen
    at = plane(subject, "Random", reach=0.05)
    stage = list(landscape(subject.loss, at.directions, a_range=at.a_range, b_range=at.b_range, level=2))[-1]
    path = charts.contour_figure(stage, at, subject.steps, None).data[1]
    kept = ~np.isnan(np.array(path.x))
    assert kept[-1]
    assert (np.abs(np.array(path.x)[kept]) <= 0.05 + 1e-9).all()


def test_without_a_path_there_is_none(seen: Seen) -> None:
    _, _, at, stage = seen
    bare = Plane(at.directions, at.a_range, at.b_range)
    assert [trace.type for trace in charts.contour_figure(stage, bare, (), None).data] == ["contour", "scatter"]
    assert [trace.type for trace in charts.surface_figure(stage, bare, (), None).data] == ["surface"]


def test_grids_with_overflows_and_flat_grids_are_drawn(seen: Seen) -> None:
    _, subject, at, stage = seen
    broken = stage.losses.clone()
    broken[0], broken[1] = torch.inf, torch.nan
    for losses in (broken, torch.ones_like(stage.losses)):
        odd = Stage(stage.a, stage.b, losses, 1.0, True)
        for draw in (charts.contour_figure, charts.surface_figure):
            assert draw(odd, at, subject.steps, "light").to_json()


def test_training_and_what_was_learned(seen: Seen) -> None:
    fit, subject, _, _ = seen
    loss = charts.training_figure(subject.steps).data[0]
    assert list(loss.y) == [step.loss for step in subject.steps]
    ground, zero, one = charts.classes_figure(fit.data, class_probability(fit.network).numpy(), 1.8, "light").data
    assert np.array(ground.z).shape == (60, 60)
    assert (len(zero.x), len(one.x)) == (100, 100)
