"""One step after another: by slider, by button, or by arrow key."""

from collections.abc import Callable

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


def stepper_behind(label: str, first: int, last: int, *, key: str, forward: str) -> tuple[int, Callable[[], object]]:
    """The same where the step itself is to be seen first: its number, and what then draws the stepper in this place.

    The browser lays the page out anew for a slider, and all that comes with it waits for that. A step that is not known
    yet, or has to be moved into bounds, is asked of the slider at once.
    """
    place = st.container()

    def draw() -> int:
        with place:
            return stepper(label, first, last, key=key, forward=forward)

    known: int | None = st.session_state.get(key)
    if known is None or not first <= known <= last:
        return draw(), lambda: None
    return known, draw
