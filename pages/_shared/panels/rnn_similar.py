"""Which states are alike: with the earlier ones of the sentence, and with prefixes of other sentences."""

import streamlit as st

from nlm_core.lm.neighbours import Gallery, gallery_sentences, to_earlier_states
from nlm_core.lm.reader import PrefixReader
from nlm_core.runtime import gate
from pages._shared.charts.palette import ink
from pages._shared.charts.states import MAX_STEPS, cosine_bars, cosines_alt
from pages._shared.panels.chart import chart

_NEAREST = 8


def similar_panel(reader: PrefixReader, labels: list[str], t: int) -> None:
    states = reader.hidden_states().double().cpu().numpy()
    left, right = st.columns([2, 3])
    with left:
        st.markdown(f"**The state at step {t} and the earlier ones** of this sentence")
        found = to_earlier_states(states, t)
        if t == 0:
            st.caption("This is the first state; step on to compare.")
        else:
            first = max(0, t - MAX_STEPS)
            shown = [f"{s}  {labels[s]}" for s in range(first, t)]
            values = found[first:].tolist()
            chart(
                cosine_bars(shown, values, ink(st.context.theme.type)),
                key="cosines",
                alt=cosines_alt(shown, values, t),
            )
            if first:
                st.caption(f"The nearest {MAX_STEPS} steps are shown.")
    with right:
        with gate().slot():
            gallery = Gallery.read(reader.model, gallery_sentences())
        st.markdown(
            f"**Prefixes that leave the network in the most similar state**, of {len(gallery.prefixes)} in a gallery"
        )
        rows = [
            {"cosine": f"{n.cosine:.3f}", "prefix": f"START {n.prefix}", "goes on": n.goes_on}
            for n in gallery.nearest(states[t], _NEAREST)
        ]
        st.dataframe(
            rows, hide_index=True, height=35 * (len(rows) + 1) + 3,
            alt=f"Nearest prefixes: {len(rows)} of {len(gallery.prefixes)}, the first with cosine {rows[0]['cosine']}",
        )  # fmt: skip
        st.caption(
            "cos(h, g) = ⟨h, g⟩ / (‖h‖ ‖g‖): 1 is the same direction. To the output layer, similar states mean similar "
            "next words, whatever was read."
        )
