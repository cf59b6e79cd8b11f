"""Two prefixes compared: exact zeros behind the window, and the formulas of the measures."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nlm_core.lm.divergence import align, diverge
from nlm_core.lm.reader import MAX_TOKENS
from nlm_core.lm.window import MAX_WINDOW
from nlm_core.text.tokenizer import Tokenizer
from tests.core.conftest import tiny_rnn, tiny_window

TOKENS = st.lists(st.integers(20, 24), max_size=8)


@given(TOKENS, TOKENS)
def test_an_alignment_puts_both_texts_together_again(first: list[int], second: list[int]) -> None:
    if first == second:
        with pytest.raises(ValueError, match="the same"):
            align(first, second)
        return
    found = align(first, second)
    assert [*first[: found.before], *found.first, *found.after] == first
    assert [*second[: found.before], *found.second, *found.after] == second
    if found.first and found.second:
        assert found.first[0] != found.second[0]
        assert found.first[-1] != found.second[-1]


def test_a_word_put_in_leaves_nothing_on_the_other_side() -> None:
    found = align([1, 5, 6, 7], [1, 5, 9, 6, 7])
    assert (found.before, found.first, found.second, found.after) == (2, (), (9,), (6, 7))


@pytest.mark.parametrize("window", range(1, MAX_WINDOW + 1))
@pytest.mark.parametrize("inserted", [[], [40], [40, 41]], ids=["replaced", "one put in", "two put in"])
def test_behind_the_window_the_difference_is_zero(tokenizer: Tokenizer, window: int, inserted: list[int]) -> None:
    model = tiny_window(tokenizer).with_window(window)
    shared = list(range(60, 72))
    first = [model.start_id, 20, *shared]
    second = [model.start_id, 30, *inserted, *shared]
    found = diverge(model, first, second)
    assert [gap.back for gap in found.gaps] == list(range(1, len(shared) + 2))
    assert all(gap.kl > 0 and gap.largest > 0 for gap in found.gaps[:window])
    assert all(gap.kl == 0.0 and gap.largest == 0.0 and gap.overlap == found.k for gap in found.gaps[window:])
    assert found.same_from == window + 1


def test_the_recurrent_network_still_carries_a_difference(tokenizer: Tokenizer) -> None:
    model = tiny_rnn(tokenizer)
    found = diverge(model, [model.start_id, 20, *range(60, 72)], [model.start_id, 30, *range(60, 72)])
    assert found.same_from is None
    assert all(gap.largest > 0 for gap in found.gaps)


def test_the_measures_by_hand(tokenizer: Tokenizer) -> None:
    model = tiny_rnn(tokenizer)
    first, second = [model.start_id, 20, 60], [model.start_id, 30, 60]
    p, q = (torch.softmax(model.output(model.extend(None, ids).hidden[-1]).double(), -1) for ids in (first, second))
    found = diverge(model, first, second, k=7, shifts=3)
    last = found.gaps[-1]
    assert last.token_id == 60 and found.gaps[0].token_id is None
    assert last.kl == pytest.approx(sum(a * math.log(a / b) for a, b in zip(p.tolist(), q.tolist(), strict=True)))
    assert last.largest == pytest.approx(float((p - q).abs().max()))
    assert last.overlap == len(set(p.topk(7).indices.tolist()) & set(q.topk(7).indices.tolist()))
    assert [shift.token_id for shift in last.shifts] == (p - q).abs().topk(3).indices.tolist()
    assert last.shifts[0].p == pytest.approx(float(p[last.shifts[0].token_id]))


def test_what_cannot_be_compared_is_refused_with_the_numbers(tokenizer: Tokenizer) -> None:
    model = tiny_rnn(tokenizer)
    with pytest.raises(ValueError, match="the same"):
        diverge(model, [1, 2], [1, 2])
    with pytest.raises(ValueError, match="1,025 tokens"):
        diverge(model, [1] * (MAX_TOKENS + 1), [1, 2])
    with pytest.raises(ValueError, match="k is 0"):
        diverge(model, [1, 2], [1, 3], k=0)
