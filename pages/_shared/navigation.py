"""The navigation of the app, from the table of pages."""

import streamlit as st

from pages._shared.catalog import GLOSSARY, HOME, PAGES, PageEntry


def navigation() -> st.Page:
    """Show the navigation; gives the page that the address names."""
    sections: dict[str, list[st.Page]] = {HOME.section: [_page(HOME, default=True), _page(GLOSSARY)]}
    for entry in PAGES:
        sections.setdefault(entry.section, []).append(_page(entry))
    return st.navigation(sections, expanded=True)


def _page(entry: PageEntry, default: bool = False) -> st.Page:
    return st.Page(entry.file, title=entry.short or entry.title, icon=entry.icon, default=default)
