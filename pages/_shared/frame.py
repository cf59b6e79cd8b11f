"""What is around every page: the way back into the frame after a deep link, its head and its tools."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import streamlit as st

from nlm_core.lm.base import ModelUnavailableError, UnknownModelError
from nlm_core.runtime import BusyError
from pages._shared.catalog import page_of
from pages._shared.escape import plain
from pages._shared.navigation import show_navigation
from pages._shared.panels.tour import tour_card, tour_state
from pages._shared.report import report_place
from pages._shared.style import notice, page_style
from pages._shared.tools import first_tools, last_tools

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
_LAST = "_last_page"
_NEW = "_new_visitor"
_DRAWING_SECONDS = 0.03
_READING_SECONDS = 0.06
# How often a new visitor's browser is told of something: until the scripts of text have come, and those of a chart.
_FOR_TEXT, _FOR_A_CHART, _FIRST_DRAWING_SECONDS = 4, 7, 0.08
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
        kept = {name: value for name, value in query.items() if name not in (*infinite, *empty)}
        st.switch_page(file, query_params=kept)
    for name in st.session_state.pop(_REFUSED, ()):
        st.info(f"{plain(name[:60])} was infinite in the address, which it cannot be; the usual value is shown.")


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
    st.session_state.setdefault(_NEW, True)


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
def page(stem: str, name: str = "", *, quick: bool = False) -> Iterator[None]:
    """Around all that a page shows: the frame before it, its title (or another name) and its tools above it.

    Most of the tools are sent last, also after ``st.stop``: a browser that takes them in first shows all else later. So
    is the navigation to a new visitor of a page that is ``quick``, with nothing slow before its first drawing: when
    that is on the screen.
    """
    entry = page_of(stem)
    _require_frame(entry.file)
    if not quick:
        show_navigation()
    page_style()
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
    """Coming from another page: forget its ``_STAYS``, unless this page's address names them."""
    if st.session_state.get(_LAST, file) != file:
        for name in _STAYS:
            if name not in st.query_params:
                st.session_state.pop(name, None)
    st.session_state[_LAST] = file


def let_the_browser_draw() -> None:
    """Hold back what follows until the browser has drawn what it was sent: all at once would come up later."""
    if not let_a_new_browser_draw(_FOR_A_CHART):
        _wait(_DRAWING_SECONDS)


def let_a_new_browser_draw(times: int = _FOR_TEXT) -> bool:
    """The same for a new visitor alone, and once; says whether it was one.

    Such a browser has the scripts of the elements to take in first, and shows an element whose script has come when it
    next hears of something: an empty container, which is not drawn, is enough. They have a place of their own, so that
    what follows keeps its place when they are not sent again.
    """
    place = st.container()
    new: bool = st.session_state[_NEW]
    st.session_state[_NEW] = False
    if new:
        for _ in range(times):
            _wait(_FIRST_DRAWING_SECONDS)
            place.container()
        show_navigation()
    return new


def let_a_new_browser_read() -> None:
    """Hold back what follows until a new visitor's browser has read the scripts of what it was sent.

    In one go with the rest, elements of which the scripts are there would be shown as late as those of which they are
    not.
    """
    if st.session_state[_NEW]:
        _wait(_READING_SECONDS)


def _wait(seconds: float) -> None:
    time.sleep(seconds)
