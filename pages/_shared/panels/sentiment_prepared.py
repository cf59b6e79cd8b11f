"""Features that come with the program are shown at once, computed here meanwhile, and then give way."""

from threading import Lock

import numpy as np
import streamlit as st

from nlm_core.jobs import Job
from nlm_core.lane import lane
from nlm_core.sentiment.feature_cache import cached_features, is_prepared, on_disk
from nlm_core.sentiment.features import Features
from pages._shared.loaders import first_results
from pages._shared.panels.sentiment_setup import Setup
from pages._shared.panels.sentiment_work import features, remembered, replace
from pages._shared.ticking import ticking

_LOOK_SECONDS = 0.7
_REPLACED = "_features_replaced"
_COMPUTING = Lock()


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
        job = _computing(setup)
        ticking(
            lambda: _replace_when_done(job, setup),
            lambda: _REPLACED not in st.session_state and job.state != "failed",
            _LOOK_SECONDS,
            going=job.state != "failed",
        )


def _computing(setup: Setup) -> Job[tuple[int, int, Features]]:
    """The job that computes them on this machine once for all visitors: it is nobody's, and goes on without them.

    Only the features of one layer and pooling come prepared, so there is one such job.
    """
    texts, layer, pooling = setup.data.dataset.sentences, setup.layer, setup.pooling
    with _COMPUTING:
        job: Job[tuple[int, int, Features]] | None = first_results().get(("features", setup.key))
        if job is None:
            job = Job(
                ("features", setup.key),
                lambda: cached_features(setup.encoder, texts, [layer], [pooling], prepared=False),
            )
            lane().add(job)
            first_results()["features", setup.key] = job
    return job


def _replace_when_done(job: Job[tuple[int, int, Features]], setup: Setup) -> None:
    if job.state != "done" or job.latest is None:
        done = 0 if job.latest is None else job.latest[0]
        st.caption(
            "These features come prepared, computed by the same code. They are being computed on this machine now: "
            f"{done:,} of {len(setup.data.dataset.sentences):,} sentences."
        )
    elif _REPLACED not in st.session_state:
        values = job.latest[2].at(setup.layer, setup.pooling)
        st.session_state[_REPLACED] = float(np.abs(values - features(setup)).max())
        replace(setup, values)
