"""Features: one vector a sentence, where they lie, and which sentences lie near."""

import numpy as np
import pandas as pd
import streamlit as st

from nlm_core.lm.neighbours import cosines
from nlm_core.sentiment.encoder import Encoded
from nlm_core.sentiment.projection import Projection, project
from pages._shared.charts.palette import ink
from pages._shared.charts.sentiment import plane_alt, plane_chart, plane_frame
from pages._shared.panels.chart import chart
from pages._shared.panels.sentiment_prepared import told_and_replaced
from pages._shared.panels.sentiment_setup import Setup
from pages._shared.panels.sentiment_work import features, remembered

_NEAREST = 6
_SHOWN_UNITS, _SHOWN_ROWS = 6, 4


def features_panel(setup: Setup, yours: Encoded) -> None:
    values, dataset = features(setup), setup.data.dataset
    mine = yours.features(setup.layer, setup.pooling)[0]
    plane: Projection = remembered(("plane", setup.key), lambda: project(values))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown(f"**{len(values):,} × {values.shape[1]} features** in the plane in which they differ most")
        points = plane_frame(plane.place(values), dataset.sentences, dataset.labels.tolist(), dataset.label_names)
        place = plane.place(mine[None])[0]
        chart(
            plane_chart(points, place, plane, dataset.label_names, ink(st.context.theme.type)),
            key="plane",
            alt=plane_alt(points, place, plane),
        )
    with right:
        st.markdown("**The nearest sentences** by cosine")
        near = cosines(mine, values)
        st.dataframe(
            [
                {"cosine": f"{near[i]:.3f}", "label": int(dataset.labels[i]), "sentence": dataset.sentences[i]}
                for i in np.argsort(-near, kind="stable")[:_NEAREST].tolist()
            ],
            hide_index=True,
            alt=f"Nearest sentences: the {_NEAREST} with the largest cosines, up to {near.max():.3f}",
        )  # fmt: skip
        st.markdown("**Features and labels**, what the classifier is given")
        shown = np.vstack([mine[None], values[:_SHOWN_ROWS]]).round(4)
        table = pd.DataFrame(shown[:, :_SHOWN_UNITS], columns=[str(unit) for unit in range(_SHOWN_UNITS)])
        table[f"… {values.shape[1] - 1}"] = shown[:, -1]
        table["label"] = ["?", *map(str, dataset.labels[:_SHOWN_ROWS].tolist())]
        st.dataframe(
            table,
            hide_index=True,
            alt=f"Features and labels: the first {_SHOWN_UNITS} features of your sentence and {len(table) - 1} rows",
        )
    told_and_replaced(setup)
