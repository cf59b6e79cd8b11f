"""Window or recurrence: one sentence in a model that sees N words and in one that hands its state on."""

import streamlit as st

from nlm_core.lm.prefix import tidy
from nlm_core.lm.reader import PrefixReader, Reading
from nlm_core.lm.window import MAX_WINDOW
from nlm_core.runtime import gate
from pages._app.live import answer_now, at_rest, live, live_drawing
from pages._app.steps import WholeNumber
from pages._shared import controls
from pages._shared.frame import errors_told, page
from pages._shared.glossary import hint
from pages._shared.loaders import reader
from pages._shared.panels.window_pairs import OTHER, PAIRS, SENTENCES, pair_buttons
from pages._shared.panels.window_sight import pair_parts, sight_parts

# The names stand in the address as they stand on the page.
VIEWS = ("What is seen", "Two prefixes", "Chain rule")
N = WholeNumber("N", 1, MAX_WINDOW, default=3)


def readers() -> dict[str, PrefixReader]:
    """The window, with its N, and the recurrent model."""
    return {"window": reader("nlm-window", N.value), "RNN": reader(controls.DEFAULT_RNN)}


def read(found: dict[str, PrefixReader]) -> dict[str, Reading]:
    """The sentence as both models read it now."""
    text = tidy(st.session_state["prefix"]).text
    with gate().slot():
        return {name: each.read(text) for name, each in found.items()}


@live
@errors_told
def answer(view: str) -> None:
    """The sentence, N and what comes of them, and nothing else: what a key costs."""
    text, found = controls.prefix_field("Sentence").text, readers()
    if view == "Two prefixes":
        other = controls.prefix_field("The same sentence with one early word changed", OTHER).text
        parts = pair_parts(found["window"].model, text, other, N.value)
    else:
        parts = sight_parts(found, read(found), N.value, bars=view == VIEWS[0])
    live_drawing(
        "sight",
        {
            "text": text,
            "N": {"first": N.low, "last": N.high, "now": N.value, "where": f"N = {N.value}"},
            "parts": parts,
        },
        key="sight",
        on_act=N.follow,
    )


@at_rest
@errors_told
def below(view: str) -> None:
    """What follows when the sentence and N have come to rest."""
    N.tell_address()
    controls.tell_prefix()
    prefix, found = tidy(st.session_state["prefix"]), readers()
    st.caption(
        f"The same weights at every N: nlm-window was trained with windows of 1 to {MAX_WINDOW} words.",
        help=hint("Sliding window", "Markov assumption"),
    )
    for note in prefix.notes:
        st.info(note)
    if view == "Two prefixes":
        from pages._shared.panels.window_pairs import pairs_panel

        controls.tell_prefix(OTHER)
        pairs_panel(found, prefix.text, tidy(st.session_state[OTHER]), N.value)
    elif view == "Chain rule":
        from pages._shared.panels.window_chain import chain_panel

        chain_panel(found, read(found))
    else:
        from pages._shared.panels.window_sight import sight_panel

        sight_panel(found, read(found), N.value)


def _preset(text: str) -> None:
    controls.set_prefix(text)
    answer_now()


def explorer() -> None:
    """The view, the presets, and what is live between them."""
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", label_visibility="collapsed",
            required=True,
        )  # fmt: skip
        if view == "Two prefixes":
            pair_buttons()
        else:
            controls.preset_buttons(SENTENCES, _preset)
    N.open()
    readers()
    controls.open_prefix(value=SENTENCES[0])
    controls.open_prefix(OTHER, PAIRS["is / are"][1])
    answer(view)
    below(view)


with page("window_or_recurrence"):
    errors_told(explorer)()
