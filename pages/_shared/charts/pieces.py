"""Word pieces over their ids, and the padded matrix of ids with its mask."""

from collections.abc import Sequence
from html import escape
from typing import Any

import altair as alt
import pandas as pd

from nlm_core.sentiment.encoder import Encoded, Tokenised
from pages._shared.charts.bars import BANDS
from pages._shared.charts.findings import finding, listed, spoken
from pages._shared.charts.palette import BLUE, GREY
from pages._shared.charts.tokens import Token

# Columns of the matrix that are drawn.
MAX_COLUMNS = 40
_ROW_HEIGHT, _CELL_WIDTH = 30, 22
# How much of its colour a word piece has.
_PIECE = 0.14


def pieces_html(sentence: Tokenised, special: Sequence[str]) -> str:
    """Each word piece, escaped, over its id; the special tokens are framed."""
    chips = "".join(
        f'<span class="{"special" if token in special else ""}">{escape(token)}<small>{number}</small></span>'
        for token, number in zip(sentence.tokens, sentence.ids, strict=True)
    )
    return f'<div class="nlm-pieces" role="group" aria-label="{escape(pieces_alt(sentence))}">{chips}</div>'


def pieces_drawing(sentence: Tokenised, special: Sequence[str]) -> dict[str, Any]:
    """Each word piece over its id; the special tokens are framed."""
    tokens: list[Token] = [
        (token, str(number), *(("special", 0.0) if token in special else ("piece", _PIECE)), f"{token}: id {number}")
        for token, number in zip(sentence.tokens, sentence.ids, strict=True)
    ]
    return {"finding": pieces_alt(sentence), "rows": [{"title": "", "tokens": tokens, "picks": False}]}


def pieces_alt(sentence: Tokenised) -> str:
    """How many pieces there are, and the first of them with their ids."""
    pairs = [(spoken(token), str(number)) for token, number in zip(sentence.tokens, sentence.ids, strict=True)]
    count = len(pairs)
    return finding("Word pieces and their ids", f"{count} pieces, {listed(pairs[:6])}{' …' * (count > 6)}")


def padding_frame(encoded: Encoded, names: Sequence[str], masked: bool = True) -> pd.DataFrame:
    """One row a cell of the first ``MAX_COLUMNS`` columns: sentence, column, word piece, id, mask, and what it is.

    Without a mask the encoder is given ones everywhere.
    """
    rows = []
    for i, (sentence, name) in enumerate(zip(encoded.sentences, names, strict=True)):
        for j in range(min(encoded.padded.ids.shape[1], MAX_COLUMNS)):
            token = bool(encoded.padded.mask[i, j])
            piece, kind = (sentence.tokens[j], "token") if token else ("[PAD]", "padding")
            rows.append((i, name, j, piece, int(encoded.padded.ids[i, j]), int(token or not masked), kind))
    return pd.DataFrame(rows, columns=["row", "sentence", "column", "piece", "id", "mask", "kind"])


def padding_alt(encoded: Encoded) -> str:
    """How many cells of the matrix hold tokens and how many are padding."""
    n, longest = encoded.padded.ids.shape
    tokens = int(encoded.padded.mask.sum())
    return finding(
        "Padded matrix of ids",
        f"{n} sentences by {longest} positions, {tokens:,} tokens and {n * longest - tokens:,} cells of padding, "
        f"{1 - tokens / (n * longest):.0%} of all",
    )


def padding_chart(frame: pd.DataFrame, ink: str, shown: str) -> alt.LayerChart:
    """The matrix, its cells coloured by whether a token stands there; ``shown`` is "id" or "mask"."""
    order = frame.drop_duplicates("row")["sentence"].tolist()
    base = alt.Chart(frame).encode(
        x=alt.X("column:O", title="position", axis=alt.Axis(labelAngle=0, orient="top", ticks=False, labelFlush=False)),
        y=alt.Y("sentence:N", sort=order, title=None, axis=alt.Axis(**BANDS, ticks=False, labelLimit=150)),
    )
    cells = base.mark_rect(stroke=f"{GREY}40", strokeWidth=0.5).encode(
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=["token", "padding"], range=[f"{BLUE}47", f"{GREY}1a"]),
            legend=alt.Legend(orient="bottom", title=None, symbolOpacity=1, symbolStrokeWidth=0.5),
        ),
        tooltip=["sentence:N", "column:O", "piece:N", "id:Q", "mask:Q"],
    )
    columns = int(frame["column"].max()) + 1
    # Where a cell is too narrow for a number, as on a telephone, the colour has to do.
    legible = alt.expr(f"width > {columns * (_CELL_WIDTH if shown == 'id' else _CELL_WIDTH / 3)} ? 1 : 0")
    size = 11 if columns <= 20 else 8
    text = base.mark_text(fontSize=size, color=ink, opacity=legible).encode(text=f"{shown}:Q")
    return (cells + text).properties(height=_ROW_HEIGHT * len(order) + 90)
