"""Window or recurrence: one sentence in a model that sees N words and in one that hands its state on."""

import streamlit as st

from nlm_core.lm.window import MAX_WINDOW
from nlm_core.runtime import gate
from pages._shared import controls
from pages._shared.frame import errors_told, page
from pages._shared.glossary import hint
from pages._shared.loaders import reader
from pages._shared.panels.window_pairs import SENTENCES

# The names stand in the address as they stand on the page.
VIEWS = ("What is seen", "Two prefixes", "Chain rule")


@st.fragment
@errors_told
def explorer() -> None:
    """All of the page runs here, so that a keystroke or a move of N runs nothing else."""
    field, slider = st.columns([3, 2])
    with field:
        prefix = controls.prefix_field("Sentence", value=SENTENCES[0])
    with slider:
        window = controls.bounded_slider(
            "N: how many words the window sees", 1, MAX_WINDOW, default=3, key="N",
            help=hint(
                "Sliding window", "Markov assumption",
                said="The same weights at every N: nlm-window was trained with windows of 1 to 8 words.",
            ),
        )  # fmt: skip
    view = st.segmented_control(
        "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", label_visibility="collapsed", required=True
    )
    for note in prefix.notes:
        st.info(note)
    readers = {"window": reader("nlm-window", window), "RNN": reader(controls.DEFAULT_RNN)}
    if view == "Two prefixes":
        from pages._shared.panels.window_pairs import pairs_panel

        pairs_panel(readers, prefix.text, window)
        return
    controls.preset_buttons(SENTENCES)
    with gate().slot():
        readings = {name: found.read(prefix.text) for name, found in readers.items()}
    if view == "Chain rule":
        from pages._shared.panels.window_chain import chain_panel

        chain_panel(readers, readings)
    else:
        from pages._shared.panels.window_sight import sight_panel

        sight_panel(readers, readings, window)


with page("window_or_recurrence"):
    explorer()
