"""What a moment holds beside its fields, in the address too: read when a link is opened, and written by the page."""

import streamlit as st

_READ = "_read_from_address"
_LEFT_OUT = "_left_out_of_address"
# Browsers, mailers and proxies take addresses of this length; what is longer is left out.
MAX_CHARACTERS = 4_000
_DIGITS = 9


def asked(name: str) -> str | None:
    """What the address that this session was opened with holds under a name, the first time that it is asked for."""
    read: set[str] = st.session_state.setdefault(_READ, set())
    if name in read:
        return None
    read.add(name)
    return st.query_params.get(name)


def asked_number(name: str, most: int) -> int | None:
    """The same for a whole number from 1 on, moved down to ``most``; None where it is none."""
    text = asked(name) or ""
    # More digits than these are not read: any such number is beyond any bound.
    if not (text.isascii() and text.isdigit()):
        return None
    return min(most, int(text[:_DIGITS])) or None


def keep(name: str, text: str, what: str = "") -> None:
    """Put a text into the address under a name that no field has; an empty one is taken out.

    One that is too long is left out, and ``what`` it is stands among ``left_out``.
    """
    leave_out(what, len(text) > MAX_CHARACTERS)
    if not text or len(text) > MAX_CHARACTERS:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != text:
        st.query_params[name] = text


def leave_out(what: str, held: bool = True) -> None:
    """Say of something on the page that no address could hold it, or that it is not there."""
    found: set[str] = st.session_state.setdefault(_LEFT_OUT, set())
    (found.add if held else found.discard)(what)


def left_out() -> list[str]:
    """What is on the pages but in no address."""
    return sorted(st.session_state.get(_LEFT_OUT, ()))
