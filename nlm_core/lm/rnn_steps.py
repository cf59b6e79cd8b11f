"""One step of an Elman network taken apart (lecture, example RNN).

    a_t = W_h x_t + U_h h_{t-1} + b_h        h_t = tanh(a_t)        y_t = W_y h_t + b_y        p_t = softmax(y_t)

Words are counted as the lecture counts them: x_t is the embedding of w_t, START is w_0, and P(w_{t+1} | h_t) is read
off p_t. h_0 is what START leaves behind; before START the state is 0.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nlm_core.lm.rnn import RnnModel


@dataclass(frozen=True)
class Step:
    """Everything that a network computes at step t; h, y and p are the model's own numbers, float32 made float64.

    Attributes
    ----------
    t : int
        0 where START is read.
    token_id : int
        The token that is read: its one-hot vector is 1 here and 0 at the other |V| - 1 places.
    x : array of shape (E,)
        x_t, the embedding row of the token.
    from_input, from_state, bias : arrays of shape (H,)
        W_h x_t, U_h h_{t-1} and b_h.
    a : array of shape (H,)
        Their sum.
    h_before, h : arrays of shape (H,)
        h_{t-1}, which is 0 at START, and h_t = tanh(a_t).
    y, p : arrays of shape (vocab_size,)
        Logits and probabilities; p sums to 1.
    """

    t: int
    token_id: int
    x: np.ndarray
    from_input: np.ndarray
    from_state: np.ndarray
    bias: np.ndarray
    a: np.ndarray
    h_before: np.ndarray
    h: np.ndarray
    y: np.ndarray
    p: np.ndarray


@dataclass(frozen=True)
class Contribution:
    """One product in a unit's sum: weight times value, the value being ``x[index]`` or ``h_{t-1}[index]``."""

    source: str
    index: int
    weight: float
    value: float

    @property
    def product(self) -> float:
        return self.weight * self.value


@dataclass(frozen=True)
class UnitSum:
    """How one unit comes to its value: the largest products, all others as one sum, the bias, and tanh of the total.

    Attributes
    ----------
    unit : int
    largest : tuple of Contribution
        Of all E + H products those largest in size, the largest first.
    rest : float
        The sum of the ``rest_count`` other products.
    bias, a, h : float
        b_h[unit]; the whole sum; tanh(a).
    model_h : float
        h_t[unit] as the model computed it; it differs from h by the rounding of float32 at most.
    """

    unit: int
    largest: tuple[Contribution, ...]
    rest: float
    rest_count: int
    bias: float
    a: float
    h: float
    model_h: float


def _numbers(tensor: Tensor) -> np.ndarray:
    return tensor.detach().double().cpu().numpy()


def _check(ids: Sequence[int], states: Tensor, t: int) -> None:
    if len(ids) != len(states):
        raise ValueError(f"there are {len(ids)} tokens but {len(states)} hidden states; give those of the same reading")
    if not 0 <= t < len(ids):
        raise ValueError(f"t is {t}; the text has the steps 0 to {len(ids) - 1}")


def take_step(model: RnnModel, ids: Sequence[int], states: Tensor, t: int) -> Step:
    """Take step t of a reading apart.

    Parameters
    ----------
    model : RnnModel
    ids : sequence of int
        The tokens that were read, START first.
    states : Tensor of shape (n_tokens, H)
        Their hidden states, as ``PrefixReader.hidden_states`` or ``RnnModel.extend`` give them.
    t : int
        0 to n_tokens - 1.

    Raises
    ------
    ValueError
        If t is no step of the text, or ids and states are not of the same length.
    """
    _check(ids, states, t)
    network = model.network
    x = _numbers(network.embedding[ids[t]])
    h = _numbers(states[t])
    h_before = _numbers(states[t - 1]) if t > 0 else np.zeros_like(h)
    from_input, from_state = _numbers(network.W_h) @ x, _numbers(network.U_h) @ h_before
    bias = _numbers(network.b_h)
    y = model.output(states[t])
    return Step(
        t=t,
        token_id=ids[t],
        x=x,
        from_input=from_input,
        from_state=from_state,
        bias=bias,
        a=from_input + from_state + bias,
        h_before=h_before,
        h=h,
        y=_numbers(y),
        p=_numbers(torch.softmax(y, dim=-1)),
    )


def unit_sum(model: RnnModel, step: Step, unit: int, largest: int = 8) -> UnitSum:
    """Write out one unit: a_t[i] = sum_j W_h[i, j] x_t[j] + sum_j U_h[i, j] h_{t-1}[j] + b_h[i].

    Raises
    ------
    ValueError
        If there is no such unit.
    """
    H = len(step.h)
    if not 0 <= unit < H:
        raise ValueError(f"there is no unit {unit}; the network has the units 0 to {H - 1}")
    E = len(step.x)
    weights = np.concatenate([_numbers(model.network.W_h[unit]), _numbers(model.network.U_h[unit])])  # (E + H,)
    values = np.concatenate([step.x, step.h_before])
    products = weights * values
    order = np.argsort(-np.abs(products), kind="stable")
    named = [
        Contribution("x" if j < E else "h", j if j < E else j - E, float(weights[j]), float(values[j]))
        for j in order[:largest].tolist()
    ]
    rest = order[largest:]
    bias = float(step.bias[unit])
    a = float(products.sum()) + bias
    return UnitSum(
        unit, tuple(named), float(products[rest].sum()), len(rest), bias, a, math.tanh(a), float(step.h[unit])
    )
