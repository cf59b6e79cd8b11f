"""Features that come with the program are shown at once, computed here meanwhile, and then give way."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import streamlit as st

from nlm_core.runtime import BusyError
from nlm_core.sentiment.feature_cache import cached_features, is_prepared, on_disk
from nlm_core.sentiment.features import Features
from pages._shared.loaders import first_results
from pages._shared.panels.sentiment_setup import Setup
from pages._shared.panels.sentiment_work import features, remembered, replace
from pages._shared.ticking import ticking

# Of a tick only so much is work, so that the page stays quick for its visitor.
_TICK_SECONDS, _SLICE_SECONDS = 0.7, 0.25
_REPLACED = "_features_replaced"


@dataclass
class Anew:
    """Features on their way to being computed on this machine, once for all visitors."""

    steps: Iterator[tuple[int, int, Features]] | None = None
    done: int = 0
    values: np.ndarray | None = None
    lock: Lock = field(default_factory=Lock)


def told_and_replaced(setup: Setup) -> None:
    """Say so where the features shown come prepared, until those computed here have taken their place."""
    texts, layer, pooling = setup.data.dataset.sentences, setup.layer, setup.pooling
    # Finding the files takes a hash of all sentences, too much for every keystroke.
    if not remembered(("prepared", setup.key), lambda: is_prepared(setup.encoder, texts, layer, pooling)):
        return
    apart = st.session_state.get(_REPLACED)
    if apart is not None:
        st.caption(f"Computed on this machine; the prepared ones, shown before, differ by at most {apart:.1e}.")
    elif remembered(("here", setup.key), lambda: on_disk(setup.encoder, texts, [layer], [pooling], prepared=False)):
        st.caption("These features were computed on this machine.")
    else:
        # Only the features of one layer and pooling come prepared, so this holds one entry.
        anew: Anew = first_results().setdefault(("features", setup.key), Anew())
        ticking(lambda: _tick(anew, setup), lambda: _REPLACED not in st.session_state, _TICK_SECONDS)


def _tick(anew: Anew, setup: Setup) -> None:
    """A slice of the work, unless another visitor is at it."""
    if anew.values is None and anew.lock.acquire(blocking=False):
        try:
            _slice(anew, setup)
        finally:
            anew.lock.release()
    if anew.values is None:
        st.caption(
            "These features come prepared, computed by the same code. They are being computed on this machine now: "
            f"{anew.done:,} of {len(setup.data.dataset.sentences):,} sentences."
        )
    elif _REPLACED not in st.session_state:
        st.session_state[_REPLACED] = float(np.abs(anew.values - features(setup)).max())
        replace(setup, anew.values)


def _slice(anew: Anew, setup: Setup) -> None:
    texts, layer, pooling = setup.data.dataset.sentences, setup.layer, setup.pooling
    if anew.steps is None:
        anew.steps = cached_features(setup.encoder, texts, [layer], [pooling], prepared=False)
    until = time.perf_counter() + _SLICE_SECONDS
    try:
        while anew.values is None and time.perf_counter() < until:
            anew.done, total, found = next(anew.steps)
            if anew.done == total:
                anew.values, anew.steps = found.at(layer, pooling), None
    except BusyError:
        # The gate stayed closed, which ends the steps: the next tick begins again.
        anew.steps, anew.done = None, 0
