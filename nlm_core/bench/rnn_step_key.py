"""How fast the page "Step through an RNN" answers an arrow key, beside the least that a key costs in Streamlit."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from nlm_core.bench.beside import Tab, Times, beside_bare

# Six steps there, six back; the words are one token each.
_SENTENCE = "I went to the park ."
_STEPS, _ROUNDS = 6, 8
# One fragment, two buttons with the same keys, the step as text.
_BARE_PAGE = """\
import streamlit as st


def go(by):
    st.session_state["t"] = st.session_state.get("t", 0) + by


@st.fragment
def echo():
    st.button("Back", shortcut="Left", on_click=go, args=(-1,))
    st.button("Step", shortcut="Right", on_click=go, args=(1,))
    st.text(st.session_state.get("t", 0))


echo()
"""
# One drawing: unrolled cells, states and the bars of p_t, all drawn from one message.
_DRAWN = ".st-key-rnn_step svg text"


def step_key_ratio() -> dict[str, Any]:
    """Milliseconds from an arrow key to the redrawn step, on our page and on a bare one, in turns.

    Returns
    -------
    dict
        ``step_page`` and ``bare``; see ``beside_bare``, also for what is raised.
    """
    path = f"step_rnn?{urlencode({'prefix': _SENTENCE})}"
    return beside_bare("step_page", path, _DRAWN, _BARE_PAGE, _there_and_back, rounds=_ROUNDS, what="step keys")


def _there_and_back(tab: Tab) -> Times:
    """Step to the end of the sentence and back to START."""
    keys = ["ArrowRight"] * _STEPS + ["ArrowLeft"] * _STEPS
    return [tab.timed(partial(tab.page.keyboard.press, key)) for key in keys]
