"""The slow part of the sentiment page, and what is remembered of it."""

import time
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from nlm_core.sentiment.encoder import POOLINGS
from nlm_core.sentiment.feature_cache import cached_features, on_disk
from nlm_core.sentiment.features import Features
from pages._shared.escape import plain
from pages._shared.panels.sentiment_setup import Setup

T = TypeVar("T")

# Results that one visitor keeps: features of a layer (at most 12 MB), fits, planes, sweeps.
MAX_REMEMBERED = 12
_RESULTS = "_sentiment_results"


def remembered(key: Hashable, work: Callable[[], T]) -> T:
    """The result of some work, done once for each key; the least recently used of too many is forgotten."""
    results: dict[Hashable, T] = st.session_state.setdefault(_RESULTS, {})
    found = results.pop(key) if key in results else work()
    results[key] = found
    while len(results) > MAX_REMEMBERED:
        del results[next(iter(results))]
    return found


def features(setup: Setup) -> np.ndarray:
    """The features of all sentences of the data at the chosen layer and pooling, of shape (n, hidden).

    Where they are not on disk, those of every layer are computed: another layer is then there at once.
    """
    texts, layer, pooling = setup.data.dataset.sentences, setup.layer, setup.pooling

    def work() -> np.ndarray:
        if on_disk(setup.encoder, texts, [layer], [pooling]):
            return _computed(setup, [layer], [pooling]).at(layer, pooling)
        return all_features(setup).at(layer, pooling)

    return remembered(("features", setup.key), work)


def all_features(setup: Setup) -> Features:
    """The same at every layer and pooling; the first time this takes a while, which is shown."""
    return _computed(setup, range(setup.encoder.n_layers + 1), POOLINGS)


def unmasked_features(setup: Setup) -> np.ndarray:
    """The features of the chosen layer and pooling when padding is read as text, all rows padded to the longest."""
    return remembered(
        ("unmasked", setup.key),
        lambda: _computed(setup, [setup.layer], [setup.pooling], masked=False).at(setup.layer, setup.pooling),
    )


def _computed(setup: Setup, layers: Sequence[int], poolings: Sequence[str], masked: bool = True) -> Features:
    place, began = st.empty(), time.perf_counter()
    steps = cached_features(setup.encoder, setup.data.dataset.sentences, layers, poolings, masked)
    found: Features | None = None
    for done, total, found in steps:  # noqa: B007 (the last one is whole)
        rate = done / (time.perf_counter() - began)
        place.progress(
            done / total,
            text=f"Encoding with {plain(setup.encoder.name)}: {done:,} of {total:,} sentences, {rate:,.0f} a second, "
            f"{(total - done) / rate:.0f} s left",
        )
    place.empty()
    assert found is not None
    return found


def replace(setup: Setup, values: np.ndarray) -> None:
    """Features for those remembered; what was made of the old ones is forgotten."""
    results: dict[Hashable, Any] = st.session_state.setdefault(_RESULTS, {})
    for key in [key for key in results if isinstance(key, tuple) and setup.key in key]:
        del results[key]
    results["features", setup.key] = values
