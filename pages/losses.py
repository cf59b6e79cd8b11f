"""Losses and softmax: one prediction, moved by hand, and every loss of it."""

import streamlit as st

from nlm_core.nn.losses import MULTI_CLASS, REGRESSION, TWO_WAY
from pages._shared.frame import errors_told, page
from pages._shared.panels.loss_inputs import prediction_bars, prediction_field
from pages._shared.panels.loss_rows import loss_rows, losses_in_a_row, read, softmax_panel

# The names stand in the address as they stand on the page.
PROBLEMS = (MULTI_CLASS, TWO_WAY, REGRESSION)
VIEWS = ("Formulas, gradients, curves", "Softmax step by step")


@st.fragment
@errors_told
def explorer() -> None:
    """All of the page runs here, so that a slider runs nothing else."""
    choice, said = st.columns([3, 2], vertical_alignment="center")
    problem = choice.segmented_control(
        "Problem", PROBLEMS, default=PROBLEMS[0], key="problem", bind="query-params", label_visibility="collapsed",
        required=True,
    )  # fmt: skip
    # The numbers stand over the sliders that move them, so that both are seen at once.
    numbers = st.container()
    given, place = prediction_field(problem)
    found = read(problem, given)
    with numbers:
        losses_in_a_row(problem, found, said)
    prediction_bars(problem, given, place)
    view = VIEWS[0]
    if problem == MULTI_CLASS:
        view = st.segmented_control(
            "View", VIEWS, default=view, key="view", bind="query-params", label_visibility="collapsed", required=True
        )
    if view == VIEWS[0]:
        loss_rows(problem, found)
    else:
        softmax_panel(given)


with page("losses"):
    explorer()
