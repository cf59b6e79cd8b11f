"""Which of the hidden units are watched, and in which order they are drawn."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from nlm_core.lm.unit_order import ORDERS, order_units
from pages._shared.charts.states import MOST_NAMED
from pages._shared.glossary import hint

UNITS = ("Most active", "Chosen", "All")


@dataclass(frozen=True)
class Watch:
    """What was chosen: one of ``UNITS``, one of ``ORDERS``, and the units picked by hand."""

    which: str
    order: str
    picked: tuple[int, ...]

    def units(self, states: np.ndarray) -> list[int]:
        """The watched units in the order in which they are drawn; ``states`` (n_steps, H) of the whole sentence."""
        order = order_units(states, self.order)
        if self.which == "All":
            return order.tolist()
        watched = self.picked or order_units(states, "activity")[:MOST_NAMED]
        return order[np.isin(order, watched)].tolist()


def watch_field(H: int) -> Watch:
    """Asks which of H units are to be drawn."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.segmented_control(
            f"Watch which of {H} units", UNITS, default=UNITS[0], key="units", bind="query-params", required=True,
            help=hint(
                "Hidden state",
                said=f"The {min(MOST_NAMED, H)} with the largest mean |h|, up to {MOST_NAMED} of your choice, or all.",
            ),
        )  # fmt: skip
        how = st.segmented_control(
            "Ordered by", list(ORDERS), default="index", key="order", bind="query-params", required=True,
            help="Over the whole sentence, so that the rows stay where they are while it is read.",
        )  # fmt: skip
        picked = []
        if which == "Chosen":
            picked = st.multiselect("Units", range(H), key="watch", bind="query-params", max_selections=MOST_NAMED)
    return Watch(which, how, tuple(picked))
