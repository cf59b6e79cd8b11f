"""From text to numbers: token, one-hot index, embedding row, hidden state, logits, softmax, at one position."""

import pandas as pd
import streamlit as st
from torch import Tensor

from nlm_core.lm.candidates import label
from nlm_core.lm.reader import PrefixReader, Reading
from nlm_core.nn.latex import number
from pages._shared.charts.bars import percent

_FIRST = 8


def numbers_panel(reader: PrefixReader, reading: Reading, position: int) -> None:
    model = reader.model
    labels = [label(model, i, first=t == 0) for t, i in enumerate(reading.ids)]
    st.caption(f"Position {position}: what the model computes when it has read up to this token.")
    st.dataframe(
        pd.DataFrame(
            {
                "token": labels,
                "id = one-hot index": [str(token_id) for token_id in reading.ids],
                "read": ["yes" if t <= position else "not yet" for t in range(len(labels))],
            }
        ).T,
        height=140,
        alt=f"Tokens of the prefix: {len(labels)} with their ids, read up to position {position}",
    )
    token_id = reading.ids[position]
    logits = reader.logits([position])[0]
    p = logits.softmax(-1)
    V, E, H = model.vocab_size, reader.embeddings().shape[1], reader.hidden_states().shape[1]
    st.latex(rf"x_{{{position}}} \in \{{0,1\}}^{{{V}}},\quad x_{{{position},\,{token_id}}} = 1,\text{{ else }} 0")
    _vector(
        "Embedding row",
        rf"e_{{{position}}} = E\,x_{{{position}}} \in \mathbb{{R}}^{{{E}}}",
        reader.embeddings()[position],
    )
    _vector("Hidden state", rf"h_{{{position}}} \in \mathbb{{R}}^{{{H}}}", reader.hidden_states()[position])
    bias = "" if model.card.kind == "transformer" else " + b_y"
    _vector("Logits", rf"y_{{{position}}} = W_y h_{{{position}}}{bias} \in \mathbb{{R}}^{{{V}}}", logits)
    best = int(logits.argmax())
    total = float(logits.double().exp().sum())
    # Where all logits are far below 0, so is the sum below any fixed decimal.
    shown = f"{total:,.1f}" if total >= 10 else number(total, 4)
    st.latex(
        rf"p_i = \frac{{\exp(y_i)}}{{\sum_{{j=1}}^{{{V}}} \exp(y_j)}}:\quad "
        rf"\frac{{\exp({float(logits[best]):.3f})}}{{{shown}}} = {float(p[best]):.4f}"
    )
    st.caption(f"for the most probable token, id {best}; all {V:,} together sum to {float(p.double().sum()):.6f}.")
    _vector("Softmax", rf"p_{{{position}}} = \operatorname{{softmax}}(y_{{{position}}}) \in [0, 1]^{{{V}}}", p)
    st.caption(f"p of the most probable token: {percent(float(p[best]))}")


def _vector(name: str, formula: str, values: Tensor) -> None:
    """First values of a vector, and on demand all of them."""
    head, formula_column, all_column = st.columns([2, 4, 2], vertical_alignment="center")
    head.markdown(f"**{name}**")
    formula_column.latex(formula)
    show_all = all_column.toggle(f"all {len(values):,}", key=f"all of {name}")
    numbers = values.double().cpu().numpy()
    shown = numbers if show_all else numbers[:_FIRST]
    st.dataframe(
        pd.DataFrame([shown], index=["value"]).T if show_all else pd.DataFrame([shown], index=["value"]),
        height=300 if show_all else "auto",
        alt=f"{name}: {len(shown):,} of {len(numbers):,} numbers, from {numbers.min():.4g} to {numbers.max():.4g}",
    )
