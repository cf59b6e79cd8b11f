"""How to descend: surface, rate, optimiser and the rest, all in the address; what cannot be used is refused."""

import math
import sys
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator

from nlm_core.optim.descent import Settings
from nlm_core.optim.formula import FormulaError, formula_surface
from nlm_core.optim.optimizers import OPTIMIZERS, Coefficients, optimizer
from nlm_core.optim.points import MAX_ABSOLUTE, Points, PointsError, from_text, to_text
from nlm_core.optim.problems import PROBLEMS
from nlm_core.optim.schedules import SCHEDULES
from nlm_core.optim.surface import Surface
from nlm_core.optim.surfaces import SURFACES, surface
from pages._shared import moment
from pages._shared.controls import bounded_number, bounded_slider
from pages._shared.escape import as_sentence, plain
from pages._shared.glossary import hint
from pages._shared.panels.descent_numbers import ProblemNumber

OWN = "Own formula"
FORMULA = "x^2/4 + y^2 + sin(3*x)*cos(2*y)"
MAX_SHOWN_STEPS = 1_000
# The examples of the surface, in the address.
_ADDRESS = "points"
_GOOD_FORMULA, _POINTS = "_good_formula", "_descent_points"

RATE = ProblemNumber("alpha", math.ulp(0.0), sys.float_info.max, "must be a finite number above 0, such as 0.1")
_WITHIN = f"must be a number from {-MAX_ABSOLUTE:,.0f} to {MAX_ABSOLUTE:,.0f}"
START = (
    ProblemNumber("x0", -MAX_ABSOLUTE, MAX_ABSOLUTE, _WITHIN),
    ProblemNumber("y0", -MAX_ABSOLUTE, MAX_ABSOLUTE, _WITHIN),
)

# What the present run is raced against: the same settings but for one thing.
RIVALS: tuple[str, ...] = (*OPTIMIZERS, "α × 0.1", "α × 0.5", "α × 2", "α × 10", "B = 1", "B = N")
MAX_RIVALS = 5


def points_by_surface() -> dict[str, Points]:
    """The visitor's own points for the data problems, as far as there are any."""
    found: dict[str, Points] = st.session_state.setdefault(_POINTS, {})
    return found


def _read_points(name: str) -> None:
    """A link holds the points that were moved or loaded; what cannot be used of them is said."""
    text = moment.asked(_ADDRESS)
    if not text or name not in PROBLEMS:
        return
    try:
        points = from_text(text)
        surface(name, points)
    except PointsError as error:
        st.info(f"The points in the address cannot be used: {plain(str(error))}. Those of the problem are shown.")
    else:
        points_by_surface()[name] = points


def keep_points(name: str) -> None:
    """Put the points of a problem into the address, where they are not those that it begins with."""
    own = points_by_surface().get(name)
    moment.keep(_ADDRESS, to_text(own) if own else "", "more points than an address takes")


def _formula_surface() -> Surface:
    """The visitor's formula; what cannot be read is said, and the last one that could be read stays."""
    text = st.text_input(
        "L(x, y) =", FORMULA, key="formula", bind="query-params",
        help="Numbers, x, y, pi, e, + - * / ^ and functions such as sin, exp, log, sqrt, abs.",
    )  # fmt: skip
    try:
        found = formula_surface(text)
    except FormulaError as error:
        good = formula_read()
        st.error(f"{plain(as_sentence(str(error)))}. Shown meanwhile: {plain(good)}")
        return formula_surface(good)
    st.session_state[_GOOD_FORMULA] = text
    return found


def formula_read() -> str:
    """The last formula of the visitor's own that could be read."""
    return str(st.session_state.get(_GOOD_FORMULA, FORMULA))


def named_surface(name: str) -> Surface:
    """The surface of a name, with the visitor's own points or formula."""
    if name == OWN:
        return formula_surface(formula_read())
    return surface(name, points_by_surface().get(name))


def _to_its_start() -> None:
    """After another surface was chosen: the start and the rate that show what is special there."""
    for number in (RATE, *START):
        number.reset()


def usual_start(chosen: Surface) -> tuple[float, float]:
    """Where descent begins when nothing else was chosen, to four digits."""
    x, y = chosen.start
    return float(f"{x:.4g}"), float(f"{y:.4g}")


def surface_field(formula: DeltaGenerator) -> Surface:
    """The surface; a formula of the visitor's own is asked for in the place given for it."""
    name = st.selectbox(
        "Surface", [*SURFACES, OWN], key="surface", bind="query-params", on_change=_to_its_start,
        help=hint(
            "Loss", "Local and global minimum",
            said="First data problems, of which mini-batches can be taken; then classic test surfaces; then your own.",
        ),
    )  # fmt: skip
    _read_points(name)
    if name != OWN:
        return named_surface(name)
    with formula:
        return _formula_surface()


def stability_note(chosen: Surface, settings: Settings, limit: float | None) -> str:
    """Where the rate stands against the largest stable one, in words and numbers."""
    if limit is None or chosen.curvatures is None:
        return "No fixed stability limit: the curvature varies, or the optimiser rescales the steps."
    beta = settings.coefficients.momentum
    bounds = {
        "Momentum": ("2(1+β)/λₘₐₓ", f"{2 * (1 + beta):.4g}"),
        "Nesterov": ("2(1+β)/((1+2β)λₘₐₓ)", f"{2 * (1 + beta) / (1 + 2 * beta):.4g}"),
    }
    symbol, over = bounds.get(settings.optimizer, ("2/λₘₐₓ", "2"))
    word = "below it" if settings.rate <= limit else "beyond it: it diverges"
    if settings.schedule != "Constant" and settings.rate > limit:
        word = "beyond it; the schedule may lower it below the limit"
    if settings.batch_size not in (None, chosen.examples) and settings.rate <= limit:
        word += " (for all examples together; single mini-batches can be steeper)"
    bound = f"Largest stable rate {symbol} = {over}/{chosen.curvatures[1]:.4g} = {limit:.4g}."
    return f"{bound} α = {settings.rate:g} is {word}."


def settings_field(chosen: Surface, *columns: DeltaGenerator) -> Settings:
    """Optimiser, batch, steps and, behind a button, the least used; the rate, which is changed most, is set apart."""
    optimizer_column, batch_column, steps_column, more_column = columns
    with optimizer_column:
        name = st.selectbox(
            "Optimiser", list(OPTIMIZERS), key="optimizer", bind="query-params",
            help=hint("Gradient descent", "Stochastic gradient descent"),
        )  # fmt: skip
    rule = optimizer(name)
    batch = None
    with batch_column:
        if chosen.examples and not rule.whole_data:
            batch = bounded_slider(
                f"Batch size B of N = {chosen.examples:,}", 1, chosen.examples, default=min(4, chosen.examples),
                key="B", help=hint("Batch", "Stochastic gradient descent"),
            )  # fmt: skip
        else:
            why = f"all {chosen.examples:,} (full-batch GD)" if chosen.examples else "no examples"
            st.slider(
                f"Batch size: {why}", 0, 1, 1, key="no_batches", disabled=True,
                help=hint(
                    "Batch", "Stochastic gradient descent",
                    said="Mini-batches need a data problem, and an optimiser other than GD, which takes all examples.",
                ),
            )  # fmt: skip
    with steps_column:
        steps = bounded_slider("Steps T", 1, MAX_SHOWN_STEPS, default=60, key="T")
    momentum = Coefficients().momentum
    with more_column, st.popover("More", icon=":material/tune:", width="stretch"):
        if rule.uses_momentum:
            momentum = bounded_number("Momentum β", 0.0, 0.999, default=momentum, key="beta")
        plan = st.selectbox("Schedule of α", list(SCHEDULES), key="schedule", bind="query-params")
        bounded_number("Seed of the mini-batches", 0, 999_999, default=0, key="seed")
    return Settings(name, chosen.rate, steps, batch, plan, Coefficients(momentum=momentum))


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(int(st.session_state.get("seed", 0)))


def label(settings: Settings, chosen: Surface) -> str:
    """A run in a few characters, for legends."""
    batch = f", B={settings.batch_size}" if settings.batch_size not in (None, chosen.examples) else ""
    return f"{settings.optimizer}, α={settings.rate:g}{batch}"


def rivals_field(chosen: Surface, settings: Settings) -> tuple[str, ...]:
    """What the visitor lets the present run race against; says where there is no such run on this surface."""
    asked = st.multiselect(
        "Race against", RIVALS, key="rivals", bind="query-params", max_selections=MAX_RIVALS,
        placeholder="Race: same settings, one change", label_visibility="collapsed",
    )  # fmt: skip
    for name in asked:
        if rival(chosen, settings, name) is None:
            st.caption(f"{name} needs mini-batches, and there are none here.")
    return tuple(asked[:MAX_RIVALS])


def runs(chosen: Surface, settings: Settings, rivals: Sequence[str]) -> dict[str, Settings]:
    """The present run and those that it is raced against, by their labels, the present one first."""
    entered = {label(settings, chosen): settings}
    for name in rivals:
        other = rival(chosen, settings, name)
        if other is not None:
            entered.setdefault(label(other, chosen), other)
    return entered


def rival(chosen: Surface, settings: Settings, name: str) -> Settings | None:
    """The settings with one thing changed; None where that cannot be done on this surface."""
    if name.startswith("α × "):
        return replace(settings, rate=float(f"{settings.rate * float(name[4:]):.3g}"))
    if name.startswith("B = "):
        if not chosen.examples:
            return None
        size = 1 if name == "B = 1" else chosen.examples
        kind = "SGD" if optimizer(settings.optimizer).whole_data else settings.optimizer
        return replace(settings, optimizer=kind, batch_size=size)
    rule = optimizer(name)
    size = None if rule.whole_data or not chosen.examples else settings.batch_size or min(4, chosen.examples)
    return replace(settings, optimizer=name, batch_size=size)
