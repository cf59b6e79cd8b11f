"""One step as arithmetic: the whole vectors, or one unit with its largest products."""

import numpy as np
import pandas as pd
import streamlit as st

from nlm_core.lm.reader import PrefixReader, Reading
from nlm_core.lm.rnn_steps import Step, take_step, unit_sum
from nlm_core.text.csv_export import to_csv
from pages._shared import controls

_FIRST = 6
# Names of the vectors in an export, and as they are shown.
_SHOWN = {
    "x_t": "xₜ",
    "W_h x_t": "Wₕ xₜ",
    "U_h h_{t-1}": "Uₕ hₜ₋₁",
    "b_h": "bₕ",
    "a_t": "aₜ",
    "h_t": "hₜ",
    "y_t": "yₜ",
    "p_t": "pₜ",
}

_NOTATION = r"""
| here | second slide | shape | |
|---|---|---|---|
| $w_t$ as one-hot vector | $x^{(t)}$ | $\lvert V \rvert$ | which token |
| $x_t$ | $e^{(t)} = E\,x^{(t)}$ | $E$ | its embedding |
| $h_t$ | $h^{(t)}$ | $H$ | hidden state |
| $W_h$ | $W_e$ | $H \times E$ | from the input |
| $U_h$ | $W_h$ | $H \times H$ | from the state before |
| $b_h$ | $b_1$ | $H$ | |
| $W_y,\ b_y$ | $U,\ b_2$ | $\lvert V \rvert \times H,\ \lvert V \rvert$ | to the logits |
| $p_t = \mathrm{softmax}(y_t)$ | $\hat y^{(t)}$ | $\lvert V \rvert$ | next-token distribution |

The two slides call different matrices $W_h$. Here $\sigma_h = \tanh$, and $\sigma_y$ is the identity.
"""


def _vectors(step: Step) -> list[tuple[str, str, np.ndarray]]:
    """Name, how it comes about, values: in the order in which they are computed."""
    return [
        ("x_t", "embedding of the token, eₜ", step.x),
        ("W_h x_t", "what the word says", step.from_input),
        ("U_h h_{t-1}", "what the state before says", step.from_state),
        ("b_h", "bias", step.bias),
        ("a_t", "their sum", step.a),
        ("h_t", "tanh(aₜ), the hidden state", step.h),
        ("y_t", "W_y hₜ + b_y, the logits", step.y),
        ("p_t", "softmax(yₜ), sums to 1", step.p),
    ]


def _csv(step: Step) -> str:
    rows = ((name, i, value) for name, _, values in _vectors(step) for i, value in enumerate(values.tolist()))
    return to_csv(["vector", "index", "value"], rows)


def _step(reader: PrefixReader, reading: Reading, t: int) -> Step:
    return take_step(reader.model, reading.ids, reader.hidden_states(), t)


def arithmetic_panel(reader: PrefixReader, reading: Reading, labels: list[str], t: int) -> None:
    """Every vector of the step with its shape, its length and its first numbers."""
    step = _step(reader, reading, t)
    V, E, H = len(step.y), len(step.x), len(step.h)
    before = "0" if t == 0 else f"h_{{{t - 1}}}"
    state, logits, probabilities = st.columns([5, 3, 2])
    state.latex(
        rf"\underset{{{H}}}{{h_{{{t}}}}} = \tanh\bigl(\underset{{{H} \times {E}}}{{W_h}}\,"
        rf"\underset{{{E}}}{{x_{{{t}}}}} + \underset{{{H} \times {H}}}{{U_h}}\,\underset{{{H}}}{{{before}}} + "
        rf"\underset{{{H}}}{{b_h}}\bigr)"
    )
    logits.latex(
        rf"\underset{{{V}}}{{y_{{{t}}}}} = \underset{{{V} \times {H}}}{{W_y}}\,h_{{{t}}} + \underset{{{V}}}{{b_y}}"
    )
    probabilities.latex(rf"p_{{{t}}} = \operatorname{{softmax}}(y_{{{t}}})")
    rows = [
        {
            "vector": _SHOWN[name],
            "is": what,
            "shape": f"{len(values):,}",
            "length ‖·‖": f"{np.linalg.norm(values):.4f}",
            "smallest": f"{values.min():.4g}",
            "largest": f"{values.max():.4g}",
            **{f"[{i}]": f"{values[i]:.4g}" for i in range(min(_FIRST, len(values)))},
        }
        for name, what, values in _vectors(step)
    ]
    one_hot = {
        "vector": "one-hot",
        "is": f"{labels[t]}: 1 at index {step.token_id:,}, else 0",
        "shape": f"{V:,}",
        "length ‖·‖": "1",
        "smallest": "0",
        "largest": "1",
        **{f"[{i}]": str(int(i == step.token_id)) for i in range(min(_FIRST, V))},
    }
    table = pd.DataFrame([one_hot, *rows])
    st.dataframe(
        table,
        hide_index=True,
        height=35 * (len(table) + 1) + 3,
        alt=f"Vectors of step {t}: {len(table)} with their first numbers, h of length {np.linalg.norm(step.h):.4f}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        # Written when it is asked for: 19,000 lines would be the most that a step costs.
        st.download_button(
            "All numbers of this step as CSV", lambda: _csv(step), f"step_{t}.csv", "text/csv", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
        with st.popover("The second slide's notation"):
            st.markdown(_NOTATION)


def unit_panel(reader: PrefixReader, reading: Reading, labels: list[str], t: int) -> None:
    """One unit's sum written out, its largest products by name, and the model's own number beside it."""
    step = _step(reader, reading, t)
    H = len(step.h)
    left, right = st.columns(2)
    with left:
        unit = controls.bounded_slider("Unit i", 0, H - 1, default=int(np.abs(step.h).argmax()), key="unit")
        found = unit_sum(reader.model, step, unit)
        before = "0" if t == 0 else f"h_{{{t - 1}}}[j]"
        st.latex(
            r"\begin{aligned}"
            rf"a_{{{t}}}[{unit}] &= \textstyle\sum_j W_h[{unit},j]\,x_{{{t}}}[j] \\"
            rf"&\quad + \textstyle\sum_j U_h[{unit},j]\,{before} + b_h[{unit}] \\"
            rf"&= {step.from_input[unit]:.4f} {step.from_state[unit]:+.4f} {found.bias:+.4f} \\"
            rf"&= {found.a:.4f} \\"
            rf"h_{{{t}}}[{unit}] &= \tanh({found.a:.4f}) = {found.h:.6f}"
            r"\end{aligned}"
        )
        apart = abs(found.h - found.model_h)
        st.markdown(f"The model's own number is **{found.model_h:.6f}**: {apart:.1e} apart, the rounding of 32 bits.")
    with right:
        rows = [
            {
                "comes from": f"xₜ[{part.index}], {labels[t]}" if part.source == "x" else f"hₜ₋₁[{part.index}]",
                "weight": f"{part.weight:+.4f}",
                "value": f"{part.value:+.4f}",
                "product": f"{part.product:+.4f}",
            }
            for part in found.largest
        ]
        rows.append(
            {"comes from": f"{found.rest_count:,} others", "weight": "", "value": "", "product": f"{found.rest:+.4f}"}
        )
        rows.append({"comes from": "bias bₕ", "weight": "", "value": "", "product": f"{found.bias:+.4f}"})
        rows.append({"comes from": "sum aₜ", "weight": "", "value": "", "product": f"{found.a:+.4f}"})
        st.dataframe(
            rows,
            hide_index=True,
            height=35 * (len(rows) + 1) + 3,
            alt=f"Sum of unit {unit}: the {len(found.largest)} largest products, with all others {found.a:+.4f}",
        )
