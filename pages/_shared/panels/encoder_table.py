"""The lecture's comparison of BERT and GPT-3, each row with the place where it can be seen."""

from collections.abc import Callable

import streamlit as st

_ICON = ":material/visibility:"
# What is compared, BERT, GPT-3, where it is seen: file, None for this page, query, name of the link.
_ROWS: tuple[tuple[str, str, str, tuple[str | None, dict[str, str], str]], ...] = (
    (
        "Architecture",
        "encoder-only; turns a text into a representation of it.",
        "decoder-only; turns a text into what comes next.",
        (None, {"view": "Attention"}, "The heads of both"),
    ),
    (
        "Direction",
        "bidirectional; left and right context of every word.",
        "unidirectional; only the context to the left.",
        (None, {"view": "Mask"}, "Who may look where"),
    ),
    (
        "Trained for",
        "filling blanks.",
        "the next token.",
        (None, {"view": "Fill the blank"}, "Fill the blank, continue"),
    ),
    (
        "Generates words",
        "no, it is not designed to.",
        "yes, one token at a time.",
        (None, {"view": "Writing"}, "Both made to write"),
    ),
    (
        "What it is for",
        "understanding: sentence classification, entity recognition, question answering.",
        "writing: text completion, creative writing, dialogue.",
        ("pages/bert_sentiment.py", {}, "BERT for sentiment"),
    ),
    (
        "Usage example",
        "features for a classifier of sentences.",
        "a prompt, and what the model writes after it.",
        ("pages/prompt.py", {"prompt": "Recite the first law of robotics"}, "Prompt and generate"),
    ),
    (
        "Examples",
        "and its kin DistilBERT, ModernBERT; here nlm-bert.",
        "and its kin GPT-2, SmolLM2, Qwen; here nlm-gpt.",
        ("pages/next_token.py", {"prefix": "I went to the", "model": "nlm-gpt"}, "nlm-gpt, live"),
    ),
)


def comparison_panel(look_at: Callable[[str], None]) -> None:
    """The table; ``look_at`` takes the visitor to a view of this page, to which no link of the browser leads."""
    for name, bert, gpt, (file, query, place) in _ROWS:
        with st.container(border=True):
            columns = st.columns([2, 4, 4, 3], vertical_alignment="center")
            for text, column in zip((f"**{name}**", f"BERT: {bert}", f"GPT-3: {gpt}"), columns, strict=False):
                column.markdown(text)
            with columns[-1]:
                if file is None:
                    st.button(place, on_click=look_at, args=(query["view"],), type="tertiary", icon=_ICON)
                else:
                    st.page_link(file, label=place, query_params=query, icon=_ICON)
