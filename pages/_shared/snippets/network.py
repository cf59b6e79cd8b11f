"""A neural network and Backpropagation: one network in plain torch, and what each view of the pages takes from it."""

from collections.abc import Callable

from pages._shared.snippets.lines import State, joined, lines

_RANDOM = """\
from nlm_core.nn.mlp import random_parameters

network = random_parameters($sizes, torch.Generator().manual_seed($seed), decimals=1, bias=0.5)
"""
_TYPED = """\
from nlm_core.nn.theta import from_text

network = from_text($theta, $sizes)
"""
_INPUT = """\
import torch

W, b = network.W, network.b  # W[0] is W_1
x = torch.tensor($x, dtype=torch.float64)
"""
_SIGMA = {
    "Sigmoid": "sigma = torch.sigmoid\n",
    "ReLU": "sigma = torch.relu\n",
    "Tanh": "sigma = torch.tanh\n",
    "GeLU": "sigma = torch.nn.functional.gelu\n",
    "Identity": "sigma = torch.nn.Identity()\n",
}
_FORWARD = """\
h = [x]  # then h_1 = W_1 x + b_1, h_2 = sigma(h_1), ...
for W_i, b_i in zip(W[:-1], b[:-1]):
    h.append(W_i @ h[-1] + b_i)
    h.append(sigma(h[-1]))
y_hat = W[-1] @ h[-1] + b[-1]
"""

_MATRICES = """\
for i, (W_i, b_i) in enumerate(zip(W, b), start=1):
    print(f"W_{i} =", W_i.tolist(), f" b_{i} =", b_i.tolist())
for i, h_i in enumerate(h[1:], start=1):
    print(f"h_{i} =", [round(value, 6) for value in h_i.tolist()])
print("y_hat =", [round(value, 6) for value in y_hat.tolist()])
"""
_UNIT = """\
i, row = $layer, $row  # the unit's layer, from 1, and its row, from 0
products = W[i - 1][row] * h[2 * i - 2]
z = products.sum() + b[i - 1][row]
print("inputs   ", h[2 * i - 2].tolist())
print("weights  ", W[i - 1][row].tolist())
print("products ", [round(value, 6) for value in products.tolist()])
print(f"their sum and the bias {b[i - 1][row]:+g}: {z:.6f}")
"""
_HIDDEN_UNIT = 'print(f"sigma of it: {sigma(z):.6f}")\n'
_WEIGHTS = """\
for i, (W_i, b_i) in enumerate(zip(W, b), start=1):
    print(f"W_{i}, {W_i.shape[0]} x {W_i.shape[1]}:", W_i.tolist())
    print(f"b_{i}, {len(b_i)}:", b_i.tolist())
"""
_ACTIVATION = """\
for i in range(1, len(h), 2):
    z = h[i].clone().requires_grad_()
    (slope,) = torch.autograd.grad(sigma(z).sum(), z)
    for row in range(len(z)):
        print(f"h_{i}[{row + 1}]: x = {z[row]:.6f}  sigma(x) = {h[i + 1][row]:.6f}  sigma'(x) = {slope[row]:.6f}")
"""
_SOFTMAX = """\
e = torch.exp(y_hat - y_hat.max())  # the largest logit is taken off, so that no exp overflows
p = e / e.sum()
for i in range(len(p)):
    print(f"p_{i + 1} = exp({y_hat[i]:.4g}) / sum = {e[i]:.4g} / {e.sum():.4g} = {p[i]:.6f}")
"""

_LOSS = {
    "L2": "0.5 * (y - y_hat).square().sum()",
    "L1": "(y - y_hat).abs().sum()",
    "BCE": 'torch.nn.functional.binary_cross_entropy_with_logits(y_hat, y, reduction="sum")',
    "CE": "torch.nn.functional.cross_entropy(y_hat, y)",
}
_GRADIENTS = "theta = [t.requires_grad_() for t in (*W, *b)]\n"
_LEDGER = """\
for i, h_i in enumerate(h[1:], start=1):
    print(f"h_{i} =", [round(value, 6) for value in h_i.tolist()])
print("y_hat =", [round(value, 6) for value in y_hat.tolist()])
print(f"L = {L:.6f}")
nodes = (*h[1:], y_hat)
for v in nodes:
    v.retain_grad()
L.backward()
for i, delta in enumerate([v.grad for v in nodes], start=1):
    print("delta of", f"h_{i} =" if i < len(nodes) else "y_hat =", [round(value, 6) for value in delta.tolist()])
for i, (W_i, b_i) in enumerate(zip(W, b), start=1):
    print(f"dL/dW_{i} =", W_i.grad.numpy().round(6).tolist(), f" dL/db_{i} =", b_i.grad.numpy().round(6).tolist())
"""
_LOSS_OF = """\
def loss(W, b):
    h = x
    for W_i, b_i in zip(W[:-1], b[:-1]):
        h = sigma(W_i @ h + b_i)
    y_hat = W[-1] @ h + b[-1]
"""
_STEP = """\
before = loss(W, b)
before.backward()
with torch.no_grad():
    W, b = [t - alpha * t.grad for t in W], [t - alpha * t.grad for t in b]
after = loss(W, b)
print(f"L before = {before:.6f}  L after = {after:.6f}  change = {after - before:+.6f}")
print(f"promised change = {-alpha * sum(t.grad.square().sum() for t in theta):.6f}")
for i, (W_i, b_i) in enumerate(zip(W, b), start=1):
    print(f"W_{i} =", W_i.numpy().round(6).tolist(), f" b_{i} =", b_i.numpy().round(6).tolist())
"""


def _sizes(state: State) -> tuple[int, ...]:
    hidden = (state.get(f"d{i}", 4) for i in range(1, state.get("layers", 1) + 1))
    return (state.get("k", 3), *hidden, state.get("d", 2))


def _network(state: State) -> str:
    """``W``, ``b``, ``x`` and ``sigma``; numbers that the page cannot use are not used here either."""
    from nlm_core.nn.theta import from_text

    sizes, theta = _sizes(state), state.get("theta", "")
    parameters = lines(_RANDOM, sizes=sizes, seed=state.get("seed", 7))
    if theta:
        try:
            from_text(theta, sizes)
            parameters = lines(_TYPED, theta=theta, sizes=sizes)
        except ValueError:
            pass
    usual = (1.0, -0.5, 2.0)
    x = [state.get(f"x{i + 1}", usual[i % 3]) for i in range(sizes[0])]
    return joined(parameters + lines(_INPUT, x=x) + _SIGMA.get(state.get("sigma", ""), _SIGMA["Sigmoid"]))


def _unit(state: State) -> str:
    from pages._shared.charts.network import symbol

    sizes = _sizes(state)
    last = len(sizes) - 1
    places = {f"{symbol(i, last)}[{row + 1}]": (i, row) for i in range(1, last + 1) for row in range(sizes[i])}
    layer, row = places.get(state.get("unit", ""), (1, 0))
    return lines(_UNIT, layer=layer, row=row) + (_HIDDEN_UNIT if layer < last else "")


_VIEWS: dict[str, Callable[[State], str]] = {
    "Matrices": lambda state: _MATRICES,
    "One unit": _unit,
    "Weights": lambda state: _WEIGHTS,
    "Activation": lambda state: _ACTIVATION,
    "Softmax": lambda state: _SOFTMAX,
}


def neural_network(state: State) -> str:
    view = _VIEWS.get(state.get("view", ""), _VIEWS["Matrices"])
    return joined(_network(state), _FORWARD, view(state))


def _target(state: State, name: str, d: int) -> list[float]:
    if name == "CE":
        true = state.get("true", 1)
        return [float(i + 1 == true) for i in range(d)]
    kind, usual = ("p", (1.0, 0.0)) if name == "BCE" else ("", (0.9, -1.2))
    return [state.get(f"y{kind}{i + 1}", usual[i % 2]) for i in range(d)]


def backpropagation(state: State) -> str:
    name = state.get("loss", "L2")
    y = lines("y = torch.tensor($y, dtype=torch.float64)\n", y=_target(state, name, _sizes(state)[-1]))
    loss = _LOSS.get(name, _LOSS["L2"])
    if state.get("view", "Ledger") == "Ledger":
        return joined(_network(state), _GRADIENTS + _FORWARD + y + f"L = {loss}\n", _LEDGER)
    given = y + lines("alpha = $alpha\n", alpha=state.get("alpha", 0.1)) + _GRADIENTS
    return joined(_network(state) + given, _LOSS_OF + f"    return {loss}\n", _STEP)
