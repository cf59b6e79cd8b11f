"""Widgets with fixed keys, bound to the URL: the contract of every link that is shared."""

import math
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import streamlit as st

from nlm_core.lm.base import ModelUnavailableError, UnknownModelError
from nlm_core.lm.prefix import MAX_CHARACTERS, Prefix, tidy
from nlm_core.lm.reader import PrefixReader
from nlm_core.runtime import BusyError
from pages._app.address import taken, tell
from pages._shared.escape import plain
from pages._shared.glossary import hint
from pages._shared.loaders import model_arrived, reader, session_models

DEFAULT_MODEL = "nlm-gpt"
DEFAULT_RNN = "nlm-rnn"
PRESETS = ("I went to the", "the students opened their", "I went to the park.")
_UNDO = "_undo"
# A prefix that was put there by a callback of another part of the page: the field takes it when it is drawn next.
_PUT = "_prefix_put"
_MAX_UNDO = 100
_ALLOWED = "_downloads_allowed"
Number = TypeVar("Number", int, float)


def set_prefix(text: str) -> None:
    """Put another text into the prefix field, keeping the old one for undo; for use in callbacks."""
    history: list[str] = st.session_state.setdefault(_UNDO, [])
    history.append(st.session_state.get("prefix", ""))
    del history[:-_MAX_UNDO]
    st.session_state["prefix"] = st.session_state[_PUT] = text


def undo() -> None:
    """Take the last append or preset back; for use in callbacks."""
    history: list[str] = st.session_state.get(_UNDO, [])
    if history:
        st.session_state["prefix"] = st.session_state[_PUT] = history.pop()


def can_undo() -> bool:
    return bool(st.session_state.get(_UNDO))


_PREFIX_HELP = hint(
    "Prefix",
    "START and STOP",
    "Token",
    said="START stands before it. Every keystroke is read; a space at the end is not: each word brings its own.",
)


def open_prefix(key: str = "prefix", value: str = PRESETS[0]) -> None:
    """Take the text of a ``prefix_field`` from a link, where one has put it into the address; in a page's full run."""
    asked = taken(key)
    if asked is not None:
        st.session_state[key] = asked
    st.session_state.setdefault(key, value)


def tell_prefix(key: str = "prefix") -> None:
    """Put the text of a ``prefix_field`` into the address; where it has come to rest."""
    tell(key, st.session_state[key], f"the text of {key}")


def prefix_field(label: str = "Prefix", key: str = "prefix", help: str = _PREFIX_HELP) -> Prefix:
    """A prefix, read at every keystroke; what is too long is cut with a message.

    Its text is opened by ``open_prefix`` and told to the address by ``tell_prefix``: a field that is bound to the
    address itself costs as much as the rest of a keystroke.
    """
    if key == "prefix" and _PUT in st.session_state:
        st.session_state[key] = st.session_state.pop(_PUT)
    typed = st.session_state.get(key)
    if typed is not None and len(typed) > MAX_CHARACTERS:
        st.warning(f"The text had {len(typed):,} characters; its last {MAX_CHARACTERS:,} are kept.")
        st.session_state[key] = typed[-MAX_CHARACTERS:]
    typed = st.text_input(label, key=key, live="0ms", help=help)
    return tidy(typed or "")


def preset_buttons(texts: Sequence[str] = PRESETS, choose: Callable[[str], None] = set_prefix) -> None:
    with st.container(horizontal=True, gap="small"):
        for text in texts:
            st.button(plain(text), key=f"preset {text}", on_click=choose, args=(text,), type="tertiary")


def bounded_slider(
    label: str, low: Number, high: Number, *, default: Number, key: str, help: str | None = None
) -> Number:
    """A slider whose address may hold any number: one out of bounds is moved to the nearest bound.

    That is said where the number came from the address; where the bounds moved under it, it follows them quietly. The
    slider is one of whole numbers where the default is one, else it has a hundredth of its range as its step.
    """
    kind = type(default)
    chosen = st.session_state.get(key)
    read = _whole if kind is int else _real
    asked = read(st.query_params.get(key)) if chosen is None else chosen
    if asked is not None and not low <= asked <= high:
        st.session_state[key] = kind(min(high, max(low, asked)))
        if chosen is None:
            st.info(
                f"{plain(key)} = {asked:g} is not between {low:g} and {high:g}; {st.session_state[key]:g} is shown."
            )
    if low == high:
        return low
    step = 1 if kind is int else float((high - low) / 100)
    return kind(st.slider(label, kind(low), kind(high), default, step, key=key, bind="query-params", help=help))


def bounded_number(
    label: str,
    low: float,
    high: float,
    *,
    default: float,
    key: str,
    help: str | None = None,
    width: int | Literal["stretch"] = "stretch",
) -> float:
    """A number field with the same treatment of the address as ``bounded_slider``; whole where the default is."""
    kind = type(default)
    asked = _real(st.query_params.get(key)) if key not in st.session_state else None
    if asked is not None and not low <= asked <= high:
        st.session_state[key] = kind(min(high, max(low, asked)))
        st.info(f"{plain(key)} = {asked:g} is not between {low:g} and {high:g}; {st.session_state[key]:g} is used.")
    number: float = st.number_input(
        label,
        kind(low),
        kind(high),
        default,
        step=1 if kind is int else None,
        format=None if kind is int else "%g",
        key=key,
        bind="query-params",
        help=help,
        width=width,
    )
    return number


def _real(text: str | None) -> float | None:
    try:
        number = None if text is None else float(text)
    except ValueError:
        return None
    return None if number is None or math.isnan(number) else number


def _whole(text: str | None) -> int | None:
    try:
        return None if text is None else int(float(text))
    except (ValueError, OverflowError):
        return None


def rnn_field() -> str:
    """The name of a recurrent model: ours, or one that this visitor has trained."""
    from nlm_core.lm.rnn import RnnModel

    names = [DEFAULT_RNN, *(name for name, model in session_models().items() if isinstance(model, RnnModel))]
    asked = st.query_params.get("rnn")
    if asked is not None and asked not in names:
        st.info(f"This session has trained no model called {plain(asked[:60])}; {DEFAULT_RNN} is shown.")
    name: str = st.selectbox(
        "Recurrent model",
        names,
        key="rnn",
        bind="query-params",
        help=hint("Recurrent network", "Hidden state", said="Ours, and those that you train here yourself."),
    )
    return name


def model_field() -> str:
    """The model's name as it was chosen; it may be unknown, or not fetched yet."""
    from nlm_core.lm.registry import entries

    name = st.selectbox(
        "Model",
        [*entries(), *session_models()],
        accept_new_options=True,
        key="model",
        bind="query-params",
        help=hint(
            "Language model",
            said="Ours need no network. Any causal model of the Hub can be typed as owner/name; safetensors only.",
        ),
    )
    return name or DEFAULT_MODEL


def usable_reader(name: str) -> PrefixReader:
    """A reader of the chosen model; where it is unknown or cannot be had, says why and takes our own instead."""
    try:
        wanted = is_at_hand(name) or may_fetch(name, _size(name), DEFAULT_MODEL)
        if wanted and model_arrived(name, DEFAULT_MODEL, stop_of(name)):
            return reader(name)
    except (UnknownModelError, ModelUnavailableError, BusyError) as error:
        st.error(plain(str(error)), icon=":material/error:")
        st.caption(f"Shown meanwhile: {DEFAULT_MODEL}.")
    return reader(DEFAULT_MODEL)


def is_at_hand(name: str) -> bool:
    """Whether a model can be loaded without a download, or with one that this visitor has asked for."""
    from nlm_core.lm.hub import HUB_PRESETS, is_cached
    from nlm_core.lm.registry import OWN_MODELS

    preset = HUB_PRESETS.get(name)
    if name in OWN_MODELS or ("/" not in name and preset is None):
        return True
    if preset is not None and is_cached(preset.repo_id, preset.revision):
        return True
    return name in st.session_state.get(_ALLOWED, ())


def _size(name: str) -> str | None:
    from nlm_core.lm.hub import HUB_PRESETS

    preset = HUB_PRESETS.get(name)
    return f"{preset.megabytes:,} MB" if preset else None


def may_fetch(name: str, size: str | None, meanwhile: str) -> bool:
    """Whether this visitor has asked for a download; offers it where not, and says what is shown meanwhile.

    Of what nobody here knows there is no ``size``, nor whether it is on the Hub at all.
    """
    allowed: set[str] = st.session_state.setdefault(_ALLOWED, set())
    if name in allowed:
        return True
    there = "is not here; if it is on the Hub, it can be fetched"
    if size is not None:
        there = f"is on the Hub: loading it fetches {size}"
    st.info(f"{plain(name)} {there}. Shown meanwhile: {meanwhile}.")
    st.button("Fetch and load", key=f"fetch {name}", on_click=allowed.add, args=(name,), icon=":material/download:")
    return False


def stop_of(name: str) -> Callable[[], None] | None:
    """What takes back that this visitor has asked for a download; None where none was needed."""
    allowed: set[str] = st.session_state.get(_ALLOWED, set())
    return (lambda: allowed.discard(name)) if name in allowed else None
