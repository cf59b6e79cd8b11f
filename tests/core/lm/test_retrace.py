"""A generated text as text and back: the same tokens with the same p, and nothing else is taken."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nlm_core.lm.branches import Branches, branch_off, extend
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.retrace import from_text, retrace, to_text
from nlm_core.lm.rnn import RnnModel
from nlm_core.lm.sampling import MAX_NEW_TOKENS, Drawn, Sampling, generate
from nlm_core.text.tokenizer import Tokenizer
from tests.core.conftest import tiny_rnn

SAMPLING = Sampling(0.7, 6, 0.9)


@pytest.fixture(scope="module")
def model(tokenizer: Tokenizer) -> RnnModel:
    return tiny_rnn(tokenizer)


def _written(model: RnnModel, seed: int) -> tuple[PrefixReader, list[int], tuple[Drawn, ...]]:
    reader = PrefixReader(model)
    ids = [reader.model.start_id, 3]
    tree = Branches()
    for drawn in generate(reader, ids, SAMPLING, torch.Generator().manual_seed(seed), 8):
        tree = extend(tree, drawn)
    other = next(i for i, _ in tree.tokens[0].top if i not in (tree.tokens[0].token_id, reader.model.stop_id))
    return reader, ids, branch_off(tree, 0, other).tokens + tree.tokens[1:]


@pytest.mark.parametrize("seed", range(4))
def test_a_text_is_read_again_as_it_was_written(model: RnnModel, seed: int) -> None:
    reader, ids, tokens = _written(model, seed)
    text = to_text(tokens)
    assert text.startswith("~")
    again = tuple(retrace(reader, ids, from_text(text, reader.model), SAMPLING))
    assert to_text(again) == text
    so_far = list(ids)
    for token in again:
        logits = reader.model.output(reader.model.hidden(torch.tensor([so_far])))[0, -1]
        assert token.p == pytest.approx(float(logits.softmax(-1)[token.token_id]), abs=1e-6)
        assert token.q is None or token.q == pytest.approx(
            float(SAMPLING.distribution(logits)[token.token_id]), abs=1e-5
        )
        so_far.append(token.token_id)
    assert again[0].q is None and all(token.q is not None for token in again[1:])


def test_what_a_generator_drew_comes_back_with_its_numbers(model: RnnModel) -> None:
    reader = PrefixReader(model)
    drawn = tuple(generate(reader, [reader.model.start_id], SAMPLING, torch.Generator().manual_seed(1), 6))
    again = retrace(reader, [reader.model.start_id], from_text(to_text(drawn), reader.model), SAMPLING)
    for token, same in zip(drawn, again, strict=True):
        assert replace(same, p=token.p, q=token.q, top=token.top) == token
        assert (same.p, same.q) == pytest.approx((token.p, token.q), rel=1e-4)


@pytest.mark.parametrize("text", ["zzz", "-1", "+1", "1_0", " 1", "1.", "~", "~~1", "é", "1" * 5_000, "1.." + "1"])
def test_what_is_no_token_is_refused(model: RnnModel, text: str) -> None:
    with pytest.raises(ValueError, match="none of the"):
        from_text(text, model)


def test_too_many_tokens_and_a_stop_within_are_refused(model: RnnModel) -> None:
    with pytest.raises(ValueError, match="STOP"):
        from_text(f"{model.stop_id}.1", model)
    assert len(from_text(".".join(["3"] * MAX_NEW_TOKENS), model)) == MAX_NEW_TOKENS
    with pytest.raises(ValueError, match=f"at most {MAX_NEW_TOKENS}"):
        from_text(".".join(["3"] * (MAX_NEW_TOKENS + 1)), model)
    assert from_text("", model) == ()


@given(st.text(alphabet="0123abz~._- ", max_size=20))
def test_any_text_is_read_or_refused(model: RnnModel, text: str) -> None:
    try:
        traces = from_text(text, model)
    except ValueError:
        return
    assert all(0 <= trace.token_id < model.vocab_size for trace in traces)
