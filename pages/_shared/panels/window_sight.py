"""What each model sees of the sentence, what it keeps, and what it makes of that."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.candidates import candidates, label
from nlm_core.lm.divergence import align
from nlm_core.lm.reader import PrefixReader, Reading
from pages._shared.charts.bars import bar_rows, bars_drawing
from pages._shared.charts.sentence import words_drawing

_BARS = 8
_FORMULAS = {
    "window": r"p(x \mid w_{t-N+1} \dots w_t)",
    "RNN": r"p(x \mid h_t),\; h_t = \tanh(W_h x_t + U_h h_{t-1} + b_h)",
}


def sight_parts(
    readers: Mapping[str, PrefixReader], readings: Mapping[str, Reading], window: int, *, bars: bool
) -> list[dict[str, Any]]:
    """The halves of the drawing "sight": what the window and the recurrent model see, and the bars that come of it.

    ``readers`` holds the window first, then the recurrent model; without ``bars`` there are only the words.
    """
    parts = []
    for (name, reader), reading in zip(readers.items(), readings.values(), strict=True):
        model = reader.model
        labels = [label(model, i, first=t == 0 and not reading.dropped) for t, i in enumerate(reading.ids)]
        seen_from = max(0, len(labels) - window) if name == "window" else 0
        part: dict[str, Any] = {
            "name": f"{name}{f', N = {window}' * (name == 'window')} · {model.card.name}",
            "words": words_drawing(labels, seen_from),
        }
        if bars:
            rows = bar_rows(candidates(model, reading.columns[-1], _BARS))
            part["bars"] = bars_drawing(f"Next tokens by the {name}", rows, labels[seen_from:])
        parts.append(part)
    return parts


def pair_parts(model: LanguageModel, first: str, second: str, window: int) -> list[dict[str, Any]]:
    """The same for what the window sees of two sentences; the words in which they differ are framed."""
    sentences = [[model.start_id, *model.encode(text)] for text in (first, second)]
    changed: list[range] = [range(0), range(0)]
    if sentences[0] != sentences[1]:
        found = align(*sentences)
        changed = [range(found.before, found.before + len(side)) for side in (found.first, found.second)]
    return [
        {
            "name": f"{which} sentence in the window, N = {window}",
            "words": words_drawing(
                [label(model, i, first=t == 0) for t, i in enumerate(ids)], max(0, len(ids) - window), framed
            ),
        }
        for which, ids, framed in zip(("First", "Second"), sentences, changed, strict=True)
    ]


def sight_panel(readers: Mapping[str, PrefixReader], readings: Mapping[str, Reading], window: int) -> None:
    """The formula of either model and what it costs to keep."""
    for (name, reader), reading, column in zip(readers.items(), readings.values(), st.columns(2), strict=True):
        count = len(reading.ids)
        seen = min(count, window) if name == "window" else count
        with column:
            st.latex(_FORMULAS[name])
            hidden, embedding = reader.hidden_states().shape[1], reader.embeddings().shape[1]
            if name == "window":
                st.caption(
                    f"A Markov assumption: reads {seen} of {count} words, START among them, {seen} × {embedding} "
                    f"numbers, afresh for every next word; nothing is kept in between. $h_t$ has {hidden} numbers."
                )
            else:
                st.caption(
                    f"No Markov assumption: has read all {count} words, START among them, one at a time. What it keeps "
                    f"of them, whether 1 or 1,000, is $h_t$: {hidden} numbers."
                )
            if reading.dropped:
                st.caption(f"Shown from word {reading.dropped + 1:,} on: a reading holds {reader.limit:,} words.")
