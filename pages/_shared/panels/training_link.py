"""A run of training in the address: how far it has come, and the way to there for whoever opens the link."""

import streamlit as st

from nlm_core.lm.visitor_settings import MAX_STEPS
from nlm_core.lm.visitor_training import VisitorRun
from pages._shared import moment
from pages._shared.panels.training_setup import SOURCES, train

_ADDRESS, _WANTED = "trained", "_trained_wanted"
# A link is opened by a whole hall at once: a longer run waits until its visitor asks for it.
AT_ONCE = 500


def follow_link(run: VisitorRun) -> None:
    """Take a fresh run to where the link was made, at once where that is near, else when it is asked for."""
    steps = moment.asked_number(_ADDRESS, MAX_STEPS)
    if steps is not None:
        st.session_state[_WANTED] = steps
    wanted: int | None = st.session_state.get(_WANTED)
    if wanted is None:
        return
    if run.number:
        del st.session_state[_WANTED]
        return
    if wanted <= AT_ONCE:
        if not run.target:
            run.go_on(wanted)
        if train(run, pace=0.0):
            del st.session_state[_WANTED]
    else:
        st.info(f"The link was made after {wanted:,} steps of training; here is its beginning.")
        st.button(f"Train {wanted:,} steps as in the link", on_click=_train, args=(run, wanted), type="primary")


def _train(run: VisitorRun, steps: int) -> None:
    run.go_on(steps)
    train(run, pace=0.0)
    st.session_state["view"] = "Run"


def keep_in_address(run: VisitorRun, source: str) -> None:
    """How far the run has come, or where the link leads, and what of it no address can tell."""
    steps = run.number or st.session_state.get(_WANTED, 0)
    moment.keep(_ADDRESS, f"{steps}" if steps else "")
    moment.leave_out("the text that is trained on", source != SOURCES[0] and bool(run.text.train))
    moment.leave_out("the sentences of steps taken by hand", bool(run.by_hand))
