"""Figures in a row: what it is, the number, and a word about it."""

import streamlit as st


def figures(*entries: tuple[str, str, str]) -> None:
    """Name, value and what else is to be said, side by side in two lines of text; Markdown means what it means."""
    # The style sets them two in a row on a telephone, by the key; the benchmark of pages knows them by it.
    with st.container(key=f"twos figures {entries[0][0]}"):
        columns = st.columns(len(entries))
    for column, (name, value, more) in zip(columns, entries, strict=True):
        column.markdown(f"{name}  \n**{value}**{more and ' · '}{more}")
