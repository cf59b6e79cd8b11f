"""One step after another: by slider, by button, or by arrow key."""

import streamlit as st

from pages._shared import controls


def _go(key: str, by: int, first: int, last: int) -> None:
    """From the step that the last key led to, though the browser may still show, and send, the one before it."""
    now = st.session_state.get(_reached(key), st.session_state.get(key, first)) + by
    st.session_state[key] = st.session_state[_reached(key)] = min(last, max(first, now))


def _reached(key: str) -> str:
    return f"_{key}_reached"


def stepper(label: str, first: int, last: int, *, key: str, forward: str) -> int:
    """The step that is chosen; ``key`` is its name in the address, ``forward`` what the button to the next one says."""
    keys, slider = st.columns([2, 3], vertical_alignment="bottom")
    with slider:
        step = controls.bounded_slider(label, first, last, default=first, key=key)
    st.session_state[_reached(key)] = step
    with keys, st.container(horizontal=True, gap="xsmall"):
        moves = (("Start", -last, None), ("Back", -1, "Left"), (forward, 1, "Right"), ("End", last, None))
        for name, by, shortcut in moves:
            st.button(
                name, key=f"go {name}", shortcut=shortcut, on_click=_go, args=(key, by, first, last),
                type="primary" if name == forward else "secondary",
                disabled=not first <= step + (by > 0) - (by < 0) <= last,
            )  # fmt: skip
    return step
