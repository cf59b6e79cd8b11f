"""Generation on a page: one token a tick, so that a click on Stop comes between two tokens.

A run may also draw several texts side by side; what it yields a tick is then a token of each.
"""

from collections.abc import Iterator
from typing import Any

import streamlit as st

from nlm_core.runtime import gate

TICK_SECONDS = 0.25


def _key(run: str) -> str:
    return f"_tokens {run}"


def start(run: str, tokens: Iterator[Any]) -> None:
    """Take tokens from now on; for use in callbacks. A run of the same name ends."""
    st.session_state[_key(run)] = tokens


def stop(run: str) -> None:
    st.session_state.pop(_key(run), None)


def running(run: str) -> bool:
    return _key(run) in st.session_state


def stop_button(run: str) -> None:
    st.button("Stop", on_click=stop, args=(run,), icon=":material/stop:", disabled=not running(run))


def step(run: str) -> Any:
    """What the run yields next; None where nothing runs, or the run has just come to its end.

    Raises
    ------
    BusyError
        If the inference gate stays taken; the run goes on at the next tick.
    """
    tokens: Iterator[Any] | None = st.session_state.get(_key(run))
    if tokens is None:
        return None
    with gate().slot():
        drawn = next(tokens, None)
    if drawn is None:
        stop(run)
    return drawn
