"""Batched descent against torch.optim step by step, mini-batches, schedules, divergence and refused settings."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nlm_core.optim.descent import MAX_STEPS, DescentError, Settings, steps
from nlm_core.optim.formula import formula_surface
from nlm_core.optim.minibatches import minibatches
from nlm_core.optim.optimizers import OPTIMIZERS, Coefficients, optimizer
from nlm_core.optim.path import descend, descend_to_ends, grid_of_starts, written_out
from nlm_core.optim.schedules import SCHEDULES, schedule
from nlm_core.optim.surface import DataSurface
from nlm_core.optim.surfaces import surface

MAKERS = {
    "GD": lambda p, rate, c: torch.optim.SGD(p, lr=rate),
    "SGD": lambda p, rate, c: torch.optim.SGD(p, lr=rate),
    "Momentum": lambda p, rate, c: torch.optim.SGD(p, lr=rate, momentum=c.momentum),
    # torch refuses Nesterov without momentum, where it would be plain descent.
    "Nesterov": lambda p, rate, c: torch.optim.SGD(p, lr=rate, momentum=c.momentum, nesterov=c.momentum > 0),
    "RMSProp": lambda p, rate, c: torch.optim.RMSprop(p, lr=rate, alpha=c.rms_decay, eps=c.epsilon),
    "Adam": lambda p, rate, c: torch.optim.Adam(p, lr=rate, betas=(c.momentum, c.beta_2), eps=c.epsilon),
}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def path_of_torch(chosen, start, using, batches=None):
    theta = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    descent = MAKERS[using.optimizer]([theta], using.rate, using.coefficients)
    positions = [theta.detach().clone()]
    for i in range(using.steps):
        descent.param_groups[0]["lr"] = using.rate * schedule(using.schedule).share(i, using.steps)
        descent.zero_grad()
        loss = chosen.loss(theta) if batches is None else chosen.losses(theta, next(batches)[0]).mean()
        loss.backward()
        descent.step()
        positions.append(theta.detach().clone())
    return torch.stack(positions).numpy()


@pytest.mark.parametrize("name", ["Ravine", "Rosenbrock", "Logistic regression"])
@pytest.mark.parametrize("by", OPTIMIZERS)
def test_path_equals_torch_optim(name, by):
    chosen = surface(name)
    using = Settings(by, 0.1 * chosen.rate, 150, schedule="Cosine", coefficients=Coefficients(momentum=0.8))
    starts = [chosen.start, (0.5, -0.5)]
    path = descend(chosen, starts, using)
    assert path.diverged == ()
    for s, start in enumerate(starts):
        np.testing.assert_allclose(path.positions[s], path_of_torch(chosen, start, using), rtol=0, atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(
    by=st.sampled_from(list(OPTIMIZERS)),
    plan=st.sampled_from(list(SCHEDULES)),
    momentum=st.floats(0, 0.95),
    start=st.tuples(st.floats(-3, 3), st.floats(-3, 3)),
)
def test_path_equals_torch_optim_for_any_start(by, plan, momentum, start):
    using = Settings(by, 0.005, 40, schedule=plan, coefficients=Coefficients(momentum=momentum))
    path = descend(surface("Himmelblau"), [start], using)
    np.testing.assert_allclose(path.positions[0], path_of_torch(surface("Himmelblau"), start, using), atol=1e-6)


@pytest.mark.parametrize("by", [name for name in OPTIMIZERS if name != "GD"])
def test_minibatch_path_equals_torch_on_the_same_batches(by):
    chosen = surface("Linear regression")
    using = Settings(by, 0.05, 60, batch_size=5)
    path = descend(chosen, [(0, 0)], using, seeded())
    batches = minibatches(chosen.examples, 5, 1, seeded())
    np.testing.assert_allclose(path.positions[0], path_of_torch(chosen, (0.0, 0.0), using, batches), atol=1e-6)


def test_each_start_runs_as_if_it_were_alone():
    chosen = surface("Many minima")
    starts = grid_of_starts(chosen, 40, seeded())
    using = Settings("Adam", 0.05, 50)
    together = descend(chosen, starts, using)
    for s in (0, 17, 39):
        np.testing.assert_allclose(together.positions[s], descend(chosen, starts[s : s + 1], using).positions[0])


def test_the_update_is_theta_minus_rate_times_direction():
    for by in OPTIMIZERS:
        path = descend(surface("Beale"), [(1.0, 1.0)], Settings(by, 0.001, 20, schedule="Linear to zero"))
        moved = path.positions[:, :-1] - path.rates[:, None] * path.directions
        np.testing.assert_allclose(moved, path.positions[:, 1:])
        gradient = surface("Beale").gradient(torch.from_numpy(path.positions[:, :-1]))
        np.testing.assert_allclose(path.gradients, gradient.numpy())
        np.testing.assert_allclose(path.losses, surface("Beale").loss(torch.from_numpy(path.positions)).numpy())


def test_minibatches_go_through_all_examples_before_any_comes_again():
    batches = minibatches(10, 4, 3, seeded())
    for _ in range(3):
        one_pass = torch.cat([next(batches) for _ in range(3)], 1)
        assert one_pass.shape == (3, 10)
        assert (one_pass.sort(1).values == torch.arange(10)).all()
    first = next(minibatches(100, 50, 2, seeded()))
    assert (first[0] != first[1]).any()
    with pytest.raises(ValueError, match="choose 1 to 10"):
        next(minibatches(10, 11, 1, seeded()))


def test_minibatch_gradients_are_right_on_average():
    chosen = surface("Logistic regression")
    assert isinstance(chosen, DataSurface)
    theta = torch.tensor([[0.4, -1.0]], dtype=torch.float64)
    batches = minibatches(chosen.examples, 4, 1, seeded())
    one_pass = [chosen.gradient(theta, next(batches)) for _ in range(chosen.examples // 4)]
    torch.testing.assert_close(torch.stack(one_pass).mean(0), chosen.gradient(theta))
    assert torch.stack(one_pass).std(0).min() > 1e-3


def test_examples_seen_count_the_cost():
    chosen = surface("Linear regression")
    whole = descend(chosen, [(0, 0)], Settings("GD", 0.1, 3))
    assert whole.examples_seen.tolist() == [0, 24, 48, 72]
    ragged = descend(chosen, [(0, 0)], Settings("SGD", 0.1, 4, batch_size=10), seeded())
    assert ragged.examples_seen.tolist() == [0, 10, 20, 24, 34]
    assert descend(surface("Bowl"), [(1, 1)], Settings("GD", 0.1, 3)).examples_seen.tolist() == [0, 1, 2, 3]


def test_sgd_with_all_examples_is_gd_and_a_seed_repeats_a_path():
    chosen = surface("Linear regression")
    gd = descend(chosen, [(0, 0)], Settings("GD", 0.1, 20))
    for batch in (None, 24):
        sgd = descend(chosen, [(0, 0)], Settings("SGD", 0.1, 20, batch_size=batch))
        np.testing.assert_array_equal(gd.positions, sgd.positions)
    noisy = Settings("SGD", 0.1, 20, batch_size=3)
    one, same, other = (descend(chosen, [(0, 0)], noisy, seeded(seed)).positions for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 1e-3


def test_divergence_is_caught_with_step_and_number_and_frozen():
    chosen = surface("Ravine")
    assert chosen.largest_stable_rate() is not None
    path = descend(chosen, [(1, 1), (1, 0)], Settings("GD", 0.5, 200))
    # Along the ravine alone (theta_2 = 0) the same rate is stable.
    assert [d.start for d in path.diverged] == [0]
    gone = path.diverged[0]
    assert 1 < gone.step < 200
    assert abs(gone.theta[1]) > 1e6 * chosen.span
    assert gone.loss == pytest.approx(0.5 * (gone.theta[0] ** 2 + 25 * gone.theta[1] ** 2))
    assert f"step {gone.step}" in str(gone)
    kept = path.positions[0]
    assert np.isfinite(kept).all()
    np.testing.assert_array_equal(kept[gone.step :], np.broadcast_to(kept[gone.step - 1], kept[gone.step :].shape))
    assert abs(kept[gone.step - 1, 1]) < abs(gone.theta[1])
    assert np.abs(path.positions[1, -1]).max() < 1e-3
    assert path.last == gone.step - 1
    assert descend(chosen, [(1, 0)], Settings("GD", 0.5, 200)).last == 200


def test_a_loss_without_value_counts_as_divergence():
    path = descend(formula_surface("log(x) + y^2"), [(0.2, 1.0), (-1.0, 0.0)], Settings("GD", 0.5, 30))
    crossed, never = path.diverged
    assert crossed.step == 1 and math.isnan(crossed.loss) and crossed.theta[0] < 0
    assert never.step == 0
    assert path.positions[1, -1].tolist() == [-1, 0]
    ends = descend_to_ends(formula_surface("log(x) + y^2"), [(0.2, 1.0), (3.0, 0.0)], Settings("GD", 0.01, 30))
    assert ends.diverged_at[1] == -1


@pytest.mark.parametrize("by", ["GD", "SGD", "Adam"])
def test_ends_are_the_ends_of_the_paths(by):
    chosen = surface("Two weights of a network")
    using = Settings(by, 0.2, 60, batch_size=None if by == "GD" else 6)
    starts = grid_of_starts(chosen, 25)
    path = descend(chosen, starts, using, seeded())
    ends = descend_to_ends(chosen, starts, using, seeded(), dtype=torch.float64)
    np.testing.assert_allclose(ends.ends, path.positions[:, -1])
    np.testing.assert_allclose(ends.losses, path.losses[:, -1])
    assert ends.examples_seen == path.examples_seen[-1]
    rough = descend_to_ends(chosen, starts, using, seeded())
    assert np.median(np.abs(rough.ends - ends.ends)) < 1e-3


def test_starts_cover_what_is_shown():
    for starts in (grid_of_starts(surface("Ravine"), 100), grid_of_starts(surface("Ravine"), 100, seeded())):
        assert starts.shape == (100, 2)
        assert starts[:, 0].abs().max() <= 5 and starts[:, 1].abs().max() <= 2.5
        assert starts[:, 0].std() > 2


def test_steps_are_a_generator_of_frozen_moments():
    moments = list(steps(surface("Bowl"), [(1, 1)], Settings("GD", 0.1, 3)))
    assert [m.number for m in moments] == [1, 2, 3]
    with pytest.raises(AttributeError):
        moments[0].number = 9


def test_written_out_update_has_the_numbers():
    path = descend(surface("Bowl"), [(-4, 3)], Settings("GD", 0.1, 2))
    text = written_out(path, 0)
    assert r"\begin{bmatrix} -4 \\ 3 \end{bmatrix} - 0.1 \cdot" in text
    assert text.endswith(r"\begin{bmatrix} -3.6 \\ 2.7 \end{bmatrix}")
    with pytest.raises(ValueError, match="steps 0 to 1"):
        written_out(path, 2)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("T", [1, 2, 7, 100])
def test_schedules_stay_between_zero_and_one(name, T):
    shares = [schedule(name).share(i, T) for i in range(T)]
    assert all(0 <= s <= 1 for s in shares)
    assert shares[0] > 0


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("Bowl", {"rate": 0.0}, "above 0"),
        ("Bowl", {"rate": -0.1}, "above 0"),
        ("Bowl", {"rate": math.nan}, "above 0"),
        ("Bowl", {"rate": math.inf}, "finite"),
        ("Bowl", {"steps": 0}, "choose 1 to"),
        ("Bowl", {"steps": MAX_STEPS + 1}, "choose 1 to 5,000"),
        ("Bowl", {"batch_size": 2, "optimizer": "SGD"}, "without examples"),
        ("Bowl", {"coefficients": Coefficients(momentum=1.0)}, "below 1"),
        ("Bowl", {"optimizer": "Sgd"}, "known are GD, SGD"),
        ("Bowl", {"schedule": "none"}, "known are Constant"),
        ("Linear regression", {"batch_size": 25, "optimizer": "SGD"}, "24 examples"),
        ("Linear regression", {"batch_size": 0, "optimizer": "SGD"}, "24 examples"),
        ("Linear regression", {"batch_size": 3}, "GD takes all"),
        ("Linear regression", {"batch_size": 3, "optimizer": "SGD"}, "give a generator"),
    ],
)
def test_settings_that_cannot_run_are_refused(name, changes, message):
    with pytest.raises(ValueError, match=message):
        descend(surface(name), [(1, 1)], Settings(**changes))


@pytest.mark.parametrize(
    ("starts", "message"),
    [([(math.nan, 1)], "finite"), ([(1, 2, 3)], "pairs"), (torch.zeros(20_000, 2), "at most 1,000,000"), ([], "pairs")],
)
def test_starts_that_cannot_run_are_refused(starts, message):
    with pytest.raises(DescentError, match=message):
        descend(surface("Bowl"), starts, Settings())


def test_optimizers_know_their_memory():
    assert {name: o.slots for name, o in OPTIMIZERS.items()} == {
        "GD": 0, "SGD": 0, "Momentum": 1, "Nesterov": 1, "RMSProp": 1, "Adam": 2
    }  # fmt: skip
    assert optimizer("GD").whole_data and not optimizer("SGD").whole_data
