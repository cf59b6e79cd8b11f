"""The window network sees its window and nothing else."""

import pytest
import torch

from nlm_core.lm.network import same_line
from nlm_core.lm.window import MAX_WINDOW
from tests.core.conftest import tiny_window


@pytest.mark.parametrize("window", range(1, MAX_WINDOW + 1))
def test_words_beyond_the_window_change_nothing(tokenizer, window: int) -> None:
    model = tiny_window(tokenizer).with_window(window)
    ids = torch.tensor([[model.start_id, *range(20, 32)]])
    other = ids.clone()
    other[0, 2] = 500
    difference = (model.hidden(ids) - model.hidden(other)).abs().amax(-1)[0]
    assert torch.all(difference[2 : 2 + window] > 0)
    assert torch.all(difference[2 + window :] == 0)
    assert torch.all(difference[:2] == 0)


def test_the_formula_by_hand(tokenizer) -> None:
    model = tiny_window(tokenizer).with_window(3)
    net = model.network
    ids = [model.start_id, 20, 21, 22]
    # tanh(W_1 [e_t; e_{t-1}; e_{t-2}; 0; ...] + b_1) at the last position
    parts = [net.embedding[i] for i in (22, 21, 20)] + [torch.zeros(net.embedding.shape[1])] * (MAX_WINDOW - 3)
    expected = torch.tanh(net.W_1 @ torch.cat(parts) + net.b_1)
    torch.testing.assert_close(model.hidden(torch.tensor([ids]))[0, -1], expected)
    torch.testing.assert_close(model.output(expected), net.W_y @ expected + net.b_y)


def test_nothing_flows_between_the_lines_of_a_row(tokenizer) -> None:
    net = tiny_window(tokenizer).network
    inputs = torch.tensor([[5, 6, 7, 8, 9, 10]])
    lines = torch.tensor([[0, 0, 0, 1, 1, 1]])
    alone = net.windowed(inputs[:, 3:], lines[:, 3:], MAX_WINDOW)
    torch.testing.assert_close(net.windowed(inputs, lines, MAX_WINDOW)[:, 3:], alone)


def test_same_line_by_hand() -> None:
    lines = torch.tensor([[0, 0, 1, 1, 1]])
    assert same_line(lines, 1).tolist() == [[False, True, False, True, True]]
    assert same_line(lines, 2).tolist() == [[False, False, False, False, True]]


@pytest.mark.parametrize("window", [0, 9, -1])
def test_a_window_out_of_range_is_refused(tokenizer, window: int) -> None:
    with pytest.raises(ValueError, match="1 to 8"):
        tiny_window(tokenizer).with_window(window)
