"""The cache on disk: hits equal misses, and nothing stale, damaged or too large is ever given out."""

import multiprocessing
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import BertConfig, BertModel

from nlm_core.sentiment import feature_cache
from nlm_core.sentiment.datasets import film_reviews
from nlm_core.sentiment.encoder import Encoder
from nlm_core.sentiment.feature_cache import cached_features, is_prepared, on_disk
from nlm_core.sentiment.features import Features, extract, features_of

TEXTS = [f"a film number {i}" for i in range(20)]


class Words:
    """A tokenizer of letters: enough for an encoder that is small and quick."""

    model_max_length, pad_token_id = 32, 0

    def __call__(self, texts: Sequence[str], **_: object) -> dict[str, list[list[int]]]:
        return {"input_ids": [[1, *(2 + ord(letter) % 60 for letter in text[:20]), 63] for text in texts]}


def tiny(seed: int, fingerprint: str) -> Encoder:
    torch.manual_seed(seed)  # transformers draws initial weights from the global generator
    sizes = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 8}
    network = BertModel(BertConfig(vocab_size=64, initializer_range=0.5, **sizes))
    return Encoder("tiny", fingerprint, Words(), network)  # type: ignore[arg-type]


ENCODERS = [tiny(0, "first"), tiny(1, "second")]


def last(encoder: Encoder, texts: Sequence[str], *arguments: object, **options: object) -> Features:
    return list(cached_features(encoder, texts, *arguments, **options))[-1][2]  # type: ignore[arg-type]


def whole(encoder: Encoder, texts: Sequence[str], *arguments: object) -> Features:
    return list(extract(encoder, texts, *arguments))[-1][1]  # type: ignore[arg-type]


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What had to be computed, as (layers, poolings)."""
    calls: list[tuple[object, ...]] = []

    def counting(encoder: Encoder, texts: Sequence[str], *arguments: object, **options: object) -> object:
        calls.append(arguments[:2])
        return extract(encoder, texts, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(feature_cache, "extract", counting)
    return calls


def test_a_hit_equals_a_miss_and_only_what_is_missing_is_computed(tmp_path: Path, computed: list) -> None:
    encoder = ENCODERS[0]
    steps = list(cached_features(encoder, TEXTS, [1], ["mean"], folder=tmp_path))
    assert steps[-1][:2] == (20, 20)
    everything = last(encoder, TEXTS, folder=tmp_path)
    assert computed == [((1,), ("mean",)), ((0, 1, 2), ("cls", "mean"))]
    np.testing.assert_array_equal(everything.at(1, "mean"), steps[-1][2].at(1, "mean"))
    np.testing.assert_array_equal(everything.values, whole(encoder, TEXTS).values)
    assert on_disk(encoder, TEXTS, [2, 0], folder=tmp_path) and not on_disk(encoder, TEXTS[1:], [0], folder=tmp_path)
    again = list(cached_features(encoder, TEXTS, [2, 0], ["cls"], folder=tmp_path))
    assert len(computed) == 2 and len(again) == 1
    np.testing.assert_array_equal(again[0][2].at(0, "cls"), everything.at(0, "cls"))


changes = st.tuples(
    st.integers(0, 1),
    st.lists(st.text(alphabet="ab \ud800é", max_size=4), min_size=1, max_size=3),
    st.lists(st.integers(0, 2), min_size=1, max_size=2, unique=True),
    st.lists(st.sampled_from(["cls", "mean"]), min_size=1, max_size=2, unique=True),
    st.booleans(),
)


@given(st.lists(changes, min_size=2, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_never_wrong_after_a_change_of_encoder_text_layer_pooling_or_mask(tmp_path: Path, asked: list) -> None:
    for which, texts, *options in asked:
        found = last(ENCODERS[which], texts, *options, folder=tmp_path)
        # Up to rounding: [CLS] alone is computed in another order than beside the mean.
        np.testing.assert_allclose(found.values, whole(ENCODERS[which], texts, *options).values, atol=1e-5)


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text", "other", "folder"])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, computed: list, damage: str) -> None:
    expected = last(ENCODERS[0], TEXTS, [1], ["cls"], folder=tmp_path)
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    middle = len(content) // 2
    if damage == "other":
        np.savez(path, features=np.zeros((3, 8), dtype=np.float32))
    elif damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        path.write_bytes({"cut": content[:middle], "flipped": flipped, "empty": b"", "text": b"features"}[damage])
    for _ in range(2):
        np.testing.assert_array_equal(last(ENCODERS[0], TEXTS, [1], ["cls"], folder=tmp_path).values, expected.values)
    assert len(computed) == (3 if damage == "folder" else 2)
    assert all(path.suffix == ".npz" for path in tmp_path.iterdir())


def test_the_folder_is_bounded_and_what_was_used_longest_ago_goes(tmp_path: Path, computed: list) -> None:
    for number in range(3):
        last(ENCODERS[0], [f"text {number}"], [1], ["cls"], folder=tmp_path)
        for age, path in enumerate(sorted(tmp_path.iterdir(), key=lambda path: path.stat().st_mtime)):
            os.utime(path, (1e9 + age, 1e9 + age))
    size = next(tmp_path.iterdir()).stat().st_size
    last(ENCODERS[0], ["text 0"], [1], ["cls"], folder=tmp_path)
    left_behind = tmp_path / "part-1.tmp"
    left_behind.write_bytes(b"")
    os.utime(left_behind, (1e9, 1e9))
    last(ENCODERS[0], ["text 3"], [1], ["cls"], folder=tmp_path, max_bytes=2 * size)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 2 * size
    computed.clear()
    for number, hit in enumerate((True, False, False, True)):
        last(ENCODERS[0], [f"text {number}"], [1], ["cls"], folder=tmp_path)
        assert bool(computed) is not hit
        computed.clear()
    last(ENCODERS[0], TEXTS, folder=tmp_path, max_bytes=10)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_to_only_keeps_nothing(tmp_path: Path, computed: list) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    for _ in range(2):
        np.testing.assert_array_equal(
            last(ENCODERS[0], TEXTS, folder=blocked / "features").values, whole(ENCODERS[0], TEXTS).values
        )
    assert len(computed) == 2


def hammer(folder: Path, seed: int) -> bool:
    rng = np.random.default_rng(seed)
    torch.set_num_threads(1)
    encoder, good = tiny(0, "first"), True
    for _ in range(40):
        texts = [f"text {rng.integers(4)}"]
        # So small a bound makes each process delete what the other one reads.
        found = last(encoder, texts, [1, 2], ["cls"], folder=folder, max_bytes=1500)
        good &= np.allclose(found.values, whole(encoder, texts, [1, 2], ["cls"]).values, atol=1e-5)
    return good


def test_two_processes_at_once(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as processes:
        assert processes.starmap(hammer, [(tmp_path, 1), (tmp_path, 2)]) == [True, True]
    assert not list(tmp_path.glob("*.tmp"))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1500


def test_no_sentences_and_no_such_layer(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no sentences"):
        last(ENCODERS[0], [], folder=tmp_path)
    with pytest.raises(ValueError, match="to 2"):
        last(ENCODERS[0], TEXTS, [3], folder=tmp_path)


def test_the_prepared_features_are_those_of_the_reviews(minilm: Encoder, tmp_path: Path) -> None:
    texts, last_layer = film_reviews().sentences, minilm.n_layers
    assert is_prepared(minilm, texts, last_layer, "cls") and not is_prepared(minilm, texts[1:], last_layer, "cls")
    prepared = last(minilm, texts, [last_layer], ["cls"], folder=tmp_path).at(last_layer, "cls")
    assert not list(tmp_path.iterdir())  # they were found, not computed
    assert on_disk(minilm, texts, [last_layer], ["cls"], folder=tmp_path)
    assert not on_disk(minilm, texts, [last_layer], ["cls"], folder=tmp_path, prepared=False)
    done, total, _ = next(cached_features(minilm, texts, [last_layer], ["cls"], folder=tmp_path, prepared=False))
    assert 0 < done < total
    some = np.random.default_rng(0).choice(len(texts), 60, replace=False)
    fresh = features_of(minilm, [texts[i] for i in some], [last_layer], ["cls"]).at(last_layer, "cls")
    np.testing.assert_allclose(prepared[some], fresh, atol=1e-4)
