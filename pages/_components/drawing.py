"""Drawings made in the browser from one small message each, for what has to move with every input.

The scripts of all drawings are one library, which the frame of a page sends once. A drawing itself is a component whose
script only hands its message on to that library, so that what a keystroke costs is its data.
"""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
# In this order they become one script: what is handed to Streamlit as text cannot import its neighbours.
_NAMES = (
    *("navigation", "tools", "stepper", "bar_chart", "bars", "words", "sight", "cells", "strip", "rnn_step"),
    *("fields", "math", "losses", "network", "ledger", "tokens"),
)
_SCRIPTS = (
    "base.js",
    *(f"{name}/{name}.js" for name in _NAMES),
    *(f"plane/{part}.js" for part in ("scales", "ground", "lines", "hands", "plane")),
    *(f"descent/{part}.js" for part in ("fields", "rate", "descent")),
    "library.js",
)
_STYLES = ("base.css", *(f"{name}/{name}.css" for name in (*_NAMES, "plane", "descent")))
# What is done by hand while one message is under way; more at once comes from no hand, and is dropped.
MAX_ACTS = 100

Act = dict[str, Any]


def _text(names: Iterable[str]) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


@cache
def _components() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """What mounts the library, and what mounts a drawing."""
    declare = st.components.v2.component
    library: Callable[..., Any] = declare("nlm_library", js=_text(_SCRIPTS), css=_text(_STYLES), isolate_styles=False)
    drawing: Callable[..., Any] = declare("nlm_drawing", js=_text(("drawing.js",)), isolate_styles=False)
    return library, drawing


def library() -> None:
    """Send the scripts and styles of all drawings; once a page, before the first drawing."""
    _components()[0](key="nlm_library")


def drawing(kind: str, data: dict[str, Any], *, key: str, on_act: Callable[[Act], None] | None = None) -> None:
    """Show a drawing of the library.

    Parameters
    ----------
    kind : str
        Its name there.
    data : dict
        What it shows, as JSON.
    key : str
        Of the widget; one for every place of a page.
    on_act : callable, optional
        Called, before the script runs, with each thing that was done by hand, in the order in which it was done: a
        ``dict`` from the browser, of which nothing is sure. The browser repeats what has not been answered yet, and
        here each act is passed on once: no press of a key is lost or merged with the next.
    """
    done = f"_{key}_done"

    def acted() -> None:
        if on_act is None:
            return
        for number, act in _unanswered(st.session_state[key].get("acts"), st.session_state.get(done, 0)):
            st.session_state[done] = number
            on_act(act)

    answered = st.session_state.get(done, 0)
    _components()[1](key=key, data={"kind": kind, **data, "done": answered}, on_acts_change=acted)


def whole(act: Act, name: str, low: int, high: int) -> int | None:
    """A whole number of an act; None where it is none, or out of bounds."""
    value = act.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high else None


def _unanswered(sent: Any, done: int) -> list[tuple[int, Act]]:
    """The acts of a message that come after number ``done``, each with its number; what has another form is dropped."""
    if not isinstance(sent, list):
        return []
    # A browser numbers its acts from the last answered one on; a number far ahead would silence all that follow.
    numbered = [(whole(act, "n", done + 1, done + MAX_ACTS), act) for act in sent[:MAX_ACTS] if isinstance(act, dict)]
    return [(number, act) for number, act in numbered if number is not None]
