"""The slow part of the sentiment page, and what is remembered of it."""

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from nlm_core.sentiment.encoder import POOLINGS
from nlm_core.sentiment.feature_cache import cached_features, on_disk
from nlm_core.sentiment.features import Features
from pages._app import jobs
from pages._shared.escape import plain
from pages._shared.panels.sentiment_setup import Setup

T = TypeVar("T")

# Results that one visitor keeps: features of a layer (at most 12 MB), fits, planes, sweeps.
MAX_REMEMBERED = 12
_RESULTS, _SHOWN = "_sentiment_results", "_sentiment_shown"
# The jobs of this page.
FEATURES, SWEEP = "features of all sentences", "cross-validation"


def remembered(key: Hashable, work: Callable[[], T]) -> T:
    """The result of some work, done once for each key; the least recently used of too many is forgotten."""
    results: dict[Hashable, T] = st.session_state.setdefault(_RESULTS, {})
    found = results.pop(key) if key in results else work()
    results[key] = found
    while len(results) > MAX_REMEMBERED:
        del results[next(iter(results))]
    return found


def is_remembered(key: Hashable) -> bool:
    return key in st.session_state.get(_RESULTS, {})


@dataclass(frozen=True)
class Work:
    """How far some work on the sentences has come; ``result`` is there with the last step."""

    doing: str
    share: float
    result: Any = None


def features(setup: Setup) -> np.ndarray:
    """The features of all sentences of the data at the chosen layer and pooling, of shape (n, hidden).

    Where they are not on disk, those of every layer are computed: another layer is then there at once.

    Raises
    ------
    StillComputing
        While a job computes them, which is told on the page.
    """
    texts, layer, pooling = setup.data.dataset.sentences, setup.layer, setup.pooling

    def work() -> np.ndarray:
        if on_disk(setup.encoder, texts, [layer], [pooling]):
            *_, (_, _, found) = cached_features(setup.encoder, texts, [layer], [pooling])
            return found.at(layer, pooling)
        all_layers = range(setup.encoder.n_layers + 1)
        computed: Features = computed_by_job(
            FEATURES, (setup.data.key, setup.encoder.fingerprint), lambda: encoding(setup, all_layers, POOLINGS)
        )
        return computed.at(layer, pooling)

    found = remembered(("features", setup.key), work)
    st.session_state[_SHOWN] = setup
    return found


def last_shown(needed: str) -> Setup | None:
    """What the page showed last, if that is still remembered; ``needed`` is "features" or "sweep"."""
    setup: Setup | None = st.session_state.get(_SHOWN)
    if setup is None:
        return None
    key = ("features", setup.key) if needed == "features" else sweep_key(setup)
    return setup if is_remembered(key) else None


def sweep_key(setup: Setup) -> Hashable:
    return "sweep", setup.data.key, setup.encoder.fingerprint, setup.how


def unmasked_features(setup: Setup) -> np.ndarray:
    """The features of the chosen layer and pooling when padding is read as text, all rows padded to the longest.

    Raises
    ------
    StillComputing
        As for ``features``.
    """

    def work() -> np.ndarray:
        chosen = [setup.layer], [setup.pooling]
        computed: Features = computed_by_job(FEATURES, ("no mask", setup.key), lambda: encoding(setup, *chosen, False))
        return computed.at(setup.layer, setup.pooling)

    return remembered(("unmasked", setup.key), work)


def encoding(setup: Setup, layers: Sequence[int], poolings: Sequence[str], masked: bool = True) -> Iterator[Work]:
    """Encode all sentences, batch by batch; the result is ``Features``."""
    began = time.perf_counter()
    for done, total, found in cached_features(setup.encoder, setup.data.dataset.sentences, layers, poolings, masked):
        rate = done / (time.perf_counter() - began)
        doing = f"Encoding with {plain(setup.encoder.name)}: {done:,} of {total:,} sentences, {rate:,.0f} a second"
        yield Work(doing, done / total, found if done == total else None)


def computed_by_job(key: str, name: Hashable, work: Callable[[], Iterator[Work]]) -> Any:
    """The result of a job, which is then forgotten: features of all layers are too large to be kept twice.

    Raises
    ------
    StillComputing
        While it is not there.
    """
    result = jobs.awaited(key, name, work, lambda step: step.doing, share=lambda step: step.share).result
    jobs.forget(key)
    return result


def replace(setup: Setup, values: np.ndarray) -> None:
    """Features for those remembered; what was made of the old ones is forgotten."""
    results: dict[Hashable, Any] = st.session_state.setdefault(_RESULTS, {})
    for key in [key for key in results if isinstance(key, tuple) and setup.key in key]:
        del results[key]
    results["features", setup.key] = values
