"""Which layer, and which pooling? What the notebook leaves open, as one chart."""

import numpy as np
import streamlit as st

from nlm_core.runtime import gate
from nlm_core.sentiment.classifier import Choice, best, sweep
from pages._shared.charts.palette import ink
from pages._shared.charts.sentiment import sweep_alt, sweep_chart, sweep_frame
from pages._shared.panels.chart import chart
from pages._shared.panels.sentiment_fit import drawn
from pages._shared.panels.sentiment_setup import Setup
from pages._shared.panels.sentiment_work import all_features, remembered


def layers_panel(setup: Setup) -> None:
    train = drawn(setup).train
    choices: tuple[Choice, ...] = remembered(
        ("sweep", setup.data.key, setup.encoder.fingerprint, setup.how), lambda: _swept(setup, train)
    )
    top, chosen = best(choices), (setup.layer, setup.pooling)
    frame = sweep_frame(choices)
    chart(
        sweep_chart(frame, chosen, setup.encoder.n_layers, ink(st.context.theme.type)),
        key="sweep",
        alt=sweep_alt(frame, chosen),
    )
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.caption(
        f"Five-fold cross-validation on the {len(train):,} training rows alone; the thin bars are one standard "
        f"deviation of the folds. Best: layer {top.layer}, {top.pooling}, {top.accuracy:.1%}. Ringed: the chosen one."
    )
    right.button("Take the best", on_click=_take, args=(top,), disabled=chosen == (top.layer, top.pooling))


def _swept(setup: Setup, train: np.ndarray) -> tuple[Choice, ...]:
    everything, labels = all_features(setup), setup.data.dataset.labels
    total, found = len(everything.layers) * len(everything.poolings), list[Choice]()
    bar = st.progress(0.0, text="Cross-validating …")
    steps = sweep(everything.rows(train), labels[train].tolist(), setup.how.C)
    while len(found) < total:
        with gate().slot():
            found.append(next(steps))
        bar.progress(len(found) / total, text=f"Cross-validating: {len(found)} of {total} layers and poolings")
    bar.empty()
    return tuple(found)


def _take(choice: Choice) -> None:
    st.session_state["layer"], st.session_state["pooling"] = choice.layer, choice.pooling
