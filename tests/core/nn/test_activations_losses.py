"""Activations, losses and softmax: own derivatives against autograd, and the formulas of the slides as written."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from nlm_core.nn.activations import ACTIVATIONS, activation, curve
from nlm_core.nn.heads import HEADS, check_target, gradient_of_output, head, loss_of_output
from nlm_core.nn.losses import LOSSES, loss, perplexity
from nlm_core.nn.readings import loss_curve, perplexity_curve, perplexity_reading, readings
from nlm_core.nn.softmax import TemperatureError, softmax, softmax_steps

numbers = st.floats(-8, 8)
vectors = st.lists(numbers, min_size=2, max_size=6)


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def slope(function, at):
    at = at.clone().requires_grad_()
    return torch.autograd.grad(function(at).sum(), at)[0]


@pytest.mark.parametrize("name", ACTIVATIONS)
@settings(max_examples=25, deadline=None)
@given(x=vectors)
def test_derivative_equals_autograd(name, x):
    sigma, x = activation(name), tensor(x)
    torch.testing.assert_close(sigma.derivative(x), slope(sigma.value, x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivative_at_zero_and_far_out(name):
    sigma, x = activation(name), tensor([0.0, -800.0, 800.0])
    torch.testing.assert_close(sigma.derivative(x), slope(sigma.value, x), rtol=0, atol=1e-12)
    assert torch.isfinite(sigma.value(x)).all()


def test_values_are_the_slides_formulas():
    x = tensor([-2.0, -0.3, 0.0, 0.7, 3.0])
    wanted = {
        "Sigmoid": [1 / (1 + math.exp(-v)) for v in x.tolist()],
        "ReLU": [max(0.0, v) for v in x.tolist()],
        "Tanh": [(math.exp(v) - math.exp(-v)) / (math.exp(v) + math.exp(-v)) for v in x.tolist()],
        "GeLU": [0.5 * v * (1 + math.erf(v / math.sqrt(2))) for v in x.tolist()],
        "Identity": x.tolist(),
    }
    assert set(wanted) == set(ACTIVATIONS)
    for name, values in wanted.items():
        torch.testing.assert_close(activation(name).value(x), tensor(values), rtol=0, atol=1e-14)


def test_curve_spans_the_range():
    drawn = curve("Tanh", -1, 1, 5)
    assert drawn.x.tolist() == [-1, -0.5, 0, 0.5, 1]
    assert drawn.derivative[2] == 1


@pytest.mark.parametrize("name", LOSSES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_loss_gradient_equals_autograd(name, data):
    d = data.draw(st.integers(1, 5))
    share = st.floats(0.01, 0.99)
    y, y_hat = (tensor(data.draw(st.lists(share, min_size=d, max_size=d))) for _ in range(2))
    chosen = loss(name)
    torch.testing.assert_close(chosen.gradient(y, y_hat), slope(lambda p: chosen.value(y, p), y_hat))


def test_losses_by_hand():
    y, y_hat = tensor([1.0, 0.0]), tensor([0.75, 0.25])
    found = {name: float(entry.value(y, y_hat)) for name, entry in LOSSES.items()}
    assert found["L2"] == pytest.approx(0.5 * (0.25**2 + 0.25**2))
    assert found["L1"] == pytest.approx(0.5)
    assert found["BCE"] == pytest.approx(-2 * math.log(0.75))
    assert found["CE"] == pytest.approx(-math.log(0.75))


def test_certain_predictions_give_zero_or_infinite_loss_but_never_nan():
    y = tensor([1.0, 0.0])
    for name in ("BCE", "CE"):
        assert loss(name).value(y, y) == 0
        assert loss(name).value(y, 1 - y) == math.inf
        assert not torch.isnan(loss(name).gradient(y, y)).any()


@pytest.mark.parametrize("name", LOSSES)
@settings(max_examples=25, deadline=None)
@given(logits=vectors, true=st.integers(0, 1))
def test_loss_through_the_head(name, logits, true):
    chosen, logits = loss(name), tensor(logits)
    y = F.one_hot(torch.tensor(true), len(logits)).double()
    direct = chosen.value(y, head(chosen.head).value(logits))
    torch.testing.assert_close(loss_of_output(chosen, y, logits), direct, rtol=1e-9, atol=1e-9)
    by_torch = slope(lambda z: loss_of_output(chosen, y, z), logits)
    torch.testing.assert_close(gradient_of_output(chosen, y, logits), by_torch, rtol=1e-10, atol=1e-10)


def test_the_gradient_through_the_sigmoid_holds_far_out():
    y, output = tensor([0.0, 1.0, 0.0, 1.0]), tensor([21.0, -21.0, -30.0, 30.0])
    by_torch = slope(lambda z: loss_of_output(loss("BCE"), y, z), output)
    torch.testing.assert_close(gradient_of_output(loss("BCE"), y, output), by_torch, rtol=1e-12, atol=1e-15)


def test_loss_through_the_head_stays_finite_for_huge_logits():
    y = tensor([1.0, 0.0])
    for name in ("BCE", "CE"):
        assert float(loss_of_output(loss(name), y, tensor([-1e4, 1e4]))) >= 1e4


@given(logits=st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=8), temperature=st.floats(0.05, 20))
@settings(max_examples=60, deadline=None)
def test_softmax_is_a_distribution_and_equals_torch(logits, temperature):
    p = softmax(tensor(logits), temperature)
    assert float(p.sum()) == pytest.approx(1, abs=1e-12)
    torch.testing.assert_close(p, torch.softmax(tensor(logits) / temperature, -1))


def test_softmax_steps_show_where_the_plain_formula_fails():
    mild, wild = softmax_steps(tensor([1.0, 2.0])), softmax_steps(tensor([100.0, 99.0]))
    assert not mild.overflows
    torch.testing.assert_close(mild.naive.double(), mild.probabilities, rtol=1e-6, atol=1e-6)
    assert wild.overflows
    assert float(wild.probabilities.sum()) == pytest.approx(1)
    assert float(wild.exponentials.max()) == 1


@pytest.mark.parametrize("temperature", [0, -1, math.nan, math.inf])
def test_temperature_must_be_above_zero(temperature):
    with pytest.raises(TemperatureError, match="above 0"):
        softmax(tensor([1.0, 2.0]), temperature)


def test_perplexity_of_a_fair_choice_is_its_size():
    p = torch.full((8,), 1 / 8, dtype=torch.float64)
    y = F.one_hot(torch.tensor(3), 8).double()
    assert perplexity_reading(y, p).value == pytest.approx(8)
    assert perplexity(1e9) == math.inf


def test_perplexity_has_the_gradient_of_autograd():
    y, y_hat = tensor([0.0, 0.7, 0.3]), tensor([0.2, 0.5, 0.3]).requires_grad_()
    value = torch.exp(-(y * y_hat.log()).sum())
    value.backward()
    found = perplexity_reading(y, y_hat.detach())
    assert found.value == pytest.approx(float(value.detach()))
    torch.testing.assert_close(found.gradient, y_hat.grad)
    assert perplexity_reading(tensor([1.0, 0.0]), tensor([0.6, 0.6])).why_not


def test_perplexity_curve_runs_through_the_perplexity_with_its_slope():
    y, y_hat = tensor([0.7, 0.3]), tensor([0.4, 0.6])
    found = perplexity_reading(y, y_hat)
    drawn = perplexity_curve(0.7, math.exp(-0.3 * math.log(0.6)), 1999)
    at = int((drawn.y_hat - 0.4).abs().argmin())
    assert float(drawn.value[at]) == pytest.approx(found.value)
    assert float(drawn.gradient[at]) == pytest.approx(float(found.gradient[0]))
    step = (drawn.value[at + 1] - drawn.value[at - 1]) / (drawn.y_hat[at + 1] - drawn.y_hat[at - 1])
    assert float(step) == pytest.approx(float(found.gradient[0]), rel=1e-4)


def test_readings_say_why_a_loss_does_not_apply():
    found = readings(tensor([1.5, -2.0]), tensor([1.0, 0.0]))
    assert found["L2"].why_not == "" and "= " in found["L2"].filled
    assert "probabilities lie in 0 to 1" in found["BCE"].why_not
    assert math.isnan(found["CE"].value)
    found = readings(tensor([1.0, 0.0]), tensor([0.6, 0.6]))
    assert found["BCE"].why_not == "" and "sums to 1.2" in found["CE"].why_not


def test_filled_formulas_hold_the_numbers():
    found = readings(tensor([1.0, 0.0]), tensor([0.75, 0.25]))
    assert found["L2"].filled == r"\frac{1}{2}\left[(1 - 0.75)^2 + (0 - 0.25)^2\right] = 0.0625"
    assert found["CE"].filled == r"-\left[1 \log 0.75\right] = 0.288"


def test_loss_curve_has_the_slope_it_says():
    for name in LOSSES:
        drawn = loss_curve(name, 1.0, -2, 3, 2001)
        steps = (drawn.value[2:] - drawn.value[:-2]) / (drawn.y_hat[2:] - drawn.y_hat[:-2])
        # Away from the pole of the logarithm and the corner of the absolute value.
        calm = (drawn.y_hat[1:-1] > 0.1) & ((drawn.y_hat[1:-1] - 1).abs() > 0.01)
        torch.testing.assert_close(steps[calm], drawn.gradient[1:-1][calm], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("lookup", "known"), [(activation, "GeLU"), (loss, "BCE"), (head, "softmax")])
def test_unknown_names_list_the_known_ones(lookup, known):
    with pytest.raises(ValueError, match=known):
        lookup("nonsense")


def test_targets_that_do_not_fit():
    with pytest.raises(ValueError, match="sums to 2"):
        check_target(loss("CE"), tensor([1.0, 1.0]))
    with pytest.raises(ValueError, match="between 0 and 1"):
        check_target(loss("BCE"), tensor([2.0]))
    with pytest.raises(ValueError, match="finite"):
        check_target(loss("L2"), tensor([math.nan]))
    assert set(HEADS) == {entry.head for entry in LOSSES.values()}
