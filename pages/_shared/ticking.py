"""A part of the page that runs again every so often while something is going on, and then comes to rest."""

from collections.abc import Callable

import streamlit as st


def ticking(part: Callable[[], None], running: Callable[[], bool], seconds: float, *, going: bool) -> None:
    """Draw ``part`` now, and again every so many seconds as long as ``running()``.

    A fragment's timer is set where the fragment is called, so only a new run of what surrounds it takes the timer away.
    That run is asked for by every tick after the end, the one that was already on its way among them: in the browser
    such a late tick can undo what the run before it has added to the page.

    Parameters
    ----------
    part : callable
        Draws.
    running : callable
    seconds : float
    going : bool
        What ``running()`` was when the surrounding run began: what goes on by itself may end in its midst, and then
        all that it has drawn is of before.
    """
    drawn_before = False

    def drawn() -> None:
        nonlocal drawn_before
        part()
        over = (going or drawn_before) and not running()
        drawn_before = True
        if over:
            st.rerun()

    st.fragment(drawn, run_every=seconds if going else None)()
