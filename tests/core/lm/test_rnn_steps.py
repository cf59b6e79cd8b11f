"""A step taken apart equals the model, number for number."""

import numpy as np
import pytest
import torch

from nlm_core.lm.rnn import RnnModel
from nlm_core.lm.rnn_steps import take_step, unit_sum
from nlm_core.lm.unit_order import ORDERS, order_units
from nlm_core.text.tokenizer import Tokenizer
from tests.core.conftest import tiny_rnn

IDS = [1, 20, 21, 22, 20]


@pytest.fixture(scope="module")
def model(tokenizer: Tokenizer) -> RnnModel:
    return tiny_rnn(tokenizer)


@pytest.fixture(scope="module")
def states(model: RnnModel) -> torch.Tensor:
    return model.extend(None, IDS).hidden


@pytest.mark.parametrize("t", range(len(IDS)))
def test_the_parts_add_up_to_the_model(model: RnnModel, states: torch.Tensor, t: int) -> None:
    step = take_step(model, IDS, states, t)
    np.testing.assert_allclose(step.a, step.from_input + step.from_state + step.bias)
    np.testing.assert_allclose(np.tanh(step.a), step.h, atol=1e-6)
    np.testing.assert_allclose(step.h, states[t].double().numpy(), atol=0)
    assert step.p.sum() == pytest.approx(1.0, abs=1e-6)
    expected = torch.softmax(model.output(model.extend(None, IDS[: t + 1]).hidden[-1]), -1)
    np.testing.assert_allclose(step.p, expected.double().numpy(), atol=1e-7)
    if t == 0:
        assert not step.h_before.any() and not step.from_state.any()


def test_an_independent_network_takes_the_same_step(model: RnnModel, states: torch.Tensor) -> None:
    cell = torch.nn.RNNCell(model.network.W_h.shape[1], len(model.network.U_h))
    with torch.no_grad():
        cell.weight_ih.copy_(model.network.W_h)
        cell.weight_hh.copy_(model.network.U_h)
        cell.bias_ih.copy_(model.network.b_h)
        cell.bias_hh.zero_()
        h = torch.zeros(1, len(model.network.U_h))
        for token in IDS:
            h = cell(model.network.embedding[token][None], h)
    np.testing.assert_allclose(take_step(model, IDS, states, len(IDS) - 1).h, h[0].numpy(), atol=1e-6)


@pytest.mark.parametrize("unit", [0, 5, 11])
def test_a_unit_written_out_is_the_models_number(model: RnnModel, states: torch.Tensor, unit: int) -> None:
    found = unit_sum(model, take_step(model, IDS, states, 3), unit, largest=4)
    sizes = [abs(part.product) for part in found.largest]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) == 4
    assert sum(part.product for part in found.largest) + found.rest + found.bias == pytest.approx(found.a)
    assert found.rest_count == 8 + 12 - 4
    assert found.h == pytest.approx(found.model_h, abs=1e-6)
    for part in found.largest:
        matrix = model.network.W_h if part.source == "x" else model.network.U_h
        assert part.weight == pytest.approx(float(matrix[unit, part.index]))


def test_steps_and_units_that_are_not_there_are_refused(model: RnnModel, states: torch.Tensor) -> None:
    for t in (5, 6, -1):
        with pytest.raises(ValueError, match="steps 0 to 4"):
            take_step(model, IDS, states, t)
    with pytest.raises(ValueError, match="5 tokens but 3"):
        take_step(model, IDS, states[:3], 2)
    with pytest.raises(ValueError, match="units 0 to 11"):
        unit_sum(model, take_step(model, IDS, states, 2), 12)


@pytest.mark.parametrize("how", ORDERS)
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_an_order_names_every_unit_once(how: str, steps: int) -> None:
    states = np.random.default_rng(3).normal(size=(steps, 9))
    assert sorted(order_units(states, how).tolist()) == list(range(9))


def test_orders_by_hand() -> None:
    states = np.array([[0.1, -0.9, 0.1, -0.8], [0.1, -0.9, 0.12, -0.8]])
    assert order_units(states, "activity").tolist() == [1, 3, 2, 0]
    clustered = order_units(states, "clustering").tolist()
    assert abs(clustered.index(0) - clustered.index(2)) == 1
    assert abs(clustered.index(1) - clustered.index(3)) == 1
    assert order_units(np.ones((3, 1)), "clustering").tolist() == [0]


def test_an_unknown_order_lists_the_known() -> None:
    with pytest.raises(ValueError, match="index, activity, clustering"):
        order_units(np.ones((1, 2)), "colour")
    with pytest.raises(ValueError, match="no hidden states"):
        order_units(np.ones((0, 2)), "index")
