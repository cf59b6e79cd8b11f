"""A neural network: the lecture's 3-4-2 and its like, as a drawing, as matrices and unit by unit."""

import streamlit as st

from nlm_core.nn.activations import ACTIVATIONS
from nlm_core.nn.mlp import Forward, Parameters, equation, forward
from pages._shared.charts.network import EDGE, NODE, edges_frame, network_alt, network_chart, nodes_frame, symbol
from pages._shared.charts.palette import ink
from pages._shared.frame import errors_told, page
from pages._shared.glossary import hint
from pages._shared.panels import network_views
from pages._shared.panels.chart import chart
from pages._shared.panels.network_setup import drawn_field, inputs_field, numbers_field

# The names stand in the address as they stand on the page.
VIEWS = ("Matrices", "One unit", "Weights", "Activation", "Softmax")
DRAWING = "network_chart"
FIRST = "h₂[1]"


def clicked() -> None:
    """A click on a node or on an edge opens the unit that it belongs to, or that it leads to."""
    selected = st.session_state[DRAWING].selection
    # The one that was clicked last comes as news; the other is as it was.
    for name in (NODE, EDGE):
        points = selected.get(name) or []
        news = points != st.session_state.get(f"_last {name}", [])
        st.session_state[f"_last {name}"] = points
        if news and points and points[0]["unit"]:
            st.session_state["unit"] = points[0]["unit"]
            st.session_state["view"] = "One unit"


def unit_names(sizes: tuple[int, ...]) -> dict[str, tuple[int, int]]:
    """(layer, row) of every unit by its name; the input has none."""
    layers = len(sizes) - 1
    return {
        f"{symbol(layer, layers)}[{row + 1}]": (layer, row)
        for layer in range(1, layers + 1)
        for row in range(sizes[layer])
    }


def unit_field(sizes: tuple[int, ...]) -> tuple[int, int]:
    """Which unit is taken apart: (layer, row)."""
    names = unit_names(sizes)
    if st.session_state.get("unit", FIRST) not in names:
        st.session_state["unit"] = FIRST
    return names[st.selectbox("Unit", list(names), key="unit", bind="query-params")]


def drawing(parameters: Parameters, passed: Forward, chosen: tuple[int, int]) -> None:
    layers = len(parameters.W)
    headings = [f"{symbol(i, layers)}: {size} {'number' if i in (0, layers) else 'unit'}{'s' * (size > 1)}"
                for i, size in enumerate(parameters.sizes)]  # fmt: skip
    st.caption("Blue is positive, orange negative; width is size. Click a unit or an edge to take it apart.")
    theme = st.context.theme.type
    nodes, edges = nodes_frame(parameters, passed), edges_frame(parameters)
    chart(
        network_chart(nodes, edges, headings, chosen, ink=ink(theme), theme=theme),
        key=DRAWING,
        on_select=clicked,
        alt=network_alt(nodes, edges),
    )


def lesson(foot: st.delta_generator.DeltaGenerator) -> None:
    with st.container(key="setup"):
        choice, setup, unit_choice = st.columns([4, 2, 1], vertical_alignment="bottom")
    with setup:
        drawn = drawn_field()
    sliders, picture = st.columns([1, 3])
    views, formula = st.columns([3, 2], vertical_alignment="center")
    # A formula in a line of text is broken where the screen ends.
    formula.markdown(f"${equation(len(drawn.W) - 1)}$")
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
    with setup:
        parameters = numbers_field(foot, drawn)
    with unit_choice:
        chosen = unit_field(parameters.sizes)
    with sliders:
        passed = forward(parameters, inputs_field(parameters.sizes[0]), name)
    with picture:
        drawing(parameters, passed, chosen)
    view = views.segmented_control(
        "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", label_visibility="collapsed", required=True
    )
    if view == "One unit":
        network_views.unit_panel(parameters, passed, name, chosen)
    elif view == "Weights":
        network_views.weights_panel(parameters)
    elif view == "Activation":
        network_views.activation_panel(passed, name)
    elif view == "Softmax":
        network_views.softmax_panel(passed)
    else:
        network_views.matrices_panel(parameters, passed)


@st.fragment
@errors_told
def explorer() -> None:
    """All of the page runs here, so that a move runs nothing else."""
    body, foot = st.container(), st.container()
    with body:
        lesson(foot)


with page("neural_network"):
    explorer()
