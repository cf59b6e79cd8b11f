"""From sentences to hidden states: data, word pieces, padding, encoder; each step with the lecture's line of code."""

import numpy as np
import pandas as pd
import streamlit as st

from nlm_core.runtime import gate
from nlm_core.sentiment.encoder import Encoded
from pages._shared.charts.cube import cube_alt, cube_chart, cube_frame
from pages._shared.charts.palette import ink
from pages._shared.charts.pieces import MAX_COLUMNS, padding_alt, padding_chart, padding_frame, pieces_html
from pages._shared.escape import plain
from pages._shared.glossary import hint
from pages._shared.panels.chart import chart
from pages._shared.panels.figures import figures
from pages._shared.panels.sentiment_setup import Setup

# Rows of the data that go through tokenizer and encoder beside the visitor's sentence.
COMPANY = 5
_SHOWN_ROWS = 1000
_SHOWN_UNITS = 6
_DIGITS = 4


def company(setup: Setup, sentence: str) -> list[str]:
    """The visitor's sentence and the first rows of the data."""
    return [sentence, *setup.data.dataset.sentences[:COMPANY]]


def encoded(setup: Setup, sentence: str, masked: bool = True) -> Encoded:
    with gate().slot():
        return setup.encoder.encode(company(setup, sentence), masked)


def data_panel(setup: Setup, sentence: str) -> None:
    dataset = setup.data.dataset
    counts = np.bincount(dataset.labels, minlength=2).tolist()
    figures(
        ("Sentences", f"{len(dataset):,}", plain(dataset.name)),
        (f"Label 0, {plain(dataset.label_names[0])}", f"{counts[0]:,}", f"{counts[0] / len(dataset):.1%}"),
        (f"Label 1, {plain(dataset.label_names[1])}", f"{counts[1]:,}", f"{counts[1] / len(dataset):.1%}"),
    )
    shown = min(len(dataset), _SHOWN_ROWS)
    table = pd.DataFrame(
        {
            "sentence": [sentence, *dataset.sentences[:shown]],
            "label": ["?", *map(str, dataset.labels[:shown].tolist())],
            "row": ["yours", *map(str, range(1, shown + 1))],
        }
    )
    st.dataframe(
        table[["row", "sentence", "label"]], hide_index=True, height=380, width="stretch",
        column_config={"row": st.column_config.TextColumn(width=60), "label": st.column_config.TextColumn(width=60)},
        alt=f"Data: your sentence, its label to be found, and {shown:,} others with theirs",
    )  # fmt: skip
    if shown < len(dataset):
        st.caption(f"The first {shown:,} of {len(dataset):,} rows are shown.")


def tokens_panel(setup: Setup, sentence: str) -> None:
    special = setup.encoder.tokenizer.all_special_tokens
    for i, text in enumerate(company(setup, sentence)):
        tokenised = setup.encoder.tokenise(text)
        name = "**Yours**" if i == 0 else f"Row {i}"
        cut = f", cut after {len(tokenised.ids)}" if tokenised.cut else ""
        st.markdown(f"{name}: {len(text.split())} words, {len(tokenised.ids)} tokens{cut}")
        st.html(pieces_html(tokenised, special))
    first, *_, last = setup.encoder.tokenise("").tokens
    st.caption(
        f"A vocabulary of {setup.encoder.tokenizer.vocab_size:,} word pieces. {plain(first)} opens every sentence: its "
        f"vector will stand for the whole of it; {plain(last)} closes it. A rare word is cut into pieces."
    )


def padding_panel(setup: Setup, sentence: str) -> None:
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        shown = st.segmented_control(
            "Show", ("id", "mask"), default="id", key="cells", bind="query-params", required=True, width="content"
        )
    with right:
        masked = st.toggle(
            "Attention mask", value=True, key="mask", bind="query-params",
            help=hint("Attention mask", "Padding", said="Off: the encoder reads padding as if it were text."),
        )  # fmt: skip
    right_way, names = encoded(setup, sentence), _names(setup)
    n, longest = right_way.padded.ids.shape
    chart(
        padding_chart(padding_frame(right_way, names, masked), ink(st.context.theme.type), shown),
        key="padded",
        alt=padding_alt(right_way),
    )
    if longest > MAX_COLUMNS:
        st.caption(f"The first {MAX_COLUMNS} of {longest} positions are shown.")
    st.caption(f"{n} × {longest} ids; {1 - right_way.padded.mask.mean():.0%} of them are padding.")
    if masked:
        st.caption("The mask is 1 where a token stands. Switch it off to see what it is there for.")
    else:
        from pages._shared.panels.sentiment_fit import cost_of_no_mask

        _harm(setup, right_way, encoded(setup, sentence, masked=False), names)
        cost_of_no_mask(setup)


def _names(setup: Setup) -> list[str]:
    return ["yours", *(f"row {i + 1}" for i in range(min(COMPANY, len(setup.data.dataset))))]


def _harm(setup: Setup, right: Encoded, wrong: Encoded, names: list[str]) -> None:
    """What becomes of the features when padding is read as text."""
    with_mask = right.features(setup.layer, setup.pooling)
    without = wrong.features(setup.layer, setup.pooling, masked=False)
    longest = right.padded.ids.shape[1]
    rows = [
        {
            "sentence": name,
            "padding": longest - len(tokenised.ids),
            "largest change of a feature": f"{np.abs(a - b).max():.4f}",
            "cosine of the two": f"{a @ b / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-12):.4f}",
        }
        for name, tokenised, a, b in zip(names, right.sentences, with_mask, without, strict=True)
    ]
    st.markdown(f"**Without the mask**, layer {setup.layer}, {setup.pooling}: features with it and without it compared")
    st.dataframe(rows, hide_index=True, alt=f"Features without the mask: how far those of {len(rows)} sentences move")
    st.caption("The longest sentence has no padding and stays as it was.")


def encoder_panel(setup: Setup, sentence: str) -> None:
    states = encoded(setup, sentence)
    n, length, hidden = states.hidden[setup.layer].shape
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown(f"**Hidden states of layer {setup.layer}**: {n} sentences × {length} positions × {hidden} units")
        frame = cube_frame(states, setup.layer)
        chart(
            cube_chart(frame, st.context.theme.type, ink(st.context.theme.type)),
            key="cube",
            alt=cube_alt(frame, (n, length, hidden)),
        )
        st.caption("Sentences downwards, positions to the right, units into the depth (every so many is drawn).")
    with right:
        st.markdown(f"**The slice [:, 0, :]**: {n} × {hidden}, one vector a sentence")
        features = states.features(setup.layer, "cls")
        table = pd.DataFrame(
            features[:, :_SHOWN_UNITS].round(_DIGITS), columns=[str(unit) for unit in range(_SHOWN_UNITS)]
        )
        table.insert(0, "sentence", _names(setup))
        table[f"… {hidden - 1}"] = features[:, -1].round(_DIGITS)
        st.dataframe(
            table, hide_index=True, alt=f"Vectors of [CLS]: their first {_SHOWN_UNITS} units for {n} sentences"
        )
        st.caption(
            f"{setup.encoder.n_layers} layers, each of which lets every position look at all others. With pooling "
            f"“mean” the positions of a sentence are averaged instead. Chosen: {setup.pooling}."
        )
