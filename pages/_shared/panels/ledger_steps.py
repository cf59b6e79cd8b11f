"""The backpropagation ledger on a page: all rows so far, the current one with its numbers, a guess, a step taken."""

import streamlit as st

from nlm_core.nn.backprop import Ledger, Row, take_step
from nlm_core.nn.checks import Check
from nlm_core.nn.latex import matrix, number
from nlm_core.nn.losses import loss
from nlm_core.nn.mlp import Parameters
from pages._app.live import answer_now
from pages._shared import controls
from pages._shared.charts.ledger_formula import entry_name, guess_holds, hidden_entry
from pages._shared.glossary import hint
from pages._shared.panels.figures import figures
from pages._shared.panels.network_setup import put_parameters

START = 0.1


def target_field(name: str, d: int) -> list[float]:
    """y, as the loss wants it: numbers, 0 or 1 for each output, or one true class."""
    chosen = loss(name)
    if chosen.head == "softmax":
        true = controls.bounded_slider("y: the true class", 1, d, default=1, key="true")
        return [float(i + 1 == true) for i in range(d)]
    low, high, defaults = (0.0, 1.0, (1.0, 0.0)) if chosen.head == "sigmoid" else (-3.0, 3.0, (0.9, -1.2))
    kind = "p" if chosen.head == "sigmoid" else ""
    return [
        controls.bounded_slider(f"$y_{i + 1}$", low, high, default=defaults[i % 2], key=f"y{kind}{i + 1}")
        for i in range(d)
    ]


def tiny(difference: float) -> str:
    """A difference near the rounding error: its order of size."""
    return "0" if difference == 0 else f"{difference:.0e}"


def _largest(check: Check) -> float:
    return max(v for v in (check.formula, check.autograd, check.finite) if v is not None)


def rows_panel(ledger: Ledger, r: int, guessing: bool) -> None:
    """Every row up to the current one, with its check; those ahead are still to come."""
    lines = ["| row | checked |", "|---|---|"]
    for i, row in enumerate(ledger.rows[: r + 1]):
        mark = "✓" if row.check.holds else "✗"
        seen = "?" if guessing and i == r else f"{mark} {tiny(_largest(row.check))}"
        here = "▸ " if i == r else ""
        # Braces keep a formula on one line.
        lines.append(f"| {here}${{{_short(ledger, row)}}}$ | {seen} |")
    st.markdown("\n".join(lines))
    ahead = len(ledger.rows) - r - 1
    if ahead:
        st.caption(f"… {ahead} more {'row' if ahead == 1 else 'rows'}.")


def _short(ledger: Ledger, row: Row) -> str:
    """The formula of a row without what stands between its symbol and its last form."""
    if row.key == "L":
        return f"L(y, {row.upstream_symbol})"
    if row.key == "p":
        return rf"p = \text{{{loss(ledger.loss).head}}}(\hat{{y}})"
    return f"{row.symbol} = {row.formula.split(' = ')[-1]}"


def row_panel(ledger: Ledger, r: int, guessing: bool) -> None:
    """What belongs to the current row: the guess, the check, and what to know."""
    row = ledger.rows[r]
    if not guessing or _guess(row, hidden_entry(row)):
        _check(row)
    if row.hint:
        st.info(row.hint, icon=":material/lightbulb:")
    if ledger.kink and not row.check.holds:
        st.warning(ledger.kink)


def _check(row: Row) -> None:
    check = row.check
    ways = (
        ("autograd", check.autograd),
        ("finite differences", check.finite),
        ("the same value computed another way", check.formula),
    )
    told = ", ".join(f"{tiny(value)} from {name}" for name, value in ways if value is not None)
    if check.holds:
        st.success(f"✓ Largest difference: {told}.")
    else:
        st.error(f"✗ Largest difference: {told}.")


def _guess_key(row: Row) -> str:
    return f"guess {row.key} {float(row.result.flatten()[hidden_entry(row)]):.9g}"


def is_hidden(row: Row) -> bool:
    """Whether a number of the row is still to be guessed."""
    guess: float | None = st.session_state.get(_guess_key(row))
    if st.session_state.get(f"show {_guess_key(row)}"):
        return False
    return guess is None or not guess_holds(guess, float(row.result.flatten()[hidden_entry(row)]))


def _guess(row: Row, entry: int) -> bool:
    """Ask for the hidden number; True as soon as it is right or has been shown."""
    value = float(row.result.flatten()[entry])
    key = _guess_key(row)
    place = entry_name(row, entry)
    field, button = st.columns([2, 1], vertical_alignment="bottom")
    with field:
        guess = st.number_input(
            f"Your number for the box{f' [{place}]' if place else ''}", value=None, format="%g", key=key,
            help="Right to two digits is right.", on_change=answer_now,
        )  # fmt: skip
    with button:
        shown = st.toggle("Show it", key=f"show {key}", on_change=answer_now)
    if guess is None:
        return shown
    if guess_holds(guess, value):
        st.success(f"Right: {value:.4g}.")
        return True
    sign = " Look at the sign." if guess * value < 0 else ""
    st.warning(f"Not {guess:g}.{sign}" + (f" It is {value:.4g}." if shown else ""))
    return shown


def step_panel(ledger: Ledger) -> None:
    """One step of gradient descent with these gradients: the new numbers and the new loss."""
    left, right = st.columns([1, 2])
    with left:
        rate = controls.bounded_number(
            "Learning rate α", 1e-6, 100.0, default=START, key="alpha", help=hint("Learning rate")
        )
        taken = take_step(ledger, rate)
        st.button(
            "Take the step", key="take", type="primary", on_click=_take, args=(taken.parameters,),
            help=hint("Gradient", said="The network gets the new numbers, and the ledger begins anew with them."),
        )  # fmt: skip
    with right:
        st.markdown(
            r"$\displaystyle \theta^{(1)} = \theta^{(0)} - \alpha * \frac{\partial L}{\partial \theta}(\theta^{(0)})$"
        )
        figures(
            ("L before", f"{taken.loss_before:.5g}", ""),
            (
                "L after",
                f"{taken.loss_after:.5g}",
                "lower" if taken.loss_after < taken.loss_before else "**not lower**",
            ),
            ("Change", f"{taken.loss_after - taken.loss_before:+.4g}", ""),
            ("−α‖∂L/∂θ‖²", f"{taken.predicted_change:+.4g}", "promised"),
        )
    for i in range(len(ledger.parameters.W)):
        pairs = (("W", ledger.parameters.W[i], ledger.gradients.W[i], taken.parameters.W[i]),
                 ("b", ledger.parameters.b[i], ledger.gradients.b[i], taken.parameters.b[i]))  # fmt: skip
        for name, old, gradient, new in pairs:
            symbol = f"{name}_{i + 1}"
            # In a line of text it is broken at an equals sign where it is too wide.
            st.markdown(rf"${symbol}^{{(1)}} = {matrix(old)} - {number(rate)} {matrix(gradient)} = {matrix(new)}$")


def _take(parameters: Parameters) -> None:
    put_parameters(parameters)
    st.session_state["row"] = 1
