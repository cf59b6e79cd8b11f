"""What stands in the address without being bound to a field: the live texts and steps.

A bound field makes the browser write the address at every key, which costs as much as all the rest of a keystroke. So
these are told to the address when they have come to rest, and taken from it when a link has put something else there.
"""

import streamlit as st

from pages._shared.moment import MAX_CHARACTERS, leave_out

# A browser may still send the address as it was some moments ago.
_MOST_TOLD = 4
_TOLD = "_told_to_address"


def _told(name: str) -> list[str]:
    told: dict[str, list[str]] = st.session_state.setdefault(_TOLD, {})
    return told.setdefault(name, [])


def forget_told() -> None:
    """Coming from another page: whatever the address holds now was put there by a link."""
    st.session_state.pop(_TOLD, None)


def taken(name: str) -> str | None:
    """What a link has put into the address under a name; None where there is nothing new. For a page's full run."""
    asked = st.query_params.get(name)
    if asked is None or asked in _told(name):
        return None
    _remember(name, asked)
    return asked


def tell(name: str, text: str | None, what: str = "") -> None:
    """Put a text into the address, or take it out with None.

    One that is too long for an address is left out; ``what`` it is then stands among ``moment.left_out``.
    """
    too_long = text is not None and len(text) > MAX_CHARACTERS
    leave_out(what or name, too_long)
    if text is None or too_long:
        st.query_params.pop(name, None)
        return
    _remember(name, text)
    if st.query_params.get(name) != text:
        st.query_params[name] = text


def _remember(name: str, text: str) -> None:
    told = _told(name)
    if text in told:
        told.remove(text)
    told.append(text)
    del told[:-_MOST_TOLD]
