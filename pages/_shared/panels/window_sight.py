"""What each model sees of the sentence, what it keeps, and what it makes of that."""

from collections.abc import Mapping

import streamlit as st

from nlm_core.lm.candidates import candidates, label
from nlm_core.lm.reader import PrefixReader, Reading
from pages._components.drawing import drawing
from pages._shared.charts.bars import bar_rows, bars_drawing
from pages._shared.charts.sentence import words_html

_BARS = 8
_FORMULAS = {
    "window": r"p(x \mid w_{t-N+1} \dots w_t)",
    "RNN": r"p(x \mid h_t),\; h_t = \tanh(W_h x_t + U_h h_{t-1} + b_h)",
}


def sight_panel(readers: Mapping[str, PrefixReader], readings: Mapping[str, Reading], window: int) -> None:
    """Both models side by side on the same axes; ``readers`` holds the window first, then the recurrent model."""
    for (name, reader), reading, column in zip(readers.items(), readings.values(), st.columns(2), strict=True):
        model = reader.model
        count = len(reading.ids)
        labels = [label(model, i, first=t == 0 and not reading.dropped) for t, i in enumerate(reading.ids)]
        seen_from = max(0, count - window) if name == "window" else 0
        with column:
            st.markdown(f"**{name}{f', N = {window}' * (name == 'window')}** · {model.card.name}")
            st.html(words_html(labels, seen_from))
            rows = bar_rows(candidates(model, reading.columns[-1], _BARS))
            drawing("bars", bars_drawing(f"Next tokens by the {name}", rows, labels[seen_from:]), key=f"sight {name}")
            st.latex(_FORMULAS[name])
            hidden, embedding = reader.hidden_states().shape[1], reader.embeddings().shape[1]
            if name == "window":
                st.caption(
                    f"A Markov assumption: reads {count - seen_from} of {count} words, START among them, "
                    f"{count - seen_from} × {embedding} numbers, afresh for every next word; nothing is kept in "
                    f"between. $h_t$ has {hidden} numbers."
                )
            else:
                st.caption(
                    f"No Markov assumption: has read all {count} words, START among them, one at a time. What it keeps "
                    f"of them, whether 1 or 1,000, is $h_t$: {hidden} numbers."
                )
            if reading.dropped:
                st.caption(f"Shown from word {reading.dropped + 1:,} on: a reading holds {reader.limit:,} words.")
