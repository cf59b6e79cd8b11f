"""Keys into the next-token page and into a bare page: one at a time, and at the pace of somebody who types.

A single key is timed from its keydown to the change of the bars, and the next one waits until all is at rest. Sustained
typing presses eight keys a second without waiting; the answer to a key has come when what is shown answers a text at
least as long as that key made it. Both count from the moment at which the browser took the key, so that a page too busy
to hear of it gains nothing.
"""

import time
from functools import partial
from typing import Any

from nlm_core.bench.beside import ECHO, Tab, Times, beside_bare

MODEL = "nlm-gpt"
KEYS_A_SECOND = 8.0
# Slower than this, the keys were not typed as they should have been, and what was measured is something else.
LEAST_KEYS_A_SECOND = 7.5

_ROUNDS, _WARM_UP = 3, 5
_TEXT = "the old man went down to the river"
_LIMIT_MS = 15_000
# The least that a live text can cost in Streamlit: one fragment, one input, its text.
_BARE_PAGE = """\
import streamlit as st


@st.fragment
def echo():
    st.text(st.text_input("Prefix", live="0ms"))


echo()
"""
_FIELD = "[data-testid=stTextInputField]"
_BARS = ".st-key-bars svg text"
# Which text the bars answer, without the spaces at its end.
_ANSWERED, _ANSWERED_ATTRIBUTE = ".st-key-bars [data-text]", "data-text"


def single_keys() -> dict[str, Any]:
    """Milliseconds of single keystrokes on both pages.

    Returns
    -------
    dict
        "next_token" and "bare"; see ``beside_bare``, also for what is raised.
    """
    return _beside(_one_by_one, "single keys")


def sustained_keys() -> dict[str, Any]:
    """Milliseconds from each key to an answer at least as new, at eight keys a second.

    Returns
    -------
    dict
        "next_token" and "bare"; see ``beside_bare``, also for what is raised.

    Raises
    ------
    RuntimeError
        If the browser did not take so many keys a second.
    """
    return _beside(_without_waiting, "sustained typing")


def _beside(inputs: Any, what: str) -> dict[str, Any]:
    return beside_bare(
        "next_token",
        f"next_token?model={MODEL}",
        _BARS,
        _BARE_PAGE,
        lambda tab: inputs(tab, _TEXT),
        rounds=_ROUNDS,
        what=what,
        warm_up=lambda tab: _one_by_one(tab, _TEXT[:_WARM_UP]),
    )


def _clear(tab: Tab) -> None:
    tab.page.fill(_FIELD, "")
    tab.page.focus(_FIELD)
    tab.quiet()


def _key(character: str) -> str:
    return "Space" if character == " " else character


def _one_by_one(tab: Tab, text: str) -> Times:
    """The time of each letter; a space is typed but not timed: at the end of a prefix it is not read."""
    _clear(tab)
    times, before = [], tab.server_seconds()
    for character in text:
        press = partial(tab.page.keyboard.press, _key(character))
        if character == " ":
            press()
            tab.quiet()
        else:
            times.append(tab.timed(press))
    tab.cpu_ms.append(1000 * (tab.server_seconds() - before) / len(text))
    return times


def _without_waiting(tab: Tab, text: str) -> Times:
    """The same, without waiting for an answer before the next key."""
    _clear(tab)
    selector, attribute = (ECHO, None) if tab.shown == ECHO else (_ANSWERED, _ANSWERED_ATTRIBUTE)
    tab.page.evaluate("([s, a, t]) => __probe.follow(s, a, t)", [selector, attribute, text])
    before, began = tab.server_seconds(), time.perf_counter()
    for i, character in enumerate(text):
        time.sleep(max(0.0, began + i / KEYS_A_SECOND - time.perf_counter()))
        tab.page.keyboard.press(_key(character))
    found = tab.page.evaluate("([t, limit]) => __probe.followed(t, limit)", [text, _LIMIT_MS])
    # What follows once the text has come to rest is paid for by its keys.
    tab.quiet()
    tab.cpu_ms.append(1000 * (tab.server_seconds() - before) / len(text))
    return waits(text, found["keys"], found["answered"])


def waits(text: str, keys: list[float], answered: list[float]) -> Times:
    """Milliseconds from each letter's key to its answer, None for one that none came to; spaces are not timed.

    Parameters
    ----------
    text : str
        What was typed.
    keys, answered : list of float
        Milliseconds at which each key was pressed, and at which a text at least so long was first answered.

    Raises
    ------
    RuntimeError
        If keys are missing, or they came too slowly for the pace that is measured.
    """
    if len(keys) != len(text):
        raise RuntimeError(f"{len(text)} keys were pressed, and the page heard {len(keys)}")
    pace = 1000 * (len(keys) - 1) / (keys[-1] - keys[0])
    if pace < LEAST_KEYS_A_SECOND:
        raise RuntimeError(f"the browser took {pace:.1f} keys a second; it must be at least {LEAST_KEYS_A_SECOND:g}")
    come = [*answered, *[None] * (len(text) - len(answered))]
    return [
        None if then is None else then - key
        for key, then, character in zip(keys, come, text, strict=True)
        if character != " "
    ]
