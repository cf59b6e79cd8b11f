"""The chosen word of a sentence, by click and by key, and what it can attend to in an encoder and in a decoder."""

from typing import Any

import streamlit as st

from nlm_core.lm.blanks import Sentence, position_of
from nlm_core.lm.candidates import label
from nlm_core.lm.masked import MaskedModel
from nlm_core.lm.reader import PrefixReader
from pages._app.steps import Steps
from pages._components.drawing import Act, whole
from pages._shared.charts.tokens import Seen, seen_drawing

WORD = Steps("word", "word", first=1)
# The drawing where there is no sentence.
NOTHING: dict[str, Any] = {"finding": "What the chosen word can attend to: 0 words", "rows": [], "word": 0, "words": 0}


def chosen_word(found: Sentence) -> int:
    """The position of the chosen word; the last one unless one is chosen."""
    return found.last_word() if st.session_state.get(WORD.key) is None else WORD.shown(found.words)


def done(found: Sentence, act: Act) -> None:
    """A word picked, or the one before or behind the chosen one."""
    by, word = whole(act, "go", -1, 1), whole(act, "word", 1, found.words)
    if by is not None:
        WORD.choose(min(found.words, max(1, chosen_word(found) + by)))
    elif word is not None:
        WORD.choose(word)


def words_drawing(encoder: MaskedModel, reader: PrefixReader, found: Sentence) -> dict[str, Any]:
    """What the chosen word can attend to in the encoder, and in the decoder where that has such a word."""
    position, model = chosen_word(found), reader.model
    ids = (model.start_id, *model.encode(found.text))
    try:
        there = position_of(model, found.text, found.spans[position - 1][0])
    except ValueError:
        there = None
    both = (
        Seen(f"Encoder {encoder.card.name}", [label(encoder, i) for i in found.row], position, causal=False),
        Seen(
            f"Decoder {model.card.name}", [label(model, i, first=t == 0) for t, i in enumerate(ids)], there, causal=True
        ),
    )
    return seen_drawing(both, position, found.words)
