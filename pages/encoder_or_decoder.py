"""Encoder or decoder: one sentence in a model that looks both ways and in one that looks to the left."""

import streamlit as st

from nlm_core.lm.blanks import MAX_WORDS, Sentence, sentence
from nlm_core.lm.candidates import label
from nlm_core.lm.masked import MaskedModel
from nlm_core.text.display import SPACE
from pages._shared import controls
from pages._shared.escape import plain
from pages._shared.frame import errors_told, page
from pages._shared.glossary import hint
from pages._shared.loaders import masked_model

# The names stand in the address as they stand on the page.
VIEWS = ("Mask", "Attention", "Fill the blank", "Change a word", "Writing", "BERT and GPT-3")
DRAWINGS = ("Heat map", "Lines")
SENTENCES = (
    "I went to the park.",
    "I went to the shop to buy some bread.",
    "The old man opened the door and looked at the sea.",
)


def put_sentence(text: str) -> None:
    st.session_state["sentence"] = text
    st.session_state["word"] = None


def choose(position: int) -> None:
    st.session_state["word"] = position


def look_at(view: str) -> None:
    st.session_state["view"] = view


def chosen_word(model: MaskedModel, found: Sentence) -> int:
    """The position of the chosen word, by a button for each or by its number; the last word unless one is chosen."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="word_buttons"):
        asked = st.number_input(
            "Number of the chosen word", 1, None, None, key="word", bind="query-params", placeholder="word",
            label_visibility="collapsed", width=132,
        )  # fmt: skip
        position = found.last_word() if asked is None else min(int(asked), found.words)
        for t, token_id in enumerate(found.row[1:-1], start=1):
            st.button(
                plain(label(model, token_id).removeprefix(SPACE)) or SPACE, key=f"word {t}",
                type="primary" if t == position else "secondary", on_click=choose, args=(t,),
            )  # fmt: skip
    if asked is not None and asked != position:
        st.caption(f"The sentence ends at word {found.words}; that one is chosen.")
    return position


def drawing_field() -> str:
    drawing: str = st.segmented_control(
        "Attention drawn as", DRAWINGS, default=DRAWINGS[0], key="drawing", bind="query-params",
        label_visibility="collapsed", required=True, width="content",
    )  # fmt: skip
    return drawing


@st.fragment
@errors_told
def explorer() -> None:
    """All of the page runs here, so that a keystroke runs nothing else."""
    field, choice = st.columns([3, 1])
    with field:
        typed = controls.prefix_field(
            "Sentence", "sentence", SENTENCES[0],
            hint("Encoder", "Decoder", "Bidirectional", said="Both models read it. Every keystroke is read."),
        )  # fmt: skip
    with choice:
        name = controls.model_field()
    controls.preset_buttons(SENTENCES, put_sentence)
    for note in typed.notes:
        st.info(note)
    encoder = masked_model()
    found = sentence(encoder, typed.text)
    if found.left_out:
        st.info(f"At most {MAX_WORDS} tokens are drawn: the last {found.left_out:,} of this text are left out.")
    reader = controls.usable_reader(name)
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
    position = chosen_word(encoder, found)
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


with page("encoder_or_decoder"):
    explorer()
