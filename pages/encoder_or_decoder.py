"""Encoder or decoder: one sentence in a model that looks both ways and in one that looks to the left."""

import streamlit as st

from nlm_core.lm.blanks import MAX_WORDS, sentence
from nlm_core.lm.masked import MaskedModel
from nlm_core.lm.prefix import tidy
from nlm_core.lm.reader import PrefixReader
from pages._app.live import at_rest, live, live_drawing
from pages._shared import controls
from pages._shared.escape import plain
from pages._shared.frame import errors_told, page
from pages._shared.glossary import hint
from pages._shared.loaders import masked_model
from pages._shared.panels.encoder_words import NOTHING, WORD, chosen_word, done, words_drawing

# The names stand in the address as they stand on the page.
VIEWS = ("Mask", "Attention", "Fill the blank", "Change a word", "Writing", "BERT and GPT-3")
DRAWINGS = ("Heat map", "Lines")
SENTENCES = (
    "I went to the park.",
    "I went to the shop to buy some bread.",
    "The old man opened the door and looked at the sea.",
)


HELP = hint("Encoder", "Decoder", "Bidirectional", said="Both models read it. Every keystroke is read.")


def put_sentence(text: str) -> None:
    st.session_state["sentence"] = text
    WORD.choose(None)


def look_at(view: str) -> None:
    st.session_state["view"] = view


def drawing_field() -> str:
    drawing: str = st.segmented_control(
        "Attention drawn as", DRAWINGS, default=DRAWINGS[0], key="drawing", bind="query-params",
        label_visibility="collapsed", required=True, width="content",
    )  # fmt: skip
    return drawing


@live
@errors_told
def answer(encoder: MaskedModel, reader: PrefixReader) -> None:
    """The sentence and what its chosen word can attend to: what a keystroke costs."""
    typed = controls.prefix_field("Sentence", "sentence", help=HELP)
    try:
        found = sentence(encoder, typed.text)
    except ValueError as error:
        st.error(plain(str(error)))
        found = None
    live_drawing(
        "tokens",
        NOTHING if found is None else words_drawing(encoder, reader, found),
        key="sentence_words",
        on_act=lambda act: found is not None and done(found, act),
    )


@at_rest
@errors_told
def below(encoder: MaskedModel, reader: PrefixReader) -> None:
    """A view, when the sentence has come to rest."""
    typed = tidy(st.session_state["sentence"])
    controls.tell_prefix("sentence")
    for note in typed.notes:
        st.info(note)
    with st.container(horizontal=True, gap="medium"):
        view = st.segmented_control(
            "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", label_visibility="collapsed",
            required=True, width="content",
        )  # fmt: skip
        drawing = drawing_field() if view == "Attention" else None
    if view == "BERT and GPT-3":
        from pages._shared.panels.encoder_table import comparison_panel

        comparison_panel(look_at)
        return
    try:
        found = sentence(encoder, typed.text)
    except ValueError:
        # Told where it was typed.
        return
    if found.left_out:
        st.info(f"At most {MAX_WORDS} tokens are drawn: the last {found.left_out:,} of this text are left out.")
    WORD.tell_address(found.words)
    position = chosen_word(found)
    if view == "Mask":
        from pages._shared.panels.encoder_attention import mask_panel

        mask_panel(encoder, reader, found, position)
    elif view == "Attention":
        from pages._shared.panels.encoder_attention import attention_panel

        attention_panel(encoder, reader, found, position, drawing)
    elif view == "Fill the blank":
        from pages._shared.panels.encoder_blank import blank_panel

        blank_panel(encoder, reader, found, position)
    elif view == "Change a word":
        from pages._shared.panels.encoder_change import change_panel

        change_panel(encoder, reader, found, position)
    else:
        from pages._shared.panels.encoder_writing import writing_panel

        writing_panel(encoder, reader, found, position)


def explorer() -> None:
    """The decoder in the page's full run; the sentence and the views in parts of their own."""
    field, choice = st.columns([3, 1])
    with choice:
        name = controls.model_field()
        controls.preset_buttons(SENTENCES, put_sentence)
    encoder = masked_model()
    reader = controls.usable_reader(name)
    controls.open_prefix("sentence", SENTENCES[0])
    WORD.open()
    with field:
        answer(encoder, reader)
    below(encoder, reader)


with page("encoder_or_decoder"):
    errors_told(explorer)()
