"""What answers every touch of the descent: learning rate, start and step, and the plane with the paths."""

import sys
from functools import partial
from typing import Any

import streamlit as st

from pages._app.live import live, live_drawing
from pages._components.drawing import Act
from pages._shared.charts.plane import contour_plane, descent_alt, ground
from pages._shared.frame import errors_told
from pages._shared.panels.descent_numbers import ProblemNumber
from pages._shared.panels.descent_settings import RATE, START, stability_note
from pages._shared.panels.descent_state import STEP, Descent, Plan, answered_with, descent, last_known, lattice

KEY = "contour_plane"
_STEEP = "This surface is steep: heights and colours are logarithmic, the numbers beside them are losses."
# The ground that the browser has, and why the last act changed nothing.
_SENT, _REFUSED = "_descent_ground_sent", "_descent_refused"


def send_anew() -> None:
    """Send the surface with the next answer, whatever the browser may have of it; in a page's full run."""
    st.session_state.pop(_SENT, None)


@live
@errors_told
def answer(plan: Plan) -> None:
    """The drawing, and nothing else: what a new rate costs."""
    found = descent(plan)
    answered_with(found)
    live_drawing("descent", message(found, plan), key=KEY, on_act=partial(done, plan))


def message(found: Descent, plan: Plan) -> dict[str, Any]:
    """What the drawing shows: all but a surface that the browser has."""
    chosen, settings = found.surface, found.settings
    limit = chosen.largest_stable_rate(settings.optimizer, settings.coefficients.momentum)
    notes = [stability_note(chosen, settings, limit)]
    if lattice(found)[1].logarithmic:
        notes.append(_STEEP)
    plane = contour_plane(
        chosen,
        found.paths,
        ground=_ground(found) if plan.contour else None,
        alt=descent_alt(chosen, found.paths),
        step=found.written,
        unseen=not plan.contour,
    )
    return {
        "finding": plane.pop("finding"),
        # By the names that they have in the address.
        "alpha": settings.rate,
        **{number.key: value for number, value in zip(START, found.start, strict=True)},
        "i": found.written,
        "limit": limit,
        "axes": [axis.split()[-1] for axis in chosen.axes],
        "last": found.last,
        "refused": st.session_state.pop(_REFUSED, ""),
        "notes": notes,
        "plane": plane,
    }


def _ground(found: Descent) -> dict[str, Any]:
    theme = st.context.theme.type
    key = f"{found.fingerprint} {theme}"
    if st.session_state.get(_SENT) == key:
        return {"key": key}
    st.session_state[_SENT] = key
    drawn, scale = lattice(found)
    return ground(drawn.losses.numpy(), scale, theme, key)


def done(plan: Plan, act: Act) -> None:
    """What was done by hand; what cannot be used changes nothing, and why is said."""
    try:
        names = ["α", *(f"Start {axis.split()[-1]}" for axis in plan.surface.axes)]
        for number, name in zip((RATE, *START), names, strict=True):
            if number.key in act:
                _choose(name, number, act[number.key])
        if act.get("kind") == "move":
            _start_at(act.get("x"), act.get("y"))
    except ValueError as error:
        st.session_state[_REFUSED] = str(error)
    if act.get("go") in (1, -1):
        STEP.move(act["go"], last_known())
    if isinstance(act.get("to"), int) and not isinstance(act["to"], bool):
        STEP.choose(min(last_known(), max(0, act["to"])))
    if act.get("ground") is True:
        send_anew()


def _start_at(x: Any, y: Any) -> None:
    """Start where the surface was clicked, or where the start was moved to, to four digits.

    Raises
    ------
    ValueError
        If that is no place; the start stays.
    """
    at = [(number, value) for number, value in zip(START, (x, y), strict=True) if number.is_usable(value)]
    if len(at) < len(START):
        raise ValueError(f"There is no such start: each coordinate {START[0].must}. The last one is shown.")
    for number, value in at:
        number.choose(float(f"{value:.4g}"))


def _choose(name: str, number: ProblemNumber, value: Any) -> None:
    """Set a number, or say what it must be.

    Raises
    ------
    ValueError
        If it is none that can be used; the message names it and what is shown instead.
    """
    try:
        number.choose(value)
    except ValueError as error:
        plain_number = isinstance(value, int | float) and abs(value) <= sys.float_info.max
        given = f"{float(value):g}" if plain_number else "no number"
        raise ValueError(f"{name} is {given}; it {error}. The last one is shown.") from error
