"""Backpropagation: the lecture's derivation as a ledger, one row at a time, each number checked."""

import streamlit as st

from nlm_core.nn.activations import ACTIVATIONS
from nlm_core.nn.backprop import Ledger, ledger
from nlm_core.nn.losses import LOSSES
from nlm_core.nn.mlp import Parameters
from pages._app.live import at_rest, live, live_drawing
from pages._app.steps import Steps
from pages._components.drawing import Act, whole
from pages._shared.charts.ledger_drawing import ledger_drawing
from pages._shared.frame import errors_told, page
from pages._shared.glossary import hint
from pages._shared.panels.ledger_steps import is_hidden, row_panel, rows_panel, step_panel, target_field, tiny
from pages._shared.panels.network_setup import drawn_field, inputs_field, network_of, numbers_field

# The names stand in the address as they stand on the page.
VIEWS = ("Ledger", "Take the step")
ROW = Steps("row", "row", first=1)


def done(rows: int, act: Act) -> None:
    """A step on or back, or to the row that is named."""
    by, to = whole(act, "go", -1, 1), whole(act, "to", 1, rows)
    if by is not None:
        ROW.move(by, rows)
    elif to is not None:
        ROW.choose(to)


@live
@errors_told
def answer(found: Ledger, guessing: bool) -> None:
    """The row that is shown, with its numbers: what a step costs."""
    row = ROW.shown(len(found.rows))
    live_drawing(
        "ledger",
        ledger_drawing(found, row, guessing and is_hidden(found.rows[row - 1])),
        key="ledger",
        on_act=lambda act: done(len(found.rows), act),
    )


@at_rest
@errors_told
def below(found: Ledger, guessing: bool) -> None:
    """The check of the row and all rows before it, when the steps have come to rest."""
    last = len(found.rows)
    ROW.tell_address(last)
    r = ROW.shown(last) - 1
    now, so_far = st.columns([3, 2], gap="medium")
    with now:
        row_panel(found, r, guessing)
    with so_far:
        rows_panel(found, r, guessing)
        st.caption(
            "Checked: the largest difference of any gradient is "
            f"{tiny(found.largest_autograd_difference)} from autograd and "
            f"{tiny(found.largest_finite_difference)} from finite differences."
        )


def setup() -> tuple[Parameters, Ledger]:
    """The network of the sizes that are chosen, and the derivation for its numbers and the example."""
    with st.container(key="twos setup"):
        sigma_choice, loss_choice, example, sizes = st.columns([3, 2, 1, 2], vertical_alignment="bottom")
    with sigma_choice:
        sigma = st.selectbox("Activation σ", list(ACTIVATIONS), key="sigma", bind="query-params")
    with loss_choice:
        loss = st.selectbox("Loss L", list(LOSSES), key="loss", bind="query-params", help=hint("Loss", "Forward pass"))
    with sizes:
        drawn = drawn_field()
    with example, st.popover("x and y"):
        x = inputs_field(drawn.sizes[0])
        y = target_field(loss, drawn.sizes[-1])
    return drawn, ledger(network_of(drawn), x, y, sigma, loss)


def explorer() -> None:
    """The choices in the page's full run; the steps and what follows them in parts of their own."""
    drawn, found = setup()
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
    ROW.open()
    if view == VIEWS[1]:
        step_panel(found)
    else:
        answer(found, guessing)
        below(found, guessing)
    numbers_field(drawn)


with page("backpropagation"):
    errors_told(explorer)()
