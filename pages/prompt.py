"""Prompt and generate: a text drawn token by token, what each token could have been, and what comes of choosing it."""

import streamlit as st

from nlm_core.lm.prefix import tidy
from nlm_core.lm.sampling import Sampling
from nlm_core.runtime import gate
from pages._shared import controls
from pages._shared.frame import errors_told, page
from pages._shared.glossary import hint
from pages._shared.panels.branching import branching_panel
from pages._shared.panels.sampling import sampling_field, seed_and_length

PROMPTS = ("Recite the first law of robotics", "Once upon a time, there was a", "I went to the")


def put_prompt(text: str) -> None:
    st.session_state["prompt"] = text


def settings() -> tuple[Sampling, int, int]:
    with st.container(key="setup"), st.expander("Temperature, top-k, top-p, seed, length", expanded=False):
        sampling = sampling_field()
        seed, limit = seed_and_length()
    # The fields are folded away: what they are set to is told all the same.
    st.caption(
        f"Drawn at temperature {sampling.temperature:g}, top-k {sampling.top_k or 'off'}, "
        f"top-p {f'{sampling.top_p:g}' if sampling.top_p < 1 else 'off'}, seed {seed}, at most {limit} new tokens."
    )
    return sampling, seed, limit


@st.fragment
@errors_told
def explorer() -> None:
    """All of the page runs here, so that a keystroke runs nothing else."""
    field, choice = st.columns([3, 1])
    with field:
        prompt = controls.prefix_field("Prompt", "prompt", PROMPTS[0], hint("Prompt", "Sampling", "Surprise"))
    with choice:
        name = controls.model_field()
    controls.preset_buttons(PROMPTS, put_prompt)
    for note in prompt.notes:
        st.info(note)
    reader = controls.usable_reader(name)
    if reader.model.card.name == controls.DEFAULT_MODEL:
        st.caption(
            f"{controls.DEFAULT_MODEL} has {reader.model.card.parameters / 1e6:.0f} million parameters: it goes on "
            "with simple sentences and short stories. It knows few facts and follows no instructions: it will not "
            "recite the law. Larger models can be fetched from the Hub in the list."
        )
    sampling, seed, limit = settings()
    with gate().slot():
        reading = reader.read(tidy(prompt.text).text)
    branching_panel(reader, reading, sampling, seed, limit)


with page("prompt"):
    explorer()
