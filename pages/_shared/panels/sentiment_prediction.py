"""The prediction for the visitor's sentence, as they type: the probability and where it comes from."""

import streamlit as st

from nlm_core.runtime import gate
from nlm_core.sentiment.encoder import Encoded
from pages._shared.charts.palette import ink
from pages._shared.charts.sentiment import (
    attention_alt,
    attention_chart,
    contributions_alt,
    contributions_chart,
    contributions_frame,
)
from pages._shared.escape import plain
from pages._shared.panels.chart import chart
from pages._shared.panels.sentiment_fit import fitted
from pages._shared.panels.sentiment_setup import Setup

_SHOWN_TOKENS = 16


def prediction_panel(setup: Setup, sentence: str) -> None:
    found, names = fitted(setup), setup.data.dataset.label_names
    classifier = found.classifier
    with gate().slot():
        yours = setup.eager.encode([sentence])
    feature = yours.features(setup.layer, setup.pooling)[0]
    p, logit = float(classifier.probability(feature[None])[0]), float(feature @ classifier.w + classifier.b)
    st.progress(p, text=f"**{plain(names[p > 0.5])}**: p({plain(names[1])}) = **{p:.4f}**")
    length, hidden = len(yours.sentences[0].ids), len(feature)
    st.caption(
        f"sentence → {length} ids → {len(yours.hidden)} × 1 × {length} × {hidden} hidden states → {hidden} features x "
        f"→ logit w·x + b = {logit:.4f} → σ(logit) = {p:.4f}. Learned from {len(found.places.train):,} sentences; "
        f"{found.score.accuracy:.1%} of {len(found.places.test):,} others right."
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        frame = contributions_frame(classifier.contributions(feature), feature, classifier.w, names)
        chart(
            contributions_chart(frame, names, ink(st.context.theme.type)),
            key="contributions",
            alt=contributions_alt(frame),
        )
        st.caption(f"The bars and b = {classifier.b:+.4f} sum to the logit {logit:+.4f}.")
    with right:
        if setup.layer == 0:
            st.caption("Layer 0 are the embeddings: no position has looked at another one yet.")
        else:
            _attention(setup, yours)


def _attention(setup: Setup, yours: Encoded) -> None:
    assert yours.attention is not None
    layer = yours.attention[setup.layer - 1, 0]  # (heads, length, length)
    heads = ("mean of all", *(str(head + 1) for head in range(len(layer))))
    head = st.selectbox("Head", heads, key="head", bind="query-params")
    weights = layer[:, 0].mean(0) if head == heads[0] else layer[int(head) - 1, 0]
    tokens = yours.sentences[0].tokens
    shown = (tokens[:_SHOWN_TOKENS], weights[:_SHOWN_TOKENS].tolist())
    chart(attention_chart(*shown, ink(st.context.theme.type)), key="attention", alt=attention_alt(*shown, setup.layer))
    more = f" The first {_SHOWN_TOKENS} of {len(tokens)} tokens are shown." if len(tokens) > _SHOWN_TOKENS else ""
    st.caption(f"Layer {setup.layer}, where [CLS] looks; the weights sum to {weights.sum():.3f}.{more}")
