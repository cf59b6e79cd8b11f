"""Glossary: the lecture's terms, each defined once."""

import streamlit as st

from pages._shared.catalog import page_of
from pages._shared.escape import plain
from pages._shared.frame import page
from pages._shared.glossary import TERMS, matching

MAX_FIND = 60


@st.fragment
def words() -> None:
    """All of the page runs here, so that a keystroke runs nothing else."""
    wanted = st.text_input("Find", key="word", bind="query-params", live="200ms", max_chars=MAX_FIND, width=320)
    found = matching((wanted or "")[:MAX_FIND])
    if not found:
        st.info(f"None of the {len(TERMS)} words has {plain((wanted or '')[:MAX_FIND])} in it.")
    left, right = st.columns(2, gap="large")
    half = (len(found) + 1) // 2
    for place, term in enumerate(found):
        with left if place < half else right, st.container(gap=None):
            st.markdown(f"**{term.name}**  \n{term.means}")
            with st.container(horizontal=True, gap="xsmall"):
                for entry in map(page_of, term.pages):
                    st.page_link(entry.file, label=entry.title, icon=entry.icon)


with page("glossary"):
    words()
