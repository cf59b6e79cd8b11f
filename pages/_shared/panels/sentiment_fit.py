"""Split, fit, score: the classifier beside two plainer ones, its errors, and what can be taken away."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from nlm_core.runtime import gate
from nlm_core.sentiment.classifier import Baselines, Classifier, Score, Split, baselines, fit, split
from pages._shared.charts.palette import ink
from pages._shared.charts.sentiment import confusion_alt, confusion_chart, scores_alt, scores_chart, scores_frame
from pages._shared.panels.chart import chart
from pages._shared.panels.figures import figures
from pages._shared.panels.sentiment_keep import keep_panel
from pages._shared.panels.sentiment_prepared import told_and_replaced
from pages._shared.panels.sentiment_setup import BUNDLED, Setup
from pages._shared.panels.sentiment_work import features, remembered, unmasked_features

_SHOWN_ERRORS = 200
# What the cost of no mask was asked for: it is shown until something else is chosen.
_ASKED = "_cost_of_no_mask"


@dataclass(frozen=True, eq=False)
class Fitted:
    """A classifier with the rows that it was fitted on and scored on."""

    classifier: Classifier
    places: Split
    score: Score


def drawn(setup: Setup) -> Split:
    """The rows to train on and to test on."""
    dataset, how = setup.data.dataset, setup.how
    if how.split == BUNDLED and dataset.split is not None:
        sides = np.array(dataset.split)
        return Split(np.flatnonzero(sides == "train"), np.flatnonzero(sides == "test"))
    return split(dataset.labels.tolist(), how.share, how.seed)


def fitted(setup: Setup) -> Fitted:
    """The classifier of the chosen features; fitted once, as long as nothing changes."""
    values = features(setup)
    return remembered(("fit", setup.key, setup.how), lambda: _fit(setup, values))


def _fit(setup: Setup, values: np.ndarray) -> Fitted:
    labels, places = setup.data.dataset.labels, drawn(setup)
    with gate().slot():
        classifier = fit(values[places.train], labels[places.train].tolist(), setup.how.C)
    return Fitted(classifier, places, classifier.score(values[places.test], labels[places.test].tolist()))


def cost_of_no_mask(setup: Setup) -> None:
    """Accuracies with the mask and without it, when asked for: without it every row is as long as the longest."""
    asked = (setup.key, setup.how)
    st.button("Measure what it costs in accuracy", key="cost", on_click=_ask, args=asked, icon=":material/timer:")
    if st.session_state.get(_ASKED) != asked:
        return
    values = unmasked_features(setup)
    without = remembered(("fit without a mask", setup.key, setup.how), lambda: _fit(setup, values))
    scores = [("with the mask", fitted(setup).score), ("without it", without.score)]
    chart(scores_chart(scores_frame(scores), ink(st.context.theme.type)), key="cost of no mask", alt=scores_alt(scores))


def _ask(*asked: Hashable) -> None:
    st.session_state[_ASKED] = asked


def _plainer(setup: Setup, places: Split) -> Baselines:
    data = setup.data.dataset
    train, test = data.rows(places.train.tolist()), data.rows(places.test.tolist())

    def work() -> Baselines:
        with gate().slot():
            return baselines(train.sentences, train.labels.tolist(), test.sentences, test.labels.tolist())

    return remembered(("baselines", setup.data.key, setup.how), work)


def classifier_panel(setup: Setup) -> None:
    found = fitted(setup)
    plainer, score = _plainer(setup, found.places), found.score
    low, high = score.interval
    figures(
        ("Accuracy", f"{score.accuracy:.1%}", f"95 % interval {low:.1%} to {high:.1%}"),
        ("Trained on", f"{len(found.places.train):,}", f"sentences, {setup.how.split}"),
        ("Scored on", f"{len(found.places.test):,}", f"others, {score.right:,} right"),
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        rows = [
            (f"{setup.encoder.name}, layer {setup.layer}, {setup.pooling}", score),
            ("TF-IDF of words and pairs", plainer.tf_idf),
            ("the commoner label", plainer.majority),
        ]
        chart(scores_chart(scores_frame(rows), ink(st.context.theme.type)), key="scores", alt=scores_alt(rows))
    with right:
        names = setup.data.dataset.label_names
        chart(
            confusion_chart(score.confusion, names, ink(st.context.theme.type)),
            key="confusion",
            alt=confusion_alt(score.confusion, names),
        )
    if score.accuracy < plainer.tf_idf.accuracy:
        st.info("Here, counting words does better than this layer and pooling. Stage 8 compares them all.")
    _errors(setup, found)
    told_and_replaced(setup)
    keep_panel(setup, found.classifier, score, found.places)


def _errors(setup: Setup, found: Fitted) -> None:
    dataset, score = setup.data.dataset, found.score
    st.markdown(f"**{len(score.errors):,} errors**, the surest first")
    rows = [
        {
            f"p({dataset.label_names[1]})": f"{score.p[i]:.3f}",
            "true": dataset.label_names[int(score.labels[i])],
            "sentence": dataset.sentences[found.places.test[i]],
        }
        for i in score.errors[:_SHOWN_ERRORS].tolist()
    ]
    st.dataframe(
        rows, hide_index=True, height=min(300, 35 * (len(rows) + 1) + 3),
        alt=f"Errors: the surest {len(rows)} of {len(score.errors):,} test sentences that it gets wrong",
    )  # fmt: skip
