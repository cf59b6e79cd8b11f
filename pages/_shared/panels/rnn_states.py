"""The hidden states as a heat map that fills up with the steps, and which units it shows."""

import numpy as np
import streamlit as st
from torch import Tensor

from nlm_core.lm.unit_order import ORDERS, order_units
from pages._shared.charts.states import states_chart, states_frame

WATCHED = 16
UNITS = ("Most active", "Chosen", "All")
_HEIGHT = 235


def states_panel(hidden: Tensor, labels: list[str], t: int) -> None:
    """Units by time up to step t; ``hidden`` (n_steps, H) are the states of the whole sentence."""
    states = hidden.double().cpu().numpy()
    H = states.shape[1]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        which = st.segmented_control(
            f"Hidden states h: which of {H} units",
            UNITS,
            default=UNITS[0],
            key="units",
            bind="query-params",
            required=True,
        )
        how = st.segmented_control(
            "Ordered by", list(ORDERS), default="index", key="order", bind="query-params", required=True,
            help="Over the whole sentence, so that the rows stay where they are while it is read.",
        )  # fmt: skip
    active = order_units(states, "activity")[:WATCHED]
    if which == "Chosen":
        picked = st.multiselect(
            "Units to watch", range(H), default=sorted(active.tolist()), key="watch", bind="query-params",
            max_selections=WATCHED,
        )  # fmt: skip
        units = np.array(picked or active.tolist())
    else:
        units = np.arange(H) if which == "All" else active
    order = order_units(states, how)
    shown = order[np.isin(order, units)]
    frame = states_frame(states, shown.tolist(), labels, t)
    st.vega_lite_chart(
        states_chart(frame, labels, height=_HEIGHT, theme=st.context.theme.type),
        key="states",
        alt="Hidden states as a heat map, units by steps, from -1 to 1",
    )
