"""Backpropagation: the lecture's derivation as a ledger, one row at a time, each number checked."""

import streamlit as st

from nlm_core.nn.activations import ACTIVATIONS
from nlm_core.nn.backprop import ledger
from nlm_core.nn.losses import LOSSES
from pages._shared.frame import errors_told, page
from pages._shared.glossary import hint
from pages._shared.panels.ledger_steps import row_formula, row_panel, rows_panel, step_panel, target_field, tiny
from pages._shared.panels.network_setup import inputs_field, network_field
from pages._shared.panels.stepper import stepper

# The names stand in the address as they stand on the page.
VIEWS = ("Ledger", "Take the step")


def lesson(foot: st.delta_generator.DeltaGenerator) -> None:
    with st.container(key="twos setup"):
        sigma_choice, loss_choice, example, setup = st.columns([3, 2, 1, 2], vertical_alignment="bottom")
    with sigma_choice:
        sigma = st.selectbox("Activation σ", list(ACTIVATIONS), key="sigma", bind="query-params")
    with loss_choice:
        loss = st.selectbox("Loss L", list(LOSSES), key="loss", bind="query-params", help=hint("Loss", "Forward pass"))
    with setup:
        parameters = network_field(foot)
    with example, st.popover("x and y"):
        x = inputs_field(parameters.sizes[0])
        y = target_field(loss, parameters.sizes[-1])
    done = ledger(parameters, x, y, sigma, loss)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        view = st.segmented_control(
            "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", label_visibility="collapsed",
            required=True, width="content",
        )  # fmt: skip
        guessing = view == VIEWS[0] and st.toggle(
            "Guess first",
            key="guess",
            bind="query-params",
            help=hint(
                "Backpropagation",
                "Chain rule of derivatives",
                said="One number of each result is hidden until you type it.",
            ),
            width="content",
        )
    if view == VIEWS[1]:
        step_panel(done)
        return
    r = stepper("Row of the ledger", 1, len(done.rows), key="row", forward="Next") - 1
    now, so_far = st.columns([3, 2], gap="medium")
    with now:
        row_formula(done, r)
    with now:
        row_panel(done, r, guessing)
    with so_far:
        rows_panel(done, r, guessing)
        st.caption(
            "Checked: the largest difference of any gradient is "
            f"{tiny(done.largest_autograd_difference)} from autograd and "
            f"{tiny(done.largest_finite_difference)} from finite differences."
        )


@st.fragment
@errors_told
def explorer() -> None:
    """All of the page runs here, so that a move runs nothing else."""
    body, foot = st.container(), st.container()
    with body:
        lesson(foot)


with page("backpropagation"):
    explorer()
