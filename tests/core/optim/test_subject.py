"""What a landscape is of: a classifier made from a recipe, nlm-rnn on sentences, and planes through both."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.registry import load
from nlm_core.optim.directions import flatten
from nlm_core.optim.landscape import evaluate, landscape
from nlm_core.optim.subject import KEPT, KINDS, Fit, Recipe, Subject, local_minima, plane, rnn_subject

RECIPE = Recipe("Two moons", 2, 8, True, 3, 230, 0.1)


@pytest.fixture(scope="module")
def subject() -> Subject:
    fit = Fit(RECIPE)
    numbers = [step.number for step in fit.steps()]
    assert (numbers[0], numbers[-1]) == (0, 230)
    assert len(numbers) <= KEPT + 2
    return fit.subject()


def test_the_same_recipe_gives_the_same_network(subject: Subject) -> None:
    again = Fit(RECIPE)
    list(again.steps())
    assert torch.equal(flatten(again.subject().parameters), flatten(subject.parameters))
    other = Fit(replace(RECIPE, seed=4))
    list(other.steps())
    assert not torch.equal(flatten(other.subject().parameters), flatten(subject.parameters))


def test_the_path_ends_in_the_network_at_its_loss(subject: Subject) -> None:
    assert subject.trajectory is not None
    assert subject.trajectory.shape == (len(subject.steps), subject.count)
    torch.testing.assert_close(subject.trajectory[-1], flatten(subject.parameters).cpu())
    for kind in KINDS:
        at = plane(subject, kind)
        assert at.path is not None
        assert at.path_losses is not None
        assert at.path.coordinates[-1].tolist() == pytest.approx([0, 0], abs=1e-5)
        assert float(at.path_losses[-1]) == pytest.approx(subject.steps[-1].loss, rel=1e-3)


def test_a_pca_window_holds_the_path_and_most_of_its_variance(subject: Subject) -> None:
    at = plane(subject, "PCA")
    assert at.path is not None
    a, b = at.path.coordinates.T
    assert at.a_range[0] < a.min() and a.max() < at.a_range[1]
    assert at.b_range[0] < b.min() and b.max() < at.b_range[1]
    assert at.path.share > 0.5
    random = plane(subject, "Random", reach=0.5)
    assert random.a_range == random.b_range == (-0.5, 0.5)
    assert random.path is not None
    assert random.path.share < at.path.share


def test_directions_that_there_are_not_are_refused(subject: Subject) -> None:
    with pytest.raises(ValueError, match="PCA, Random"):
        plane(subject, "Newton")
    with pytest.raises(ValueError, match="none was kept"):
        plane(replace(subject, trajectory=None), "PCA")


def test_nlm_rnn_at_the_centre_has_the_loss_that_its_reader_tells() -> None:
    model = load("nlm-rnn")
    sentences = ("I went to the park.", "We sat on a bench.")
    found = rnn_subject(model, sentences)
    surprises = []
    for sentence in sentences:
        ids = [model.start_id, *model.encode(sentence), model.stop_id]
        surprises += [-follower.logp for follower in PrefixReader(model).read_ids(ids).followers]
    at = plane(found, "Random", seed=1)
    assert at.path is None
    loss = torch.cat(list(evaluate(found.loss, at.directions, torch.zeros(1, 2))))
    assert float(loss) == pytest.approx(sum(surprises) / len(surprises), rel=1e-4)
    assert not any(p.requires_grad for p in model.network.parameters())
    with pytest.raises(ValueError, match="at least one line"):
        rnn_subject(model, ())


@given(st.integers(1, 3), st.integers(1, 3))
def test_minima_of_a_wave_are_counted(across: int, down: int) -> None:
    n = 49
    side = torch.arange(n) / (n - 1) * 2 * torch.pi
    wave = torch.cos(down * side)[:, None] + torch.cos(across * side)[None, :]
    assert local_minima(wave) == across * down


def test_what_overflows_is_no_minimum() -> None:
    losses = torch.ones(5, 5)
    assert local_minima(losses) == 0
    losses[2, 2] = torch.nan
    assert local_minima(losses) == 0
    losses[1, 1] = 0.5
    assert local_minima(losses) == 1


def test_the_middle_of_the_grid_is_the_network(subject: Subject) -> None:
    at = plane(subject, "Random")
    last = list(landscape(subject.loss, at.directions, level=3))[-1]
    assert float(last.losses[4, 4]) == pytest.approx(subject.steps[-1].loss, rel=1e-3)
