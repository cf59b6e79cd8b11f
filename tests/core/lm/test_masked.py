"""The encoder: blanks, its training form against its model form, padding, and what a blank can see."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nlm_core.lm.base import ModelCard
from nlm_core.lm.bert import BertNetwork, bert_config, blanked
from nlm_core.lm.cross_entropy import BLOCK, blockwise_cross_entropy, counted
from nlm_core.lm.masked import MaskedModel
from nlm_core.lm.registry import TOKENIZER_FOLDER
from nlm_core.text.corpus import IGNORED, EncodedLines, Rows, packed_rows
from nlm_core.text.tokenizer import Tokenizer

MASK, START, STOP = 3, 1, 2


def network(vocab_size: int = 40) -> BertNetwork:
    config = bert_config(vocab_size, hidden=16, intermediate=24, layers=2, heads=2, context=32)
    return BertNetwork(config, torch.Generator().manual_seed(0))


def packed(lengths: list[int], row_length: int = 16, rows: int = 4) -> list[Rows]:
    rng = np.random.default_rng(1)
    lines = [[START, *rng.integers(4, 40, n).tolist(), STOP] for n in lengths]
    ids = np.array([i for line in lines for i in line], dtype=np.uint16)
    corpus = EncodedLines(ids, np.cumsum([0, *map(len, lines)]))
    return list(packed_rows(corpus, row_length, rows, np.random.default_rng(2)))


@pytest.fixture(scope="module")
def model() -> MaskedModel:
    tokenizer = Tokenizer.load(TOKENIZER_FOLDER)
    card = ModelCard("tiny", "masked", 0, "", "", "", "")
    return MaskedModel(card, tokenizer, network(tokenizer.vocab_size).masked_lm)


@given(st.lists(st.integers(1, 30), min_size=20, max_size=60), st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_a_quarter_of_the_words_are_blanks(lengths: list[int], seed: int) -> None:
    for rows in packed(lengths):
        made = blanked(rows, MASK, np.random.default_rng(seed))
        at = made.targets != IGNORED
        assert (at.sum(axis=1) <= 4).all() and at.any()
        assert (made.inputs[at] == MASK).all() and (made.targets[at] == rows.inputs[at]).all()
        assert (made.inputs[~at] == rows.inputs[~at]).all()
        assert not np.isin(made.targets[at], [START, STOP]).any()


def test_the_positions_that_count_give_the_same_loss() -> None:
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(BLOCK * 3, 8, generator=generator, requires_grad=True)
    weight = torch.randn(11, 8, generator=generator)
    targets = torch.randint(0, 11, (BLOCK * 3,), generator=generator)
    targets[torch.rand(BLOCK * 3, generator=generator) < 0.7] = IGNORED
    whole = blockwise_cross_entropy(hidden, weight, None, targets)
    (expected,) = torch.autograd.grad(whole, hidden)
    kept, kept_targets = counted(hidden, targets)
    assert len(kept) % BLOCK == 0 and len(kept) < len(hidden)
    loss = blockwise_cross_entropy(kept, weight, None, kept_targets)
    (found,) = torch.autograd.grad(loss, hidden)
    torch.testing.assert_close(loss, whole)
    torch.testing.assert_close(found, expected)


def test_the_training_form_equals_the_model_line_by_line(model: MaskedModel) -> None:
    """Packed lines see only themselves, so each gives the logits that it gives alone."""
    form = network(model.vocab_size)
    lines = [[START, 50, 60, STOP], [START, 70, STOP]]
    inputs = torch.tensor([[i for line in lines for i in line]])
    hidden = form.hidden(inputs, torch.tensor([[0] * 4 + [1] * 3]))
    weight, bias = form.output_layer()
    logits = (hidden @ weight.T + bias)[0]
    torch.testing.assert_close(logits[:4], model.logits([lines[0]])[0], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(logits[4:], model.logits([lines[1]])[0], atol=1e-5, rtol=1e-4)


def test_padding_and_order_change_nothing(model: MaskedModel) -> None:
    rows = [model.framed("I went to the park."), model.framed("the"), model.framed("I went to the park. " * 3)]
    together = model.fill(rows, [2, 1, 5])
    for row, position, p in zip(rows, [2, 1, 5], together, strict=True):
        torch.testing.assert_close(model.fill([row], [position])[0], p, atol=1e-6, rtol=1e-4)
    torch.testing.assert_close(together.sum(1), torch.ones(3))


def test_a_blank_sees_both_sides_and_not_what_stood_there(model: MaskedModel) -> None:
    row = model.framed("I went to the park to play")
    here = model.fill([row], [3])[0]
    elsewhere = [*row]
    elsewhere[3] = 99
    assert torch.equal(model.fill([elsewhere], [3])[0], here)
    for side in (1, 6):
        changed = [*row]
        changed[side] = 99
        assert not torch.allclose(model.fill([changed], [3])[0], here, atol=1e-9)


def test_logits_and_blanks_are_the_networks_own(model: MaskedModel) -> None:
    rows = [model.framed("I went to the park."), model.framed("the old man")]
    for row in rows:
        with torch.inference_mode():
            expected = model.network(input_ids=torch.tensor([row])).logits[0]
            blank = [*row[:2], MASK, *row[3:]]
            at_blank = torch.softmax(model.network(input_ids=torch.tensor([blank])).logits[0, 2], -1)
        torch.testing.assert_close(model.logits([row])[0], expected, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(model.fill([row], [2])[0], at_blank, atol=1e-7, rtol=1e-4)


@pytest.mark.parametrize("rows", [[], [[]], [[5] * 200]], ids=["none", "empty", "long"])
def test_rows_out_of_bounds_are_refused(model: MaskedModel, rows: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="each must have 1 to 32"):
        model.logits(rows)
