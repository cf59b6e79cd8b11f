"""Landscapes: directions, batched losses against one network at a time, stages, and the classifier that is trained."""

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.nn.utils import vector_to_parameters

from nlm_core.lm.cross_entropy import blockwise_cross_entropy
from nlm_core.lm.rnn import ElmanNetwork
from nlm_core.optim.classifier import Classifier, class_probability, classifier_loss, train
from nlm_core.optim.directions import (
    Directions,
    filter_normalised,
    flatten,
    pca_directions,
    project,
    random_directions,
    unflatten,
)
from nlm_core.optim.elman_loss import elman_loss
from nlm_core.optim.landscape import evaluate, landscape, module_loss, stacked, window
from nlm_core.optim.toy_data import TOY_DATA, toy_data


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def parameters_of(network):
    return {name: p.detach().clone() for name, p in network.named_parameters()}


@pytest.fixture(scope="module")
def trained():
    generator = seeded()
    data = toy_data("Two moons", 80, 0.1, generator)
    network = Classifier(2, 8, True, generator)
    path = list(train(network, data, steps=120, rate=0.2, generator=generator, batch_size=20))
    return network.cpu(), data, path


def bowl(parameters):
    return 0.5 * sum((p**2).sum() for p in parameters.values())


def test_filters_of_a_direction_are_as_long_as_the_networks():
    parameters = {"W": torch.randn(5, 7, generator=seeded()), "conv": torch.randn(3, 2, 4, generator=seeded(1))}
    parameters["b"] = torch.ones(5)
    parameters["W"][2] = 0
    direction = filter_normalised(parameters, seeded(2))
    torch.testing.assert_close(direction["W"].norm(dim=1), parameters["W"].norm(dim=1))
    torch.testing.assert_close(direction["conv"].flatten(1).norm(dim=1), parameters["conv"].flatten(1).norm(dim=1))
    assert not direction["b"].any()
    assert not direction["W"][2].any()


def test_filter_normalisation_undoes_a_rescaling_of_the_network():
    """One ReLU layer ten times as large and the next a tenth: the same function, so the same landscape."""
    network = Classifier(2, 8, False, seeded())
    data = toy_data("Spirals", 60, 0.0, seeded())
    scaled = Classifier(2, 8, False, seeded())
    with torch.no_grad():
        scaled.layers[1].weight.mul_(10)
        scaled.out.weight.mul_(0.1)
    points = torch.tensor([[0.5, -0.3], [1.0, 1.0]])
    losses = [
        torch.cat(list(evaluate(classifier_loss(n, data), random_directions(parameters_of(n), seeded(5)), points)))
        for n in (network, scaled)
    ]
    torch.testing.assert_close(*losses, rtol=1e-4, atol=1e-5)


def test_vectors_and_names_are_the_same_numbers():
    parameters = {"W": torch.arange(6.0).view(2, 3), "b": torch.tensor([7.0, 8.0])}
    assert flatten(parameters).tolist() == [0, 1, 2, 3, 4, 5, 7, 8]
    back = unflatten(flatten(parameters), parameters)
    assert all(torch.equal(back[name], t) for name, t in parameters.items())


def test_pca_directions_are_scikit_learns():
    from sklearn.decomposition import PCA

    trajectory = torch.randn(30, 12, dtype=torch.float64, generator=seeded()).cumsum(0)
    parameters = {"W": torch.zeros(3, 3, dtype=torch.float64), "b": torch.zeros(3, dtype=torch.float64)}
    found = pca_directions(trajectory, parameters)
    shown = project(trajectory, found)
    theirs = PCA(2).fit(trajectory.numpy())
    assert shown.shares == pytest.approx(theirs.explained_variance_ratio_)
    assert shown.share == pytest.approx(sum(shown.shares))
    for ours, component in zip((found.first, found.second), theirs.components_, strict=True):
        assert abs(float(flatten(ours) @ torch.from_numpy(component))) == pytest.approx(1)
    torch.testing.assert_close(flatten(found.center), trajectory[-1])
    assert shown.coordinates[-1].tolist() == pytest.approx([0, 0], abs=1e-12)


def test_projection_onto_directions_that_are_not_at_right_angles():
    like = {"W": torch.zeros(4, dtype=torch.float64)}
    first, second = torch.tensor([1.0, 0, 0, 0]).double(), torch.tensor([1.0, 1, 0, 0]).double()
    plane = Directions(like, {"W": first}, {"W": second}, "Random")
    inside = torch.tensor([[2.0, 3.0], [-1.0, 0.5], [0.0, 4.0]]).double() @ torch.stack([first, second])
    shown = project(inside, plane)
    torch.testing.assert_close(shown.coordinates, torch.tensor([[2.0, 3.0], [-1.0, 0.5], [0.0, 4.0]]).double())
    assert shown.share == pytest.approx(1)
    outside = inside.clone()
    outside[:, 3] = torch.tensor([0.0, 50.0, -50.0])
    assert project(outside, plane).share < 0.1


@pytest.mark.parametrize(
    "trajectory", [torch.zeros(5, 4), torch.arange(5.0)[:, None] * torch.ones(4), torch.randn(2, 4), torch.randn(5, 3)]
)
def test_paths_without_a_plane_are_refused(trajectory):
    with pytest.raises(ValueError, match=r"plane|at least 3 points"):
        pca_directions(trajectory, {"W": torch.zeros(4)})


@pytest.mark.parametrize(("depth", "skip"), [(1, False), (4, False), (4, True)])
def test_batched_losses_equal_one_network_at_a_time(depth, skip):
    data = toy_data("Spirals", 50, 0.1, seeded())
    network = Classifier(depth, 6, skip, seeded())
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=seeded(9)))
    directions = random_directions(parameters_of(network), seeded(1))
    points = torch.randn(7, 2, generator=seeded(2))
    by_hand = torch.cat(list(evaluate(classifier_loss(network, data), directions, points, block=3)))
    by_vmap = torch.cat(
        list(evaluate(module_loss(network, (data.x,), lambda z: F.cross_entropy(z, data.y)), directions, points))
    )
    other = Classifier(depth, 6, skip, seeded())
    alone = []
    for a, b in points:
        vector_to_parameters(
            flatten(directions.center) + a * flatten(directions.first) + b * flatten(directions.second),
            other.parameters(),
        )
        alone.append(F.cross_entropy(other(data.x), data.y).detach())
    torch.testing.assert_close(by_hand, torch.stack(alone), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(by_vmap, torch.stack(alone), rtol=1e-4, atol=1e-5)


def test_stages_refine_the_same_landscape():
    like = {"W": torch.zeros(2)}
    plane = Directions(like, {"W": torch.tensor([1.0, 0.0])}, {"W": torch.tensor([0.0, 2.0])}, "Random")
    evaluated = []

    def counted(parameters):
        evaluated.append(len(parameters["W"]))
        return stacked(bowl)(parameters)

    stages = list(landscape(counted, plane, a_range=(-1, 3), b_range=(-2, 2), level=4, block=50))
    complete = [stage for stage in stages if stage.complete]
    assert [len(stage.a) for stage in complete] == [5, 9, 17]
    for stage in complete:
        wanted = 0.5 * (stage.a[None, :] ** 2 + (2 * stage.b[:, None]) ** 2)
        torch.testing.assert_close(stage.losses.double(), wanted, rtol=1e-5, atol=1e-5)
        assert (float(stage.a[0]), float(stage.a[-1]), float(stage.b[0]), float(stage.b[-1])) == (-1, 3, -2, 2)
    assert sum(evaluated) == 17**2
    progress = [stage.progress for stage in stages]
    assert all(a <= b for a, b in itertools.pairwise(progress)) and progress[-1] == 1
    assert any(not stage.complete for stage in stages)


@pytest.mark.parametrize(
    ("changes", "message"), [({"level": 12}, "2 to 7"), ({"level": 1}, "2 to 7"), ({"a_range": (1, 1)}, "ranges")]
)
def test_landscapes_out_of_bounds_are_refused(changes, message):
    plane = random_directions({"W": torch.ones(2, 2)}, seeded())
    with pytest.raises(ValueError, match=message):
        next(landscape(stacked(bowl), plane, **changes))


def test_the_middle_of_a_landscape_is_the_trained_network(trained):
    network, data, path = trained
    directions = random_directions(parameters_of(network), seeded())
    last = list(landscape(classifier_loss(network, data), directions, level=3))[-1]
    assert float(last.losses[4, 4]) == pytest.approx(path[-1].loss, rel=1e-4)
    assert float(last.losses[4, 4]) < float(last.losses.median())


def test_pca_plane_holds_the_training_path_and_its_losses(trained):
    network, data, path = trained
    trajectory = torch.stack([step.theta for step in path])
    plane = pca_directions(trajectory, parameters_of(network))
    shown = project(trajectory, plane)
    assert shown.share > 0.5
    assert shown.share > 10 * project(trajectory, random_directions(parameters_of(network), seeded())).share
    (a_low, a_high), (b_low, b_high) = window(shown.coordinates)
    assert a_low < shown.coordinates[:, 0].min() and shown.coordinates[:, 1].max() < b_high
    assert a_high > 0 > b_low
    ends = torch.cat(list(evaluate(classifier_loss(network, data), plane, shown.coordinates[[-1]])))
    assert float(ends) == pytest.approx(path[-1].loss, rel=1e-3)


def test_training_learns_and_keeps_its_way(trained):
    network, _, path = trained
    assert [step.number for step in path] == list(range(121))
    assert path[-1].loss < 0.25 * path[0].loss
    assert path[-1].accuracy > 0.9
    torch.testing.assert_close(path[-1].theta, flatten(parameters_of(network)))
    assert (path[0].theta != path[-1].theta).any()
    chance = class_probability(network, n=9)
    assert chance.shape == (9, 9) and bool(((chance >= 0) & (chance <= 1)).all())


def test_training_is_the_same_for_the_same_seed():
    def run(seed):
        network = Classifier(2, 4, False, seeded(seed))
        data = toy_data("Spirals", 40, 0.1, seeded(seed))
        return list(train(network, data, steps=5, rate=0.1, generator=seeded(seed), batch_size=8))[-1].theta

    assert torch.equal(run(1), run(1))
    assert not torch.equal(run(1), run(2))


def test_training_that_overflows_says_at_which_step():
    data = toy_data("Spirals", 40, 0.1, seeded())
    with pytest.raises(FloatingPointError, match=r"at step .* a rate below 1e"):
        list(train(Classifier(6, 16, False, seeded()), data, steps=200, rate=1e10, generator=seeded()))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rate": 0.0}, "above 0"),
        ({"rate": math.nan}, "above 0"),
        ({"steps": 0}, "1 to"),
        ({"batch_size": 99}, "40 examples"),
    ],
)
def test_training_out_of_bounds_is_refused(changes, message):
    data = toy_data("Spirals", 40, 0.1, seeded())
    with pytest.raises(ValueError, match=message):
        next(
            train(
                Classifier(1, 4, False, seeded()), data, **{"steps": 5, "rate": 0.1, "generator": seeded(), **changes}
            )
        )


@pytest.mark.parametrize("name", TOY_DATA)
def test_toy_data_has_two_halves_that_no_line_divides(name):
    from sklearn.linear_model import LogisticRegression

    data = toy_data(name, 201, 0.0, seeded())
    assert data.x.shape == (201, 2) and data.y.bincount().tolist() == [101, 100]
    assert data.x.abs().max() < 1.6
    assert LogisticRegression().fit(data.x.numpy(), data.y.numpy()).score(data.x.numpy(), data.y.numpy()) < 0.95


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("Moons", 50, 0), "Two moons"), (("Spirals", 1, 0), "4 to"), (("Spirals", 9, 7), "0 to 1")],
)
def test_toy_data_out_of_bounds_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        toy_data(*arguments, seeded())
    with pytest.raises(ValueError, match="1 to 20"):
        Classifier(99, 4, False, seeded())


def test_elman_loss_equals_the_networks_own():
    network = ElmanNetwork(30, 6, 8, seeded())
    inputs, targets = torch.randint(0, 30, (2, 3, 7), generator=seeded())
    targets[0, 2] = -100
    lines = torch.tensor([[0, 0, 0, 1, 1, 1, 1], [0] * 7, [0, 1, 1, 1, 2, 2, 2]])
    carries = torch.ones(3, 7)
    carries[:, 0] = 0
    carries[:, 1:] = (lines[:, 1:] == lines[:, :-1]).float()
    weight, bias = network.output_layer()
    own = blockwise_cross_entropy(network.hidden(inputs, lines).reshape(-1, 8), weight, bias, targets.flatten())
    plane = random_directions(parameters_of(network), seeded())
    points = torch.tensor([[0.0, 0.0], [0.3, -0.2]])
    losses = torch.cat(list(evaluate(elman_loss(inputs, targets, carries), plane, points)))
    assert float(losses[0]) == pytest.approx(own.item(), rel=1e-5)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.add_(0.3 * plane.first[name] - 0.2 * plane.second[name])
    weight, bias = network.output_layer()
    moved = blockwise_cross_entropy(network.hidden(inputs, lines).reshape(-1, 8), weight, bias, targets.flatten())
    assert float(losses[1]) == pytest.approx(moved.item(), rel=1e-5)
    assert np.isfinite(losses.numpy()).all()
