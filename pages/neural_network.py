"""A neural network: the lecture's 3-4-2 and its like, as a drawing, as matrices and unit by unit."""

import streamlit as st

from nlm_core.nn.activations import ACTIVATIONS
from nlm_core.nn.mlp import Forward, Parameters, equation, forward
from pages._app.live import answer_now, at_rest, live, live_drawing
from pages._shared.charts.network import network_drawing
from pages._shared.frame import errors_told, page
from pages._shared.glossary import hint
from pages._shared.panels import network_views
from pages._shared.panels.network_moves import chosen_unit, done, open_unit, opened_view, tell_unit, unit_fields
from pages._shared.panels.network_setup import drawn_field, inputs, network_of, numbers_field

# The names stand in the address as they stand on the page.
VIEWS = ("Matrices", "One unit", "Weights", "Activation", "Softmax")
NOTE = "Blue is positive, orange negative; width is size. Click a unit or an edge to see its arithmetic."


def computed(drawn: Parameters, name: str) -> tuple[Parameters, Forward]:
    """The network and its forward pass, with all numbers as they are now."""
    parameters = network_of(drawn)
    return parameters, forward(parameters, [number.value() for number in inputs(drawn.sizes[0])], name)


@live
@errors_told
def answer(drawn: Parameters, name: str) -> None:
    """The network with its inputs and the weights of one unit: what a move costs."""
    parameters, passed = computed(drawn, name)
    unit = chosen_unit(drawn.sizes)
    fields = [number.field() for number in inputs(drawn.sizes[0])]
    live_drawing(
        "network",
        {
            **network_drawing(parameters, passed, unit),
            "fields": fields,
            "above": unit_fields(parameters, unit),
            "note": NOTE,
        },
        key="network",
        on_act=lambda act: done(drawn, act),
    )


@at_rest
@errors_told
def below(drawn: Parameters, name: str) -> None:
    """The numbers written out, when they have come to rest."""
    for number in inputs(drawn.sizes[0]):
        number.tell_address()
    tell_unit()
    opened = opened_view()
    if opened:
        st.session_state["view"] = opened
    parameters, passed = computed(drawn, name)
    views, formula = st.columns([3, 2], vertical_alignment="center")
    view = views.segmented_control(
        "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", label_visibility="collapsed", required=True
    )
    # A formula in a line of text is broken where the screen ends.
    formula.markdown(f"${equation(len(drawn.W) - 1)}$")
    if view == "One unit":
        network_views.unit_panel(parameters, passed, name, chosen_unit(drawn.sizes))
    elif view == "Weights":
        network_views.weights_panel(parameters)
    elif view == "Activation":
        network_views.activation_panel(passed, name)
    elif view == "Softmax":
        network_views.softmax_panel(passed)
    else:
        network_views.matrices_panel(parameters, passed)
    numbers_field(drawn, answer_now)


def explorer() -> None:
    """Activation and sizes in the page's full run; what is moved and what follows in parts of their own."""
    with st.container(key="setup"):
        choice, setup = st.columns([3, 1], vertical_alignment="bottom")
    with setup:
        drawn = drawn_field()
    with choice:
        name = st.segmented_control(
            "Activation σ",
            list(ACTIVATIONS),
            default="Sigmoid",
            key="sigma",
            bind="query-params",
            required=True,
            help=hint("Activation function"),
        )
    for number in inputs(drawn.sizes[0]):
        number.open()
    open_unit(drawn.sizes)
    answer(drawn, name)
    below(drawn, name)


with page("neural_network"):
    errors_told(explorer)()
