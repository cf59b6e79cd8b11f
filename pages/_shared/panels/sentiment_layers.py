"""Which layer, and which pooling? What the notebook leaves open, as one chart."""

from collections.abc import Iterator

import numpy as np
import streamlit as st

from nlm_core.sentiment.classifier import Choice, best, sweep
from nlm_core.sentiment.encoder import POOLINGS
from nlm_core.sentiment.features import Features
from pages._shared.charts.palette import ink
from pages._shared.charts.sentiment import sweep_alt, sweep_chart, sweep_frame
from pages._shared.panels.chart import chart
from pages._shared.panels.sentiment_fit import drawn
from pages._shared.panels.sentiment_setup import Setup
from pages._shared.panels.sentiment_work import SWEEP, Work, computed_by_job, encoding, remembered, sweep_key


def layers_panel(setup: Setup) -> None:
    train = drawn(setup).train
    choices: tuple[Choice, ...] = remembered(
        sweep_key(setup),
        lambda: computed_by_job(SWEEP, (sweep_key(setup), train.tobytes()), lambda: _sweeping(setup, train)),
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


def _sweeping(setup: Setup, train: np.ndarray) -> Iterator[Work]:
    """Features of all layers and poolings, then the cross-validation of each; the result is all ``Choice``s."""
    everything: Features | None = None
    for step in encoding(setup, range(setup.encoder.n_layers + 1), POOLINGS):
        everything = step.result
        yield Work(step.doing, step.share / 2)
    assert everything is not None
    labels, found = setup.data.dataset.labels, list[Choice]()
    total = len(everything.layers) * len(everything.poolings)
    for choice in sweep(everything.rows(train), labels[train].tolist(), setup.how.C):
        found.append(choice)
        doing = f"Cross-validating: {len(found)} of {total} layers and poolings"
        yield Work(doing, 0.5 + len(found) / total / 2, tuple(found) if len(found) == total else None)


def _take(choice: Choice) -> None:
    st.session_state["layer"], st.session_state["pooling"] = choice.layer, choice.pooling
