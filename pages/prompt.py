"""Prompt and generate: a text drawn token by token, what each token could have been, and what comes of choosing it."""

import streamlit as st

from nlm_core.lm.prefix import tidy
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.sampling import Sampling
from nlm_core.runtime import gate
from pages._app.live import at_rest, live, live_drawing
from pages._shared import controls
from pages._shared.charts.tokens import surprisal_drawing
from pages._shared.frame import errors_told, page
from pages._shared.glossary import hint
from pages._shared.panels.branching import branching_panel, prompt_told
from pages._shared.panels.sampling import sampling_field, seed_and_length

PROMPTS = ("Recite the first law of robotics", "Once upon a time, there was a", "I went to the")

HELP = hint("Prompt", "Sampling", "Surprise")


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


@live
@errors_told
def answer(reader: PrefixReader) -> None:
    """The prompt and the surprisal of its tokens: what a keystroke costs."""
    prompt = controls.prefix_field("Prompt", "prompt", help=HELP)
    with gate().slot():
        reading = reader.read(prompt.text)
    live_drawing("tokens", surprisal_drawing(prompt_told(reader, reading)), key="prompt_tokens")


@at_rest
@errors_told
def below(reader: PrefixReader) -> None:
    """Generation, when the prompt has come to rest."""
    prompt = tidy(st.session_state["prompt"])
    controls.tell_prefix("prompt")
    for note in prompt.notes:
        st.info(note)
    sampling, seed, limit = settings()
    with gate().slot():
        reading = reader.read(prompt.text)
    branching_panel(reader, reading, sampling, seed, limit)


def explorer() -> None:
    """The model in the page's full run; the prompt and what is generated from it in parts of their own."""
    field, choice = st.columns([3, 1])
    with choice:
        name = controls.model_field()
    controls.preset_buttons(PROMPTS, put_prompt)
    reader = controls.usable_reader(name)
    if reader.model.card.name == controls.DEFAULT_MODEL:
        st.caption(
            f"{controls.DEFAULT_MODEL} has {reader.model.card.parameters / 1e6:.0f} million parameters: it goes on "
            "with simple sentences and short stories. It knows few facts and follows no instructions: it will not "
            "recite the law. Larger models can be fetched from the Hub in the list."
        )
    controls.open_prefix("prompt", PROMPTS[0])
    with field:
        answer(reader)
    below(reader)


with page("prompt"):
    errors_told(explorer)()
