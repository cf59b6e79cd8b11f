"""The same prefix in two or three models, side by side on the same axes."""

import streamlit as st

from nlm_core.lm.base import ModelUnavailableError, UnknownModelError
from nlm_core.lm.candidates import candidates
from nlm_core.lm.registry import OWN_MODELS
from nlm_core.runtime import gate
from pages._components.drawing import drawing
from pages._shared.charts.bars import bar_rows, bars_drawing
from pages._shared.escape import plain
from pages._shared.loaders import is_here, reader

_MOST = 3


def compare_panel(chosen: str, text: str, k: int) -> None:
    names = st.multiselect(
        "Models",
        # What has to be fetched first is offered where it was chosen.
        [*OWN_MODELS, *([chosen] if chosen not in OWN_MODELS and is_here(chosen) else [])],
        default=[*OWN_MODELS],
        max_selections=_MOST,
        key="compare",
        bind="query-params",
    )
    for place, (name, column) in enumerate(zip(names, st.columns(max(1, len(names))), strict=False)):
        with column:
            st.markdown(f"**{plain(name)}**")
            try:
                with gate().slot():
                    reading = reader(name).read(text)
            except (UnknownModelError, ModelUnavailableError) as error:
                st.error(plain(str(error)))
                continue
            found = candidates(reader(name).model, reading.columns[-1], k)
            drawing("bars", bars_drawing(f"Next tokens by {name}", bar_rows(found)), key=f"compare {place}")
            st.caption(f"entropy {reading.columns[-1].entropy:.2f} nats over {reader(name).model.vocab_size:,} tokens")
