r"""Backpropagation as a ledger: the lecture's derivation, one frozen row per quantity, each really checked.

For the network y^ = W_2 sigma(W_1 x + b_1) + b_2 the rows are

    h_1, h_2, y^, L,  delta_y^, dL/dW_2, dL/db_2, delta_h2, delta_h1, dL/dW_1, dL/db_1

in this order, with one more (p, the probabilities) before L where the loss wants probabilities. Deeper networks only
repeat the middle rows. Two places of the slides are set right here, and the rows say so in their hint: the first
forward pass writes b_2 where it means b_1, and delta_h2 = delta_y^ W_2^T holds for row vectors; for the columns that
the lecture uses everywhere else it is W_2^T delta_y^.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from nlm_core.nn.activations import activation
from nlm_core.nn.heads import check_target, loss_of_output
from nlm_core.nn.ledger import Ledger, Row
from nlm_core.nn.losses import loss as loss_named
from nlm_core.nn.mlp import Forward, Parameters, forward, vector
from nlm_core.nn.rows import Example, forward_rows, hidden_rows, kink, loss_rows, output_row, parameter_rows

__all__ = ["Ledger", "Row", "StepTaken", "ledger", "take_step"]


def ledger(
    parameters: Parameters, x: Sequence[float] | Tensor, y: Sequence[float] | Tensor, activation_name: str, loss: str
) -> Ledger:
    """Forward, loss and backward for one example, every row checked.

    Parameters
    ----------
    parameters : Parameters
    x : sequence of float or Tensor of shape (k,)
    y : sequence of float or Tensor of shape (d,)
        The target; for BCE between 0 and 1, for CE a distribution.
    activation_name, loss : str

    Raises
    ------
    ValueError
        If x or y does not fit, or there is no such activation or loss.
    """
    chosen = loss_named(loss)
    target = vector(y, parameters.sizes[-1], "y")
    check_target(chosen, target)
    passed = forward(parameters, x, activation_name, chosen.head)
    net = Example(parameters, passed, activation(activation_name), chosen, target)
    value = loss_of_output(chosen, target, passed.y_hat)
    rows = [*forward_rows(net), *loss_rows(net, value), output_row(net)]
    dW: list[Tensor] = []
    db: list[Tensor] = []
    for i in range(len(parameters.W), 0, -1):
        delta, symbol = rows[-1].result, rows[-1].symbol
        of_W, of_b = parameter_rows(net, i, delta, symbol)
        rows += [of_W, of_b]
        dW, db = [of_W.result, *dW], [of_b.result, *db]
        if i > 1:
            rows += hidden_rows(net, i, delta, symbol)
    gradients = Parameters(tuple(dW), tuple(db))
    return Ledger(tuple(rows), parameters, passed, target, activation_name, loss, float(value), gradients, kink(net))


@dataclass(frozen=True)
class StepTaken:
    """One step of gradient descent on one example: theta(1) = theta(0) - alpha * dL/dtheta(theta(0)).

    Attributes
    ----------
    rate : float
        alpha.
    parameters : Parameters
        theta(1).
    passed : Forward
        The forward pass of theta(1).
    loss_before, loss_after : float
    predicted_change : float
        -alpha ||dL/dtheta||^2, what the linear approximation promises.
    """

    rate: float
    parameters: Parameters
    passed: Forward
    loss_before: float
    loss_after: float
    predicted_change: float


def take_step(done: Ledger, rate: float) -> StepTaken:
    """Step down the gradient of a ledger.

    Raises
    ------
    ValueError
        If the rate is not a finite number above 0.
    """
    if not (math.isfinite(rate) and rate > 0):
        raise ValueError(f"the learning rate must be a finite number above 0, not {rate}")
    old, gradient = done.parameters, done.gradients
    new = Parameters(
        tuple(W - rate * g for W, g in zip(old.W, gradient.W, strict=True)),
        tuple(b - rate * g for b, g in zip(old.b, gradient.b, strict=True)),
    )
    chosen = loss_named(done.loss)
    passed = forward(new, done.passed.x, done.activation, chosen.head)
    squared = sum(float((g**2).sum()) for g in (*gradient.W, *gradient.b))
    return StepTaken(
        rate, new, passed, done.value, float(loss_of_output(chosen, done.y, passed.y_hat)), -rate * squared
    )
