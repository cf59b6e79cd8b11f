"""The lecture map: what can be seen where, in the lecture's order."""

import streamlit as st

from pages._shared.catalog import PAGES
from pages._shared.frame import page
from pages._shared.lecture import stops
from pages._shared.panels.map import first_bars, in_use, stop_card

A_ROW = 2


def lecture_map() -> None:
    """The way in, the topics, and what is in use."""
    words, picture = st.columns([3, 2], vertical_alignment="center")
    with words:
        st.write(
            "Everything of a first lecture on neural language models, computed while you watch: "
            "each number on these pages comes from a model, the data or the formula beside it."
        )
        with st.container(key="start"):
            st.page_link(
                PAGES[0].file,
                label="**Start: type a prefix, watch p(x | START …)**",
                icon=PAGES[0].icon,
                query_params=PAGES[0].topics[0][1],
            )
        st.caption("Below, the lecture's topics in order; each opens its page in the state that shows it.")

    with st.container(key="map"):
        for chapter, row in stops().items():
            st.subheader(chapter, anchor=False)
            for first in range(0, len(row), A_ROW):
                for column, stop in zip(st.columns(A_ROW), row[first : first + A_ROW], strict=False):
                    with column, st.container(border=True, height="stretch"):
                        stop_card(stop)

    below = st.container()
    with picture:
        first_bars()
    with below:
        in_use()


with page("home", "Neural Language Model Explorer"):
    lecture_map()
