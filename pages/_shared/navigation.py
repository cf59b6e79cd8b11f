"""The navigation of the app, from the table of pages; to a new visitor it comes after the first drawing.

Its names take a browser as long as the whole head of a page, and a visitor came for what is beside them.
"""

from contextvars import copy_context

import streamlit as st

from pages._shared.catalog import GLOSSARY, HOME, PAGES, PageEntry

_HELD_BACK = "_navigation_held_back"


def asked_page() -> st.Page:
    """The page that the address names; a new visitor gets only the room of the navigation."""
    held_back = st.session_state.setdefault(_HELD_BACK, True)
    if held_back:
        # Without anything in it there would be no sidebar, and the page would jump aside when it came.
        st.sidebar.container().html("<i></i>")
    return st.navigation(_sections(), expanded=True, position="hidden" if held_back else "sidebar")


def show_navigation() -> None:
    """Fill the sidebar, if that was held back."""
    if st.session_state.get(_HELD_BACK):
        st.session_state[_HELD_BACK] = False
        # In a context of its own: Streamlit takes what follows the navigation for a part of app.py.
        copy_context().run(st.navigation, _sections(), expanded=True)


def _sections() -> dict[str, list[st.Page]]:
    sections: dict[str, list[st.Page]] = {HOME.section: [_page(HOME, default=True), _page(GLOSSARY)]}
    for entry in PAGES:
        sections.setdefault(entry.section, []).append(_page(entry))
    return sections


def _page(entry: PageEntry, default: bool = False) -> st.Page:
    return st.Page(entry.file, title=entry.short or entry.title, icon=entry.icon, default=default)
