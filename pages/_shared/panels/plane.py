"""A plane in the page that can be drawn on by hand; it tells what was done, and the page decides what comes of it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages._shared.panels.component import component

_mount = component("plane", "scales.js", "ground.js", "lines.js", "hands.js", "plane.js")


def plane(drawing: dict[str, Any], key: str, on_did: Callable[[dict[str, Any]], None] | None = None) -> None:
    """Show a drawing of ``charts.plane``; ``on_did`` is called with what the browser sent, which must be checked.

    Without ``on_did`` there must be nothing in the drawing that a hand can move or pick.
    """
    revision = f"_{key}_revision"

    def did() -> None:
        message = st.session_state[key].get("did")
        if isinstance(message, dict) and on_did is not None:
            on_did(message)
        st.session_state[revision] = st.session_state.get(revision, 0) + 1

    # What was done is always answered, so that a dot that may not stand where it was left goes back.
    answer = st.session_state.get(revision, 0)
    with st.container(key=f"{key}_plane"):
        _mount(key=key, data={**drawing, "revision": answer}, on_did_change=did)
