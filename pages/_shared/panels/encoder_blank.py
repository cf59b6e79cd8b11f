"""Fill the blank against continue: one word from both sides and from the left, on the same scale."""

import math

import streamlit as st

from nlm_core.lm.blanks import Guess, Sentence, continued, filled, guesses
from nlm_core.lm.candidates import Symbols, label
from nlm_core.lm.masked import MaskedModel
from nlm_core.lm.reader import PrefixReader
from nlm_core.runtime import gate
from pages._components.drawing import drawing
from pages._shared.charts.bars import bar_rows, bars_drawing, percent
from pages._shared.charts.sentence import words_html
from pages._shared.escape import plain

_BARS = 8


def blank_panel(encoder: MaskedModel, reader: PrefixReader, found: Sentence, position: int) -> None:
    labels = [label(encoder, i) for i in found.row]
    blanked, ahead = ([*labels[:position], text, *labels[position + 1 :]] for text in ("blank", "next word?"))
    left, right = st.columns(2)
    with left:
        st.markdown(f"**Fill the blank** · encoder {encoder.card.name}, both sides")
        with gate().slot():
            guess = filled(encoder, found.row, position)
        st.html(words_html(blanked, changed={position}))
        _bars("encoder", encoder, guess)
    with right:
        st.markdown(f"**Continue** · decoder {plain(reader.model.card.name)}, the left only")
        with gate().slot():
            guess = continued(reader, found.text, found.spans[position - 1][0])
        st.html(words_html(ahead[:-1], changed={position}, seen_to=position + 1))
        _bars("decoder", reader.model, guess)
    st.caption(
        "In orange the word that stands in the sentence; neither model is told it. Both scales run from 0 to 100 % "
        "over the whole vocabulary."
    )


def _bars(key: str, model: Symbols, guess: Guess) -> None:
    p = math.exp(guess.truth.logp)
    st.markdown(
        f"**{plain(label(model, guess.truth.token_id))}**: p = {percent(p)}, rank {guess.truth.rank:,} "
        f"of {model.vocab_size:,}"
    )
    rows = bar_rows(guesses(model, guess, _BARS), guess.truth.token_id)
    with st.container(key=f"{key}_bars"):
        drawing("bars", bars_drawing(f"Words of the {key} at that place", rows), key=f"{key}_bars_drawing")
