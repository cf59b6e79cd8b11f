"""The fully connected network and its backpropagation ledger against torch.nn, autograd and finite differences."""

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from nlm_core.nn import rows
from nlm_core.nn.activations import ACTIVATIONS
from nlm_core.nn.backprop import ledger, take_step
from nlm_core.nn.checks import check_gradient, finite_differences
from nlm_core.nn.latex import matrix, number, shape
from nlm_core.nn.losses import LOSSES
from nlm_core.nn.mlp import LECTURE_SIZES, equation, forward, random_parameters
from nlm_core.nn.unit import unit

TORCH = {"Sigmoid": torch.sigmoid, "ReLU": F.relu, "Tanh": torch.tanh, "GeLU": F.gelu, "Identity": lambda x: x}
KEYS = ["h_1", "h_2", "y_hat", "L", "delta_yhat", "dL/dW_2", "dL/db_2", "delta_h2", "delta_h1", "dL/dW_1", "dL/db_1"]


def new(sizes=LECTURE_SIZES, seed=0):
    return random_parameters(sizes, torch.Generator().manual_seed(seed), bias=0.3)


def by_torch(parameters, x, activation):
    h = torch.tensor(x, dtype=torch.float64)
    for W, b in zip(parameters.W[:-1], parameters.b[:-1], strict=True):
        h = TORCH[activation](F.linear(h, W, b))
    return F.linear(h, parameters.W[-1], parameters.b[-1])


@pytest.mark.parametrize("name", ACTIVATIONS)
@settings(max_examples=15, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=3, max_size=5),
    seed=st.integers(0, 99),
)
def test_forward_equals_torch(name, sizes, seed):
    parameters = new(sizes, seed)
    x = [0.5 * (i + 1) * (-1) ** i for i in range(sizes[0])]
    passed = forward(parameters, x, name, "softmax")
    torch.testing.assert_close(passed.y_hat, by_torch(parameters, x, name), rtol=1e-12, atol=1e-12)
    assert len(passed.h) == 2 * (len(sizes) - 2)
    assert float(passed.p.sum()) == pytest.approx(1)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_row_of_the_lectures_network_is_right(activation, loss):
    done = ledger(new(seed=3), [1.0, 0.5, -0.8], [1.0, 0.0], activation, loss)
    assert [row.key for row in done.rows if row.key != "p"] == KEYS
    assert ("p" in [row.key for row in done.rows]) == (loss in ("BCE", "CE"))
    assert all(row.check.holds for row in done.rows)
    assert done.largest_autograd_difference < 1e-12
    assert done.largest_finite_difference < 1e-7
    assert done.kink == ""


@settings(max_examples=15, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 4), min_size=3, max_size=5),
    loss=st.sampled_from(["L2", "BCE", "CE"]),
    seed=st.integers(0, 99),
)
def test_gradients_of_any_depth_equal_autograd_of_the_whole(sizes, loss, seed):
    parameters = new(sizes, seed)
    x = torch.linspace(-1, 1, sizes[0]).double()
    y = F.one_hot(torch.tensor(0), sizes[-1]).double()
    done = ledger(parameters, x, y, "GeLU", loss)
    leaves = [t.clone().requires_grad_() for t in (*parameters.W, *parameters.b)]
    n = len(parameters.W)
    output = by_torch(replace(parameters, W=tuple(leaves[:n]), b=tuple(leaves[n:])), x.tolist(), "GeLU")
    value = {
        "L2": lambda: F.mse_loss(output, y, reduction="sum") / 2,
        "BCE": lambda: F.binary_cross_entropy_with_logits(output, y, reduction="sum"),
        "CE": lambda: F.cross_entropy(output, y),
    }[loss]()
    assert done.value == pytest.approx(value.item())
    for ours, theirs in zip((*done.gradients.W, *done.gradients.b), torch.autograd.grad(value, leaves), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def test_the_rows_chain_upstream_times_local():
    done = ledger(new(), [1.0, 0.5, -0.8], [1.0, 0.0], "Tanh", "L2")
    for key in ("dL/dW_2", "dL/dW_1"):
        row = done.row(key)
        torch.testing.assert_close(row.upstream[:, None] @ row.local, row.result)
    row = done.row("delta_h2")
    torch.testing.assert_close(row.local @ row.upstream, row.result)
    row = done.row("delta_h1")
    torch.testing.assert_close(row.local * row.upstream, row.result)
    assert done.row("dL/dW_1").formula == r"\frac{\partial L}{\partial W_1} = \delta_{h_1} \cdot x^T"


def test_a_wrong_gradient_is_caught(monkeypatch):
    at = torch.tensor([1.0, -2.0], dtype=torch.float64)
    assert check_gradient(lambda z: (z**2).sum(), at, 2 * at).holds
    wrong = check_gradient(lambda z: (z**2).sum(), at, 2 * at + torch.tensor([0.0, 1e-4]))
    assert not wrong.holds
    assert wrong.autograd == pytest.approx(1e-4)
    # A ledger with a mistake in one place shows it in that row and in what depends on it, and nowhere else.
    monkeypatch.setattr(rows, "gradient_of_output", lambda loss, y, output: 2 * (output - y))
    done = ledger(new(), [1.0, 0.5, -0.8], [1.0, 0.0], "Tanh", "L2")
    assert all(row.check.holds for row in done.rows[:4])
    assert not any(row.check.holds for row in done.rows[4:])


def test_finite_differences_of_a_matrix():
    W = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    torch.testing.assert_close(finite_differences(lambda z: (z**3).sum(), W), 3 * W**2, rtol=1e-8, atol=1e-8)


def test_a_kink_is_named():
    parameters = new()
    flat = replace(parameters, b=(-(parameters.W[0] @ torch.ones(3).double()), parameters.b[1]))
    assert "ReLU has no derivative" in ledger(flat, [1, 1, 1], [1, 0], "ReLU", "L2").kink
    passed = forward(parameters, [1, 1, 1], "Tanh")
    assert "L1" in ledger(parameters, [1, 1, 1], passed.y_hat, "Tanh", "L1").kink


@pytest.mark.parametrize("loss", LOSSES)
def test_a_step_equals_torch_sgd_and_lowers_the_loss(loss):
    done = ledger(new(), [1.0, 0.5, -0.8], [1.0, 0.0], "Sigmoid", loss)
    taken = take_step(done, 0.01)
    assert taken.loss_after < taken.loss_before
    assert taken.loss_after - taken.loss_before == pytest.approx(taken.predicted_change, rel=0.1)
    W = torch.nn.Parameter(done.parameters.W[0].clone())
    W.grad = done.gradients.W[0]
    torch.optim.SGD([W], lr=0.01).step()
    torch.testing.assert_close(taken.parameters.W[0], W.detach())


@pytest.mark.parametrize("rate", [0, -1, math.nan, math.inf])
def test_a_step_needs_a_rate_above_zero(rate):
    done = ledger(new(), [1.0, 0.5, -0.8], [1.0, 0.0], "Sigmoid", "L2")
    with pytest.raises(ValueError, match="above 0"):
        take_step(done, rate)


@pytest.mark.parametrize("layer", [1, 2])
def test_a_unit_spelled_out_gives_what_the_network_gave(layer):
    parameters = new()
    passed = forward(parameters, [1.0, 0.5, -0.8], "Tanh")
    found = unit(parameters, passed, "Tanh", layer, 1)
    assert found.z == pytest.approx(float(passed.h[0][1] if layer == 1 else passed.y_hat[1]))
    assert found.output == pytest.approx(float(passed.h[1][1] if layer == 1 else passed.y_hat[1]))
    assert float(found.products.sum()) + found.bias == pytest.approx(found.z)
    assert found.symbols == (("x", "h_1", "h_2") if layer == 1 else ("h_2", r"\hat{y}", r"\hat{y}"))


def test_edits_change_one_number_and_leave_the_old_parameters_alone():
    old = new()
    edited = old.with_weight(2, 1, 3, 5.0).with_bias(1, 0, -2.0)
    assert edited.W[1][1, 3] == 5 and edited.b[0][0] == -2
    assert int((edited.W[1] != old.W[1]).sum()) == 1
    assert old.count == edited.count == 3 * 4 + 4 + 4 * 2 + 2


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda: new((3, 2)), "hidden layers"),
        (lambda: new((3, 99, 2)), "choose 1 to"),
        (lambda: new().with_weight(3, 0, 0, 1.0), "no layer 3"),
        (lambda: new().with_weight(1, 9, 0, 1.0), "4 rows and 3 columns"),
        (lambda: new().with_bias(1, 0, math.nan), "finite"),
        (lambda: forward(new(), [1, 2], "Tanh"), "wants 3 numbers"),
        (lambda: forward(new(), [1, 2, math.inf], "Tanh"), "finite"),
        (lambda: forward(new(), [1, 2, 3], "Tan"), "GeLU"),
        (lambda: ledger(new(), [1, 2, 3], [1, 1], "Tanh", "CE"), "sums to 2"),
        (lambda: ledger(new(), [1, 2, 3], [1, 0], "Tanh", "L2").row("h_9"), "known are h_1"),
    ],
)
def test_bad_input_is_refused_with_the_numbers(work, message):
    with pytest.raises(ValueError, match=message):
        work()


def test_latex_of_numbers():
    assert [number(v) for v in (0.25, -3, 0, 1234.5, 1.2e-7, math.inf)] == [
        "0.25", "-3", "0", "1234", r"1.2 \times 10^{-7}", r"\infty"
    ]  # fmt: skip
    assert matrix(torch.tensor([1.0, -2.0])) == r"\begin{bmatrix} 1 \\ -2 \end{bmatrix}"
    assert shape(torch.zeros(4, 3)) == r"\mathbb{R}^{4 \times 3}"
    assert equation(1) == r"\hat{y} = W_2 \sigma(W_1 x + b_1) + b_2"


def test_indices_of_several_digits_have_braces():
    deep = new((3, 12, 2, 2, 2, 2, 2))
    passed = forward(deep, [1, 2, 3], "Tanh")
    assert r"(h_1)_{12} = " in unit(deep, passed, "Tanh", 1, 11).written_out
    formulas = [row.formula for row in ledger(deep, [1, 2, 3], [1, 0], "Tanh", "L2").rows]
    assert r"h_{10} = \sigma(h_9)" in formulas
    assert any(r"\delta_{h_{10}}" in formula for formula in formulas)
