"""Charts of landscapes: the path lies where it was projected, heights keep their order, broken grids are drawn."""

import base64
import json

import numpy as np
import pytest
import torch

from nlm_core.optim.classifier import class_probability
from nlm_core.optim.landscape import Stage, landscape
from nlm_core.optim.subject import Fit, Plane, Recipe, Subject, plane
from pages._shared.charts import landscape as charts
from pages._shared.charts.findings import LONGEST, number

Seen = tuple[Fit, Subject, Plane, Stage]


@pytest.fixture(scope="module")
def seen() -> Seen:
    fit = Fit(Recipe("Two moons", 2, 8, False, 0, 60, 0.1))
    list(fit.steps())
    subject = fit.subject()
    at = plane(subject, "PCA")
    stage = list(landscape(subject.loss, at.directions, a_range=at.a_range, b_range=at.b_range, level=3))[-1]
    return fit, subject, at, stage


def unpacked(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


def test_the_contour_holds_the_whole_path_and_the_network(seen: Seen) -> None:
    _, subject, at, stage = seen
    drawing = charts.landscape_plane(stage, at, subject.steps, theme="light", alt="A landscape")
    heights = unpacked(drawing["ground"]["heights"]).reshape(stage.losses.shape)
    np.testing.assert_allclose(heights, charts.scale_of(stage).forward(stage.losses.numpy()), rtol=1e-6)
    assert drawing["ground"]["columns"] == len(stage.a)
    assert at.path is not None and at.path_losses is not None
    (path,) = drawing["lines"]
    np.testing.assert_allclose(unpacked(path["xy"]).reshape(-1, 2), at.path.coordinates.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(unpacked(path["losses"]), at.path_losses.numpy(), rtol=1e-6)
    assert unpacked(path["numbers"]).tolist() == [step.number for step in subject.steps]
    np.testing.assert_allclose(unpacked(path["trained"]), [step.loss for step in subject.steps], rtol=1e-6)
    assert unpacked(drawing["dots"]).tolist() == [0, 0]
    assert not drawing["movable"] and not drawing["picks"]
    assert f"{at.path.shares[0]:.1%}" in drawing["x"]["title"]
    assert drawing["x"]["range"] == pytest.approx([float(stage.a[0]), float(stage.a[-1])])
    assert drawing["y"]["range"] == pytest.approx([float(stage.b[0]), float(stage.b[-1])])


def test_the_path_runs_on_the_surface(seen: Seen) -> None:
    _, subject, at, stage = seen
    figure = charts.surface_figure(stage, at, subject.steps, "dark")
    ground, path, ring = figure.data
    heights = np.array(ground.z)
    assert at.path_losses is not None
    wanted = charts.scale_of(stage).forward(at.path_losses.numpy().astype(float))
    np.testing.assert_allclose(path.z, wanted + 0.02 * (heights.max() - heights.min()))
    # The trained network is where its path ends.
    np.testing.assert_allclose([ring.x[0], ring.y[0], ring.z[0]], [0, 0, path.z[-1]], atol=1e-6)


def test_a_path_outside_of_the_window_is_left_out(seen: Seen) -> None:
    _, subject, _, _ = seen
    at = plane(subject, "Random", reach=0.05)
    stage = list(landscape(subject.loss, at.directions, a_range=at.a_range, b_range=at.b_range, level=2))[-1]
    (path,) = charts.landscape_plane(stage, at, subject.steps, theme=None, alt="A landscape")["lines"]
    a = unpacked(path["xy"])[::2]
    kept = ~np.isnan(a)
    assert kept[-1]
    assert (np.abs(a[kept]) <= 0.05 + 1e-6).all()


def test_without_a_path_there_is_none(seen: Seen) -> None:
    _, _, at, stage = seen
    bare = Plane(at.directions, at.a_range, at.b_range)
    assert charts.landscape_plane(stage, bare, (), theme=None, alt="A landscape")["lines"] == []
    assert [trace.type for trace in charts.surface_figure(stage, bare, (), None).data] == ["surface", "scatter3d"]


def test_grids_with_overflows_and_flat_grids_are_drawn(seen: Seen) -> None:
    _, subject, at, stage = seen
    broken = stage.losses.clone()
    broken[0], broken[1] = torch.inf, torch.nan
    for losses in (broken, torch.ones_like(stage.losses)):
        odd = Stage(stage.a, stage.b, losses, 1.0, True)
        assert charts.surface_figure(odd, at, subject.steps, "light").to_json()
        drawing = charts.landscape_plane(odd, at, subject.steps, theme="light", alt="A landscape")
        # What the browser is sent must be JSON, which has no NaN.
        assert json.loads(json.dumps(drawing, allow_nan=False)) == drawing


def test_training_and_what_was_learned(seen: Seen) -> None:
    fit, subject, _, _ = seen
    loss = charts.training_figure(subject.steps).data[0]
    assert list(loss.y) == [step.loss for step in subject.steps]
    ground, zero, one = charts.classes_figure(fit.data, class_probability(fit.network).numpy(), 1.8, "light").data
    assert np.array(ground.z).shape == (60, 60)
    assert (len(zero.x), len(one.x)) == (100, 100)


def test_what_a_landscape_says_of_itself(seen: Seen) -> None:
    fit, subject, at, stage = seen
    text = charts.landscape_alt(stage, at, subject.steps)
    losses = stage.losses
    row, column = divmod(int(losses.argmin()), losses.shape[1])
    assert at.path_losses is not None and len(text) <= LONGEST
    for value in (losses.min(), losses.max(), stage.a[column], stage.b[row], at.path_losses[0], at.path_losses[-1]):
        assert number(float(value)) in text
    assert f"in {subject.steps[-1].number} steps" in text
    broken = Stage(stage.a, stage.b, torch.full_like(losses, torch.nan), 1.0, True)
    assert "none of" in charts.landscape_alt(broken, at, subject.steps)
    text = charts.training_alt(subject.steps)
    assert number(subject.steps[0].loss) in text and number(subject.steps[-1].loss) in text
    assert f"{subject.steps[-1].accuracy:.1%}" in text
    assert number(subject.steps[0].loss) in charts.training_alt(subject.steps[:1])
    chance = class_probability(fit.network, 1.8).numpy()
    text = charts.classes_alt(fit.data, chance)
    ones = int(fit.data.y.sum())
    assert f"{len(fit.data.y) - ones} examples of class 0 and {ones} of class 1" in text
    assert number(float(chance.max())) in text and f"{np.mean(chance > 0.5):.1%}" in text
