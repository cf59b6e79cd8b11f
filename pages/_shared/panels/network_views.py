"""What can be read of a network under its drawing: matrices, one unit, the activation, the probabilities."""

import streamlit as st
import torch

from nlm_core.nn.activations import activation
from nlm_core.nn.heads import head
from nlm_core.nn.latex import matrix, number, shape
from nlm_core.nn.mlp import Forward, Parameters
from nlm_core.nn.unit import unit
from pages._components.drawing import drawing
from pages._shared.charts.activation_curve import activation_alt, activation_chart, marks_frame
from pages._shared.charts.network import symbol
from pages._shared.charts.palette import ink
from pages._shared.charts.probabilities import probabilities_drawing
from pages._shared.panels.chart import chart
from pages._shared.panels.network_setup import weights_editor


def layer_text(parameters: Parameters, passed: Forward, layer: int) -> str:
    """One layer as matrices: names with shapes over the numbers."""
    last = layer == len(parameters.W)
    W, b = parameters.W[layer - 1], parameters.b[layer - 1]
    below = passed.x if layer == 1 else passed.h[2 * layer - 3]
    z = passed.y_hat if last else passed.h[2 * layer - 2]
    under = "x" if layer == 1 else f"h_{2 * layer - 2}"
    over = r"\hat{y}" if last else f"h_{2 * layer - 1}"

    def named(values: torch.Tensor, name: str) -> str:
        return rf"\underbrace{{{matrix(values)}}}_{{{name} \in {shape(values)}}}"

    text = f"{named(W, f'W_{layer}')} {named(below, under)} + {named(b, f'b_{layer}')} = {named(z, over)}"
    if not last:
        after = passed.h[2 * layer - 1]
        text += rf",\quad \sigma({over}) = {named(after, f'h_{2 * layer}')}"
    return text


def matrices_panel(parameters: Parameters, passed: Forward) -> None:
    for layer in range(1, len(parameters.W) + 1):
        # A formula in a line of text is broken where the screen ends.
        st.markdown(f"${layer_text(parameters, passed, layer)}$")


def weights_panel(parameters: Parameters) -> None:
    """Every layer's W and b in cells."""
    layers = len(parameters.W)
    st.caption("Type into any cell: W times what comes from the left, plus b. The drawing follows.")
    for layer, column in enumerate(st.columns(layers), start=1):
        with column:
            rows, columns = parameters.W[layer - 1].shape
            st.markdown(
                rf"$W_{layer} \in \mathbb{{R}}^{{{rows} \times {columns}}},\; b_{layer} \in \mathbb{{R}}^{{{rows}}}$"
            )
            names = [f"{symbol(layer - 1, layers)}[{i + 1}]" for i in range(columns)]
            weights_editor(parameters, layer, names)


def unit_panel(parameters: Parameters, passed: Forward, activation_name: str, chosen: tuple[int, int]) -> None:
    """The arithmetic of one unit."""
    found = unit(parameters, passed, activation_name, *chosen)
    layers = len(parameters.W)
    below, above, _ = found.symbols
    row = found.row + 1
    names = [f"{symbol(found.layer - 1, layers)}[{i + 1}]" for i in range(len(found.inputs))]
    left, right = st.columns(2)
    with left:
        st.markdown(
            rf"$({above})_{row} = \textstyle\sum_j (W_{found.layer})_{{{row}j}} \, "
            rf"({below})_j + (b_{found.layer})_{row}$"
        )
        for line in found.written_out.split(r", \quad "):
            # A formula in a line of text is broken where the screen ends.
            st.markdown(f"${line}$")
    with right:
        st.dataframe(
            {
                "input": names,
                "value": found.inputs.tolist(),
                "weight": found.weights.tolist(),
                "product": found.products.tolist(),
            },
            hide_index=True,
            alt=f"Products of the unit: {len(names)} of them, together {float(found.products.sum()):.4g}",
        )


def activation_panel(passed: Forward, name: str) -> None:
    sigma = activation(name)
    curve, text = st.columns([3, 2], vertical_alignment="center")
    marks = marks_frame(name, passed)
    chart(
        activation_chart(name, marks, ink(st.context.theme.type)),
        activation_alt(name, marks),
        curve,
        key="activation_chart",
    )
    with text:
        for formula in (sigma.formula, sigma.derivative_formula):
            # In a line of text a formula that is too wide is broken instead of cut off.
            st.markdown(rf"$\displaystyle {formula}$")
        st.caption(sigma.hint)


def softmax_panel(passed: Forward) -> None:
    """From logits to probabilities."""
    p = head("softmax").value(passed.y_hat)
    left, right = st.columns(2, vertical_alignment="center")
    with left:
        st.latex(head("softmax").formula)
        e = torch.exp(passed.y_hat - passed.y_hat.max())
        st.latex(
            rf"p_1 = \frac{{\exp({number(float(passed.y_hat[0]))})}}{{\sum_j \exp(\hat{{y}}_j)}} = "
            rf"\frac{{{number(float(e[0]))}}}{{{number(float(e.sum()))}}} = {number(float(p[0]))}"
        )
        st.caption("The largest logit is taken off all of them first, so that no exp overflows; the quotient stays.")
    with right:
        names = [f"class {i + 1}" for i in range(len(p))]
        drawing("bars", probabilities_drawing("Softmax of the outputs", names, p.tolist(), None), key="head_bars")
