"""The navigation of the app, from the table of pages.

The list itself is a drawing of our own: that of Streamlit is built anew with every key that is pressed on a page.
"""

from functools import cache
from pathlib import PurePosixPath

import streamlit as st

from pages._components.drawing import Act, drawing
from pages._shared.catalog import EVERY, GLOSSARY, HOME, PAGES, PageEntry

_WANTED = "_page_wanted"


def navigation() -> st.Page:
    """Make the pages known; gives the one that the address names."""
    return st.navigation([_page(entry, default=entry is HOME) for entry in EVERY], position="hidden")


def show_navigation(current: PageEntry) -> None:
    """The list of pages in the sidebar."""
    with st.sidebar:
        _list(current)


@st.fragment
def _list(current: PageEntry) -> None:
    drawing("navigation", {"sections": _sections(), "page": current.file}, key="navigation", on_act=_choose)
    wanted = st.session_state.pop(_WANTED, None)
    if wanted is not None:
        # An address given as empty takes the place of one to which fields are bound; none given would be refused.
        st.switch_page(wanted, query_params={})


def _choose(act: Act) -> None:
    """Only a page of the table can be asked for."""
    st.session_state[_WANTED] = next((entry.file for entry in EVERY if entry.file == act.get("open")), None)


@cache
def _sections() -> list[dict[str, object]]:
    """Headings in the order of the table, each with its pages."""
    sections: dict[str, list[dict[str, str]]] = {}
    for entry in (HOME, GLOSSARY, *PAGES):
        sections.setdefault("" if entry is GLOSSARY else entry.section, []).append(
            {
                "name": entry.file,
                "path": "" if entry is HOME else PurePosixPath(entry.file).stem,
                "title": entry.short or entry.title,
                "icon": entry.icon.removeprefix(":material/").removesuffix(":"),
            }
        )
    return [{"heading": heading, "pages": pages} for heading, pages in sections.items()]


def _page(entry: PageEntry, default: bool = False) -> st.Page:
    return st.Page(entry.file, title=entry.short or entry.title, icon=entry.icon, default=default)
