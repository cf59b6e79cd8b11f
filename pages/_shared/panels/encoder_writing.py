"""Why an encoder does not write: made to do it all the same, beside a decoder, with the same settings and seed."""

import math
from collections.abc import Iterator, Sequence
from itertools import zip_longest

import streamlit as st
import torch

from nlm_core.lm.blanks import Sentence, filled
from nlm_core.lm.candidates import Symbols, label
from nlm_core.lm.masked import MaskedModel
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.sampling import Drawn, Sampling, generate, generate_from
from nlm_core.runtime import gate
from nlm_core.text.display import SPACE
from pages._app import jobs
from pages._shared import controls
from pages._shared.charts.surprise import Told, surprise_html
from pages._shared.escape import plain
from pages._shared.frame import errors_told
from pages._shared.panels.sampling import sampling_field, speed_of_generation

MAX_WRITTEN = 60
_JOB = "generation with both models"
# What both models have written, with what it belongs to and the prompt as each of them reads it.
_WRITTEN = "_written"
Pair = tuple[Drawn | None, Drawn | None]
Rows = tuple[list[int], list[int]]
Prompts = tuple[list[Told], list[Told]]

_WHY = r"""
**What is done.** The decoder draws from p(x | START … last word), puts the word behind the text and goes on: what it
was trained for. The encoder is given the text, **one blank behind it, then STOP**; a word is drawn from its p at the
blank and takes the blank's place; then comes the next blank.

**Why it does not write.** STOP right behind the blank tells the encoder that every word is the last one of its text. In
training it saw words on both sides of a blank, never a text that breaks off. And no blank ever stood where STOP
stands: it cannot say when a text ends. Its probabilities of one blank each are not factors of the chain rule
$P(w_1\dots w_n)=\prod_t p(w_t\mid w_1\dots w_{t-1})$, so that it gives a text no probability. In return it reads each
word in the light of the whole sentence.
"""


def writing_panel(encoder: MaskedModel, reader: PrefixReader, found: Sentence, position: int) -> None:
    model, prompt = reader.model, found.before(position)
    with st.expander("Temperature, top-k, top-p, seed, length", expanded=False):
        sampling = sampling_field()
        first, second = st.columns(2)
        with first:
            seed = int(controls.bounded_number("Seed", 0, 2**31 - 1, default=0, key="seed"))
        with second:
            limit = int(controls.bounded_number("At most", 1, MAX_WRITTEN, default=20, key="length"))
    rows = ([encoder.start_id, *encoder.tokenizer.encode(prompt)], [model.start_id, *model.encode(prompt)])
    owner = (model.card.name, prompt, sampling, seed, limit)
    if st.session_state.get(_WRITTEN, (None,))[0] != owner:
        jobs.forget(_JOB)
        prompts = _encoder_prompt(encoder, tuple(rows[0])), _decoder_prompt(reader, rows[1])
        st.session_state[_WRITTEN] = (owner, (), prompts)
    going = jobs.running(_JOB)
    st.markdown(f"Both go on after the words left of the chosen one: START {plain(prompt)}")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        pace = speed_of_generation()
        jobs.keep_pace(_JOB, pace)
        st.button(
            "Write",
            on_click=lambda: _start(encoder, reader, rows, sampling, seed=seed, limit=limit, pace=pace),
            type="primary", icon=":material/play_arrow:", disabled=going,
        )  # fmt: skip
    jobs.watch(_JOB, lambda: _texts(encoder, reader), going=going)
    st.markdown(_WHY)


def _start(
    encoder: MaskedModel, reader: PrefixReader, rows: Rows, sampling: Sampling, *, seed: int, limit: int, pace: float
) -> None:
    owner, _, prompts = st.session_state[_WRITTEN]
    # A reader of its own: that of the page goes on reading the sentence meanwhile.
    own = PrefixReader(reader.model)
    begun = jobs.start(
        _JOB, owner, lambda: _both(encoder, own, rows, sampling, seed=seed, limit=limit), keep=MAX_WRITTEN, pace=pace
    )
    if begun:
        st.session_state[_WRITTEN] = (owner, (), prompts)


def _both(
    encoder: MaskedModel, reader: PrefixReader, rows: Rows, sampling: Sampling, *, seed: int, limit: int
) -> Iterator[Pair]:
    """A token of each a step, until both have come to an end."""
    first, second = (torch.Generator().manual_seed(seed) for _ in rows)
    return zip_longest(
        generate_from(encoder.appended_logits, encoder.stop_id, rows[0], sampling, generator=first, limit=limit),
        generate(reader, rows[1], sampling, second, limit),
    )


@errors_told
def _texts(encoder: MaskedModel, reader: PrefixReader) -> None:
    jobs.stop_button(_JOB)
    jobs.how_it_goes(_JOB)
    prompts: Prompts
    owner, written, prompts = st.session_state[_WRITTEN]
    new: tuple[Pair, ...] = jobs.fresh(_JOB)
    if new:
        written = (*written, *new)
        st.session_state[_WRITTEN] = (owner, written, prompts)
    left, right = st.columns(2)
    with left:
        st.markdown(f"**Encoder**, one blank after another · {encoder.card.name}")
        _text(encoder, prompts[0], [pair[0] for pair in written])
    with right:
        st.markdown(f"**Decoder**, what it was trained for · {plain(reader.model.card.name)}")
        _text(reader.model, prompts[1], [pair[1] for pair in written])


def _shown(model: Symbols, token_id: int) -> str:
    return label(model, token_id).replace(SPACE, " ")


def _encoder_prompt(encoder: MaskedModel, row: tuple[int, ...]) -> list[Told]:
    """Each word of the prompt as the encoder fills it from the others."""
    told = []
    for t in range(1, len(row)):
        with gate().slot():
            truth = filled(encoder, (*row, encoder.stop_id), t).truth
        told.append(Told(_shown(encoder, truth.token_id), math.exp(truth.logp), truth.rank, prompt=True))
    return told


def _decoder_prompt(reader: PrefixReader, ids: Sequence[int]) -> list[Told]:
    with gate().slot():
        followers = reader.read_ids(ids).followers
    return [Told(_shown(reader.model, f.token_id), math.exp(f.logp), f.rank, prompt=True) for f in followers]


def _text(model: Symbols, prompt: list[Told], drawn: Sequence[Drawn | None]) -> None:
    output = [Told(_shown(model, d.token_id), d.p, d.rank, prompt=False) for d in drawn if d is not None]
    st.html(surprise_html([*prompt, *output]))
    if output:
        ended = any(d is not None and d.token_id == model.stop_id for d in drawn)
        different = len({told.text for told in output})
        st.caption(f"{len(output)} tokens, {different} of them different; {'ended by STOP' if ended else 'no STOP'}.")
