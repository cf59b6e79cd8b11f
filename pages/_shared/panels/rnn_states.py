"""The hidden states as a heat map that fills up with the steps, and which units it shows."""

import numpy as np
import streamlit as st

from nlm_core.lm.unit_order import ORDERS, order_units
from pages._shared.charts.states import MOST_NAMED, states_alt, states_chart, states_frame
from pages._shared.glossary import hint
from pages._shared.panels.chart import chart

UNITS = ("Most active", "Chosen", "All")
_HEIGHT = 330


def units_field(states: np.ndarray) -> list[int]:
    """Which units are watched, in the order in which they are drawn; ``states`` (n_steps, H) of the whole sentence."""
    H = states.shape[1]
    which = st.segmented_control(
        f"Watch which of {H} units", UNITS, default=UNITS[0], key="units", bind="query-params", required=True,
        help=hint(
            "Hidden state",
            said=f"The {min(MOST_NAMED, H)} with the largest mean |h|, up to {MOST_NAMED} of your own choice, or all.",
        ),
    )  # fmt: skip
    how = st.segmented_control(
        "Ordered by", list(ORDERS), default="index", key="order", bind="query-params", required=True,
        help="Over the whole sentence, so that the rows stay where they are while it is read.",
    )  # fmt: skip
    watched = order_units(states, "activity")[:MOST_NAMED].tolist()
    if which == "Chosen":
        picked = st.multiselect("Units", range(H), key="watch", bind="query-params", max_selections=MOST_NAMED)
        watched = picked or watched
    order = order_units(states, how)
    return (order if which == "All" else order[np.isin(order, watched)]).tolist()


def states_panel(states: np.ndarray, units: list[int], labels: list[str], t: int) -> None:
    """Units by time up to step t."""
    frame = states_frame(states, units, labels, t)
    chart(states_chart(frame, labels, height=_HEIGHT, theme=st.context.theme.type), key="states", alt=states_alt(frame))
