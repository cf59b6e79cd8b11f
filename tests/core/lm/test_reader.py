"""Reading prefixes: what is kept from the last one changes nothing in the result."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.reader import MAX_TOKENS, PrefixReader, fit_to_context

IDS = st.lists(st.integers(4, 300), max_size=12)


def full_pass(model: LanguageModel, ids: list[int]) -> torch.Tensor:
    return torch.log_softmax(model.output(model.hidden(torch.tensor([ids])))[0], -1)


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(IDS, min_size=1, max_size=4))
def test_incremental_reading_equals_one_full_pass(tiny: LanguageModel, texts: list[list[int]]) -> None:
    reader = PrefixReader(tiny)
    for text in texts:
        ids = [tiny.start_id, *text]
        reading = reader.read_ids(ids)
        expected = full_pass(tiny, ids)
        got = reader.log_probabilities(range(len(ids)))
        torch.testing.assert_close(got, expected, atol=2e-4, rtol=1e-4)
        assert len(reading.columns) == len(ids)
        assert len(reading.followers) == len(ids) - 1


def test_only_the_new_tokens_are_computed(tiny: LanguageModel) -> None:
    reader = PrefixReader(tiny)
    assert reader.read_ids([tiny.start_id, 10, 11, 12]).computed == 4
    assert reader.read_ids([tiny.start_id, 10, 11, 12, 13]).computed == 1
    assert reader.read_ids([tiny.start_id, 10, 11, 12, 13]).computed == 0
    assert reader.read_ids([tiny.start_id, 10, 99]).computed == 1


def test_the_same_prefix_asks_nothing_of_the_model(tiny: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = PrefixReader(tiny)
    first = reader.read_ids([tiny.start_id, 10, 11, 12])
    monkeypatch.setattr(reader, "model", None)
    again = reader.read_ids([tiny.start_id, 10, 11, 12])
    assert all(new is old for new, old in zip(again.columns, first.columns, strict=True))
    assert again.followers == first.followers


def test_followers_are_those_of_the_new_text_after_a_change(tiny: LanguageModel) -> None:
    reader = PrefixReader(tiny)
    reader.read_ids([tiny.start_id, 10, 11])
    reading = reader.read_ids([tiny.start_id, 10, 12])
    fresh = PrefixReader(tiny).read_ids([tiny.start_id, 10, 12])
    assert [f.token_id for f in reading.followers] == [10, 12]
    assert [f.rank for f in reading.followers] == [f.rank for f in fresh.followers]
    assert [f.logp for f in reading.followers] == pytest.approx([f.logp for f in fresh.followers], abs=1e-4)


def test_columns_sum_to_one_and_are_sorted(shipped: LanguageModel) -> None:
    reader = PrefixReader(shipped)
    reading = reader.read("I went to the park.")
    sums = reader.log_probabilities(range(len(reading.ids))).double().exp().sum(-1)
    assert sums.tolist() == pytest.approx([1.0] * len(reading.ids), abs=1e-5)
    for column in reading.columns:
        assert np.all(np.diff(column.top_logp) <= 0)
        assert 0 < column.entropy < math.log(shipped.vocab_size)


def test_rank_counts_the_more_probable_tokens(shipped: LanguageModel) -> None:
    reading = PrefixReader(shipped).read("I went to the park.")
    for column, follower in zip(reading.columns, reading.followers, strict=False):
        ids = column.top_ids.tolist()
        if follower.token_id in ids:
            assert ids.index(follower.token_id) + 1 == follower.rank
        else:
            assert follower.rank > len(ids)


def test_the_empty_text_gives_the_distribution_after_start(shipped: LanguageModel) -> None:
    reading = PrefixReader(shipped).read("")
    assert reading.ids == (shipped.start_id,)
    assert len(reading.columns) == 1
    assert reading.followers == ()


def test_a_long_text_slides_through_the_context(tokenizer) -> None:
    from tests.core.conftest import tiny_llama

    model = tiny_llama(tokenizer)
    reader = PrefixReader(model)
    ids = [model.start_id, *range(10, 40)]
    reading = reader.read_ids(ids)
    assert len(reading.ids) <= 16
    assert reading.ids[-1] == 39
    assert reading.dropped == len(ids) - len(reading.ids)
    torch.testing.assert_close(
        reader.log_probabilities([len(reading.ids) - 1])[0], full_pass(model, list(reading.ids))[-1]
    )
    # While the context has room again, the next tokens cost one step each.
    assert reader.read_ids([*ids, 50]).computed == 1


@given(length=st.integers(1, 5000), limit=st.integers(1, 1024))
def test_what_is_kept_fits_and_is_not_empty(length: int, limit: int) -> None:
    kept = length - fit_to_context(range(length), limit)
    assert 0 < kept <= limit
    assert kept == length or kept > limit - max(1, limit // 4)


def test_no_reader_holds_more_than_its_bound(tokenizer) -> None:
    from tests.core.conftest import tiny_rnn

    model = tiny_rnn(tokenizer)
    reading = PrefixReader(model).read_ids([model.start_id] + [10] * 3000)
    assert len(reading.ids) <= MAX_TOKENS


def test_nothing_to_read_is_refused(tiny: LanguageModel) -> None:
    with pytest.raises(ValueError, match="at least START"):
        PrefixReader(tiny).read_ids([])


def test_a_failure_half_way_is_forgotten(tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.core.conftest import tiny_rnn

    model = tiny_rnn(tokenizer)
    reader = PrefixReader(model)
    reader.read_ids([model.start_id, 10])
    with monkeypatch.context() as patch:
        patch.setattr(model, "output", lambda hidden: (_ for _ in ()).throw(MemoryError))
        with pytest.raises(MemoryError):
            reader.read_ids([model.start_id, 10, 11])
    reading = reader.read_ids([model.start_id, 10, 11])
    assert reading.computed == 3
    torch.testing.assert_close(reader.log_probabilities([2])[0], full_pass(model, [model.start_id, 10, 11])[-1])
