"""The work behind a landscape, in slices through the gate, each with its progress; results stay with the visitor, but
for what the page opens with, which is kept for all.
"""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import streamlit as st

from nlm_core.optim.landscape import Stage, landscape
from nlm_core.optim.subject import Fit, Plane, Recipe, Subject, plane
from nlm_core.runtime import gate, in_slices
from pages._shared.loaders import first_results
from pages._shared.panels.landscape_setup import FIRST, FIRST_LOOK, Look

# Coarse grids are drawn at most so often: drawing takes the browser longer than computing takes the server.
_DRAW_SECONDS = 0.6
# Landscapes that one visitor keeps, each of at most 65 x 65 losses, and the network they are of.
MAX_KEPT = 6
_FIT, _SEEN = "_landscape_fit", "_landscapes"


@dataclass(frozen=True)
class Seen:
    """A landscape at its finest, with the plane that it is of."""

    plane: Plane
    stage: Stage


def trained(recipe: Recipe) -> tuple[Fit, Subject]:
    """The network of a recipe, trained now unless it is the last one again.

    Raises
    ------
    ValueError
        If the loss overflows; the message says at which step.
    """
    kept: tuple[Recipe, Fit, Subject] | None = first_results().get(recipe) or st.session_state.get(_FIT)
    if kept is not None and kept[0] == recipe:
        return kept[1], kept[2]
    fit = Fit(recipe)
    bar = st.progress(0.0, text="Training …")
    try:
        for step in in_slices(fit.steps()):
            bar.progress(
                step.number / recipe.steps,
                text=f"Training: step {step.number:,} of {recipe.steps:,}, L = {step.loss:.4g}",
            )
    except FloatingPointError as error:
        raise ValueError(str(error)) from error
    finally:
        bar.empty()
    subject = fit.subject()
    st.session_state[_FIT] = (recipe, fit, subject)
    if recipe == FIRST:
        first_results()[recipe] = st.session_state[_FIT]
    return fit, subject


def seen(subject: Subject, name: Hashable, look: Look, draw: Callable[[Seen], None]) -> Seen:
    """The landscape of a subject, coarse first: ``draw`` is called as the grid gets finer, but not for the finest.

    Parameters
    ----------
    subject : Subject
    name : hashable
        What the subject is: the same name and look give the landscape that was computed before.
    look : Look
    draw : callable
    """
    landscapes: dict[tuple[Hashable, Look], Seen] = st.session_state.setdefault(_SEEN, {})
    found = landscapes.pop((name, look), None) or first_results().get((name, look))
    if found is None:
        found = _computed(subject, look, draw)
    landscapes[name, look] = found
    if (name, look) == (FIRST, FIRST_LOOK):
        first_results()[name, look] = found
    while len(landscapes) > MAX_KEPT:
        del landscapes[next(iter(landscapes))]
    return found


def _computed(subject: Subject, look: Look, draw: Callable[[Seen], None]) -> Seen:
    bar = st.progress(0.0, text="Looking for the directions …")
    try:
        with gate().slot():
            at = plane(subject, look.kind, seed=look.seed, reach=look.reach)
        stages = landscape(subject.loss, at.directions, a_range=at.a_range, b_range=at.b_range, level=look.level)
        side, drawn, last = 2**look.level + 1, time.perf_counter(), None
        for stage in in_slices(stages):
            last = stage
            done = round(stage.progress * side**2)
            bar.progress(stage.progress, text=f"Losses of {done:,} of {side**2:,} networks in the plane")
            if stage.complete and stage.progress < 1 and time.perf_counter() - drawn > _DRAW_SECONDS:
                draw(Seen(at, stage))
                drawn = time.perf_counter()
    finally:
        bar.empty()
    assert last is not None
    return Seen(at, last)
