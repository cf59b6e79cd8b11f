"""Losses and softmax: one prediction, moved by hand, and every loss of it."""

import streamlit as st

from nlm_core.nn.losses import MULTI_CLASS, REGRESSION, TWO_WAY
from pages._app.live import at_rest, live, live_drawing
from pages._shared.charts.losses_drawing import losses_drawing
from pages._shared.charts.probabilities import probabilities_drawing
from pages._shared.frame import errors_told, page
from pages._shared.panels.loss_inputs import SITUATIONS, Choice, choice_field, moved, prediction
from pages._shared.panels.loss_rows import loss_rows, read, softmax_panel

# The names stand in the address as they stand on the page.
PROBLEMS = (MULTI_CLASS, TWO_WAY, REGRESSION)
VIEWS = ("Formulas, gradients, curves", "Softmax step by step")
OF_SIGMOID = "ŷ = sigmoid(logit) is the probability of class 1; 1 − ŷ is that of class 0."


@live
@errors_told
def answer(choice: Choice) -> None:
    """The prediction, its losses and its distribution: what a move costs."""
    given = prediction(choice)
    found = {name: reading for name, (reading, _) in read(choice.problem, given).items()}
    fields = [number.field() for number in choice.numbers]
    if choice.problem == MULTI_CLASS:
        bars = probabilities_drawing("Softmax of the logits", given.names, given.y_hat.tolist(), given.component)
        drawn = losses_drawing(
            choice.problem, found, bars, fields[:-1], above=fields[-1:], situations=tuple(SITUATIONS)
        )
    elif choice.problem == TWO_WAY:
        p = float(given.y_hat)
        bars = probabilities_drawing(
            "Sigmoid of the logit", ("class 1", "class 0"), (p, 1 - p), 1 - int(choice.component)
        )
        drawn = losses_drawing(choice.problem, found, bars, fields, note=OF_SIGMOID)
    else:
        drawn = losses_drawing(choice.problem, found, None, fields)
    live_drawing("losses", drawn, key="losses", on_act=lambda act: moved(choice, act))


@at_rest
@errors_told
def below(choice: Choice) -> None:
    """Formulas, gradients and curves, when the numbers have come to rest."""
    for number in choice.numbers:
        number.tell_address()
    given = prediction(choice)
    view = VIEWS[0]
    if choice.problem == MULTI_CLASS:
        view = st.segmented_control(
            "View", VIEWS, default=view, key="view", bind="query-params", label_visibility="collapsed", required=True
        )
    if view == VIEWS[0]:
        loss_rows(choice.problem, read(choice.problem, given))
    else:
        softmax_panel(given)


def explorer() -> None:
    """The choices in the page's full run; what is moved and what follows in parts of their own."""
    problem = st.segmented_control(
        "Problem", PROBLEMS, default=PROBLEMS[0], key="problem", bind="query-params", label_visibility="collapsed",
        required=True,
    )  # fmt: skip
    choice = choice_field(problem)
    answer(choice)
    below(choice)


with page("losses"):
    errors_told(explorer)()
