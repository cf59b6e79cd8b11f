"""The rows of the ledger, made one group at a time: forward, loss, and down through the layers."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from nlm_core.nn.activations import Activation
from nlm_core.nn.checks import ACTIVATION_REFERENCES, LOSS_REFERENCES, WIDTH, check_gradient, check_value
from nlm_core.nn.heads import gradient_of_output, head, loss_of_output
from nlm_core.nn.latex import index, shape
from nlm_core.nn.ledger import BACKWARD, FORWARD, LOSS, Row
from nlm_core.nn.losses import Loss
from nlm_core.nn.mlp import Forward, Parameters


@dataclass(frozen=True)
class Example:
    """A network with its example, which can be entered at any h_i: h_0 is x and h_{2n-1} the output."""

    parameters: Parameters
    passed: Forward
    sigma: Activation
    loss: Loss
    y: Tensor

    def h(self, i: int) -> Tensor:
        """h_i, counting x as h_0 and the output as the last."""
        return (self.passed.x, *self.passed.h, self.passed.y_hat)[i]

    def onwards(self, start: int, z: Tensor, W: Tensor | None = None, b: Tensor | None = None) -> Tensor:
        """The loss when h_start is z; W and b replace those of the layer entered at ``start``."""
        for i in range(start, 2 * len(self.parameters.W) - 1):
            if i % 2:
                z = self.sigma.value(z)
                continue
            here_W, here_b = self.parameters.W[i // 2], self.parameters.b[i // 2]
            if i == start:
                here_W, here_b = here_W if W is None else W, here_b if b is None else b
            z = here_W @ z + here_b
        return loss_of_output(self.loss, self.y, z)


def _arrow(*factors: Tensor, result: Tensor, sign: str = r"\cdot") -> str:
    return rf" {sign} ".join(map(shape, factors)) + r" \to " + shape(result)


def _h(i: int) -> str:
    return "x" if i == 0 else f"h_{index(i)}"


def forward_rows(net: Example) -> Iterator[Row]:
    """h_1, h_2, ..., y_hat, each from the one before."""
    n = len(net.parameters.W)
    for i in range(1, n + 1):
        W, b, below, z = net.parameters.W[i - 1], net.parameters.b[i - 1], net.h(2 * i - 2), net.h(2 * i - 1)
        symbol = r"\hat{y}" if i == n else _h(2 * i - 1)
        yield Row(
            key="y_hat" if i == n else f"h_{2 * i - 1}",
            phase=FORWARD,
            symbol=symbol,
            formula=f"{symbol} = W_{i} {_h(2 * i - 2)} + b_{i}",
            result=z,
            check=check_value(torch.nn.functional.linear(below, W, b), z),
            shapes=rf"{shape(W)} \cdot {shape(below)} + {shape(b)} \to {shape(z)}",
            upstream=below,
            upstream_symbol=_h(2 * i - 2),
            local=W,
            local_symbol=f"W_{i}",
            hint="The first slide of this pass writes b₂ here; it is b₁, as in the derivation." if i == 1 else "",
        )
        if i == n:
            return
        after = net.h(2 * i)
        yield Row(
            key=f"h_{2 * i}",
            phase=FORWARD,
            symbol=_h(2 * i),
            formula=rf"{_h(2 * i)} = \sigma({symbol})",
            result=after,
            check=check_value(ACTIVATION_REFERENCES[net.sigma.name](z), after),
            shapes=_arrow(z, result=after),
            upstream=z,
            upstream_symbol=symbol,
            hint=net.sigma.hint,
        )


def loss_rows(net: Example, value: Tensor) -> Iterator[Row]:
    """L, and p before it where the loss wants probabilities."""
    y_hat, prediction = net.passed.y_hat, net.passed.prediction
    symbol = r"\hat{y}"
    if net.passed.p is not None:
        yield Row(
            key="p",
            phase=FORWARD,
            symbol="p",
            formula=head(net.loss.head).formula,
            result=net.passed.p,
            check=check_value(ACTIVATION_REFERENCES[net.loss.head](y_hat), net.passed.p),
            shapes=_arrow(y_hat, result=net.passed.p),
            upstream=y_hat,
            upstream_symbol=symbol,
            hint=f"{net.loss.name} wants probabilities, so ŷ is taken as logits, and p takes the place of ŷ in L.",
        )
        symbol = "p"
    yield Row(
        key="L",
        phase=LOSS,
        symbol="L",
        formula=net.loss.formula,
        result=value,
        check=check_value(LOSS_REFERENCES[net.loss.name](net.y, y_hat), value),
        shapes=rf"{shape(net.y)}, {shape(prediction)} \to {shape(value)}",
        upstream=prediction,
        upstream_symbol=symbol,
        hint=net.loss.hint,
    )


def output_row(net: Example) -> Row:
    """delta_yhat, where the backward pass begins."""
    delta = gradient_of_output(net.loss, net.y, net.passed.y_hat)
    through_head = net.passed.p is not None
    local = "p - y" if through_head else net.loss.gradient_formula.split("=", 1)[1].strip()
    return Row(
        key="delta_yhat",
        phase=BACKWARD,
        symbol=r"\delta_{\hat{y}}",
        formula=r"\delta_{\hat{y}} := \frac{\partial L}{\partial \hat{y}} = " + local,
        result=delta,
        check=check_gradient(lambda z: net.onwards(2 * len(net.parameters.W) - 1, z), net.passed.y_hat, delta),
        shapes=rf"{shape(net.y)}, {shape(net.passed.prediction)} \to {shape(delta)}",
        local=delta,
        local_symbol=local,
        hint=f"The derivatives of {net.loss.name} and of the {net.loss.head} in one." if through_head else "",
    )


def parameter_rows(net: Example, i: int, delta: Tensor, symbol: str) -> Iterator[Row]:
    """dL/dW_i and dL/db_i from ``delta``, the gradient with respect to W_i h + b_i, whose LaTeX is ``symbol``."""
    below = net.h(2 * i - 2)
    dW = torch.outer(delta, below)
    yield Row(
        key=f"dL/dW_{i}",
        phase=BACKWARD,
        symbol=rf"\frac{{\partial L}}{{\partial W_{i}}}",
        formula=rf"\frac{{\partial L}}{{\partial W_{i}}} = {symbol} \cdot {_h(2 * i - 2)}^T",
        result=dW,
        check=check_gradient(lambda W: net.onwards(2 * i - 2, below, W=W), net.parameters.W[i - 1], dW),
        shapes=_arrow(delta[:, None], below[None, :], result=dW),
        upstream=delta,
        upstream_symbol=symbol,
        local=below[None, :],
        local_symbol=f"{_h(2 * i - 2)}^T",
    )
    yield Row(
        key=f"dL/db_{i}",
        phase=BACKWARD,
        symbol=rf"\frac{{\partial L}}{{\partial b_{i}}}",
        formula=rf"\frac{{\partial L}}{{\partial b_{i}}} = {symbol}",
        result=delta.clone(),
        check=check_gradient(lambda b: net.onwards(2 * i - 2, below, b=b), net.parameters.b[i - 1], delta),
        shapes=_arrow(delta, result=delta),
        upstream=delta,
        upstream_symbol=symbol,
        hint="The bias is added as it is: its local derivative is 1.",
    )


def hidden_rows(net: Example, i: int, delta: Tensor, symbol: str) -> tuple[Row, Row]:
    """Down through W_l to h_{2l-2}, and through sigma to h_{2l-3}."""
    after, before = 2 * i - 2, 2 * i - 3
    W_T = net.parameters.W[i - 1].T
    delta_after = W_T @ delta
    through_W = Row(
        key=f"delta_h{after}",
        phase=BACKWARD,
        symbol=rf"\delta_{{{_h(after)}}}",
        formula=rf"\delta_{{{_h(after)}}} := \frac{{\partial L}}{{\partial {_h(after)}}} = W_{i}^T \cdot {symbol}",
        result=delta_after,
        check=check_gradient(lambda z: net.onwards(after, z), net.h(after), delta_after),
        shapes=_arrow(W_T, delta[:, None], result=delta_after),
        upstream=delta,
        upstream_symbol=symbol,
        local=W_T,
        local_symbol=f"W_{i}^T",
        hint="The slide writes δ · Wᵀ, which is right for row vectors; for columns the matrix comes first.",
    )
    slope = net.sigma.derivative(net.h(before))
    delta_before = delta_after * slope
    through_sigma = Row(
        key=f"delta_h{before}",
        phase=BACKWARD,
        symbol=rf"\delta_{{{_h(before)}}}",
        formula=rf"\delta_{{{_h(before)}}} := \frac{{\partial L}}{{\partial {_h(before)}}} = "
        rf"\delta_{{{_h(after)}}} \odot \sigma'({_h(before)})",
        result=delta_before,
        check=check_gradient(lambda z: net.onwards(before, z), net.h(before), delta_before),
        shapes=_arrow(delta_after, slope, result=delta_before, sign=r"\odot"),
        upstream=delta_after,
        upstream_symbol=rf"\delta_{{{_h(after)}}}",
        local=slope,
        local_symbol=rf"\sigma'({_h(before)})",
        hint="σ works element by element, so its derivative multiplies element by element.",
    )
    return through_W, through_sigma


def kink(net: Example) -> str:
    """Which number stands where a derivative does not exist, as a sentence; empty where none does."""
    pre_activations = torch.cat([net.h(i) for i in range(1, 2 * len(net.parameters.W) - 2, 2)])
    for point in net.sigma.kinks:
        if bool((pre_activations - point).abs().min() <= WIDTH):
            return f"A pre-activation is {point:g}, where {net.sigma.name} has no derivative."
    if net.loss.name == "L1" and bool((net.y - net.passed.y_hat).abs().min() <= WIDTH):
        return "A component of ŷ equals y, where L1 has no derivative."
    return ""
