"""What a page says while it is at work: at one place of its own, so that nothing else on the page is moved by it.

An element that comes and goes in the midst of others would have the browser build all that follow it anew, and a field
would lose what is being typed into it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_PLACE = "_report_place"


def report_place() -> None:
    """Make the place, in the head of a page."""
    with st.container(key="report"):
        st.session_state[_PLACE] = st.empty()


@contextmanager
def at_work(doing: str) -> Iterator[DeltaGenerator]:
    """Says what is being done, in Markdown, and for how long; gives a place for the progress of it."""
    place: DeltaGenerator = st.session_state.get(_PLACE) or st.empty()
    try:
        with place.container(), st.spinner(doing, show_time=True):
            yield st.empty()
    finally:
        place.empty()
