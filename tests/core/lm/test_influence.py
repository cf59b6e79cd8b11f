"""Gradients of a prediction along the unrolled network equal finite differences, and leave the model as it was."""

import numpy as np
import pytest
import torch

from nlm_core.lm.influence import influence
from nlm_core.lm.rnn import ElmanNetwork, RnnModel
from nlm_core.text.tokenizer import Tokenizer
from tests.core.conftest import tiny_rnn

IDS = [1, 20, 21, 22, 20]
TARGET = 33


def _logp(network: ElmanNetwork, x: torch.Tensor) -> torch.Tensor:
    """The lecture's recurrence, step by step, without the network's own scan."""
    h = torch.zeros(len(network.U_h), dtype=x.dtype)
    for x_t in x:
        h = torch.tanh(network.W_h @ x_t + network.U_h @ h + network.b_h)
    return torch.log_softmax(network.W_y @ h + network.b_y, -1)[TARGET]


def _double(tokenizer: Tokenizer) -> RnnModel:
    model = tiny_rnn(tokenizer)
    model.network.double()
    return model


def test_norms_equal_finite_differences(tokenizer: Tokenizer) -> None:
    model = _double(tokenizer)
    x = model.network.embedding[IDS].clone()
    step = 1e-6
    expected = np.zeros(x.shape)
    for k in range(x.shape[0]):
        for j in range(x.shape[1]):
            plus, minus = x.clone(), x.clone()
            plus[k, j] += step
            minus[k, j] -= step
            expected[k, j] = float(_logp(model.network, plus) - _logp(model.network, minus)) / (2 * step)
    found = influence(model, IDS, TARGET)
    np.testing.assert_allclose(found.norms, np.linalg.norm(expected, axis=1), rtol=1e-6)
    assert found.logp == pytest.approx(float(_logp(model.network, x)))
    assert found.distances.tolist() == [4, 3, 2, 1, 0]


def test_it_works_inside_inference_mode_and_leaves_nothing_behind(tokenizer: Tokenizer) -> None:
    model = tiny_rnn(tokenizer)
    outside = influence(model, IDS, TARGET)
    with torch.inference_mode():
        inside = influence(model, IDS, TARGET)
    np.testing.assert_allclose(inside.norms, outside.norms)
    assert all(p.grad is None and not p.requires_grad for p in model.network.parameters())


def test_a_shrinking_recurrence_makes_gradients_vanish(tokenizer: Tokenizer) -> None:
    model = _double(tokenizer)
    with torch.no_grad():
        model.network.U_h.mul_(0.3)
    norms = influence(model, [1, *range(40, 60)], TARGET).norms
    assert norms[0] < 1e-8 * norms[-1]


def test_one_token_and_bad_requests(tokenizer: Tokenizer) -> None:
    model = tiny_rnn(tokenizer)
    assert influence(model, [1], TARGET).norms.shape == (1,)
    with pytest.raises(ValueError, match="no token"):
        influence(model, [], TARGET)
    with pytest.raises(ValueError, match="outside the vocabulary"):
        influence(model, [1], model.vocab_size)
