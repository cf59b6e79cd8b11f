"""What stands in the head of every page: the link to this moment, its pictures as files, the projector, the keys."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages._components.drawing import Act, drawing
from pages._shared.catalog import GLOSSARY
from pages._shared.charts.qr import qr_svg
from pages._shared.glossary import terms_of
from pages._shared.moment import left_out
from pages._shared.panels.pictures import pictures
from pages._shared.panels.tour import tour_button
from pages._shared.snippets import SNIPPETS
from pages._shared.style import projector_style

_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_KEYS = f"<script>{(_ASSETS / 'keys.js').read_text(encoding='utf-8')}</script>"
# The name of the panel that is open, in the session.
OPEN = "tool_open"
# Every key of the app with what it does; a page has those of its buttons.
KEYS = (
    ("← →", "one step back or on, wherever there are steps"),
    ("Page up, Page down", "the same, or the cards of a tour: these are what a presenter's clicker sends"),
    ("1 … 9", "append that token (Next token); elsewhere pick that one of the steps or views"),
    ("U", "undo the last append"),
    ("P", "projector: larger type, and what only sets a page up folded away"),
    ("S", "on the projector: bring back what is folded away, or fold it away again"),
    ("?", "this list"),
    ("Tab, Enter", "to every control, and use it"),
)


def first_tools(file: str) -> DeltaGenerator:
    """The tools that set the page up, at the right end of the row; returns the place of the others."""
    with st.container(key="tools", horizontal=True, vertical_alignment="center", gap="small", width="content"):
        place = st.container(key="last_tools", horizontal=True, width="content")
        tour_button(file)
        projected = st.toggle("Projector", key="projector", bind="query-params", persist_state="session")
        if projected:
            st.toggle("Controls", key="controls", bind="query-params", persist_state="session")
    if projected:
        projector_style()
    return place


@st.fragment
def last_tools(file: str) -> None:
    """What takes something from the page or explains it: one panel at a time, made when it is opened."""
    panels: dict[str, tuple[str, str, Callable[[], None]]] = {
        "words": ("Glossary", "menu_book", partial(_words, file)),
        "share": ("Share", "qr_code", _share),
        **({"code": ("Code", "code", partial(_code, SNIPPETS[file]))} if file in SNIPPETS else {}),
        "save": ("Save", "download", _pictures),
        "keys": ("Keys", "keyboard", _keys),
    }

    def choose(act: Act) -> None:
        wanted = act.get("open")
        st.session_state[OPEN] = wanted if isinstance(wanted, str) and wanted in panels else None

    chosen = st.session_state.get(OPEN)
    tools = [
        {"name": name, "label": label, "icon": icon, "key": "?" if name == "keys" else None}
        for name, (label, icon, _) in panels.items()
    ]
    drawing("tools", {"tools": tools, "open": chosen}, key="tool_row", on_act=choose)
    st.html(_KEYS, width="content", unsafe_allow_javascript=True)
    if chosen in panels:
        with st.container(key=f"tool_panel_{chosen}", border=True):
            panels[chosen][2]()


def _keys() -> None:
    """Every key of the app with what it does."""
    st.markdown("\n".join(["| key | does |", "|---|---|", *(f"| {key} | {does} |" for key, does in KEYS)]))


def present_address() -> str:
    """The address that opens this page with all that is set on it now."""
    pairs = [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
    return (st.context.url or "").rstrip("/") + ("?" + urlencode(pairs) if pairs else "")


def _share() -> None:
    """The address of this moment."""
    address = present_address()
    st.caption("This address opens the page as you see it: copy it here, or let a telephone read it.")
    st.code(address, language=None, wrap_lines=True)
    if missing := left_out():
        st.caption(f"Not in it: {', '.join(missing)}.")
    try:
        st.image(qr_svg(address), width=260, alt="QR code of the address above")
    except ValueError as error:
        st.info(str(error))


def _code(make: Callable[..., str]) -> None:
    """The numbers of the page in a few lines of Python."""
    st.caption("Run in the folder of this project, these lines print the numbers of the page as it is set now.")
    st.code(make(st.session_state), language="python")


def _pictures() -> None:
    """What is on the page, as files."""
    st.caption("A handout to print, and each picture as it is on the screen: PNG at twice its size, SVG for editing.")
    pictures(present_address())
    st.caption("A table has its CSV in the bar that comes up above it.")


def _words(file: str) -> None:
    """The terms that this page shows, and the way to all of them."""
    for term in terms_of(file):
        with st.container(gap=None):
            st.page_link(GLOSSARY.file, label=f"**{term.name}**", query_params={"word": term.name})
            st.markdown(term.means)
    st.page_link(GLOSSARY.file, label="All terms of the lecture", icon=GLOSSARY.icon)
