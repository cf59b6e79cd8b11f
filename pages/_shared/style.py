"""The few rules that the theme has no settings for, and short notices that leave them where they are."""

from pathlib import Path
from typing import Literal

import streamlit as st

_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_PROJECTED = "projector"


def page_style() -> None:
    """What every page looks like."""
    st.html(_ASSETS / "style.css")


def projector_style() -> None:
    """What the projector makes of it; sent after ``page_style``."""
    st.html(_ASSETS / "projector.css")


def notice(text: str, duration: Literal["short", "long"] = "short") -> None:
    """A toast that leaves the style in its place.

    To Streamlit both are elements of one invisible container, which every run fills from its beginning: a toast alone
    would displace the style until the page is opened anew.
    """
    page_style()
    if st.session_state.get(_PROJECTED):
        projector_style()
    st.toast(text, duration=duration)
