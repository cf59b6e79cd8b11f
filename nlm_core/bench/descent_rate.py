"""How fast the page "Gradient descent" redraws its path after a new learning rate, beside a bare Streamlit page."""

from typing import Any

from nlm_core.bench.beside import Tab, Times, beside_bare

_ROUNDS = 6
# None of them is another's neighbour on the slider, and all are stable on the surface.
_RATES = ("0.01", "0.03", "0.05", "0.02", "0.06", "0.04")
# The least that a number can cost in Streamlit: one fragment, one field, its value as text.
_BARE_PAGE = """\
import streamlit as st


@st.fragment
def echo():
    st.text(st.number_input("α", value=0.07, step=None, format="%g"))


echo()
"""
# On our page the number of the slider, on the bare one the only field.
_FIELD = ".nlm-alpha input, [data-testid=stNumberInputField]"
_PATH = ".st-key-contour_plane path.nlm-path"


def rate_change_ratio() -> dict[str, Any]:
    """Milliseconds from the Enter key to the redrawn path, on our page and to the echo on a bare one, in turns.

    Returns
    -------
    dict
        ``descent_page`` and ``bare``; see ``beside_bare``, also for what is raised.
    """
    return beside_bare(
        "descent_page", "gradient_descent?surface=Ravine", _PATH, _BARE_PAGE, _all_rates, rounds=_ROUNDS,
        what="rate changes",
    )  # fmt: skip


def _all_rates(tab: Tab) -> Times:
    """Type every rate into the field of the rate."""
    field, times = tab.page.locator(_FIELD).first, []
    for rate in _RATES:
        field.fill(rate)
        tab.quiet()
        times.append(tab.timed(lambda: field.press("Enter")))
    return times
