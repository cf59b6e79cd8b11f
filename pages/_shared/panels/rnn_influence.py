"""How much each word that was read still moves one prediction: gradients along the unrolled network."""

import math

import streamlit as st

from nlm_core.lm.candidates import label
from nlm_core.lm.influence import influence
from nlm_core.lm.reader import Reading
from nlm_core.lm.rnn import RnnModel
from nlm_core.runtime import gate
from nlm_core.text.csv_export import to_csv
from pages._shared.charts.bars import percent
from pages._shared.charts.curves import influence_alt, influence_chart, influence_frame
from pages._shared.charts.palette import ink
from pages._shared.escape import plain
from pages._shared.panels.chart import chart

TARGETS = ("The word that follows", "The most probable word")


def influence_panel(model: RnnModel, reading: Reading, labels: list[str], t: int) -> None:
    following = reading.ids[t + 1] if t + 1 < len(reading.ids) else None
    curve, side = st.columns([3, 2])
    with side:
        choice = st.radio("Target", TARGETS, key="target", bind="query-params")
        follows = choice == TARGETS[0] and following is not None
        target = following if follows else int(reading.columns[t].top_ids[0])
        if choice == TARGETS[0] and following is None:
            st.caption("Nothing follows the last word: the most probable word is taken.")
        with gate().slot():
            found = influence(model, reading.ids[: t + 1], target)
        st.latex(
            rf"\left\lVert \frac{{\partial \ln p_{{{t}}}(\text{{target}})}}{{\partial x_k}} \right\rVert,"
            rf"\quad k = 0 \dots {t}"
        )
        near, far = float(found.norms[-1]), float(found.norms[0])
        st.markdown(
            f"Target **{plain(label(model, target))}**, p = {percent(math.exp(found.logp))}. "
            f"The word just read: **{near:.3g}**; {plain(labels[0])}, {t} steps back: **{far:.3g}**"
            + (f", {percent(far / near)} of it." if near and t else ".")
        )
        st.caption(
            "Each step back multiplies the gradient by Uₕ transposed and by 1 − h². Where that shrinks it, the "
            "gradient vanishes: training can hardly learn from words so far back."
        )
        frame = influence_frame(found, labels[: t + 1])
        hidden = int((~frame["seen"]).sum())
        if hidden:
            st.caption(f"{hidden} gradients are exactly 0 and have no place on a logarithmic scale.")
        st.download_button(
            "Curve as CSV",
            lambda: to_csv(list(frame.columns), frame.itertuples(index=False)),
            "influence.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
    with curve:
        chart(influence_chart(frame, ink(st.context.theme.type)), key="influence", alt=influence_alt(frame))
