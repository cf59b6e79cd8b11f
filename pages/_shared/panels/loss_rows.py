"""The losses of one prediction, each with formula, gradient and curve; softmax step by step."""

import math

import pandas as pd
import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator

from nlm_core.nn.latex import matrix, number
from nlm_core.nn.losses import LOSSES, TWO_WAY
from nlm_core.nn.readings import PERPLEXITY, Reading, perplexity_reading, readings
from nlm_core.nn.softmax import softmax_steps
from pages._shared.charts.loss_curves import loss_alt, loss_chart, perplexity_alt, perplexity_chart
from pages._shared.escape import plain
from pages._shared.glossary import hint
from pages._shared.panels.chart import chart
from pages._shared.panels.loss_inputs import Prediction

# What the words of the lecture call each loss.
_WORDS = {"L2": "L2 loss", "L1": "L1 loss", "BCE": "Binary cross-entropy", "CE": "Cross-entropy"}
_PERPLEXITY_HINT = (
    "A sure and right prediction has perplexity 1; a fair choice among N words has N. It falls and rises with CE, "
    "but more steeply where the prediction is bad."
)


def _pair(given: Prediction) -> Prediction:
    """Two classes as a distribution over both, which is what CE takes."""
    y, p = torch.cat([given.y, 1 - given.y]), torch.cat([given.y_hat, 1 - given.y_hat])
    return Prediction(y, p, int(given.y[0] == 0), ("class 1", "class 0"))


def read(problem: str, given: Prediction) -> dict[str, tuple[Reading, Prediction]]:
    """Every loss with the prediction that it was taken of."""
    found = {name: (reading, given) for name, reading in readings(given.y, given.y_hat).items()}
    if problem == TWO_WAY:
        pair = _pair(given)
        found["CE"] = (readings(pair.y, pair.y_hat)["CE"], pair)
    return found


def loss_rows(problem: str, found: dict[str, tuple[Reading, Prediction]]) -> None:
    """Each loss with its formula filled in, its gradient and its curve: those of this problem first."""
    for name in sorted(found, key=lambda name: LOSSES[name].problem != problem):
        _loss_row(name, *found[name])
        if name == "CE":
            _perplexity_row(found[name][1])


def _loss_row(name: str, reading: Reading, given: Prediction) -> None:
    entry = LOSSES[name]
    with st.container(border=True):
        text, curve = st.columns([3, 2], vertical_alignment="center")
        with text:
            st.markdown(f"**{name}** · {entry.problem}", help=hint(_WORDS[name], said=entry.hint))
            # In a line of text a formula that is too wide is broken instead of cut off.
            st.markdown(rf"$\displaystyle {entry.formula}$")
            st.markdown(rf"$\displaystyle {entry.gradient_formula}$")
            if name == "L2":
                st.caption(entry.hint)
        _numbers(reading, given, curve)


def _perplexity_row(given: Prediction) -> None:
    with st.container(border=True):
        text, curve = st.columns([3, 2], vertical_alignment="center")
        with text:
            st.markdown(f"**{PERPLEXITY}** · {LOSSES['CE'].problem}", help=hint("Perplexity", said=_PERPLEXITY_HINT))
            st.markdown(r"$\displaystyle \text{PPL}(y, \hat{y}) = \exp(L_{\text{CE}}(y, \hat{y}))$")
            st.markdown(
                r"$\displaystyle \frac{\partial \, \text{PPL}}{\partial \hat{y}_i} = "
                r"\text{PPL} \cdot \frac{\partial L_{\text{CE}}}{\partial \hat{y}_i}$"
            )
        _numbers(perplexity_reading(given.y, given.y_hat), given, curve)


def _numbers(reading: Reading, given: Prediction, curve: DeltaGenerator) -> None:
    """The formula filled in and the gradient, with the curve beside; or why there are none."""
    if reading.why_not or reading.gradient is None:
        st.info(plain(f"Not for this prediction: {reading.why_not}."))
        return
    i = given.component
    y, y_hat, slope = float(given.y[i]), float(given.y_hat[i]), float(reading.gradient[i])
    axis = f"ŷ of {given.names[i]}"
    if reading.name == PERPLEXITY:
        drawn = perplexity_chart(y, y_hat, reading.value, slope, axis)
        told = perplexity_alt(y_hat, reading.value, slope, axis)
    else:
        drawn = loss_chart(reading.name, y, y_hat, slope, axis)
        told = loss_alt(reading.name, y, y_hat, slope, axis)
    chart(drawn, told, curve, key=f"curve {reading.name}")
    # In a line of text, and with brackets that do not stretch, a long sum is broken where it ends.
    filled = reading.filled.replace(r"\left[", "[").replace(r"\right]", "]")
    st.markdown(rf"Filled in: ${filled}$")
    st.markdown(rf"Gradient: ${matrix(reading.gradient[None, :])}^T$")


def softmax_panel(given: Prediction) -> None:
    """The formula as written beside the form that cannot overflow, number by number."""
    steps = softmax_steps(given.logits, given.temperature)
    st.markdown(
        r"$\displaystyle \text{softmax}(y)_i = \frac{\exp(y_i / \tau)}{\sum_j \exp(y_j / \tau)} = "
        r"\frac{\exp(y_i / \tau - m)}{\sum_j \exp(y_j / \tau - m)}, \qquad m = \max_j y_j / \tau = "
        + number(steps.largest)
        + "$"
    )
    st.caption("As in the lecture, y are the logits here; above, y is the word that really follows.")
    columns = {
        "logit y": given.logits,
        "y / τ": steps.scaled,
        "exp(y / τ), 32 bits": steps.naive_exponentials,
        "as written": steps.naive,
        "y / τ − m": steps.shifted,
        "exp(y / τ − m)": steps.exponentials,
        "p, safe form": steps.probabilities,
    }
    table = pd.DataFrame({name: [_shown(v) for v in values.tolist()] for name, values in columns.items()})
    table.insert(0, "word", list(given.names))
    st.dataframe(
        table,
        hide_index=True,
        alt=f"Softmax step by step: {len(table)} words, as written and in the safe form, m = {steps.largest:.4g}",
    )
    if steps.overflows:
        st.warning(
            "In the 32 bits that networks run in, exp overflows above 88.7: ∞ / ∞ is not a number. "
            "The safe form takes the largest logit off first, so that no exponent is above 0."
        )
    else:
        st.caption(
            "Taking m off all logits changes nothing, exp(−m) cancels; but every exponent is then at most 0. "
            "Raise a logit to 10 and lower τ to 0.1 to see the formula as written fail."
        )
    st.caption(
        f"The exponentials sum to {steps.total:.6g}, the probabilities to {float(steps.probabilities.sum()):.6f}."
    )


def _shown(value: float) -> str:
    return "∞" if value == math.inf else "not a number" if math.isnan(value) else f"{value:.4g}"
