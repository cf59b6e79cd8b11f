"""The mask of an encoder beside that of a decoder, and what their heads do within it."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from nlm_core.lm.attention import Attention, AttentionReader, may_look
from nlm_core.lm.blanks import Sentence, position_of
from nlm_core.lm.candidates import Symbols, label
from nlm_core.lm.masked import MaskedModel
from nlm_core.lm.reader import PrefixReader
from nlm_core.runtime import gate
from pages._shared import controls
from pages._shared.charts.attention import (
    WEAKEST_LINE,
    attention_alt,
    attention_frame,
    heat_chart,
    lines_chart,
    mask_alt,
    mask_chart,
)
from pages._shared.escape import plain
from pages._shared.glossary import hint
from pages._shared.loaders import attention_reader
from pages._shared.panels.chart import chart


@dataclass(frozen=True)
class Side:
    """One of the two models and the sentence as it reads it; ``chosen`` is None where it has no such word."""

    key: str
    title: str
    model: Symbols
    ids: tuple[int, ...]
    labels: list[str]
    chosen: int | None


def _sides(encoder: MaskedModel, reader: PrefixReader, found: Sentence, position: int) -> tuple[Side, Side]:
    model = reader.model
    ids = (model.start_id, *model.encode(found.text))
    try:
        chosen = position_of(model, found.text, found.spans[position - 1][0])
    except ValueError as error:
        st.info(plain(str(error)) + ".")
        chosen = None
    return (
        Side(
            "encoder", f"**Encoder** · {encoder.card.name}", encoder, found.row, _labels(encoder, found.row), position
        ),
        Side("decoder", f"**Decoder** · {plain(model.card.name)}", model, ids, _labels(model, ids), chosen),
    )


def _labels(model: Symbols, ids: tuple[int, ...]) -> list[str]:
    return [label(model, i, first=t == 0) for t, i in enumerate(ids)]


def mask_panel(encoder: MaskedModel, reader: PrefixReader, found: Sentence, position: int) -> None:
    for side, column in zip(_sides(encoder, reader, found, position), st.columns(2), strict=True):
        n = len(side.ids)
        allowed = may_look(n, causal=side.key == "decoder")
        with column:
            st.markdown(f"{side.title}: {_may(side, allowed)}")
            frame = attention_frame(side.labels, allowed, np.zeros((n, n)), side.chosen)
            chart(mask_chart(frame, _theme()), key=f"mask {side.key}", alt=mask_alt(side.key, frame))
    st.caption("Row: a word. Column: what it may look at. Orange: the chosen word; blue: the others; empty: forbidden.")
    # Side by side where there is room, one below the other on a telephone.
    left, right = st.columns(2, vertical_alignment="center")
    left.latex(r"\mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}} + M\right) V")
    right.latex(r"M_{ts} = 0 \text{ where } t \text{ may look at } s, \text{ else } -\infty")
    near, layers = encoder.near_sighted_layers, encoder.network.config.num_hidden_layers
    st.caption(
        f"Layers of {encoder.card.name} with a narrower, sliding mask: {near} of {layers}. "
        "To predict a word, a decoder uses the row of the word before it; an encoder uses the word's own row, in which "
        "the word itself is blanked."
    )


def _may(side: Side, allowed: np.ndarray) -> str:
    if side.chosen is None:
        return f"{int(allowed.sum())} of {allowed.size} pairs"
    word, count = plain(side.labels[side.chosen]), int(allowed[side.chosen].sum())
    return f"**{word}** can attend to {count} of {len(allowed)} tokens"


def attention_panel(encoder: MaskedModel, reader: PrefixReader, found: Sentence, position: int, drawing: str) -> None:
    """The heads of both models; ``drawing`` is "Heat map" or "Lines"."""
    models = (encoder, reader.model)
    for side, model, column in zip(_sides(encoder, reader, found, position), models, st.columns(2), strict=True):
        with column:
            try:
                attending = attention_reader(model)
                with gate().slot():
                    attention = attending.read(side.ids)
            except ValueError as error:
                st.markdown(side.title)
                st.info(plain(str(error)) + ".")
                continue
            _head(side, attending, attention, drawing)
    st.caption(
        "The models' own weights: how much the row's word takes from each word; every row sums to 1. "
        + (
            f"Hover a word on the left to see its lines; weights under {WEAKEST_LINE} are not drawn."
            if drawing == "Lines"
            else "Grey: the mask forbids it."
        )
    )


def _head(side: Side, attending: AttentionReader, attention: Attention, drawing: str) -> None:
    title, first, second = st.columns([3, 2, 2], vertical_alignment="center")
    title.markdown(side.title)
    with first:
        layer = controls.bounded_slider(
            "Layer", 1, attending.layers, default=(attending.layers + 1) // 2, key=f"{side.key}_layer"
        )
    with second:
        head = controls.bounded_slider(
            "Head", 0, attending.heads, default=0, key=f"{side.key}_head",
            help=hint("Attention", said="0 is the mean over the heads of the layer."),
        )  # fmt: skip
    weights = attention.head(layer - 1, None if head == 0 else head - 1)
    frame = attention_frame(side.labels, attention.allowed, weights, side.chosen)
    drawn = lines_chart if drawing == "Lines" else heat_chart
    of = f"layer {layer}, {f'head {head}' if head else 'mean of the heads'}"
    with st.container(key=f"{side.key}_attention"):
        chart(drawn(frame, _theme()), key=f"{drawing} {side.key}", alt=attention_alt(side.key, of, frame))
    if side.chosen is not None:
        most = int(weights[side.chosen].argmax())
        st.caption(
            f"{plain(side.labels[side.chosen])} attends most to {plain(side.labels[most])}: "
            f"{weights[side.chosen, most]:.3f}."
        )


def _theme() -> str | None:
    theme: str | None = st.context.theme.type
    return theme
