"""What is around every page: the way back into the frame after a deep link, its head and its tools."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import streamlit as st

from nlm_core.lm.base import ModelUnavailableError, UnknownModelError
from nlm_core.runtime import BusyError
from pages._app.address import forget_told
from pages._components.drawing import library
from pages._shared.catalog import page_of
from pages._shared.escape import plain
from pages._shared.navigation import show_navigation
from pages._shared.panels.tour import tour_card, tour_state
from pages._shared.report import report_place
from pages._shared.style import notice, page_style
from pages._shared.tools import OPEN, first_tools, last_tools

P = ParamSpec("P")

_FRAMED = "_framed"
_RETURN = "_return_to"
_REFUSED = "_refused"
# What stands in the address under these names is text, even where it reads like a number.
_SENTENCES = (
    *("prefix", "prompt", "sentence", "other", "words", "formula", "theta"),
    *("drawn", "points", "trained"),
)
# What has a message of its own where it does not hold, or is text.
_TOLD = (*_SENTENCES, "rnn")
_SHOWN = 60
# Fields of the same name on several pages that are not meant to go along: what one hides, another has to show.
_STAYS = ("guess",)
# Numbers of live drawings. They are no fields, so that nothing but this takes them away with their page.
_OF_DRAWINGS = ("alpha", "x0", "y0", "i")
_LAST = "_last_page"
_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_FINDINGS = f"<script>{(_ASSETS / 'findings.js').read_text(encoding='utf-8')}</script>"

# What a visitor can be told in one sentence; anything else is a fault of ours and belongs in the log.
CLEAR_ERRORS = (UnknownModelError, ModelUnavailableError, BusyError, ValueError)


def enter_frame() -> None:
    """Called by app.py: from now on pages of this session may run."""
    st.session_state[_FRAMED] = True


def _refuse_impossible(file: str) -> None:
    """Open a page without what Streamlit's own fields fail at in an address, and say so.

    Fields of whole numbers cannot round an infinite one; a choice that must be made is None where the address names it
    without a value.
    """
    query = st.query_params.to_dict()
    infinite = [name for name, value in query.items() if name not in _SENTENCES and _is_infinite(value)]
    empty = [name for name, value in query.items() if name not in _SENTENCES and not value]
    if infinite or empty:
        st.session_state[_REFUSED] = infinite
        kept = {name: value for name, value in query.items() if name not in (*infinite, *empty, *_bound_everywhere())}
        st.switch_page(file, query_params=kept)
    for name in st.session_state.pop(_REFUSED, ()):
        st.info(f"{plain(name[:60])} was infinite in the address, which it cannot be; the usual value is shown.")


def _bound_everywhere() -> list[str]:
    """What the page before has bound to the address too: it stays as it is, and cannot be set by us."""
    return [name for name in ("projector", "controls") if name in st.session_state]


def _is_infinite(value: str) -> bool:
    try:
        return math.isinf(float(value))
    except ValueError:
        return False


def _require_frame(file: str) -> None:
    """Run alone, as a fresh server runs a deep link, a page goes through app.py first."""
    if not st.session_state.get(_FRAMED):
        st.session_state[_RETURN] = (file, st.query_params.to_dict())
        st.switch_page("app.py")
    _refuse_impossible(file)


def hand_back() -> None:
    """Called by app.py after the navigation is known: return to the page that a deep link asked for."""
    wanted = st.session_state.pop(_RETURN, None)
    if wanted is not None:
        file, parameters = wanted
        st.switch_page(file, query_params=parameters)


def errors_told(body: Callable[P, None]) -> Callable[P, None]:
    """A fragment's body that tells the visitor of ``CLEAR_ERRORS``; around the call it would miss the later runs."""

    @wraps(body)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            body(*args, **kwargs)
        except CLEAR_ERRORS as error:
            st.error(plain(str(error)))

    return run


@contextmanager
def page(stem: str, name: str = "") -> Iterator[None]:
    """Around all that a page shows: the frame before it, its title (or another name) and its tools above it.

    Most of the tools are sent last, also after ``st.stop``: what they hold depends on the page.
    """
    entry = page_of(stem)
    _require_frame(entry.file)
    page_style()
    library()
    show_navigation(entry)
    asked = {} if st.session_state.get(_LAST) == entry.file else st.query_params.to_dict()
    _leave_behind(entry.file)
    tour_state()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if name:
            st.header(name, anchor=False, width="content")
        else:
            st.subheader(entry.title, anchor=False, width="content")
        with st.container(key="about", width="content"):
            st.caption(entry.help, width="content")
        report_place()
        place = first_tools(entry.file)
    tour_card(entry.file)
    try:
        yield
    finally:
        _tell_refused(asked)
        with place:
            last_tools(entry.file)
            st.html(_FINDINGS, width="content", unsafe_allow_javascript=True)


def _tell_refused(asked: dict[str, str]) -> None:
    """Say which choices of the address that opened the page are none: Streamlit takes the default without a word.

    Texts and numbers are moved into their bounds, and that is said, where they are read.
    """
    refused = [
        f"{plain(name)} = {plain(value[:_SHOWN])} is no choice here; {plain(chosen)} is shown."
        for name, value in asked.items()
        if name not in _TOLD and isinstance(chosen := st.session_state.get(name), str) and chosen != value
    ]
    if refused:
        notice(" ".join(refused), duration="long")


def _leave_behind(file: str) -> None:
    """Coming from another page: forget its ``_STAYS``, unless this page's address names them, and its numbers.

    Its panel is closed.
    """
    if st.session_state.get(_LAST, file) != file:
        st.session_state.pop(OPEN, None)
        forget_told()
        for name in _OF_DRAWINGS:
            st.session_state.pop(name, None)
        for name in _STAYS:
            if name not in st.query_params:
                st.session_state.pop(name, None)
    st.session_state[_LAST] = file
