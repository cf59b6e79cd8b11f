"""Features in batches beside one sentence at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlm_core.sentiment.encoder import Encoder
from nlm_core.sentiment.features import batches, blocks, extract, features_of

TEXTS = [f"{'very ' * (i * 7 % 23)}good film number {i}" for i in range(60)] + ["", "bad"]


def test_batches_equal_one_by_one_in_any_order(minilm: Encoder) -> None:
    together = features_of(minilm, TEXTS)
    assert together.values.shape == (62, 7, 2, 384)
    for i in (0, 7, 22, 60, 61):
        alone = minilm.encode([TEXTS[i]])
        for layer in range(7):
            for pooling in ("cls", "mean"):
                np.testing.assert_allclose(together.at(layer, pooling)[i], alone.features(layer, pooling)[0], atol=1e-5)
    order = np.random.default_rng(0).permutation(len(TEXTS))
    shuffled = features_of(minilm, [TEXTS[i] for i in order], layers=[4], poolings=["mean"])
    np.testing.assert_allclose(shuffled.at(4, "mean"), together.at(4, "mean")[order], atol=1e-5)


def test_progress_ends_with_all_of_them(minilm: Encoder) -> None:
    steps = [done for done, _ in extract(minilm, TEXTS * 3, layers=[1])]
    assert len(steps) > 1
    assert steps == sorted(set(steps))
    assert steps[-1] == len(TEXTS) * 3


def test_several_workers_give_the_same_in_any_case(minilm: Encoder) -> None:
    steps = [done for done, _ in extract(minilm, TEXTS * 3, [2], workers=3)]
    assert steps == sorted(set(steps)) and steps[-1] == len(TEXTS) * 3
    together = list(extract(minilm, TEXTS, [2], workers=3))[-1][1]
    np.testing.assert_allclose(together.values, features_of(minilm, TEXTS, [2]).values, atol=1e-5)
    # Left in the middle, it leaves nothing running.
    next(iter(extract(minilm, TEXTS * 3, [2], workers=2)))


def test_without_the_mask_all_are_as_long_as_the_longest(minilm: Encoder) -> None:
    texts = TEXTS[:30]
    notebook = minilm.encode(texts, masked=False)
    found = list(extract(minilm, texts, [0, 6], masked=False))[-1][1]
    for layer in (0, 6):
        for pooling in ("cls", "mean"):
            expected = notebook.features(layer, pooling, masked=False)
            np.testing.assert_allclose(found.at(layer, pooling), expected, atol=1e-5)


def test_unknown_layers_and_poolings(minilm: Encoder) -> None:
    for layer in (-1, 7):
        with pytest.raises(ValueError, match="0 \\(embeddings\\) to 6"):
            features_of(minilm, ["a"], layers=[layer])
    with pytest.raises(ValueError, match="cls, mean"):
        features_of(minilm, ["a"], poolings=["max"])
    with pytest.raises(ValueError, match="no sentences"):
        features_of(minilm, [])


@given(st.lists(st.integers(1, 600), max_size=80), st.integers(1, 2000))
def test_every_sentence_is_in_one_batch_within_the_budget(lengths: list[int], budget: int) -> None:
    found = batches(lengths, budget)
    assert sorted(i for batch in found for i in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= budget for batch in found)


def test_blocks_hold_all_rows_in_order() -> None:
    rows = [(str(i), "0") for i in range(7)]
    assert [len(block) for block in blocks(rows, 3)] == [3, 3, 1]
    assert [row for block in blocks(rows, 3) for row in block] == rows
