"""The work behind a landscape, as a job: training, directions, grids from coarse to fine.

Results stay with the visitor, but for what the page opens with, which is kept for all.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import streamlit as st

from nlm_core.jobs import Job
from nlm_core.optim.landscape import Stage, landscape
from nlm_core.optim.subject import Fit, Plane, Recipe, Subject, plane
from pages._app import jobs
from pages._shared.loaders import first_results
from pages._shared.panels.landscape_setup import FIRST, FIRST_LOOK, Look

JOB = "loss landscape"
# Landscapes that one visitor keeps, each of at most 65 x 65 losses, and the network they are of.
MAX_KEPT = 6
_FIT, _SEEN, _LAST = "_landscape_fit", "_landscapes", "_landscape_last"
# The share of the work that is training, as the bar shows it: measured with the network that the page opens with.
_TRAINING = 0.4


@dataclass(frozen=True)
class Seen:
    """A landscape as fine as it is by now, with the plane that it is of."""

    plane: Plane
    stage: Stage


@dataclass(frozen=True)
class Found:
    """What the page shows: a network, how it was trained, where that was here, and its landscape."""

    subject: Subject
    fit: Fit | None
    seen: Seen


@dataclass(frozen=True)
class Making:
    """A landscape on its way; ``found`` is as much of it as can be drawn."""

    doing: str
    share: float
    found: Found | None = None


def making(
    look: Look, *, recipe: Recipe | None = None, trained: tuple[Fit | None, Subject] | None = None
) -> Iterator[Making]:
    """Train a recipe, unless the network is there, and compute its landscape.

    Raises
    ------
    FloatingPointError
        If the loss overflows in training; the message says at which step.
    """
    began = 0.0
    if trained is None:
        assert recipe is not None
        fit, began = Fit(recipe), _TRAINING
        for step in fit.steps():
            share = step.number / recipe.steps
            doing = f"Training: step {step.number:,} of {recipe.steps:,}, L = {step.loss:.4g}"
            yield Making(doing, share * _TRAINING)
        trained = fit, fit.subject()
    fit_or_none, subject = trained
    yield Making("Looking for the directions …", began)
    at = plane(subject, look.kind, seed=look.seed, reach=look.reach)
    side, found = 2**look.level + 1, None
    stages = landscape(subject.loss, at.directions, a_range=at.a_range, b_range=at.b_range, level=look.level)
    for stage in stages:
        if stage.complete:
            found = Found(subject, fit_or_none, Seen(at, stage))
        doing = f"Losses of {round(stage.progress * side**2):,} of {side**2:,} networks in the plane"
        yield Making(doing, began + (1 - began) * stage.progress, found)


def found(name: Hashable, look: Look, recipe: Recipe | None, subject: Subject | None = None) -> Found | None:
    """The landscape of that name and look; None while a job computes it, which is begun where it has to be.

    Parameters
    ----------
    name : hashable
        What the network is: the same name and look give the landscape that was computed before.
    look : Look
    recipe : Recipe or None
        How it is trained, unless there is a ``subject``.
    subject : Subject, optional

    Raises
    ------
    BusyError
        If too many jobs are under way.
    """
    fit = None
    if recipe is not None:
        kept: tuple[Recipe, Fit, Subject] | None = first_results().get(recipe) or st.session_state.get(_FIT)
        if kept is not None and kept[0] == recipe:
            fit, subject = kept[1], kept[2]
    landscapes: dict[tuple[Hashable, Look], Seen] = st.session_state.setdefault(_SEEN, {})
    seen = landscapes.pop((name, look), None) or first_results().get((name, look))
    if seen is None or subject is None:
        trained = None if subject is None else (fit, subject)
        job = jobs.wanted(
            JOB, (name, look), lambda: making(look, recipe=recipe, trained=trained), share=lambda step: step.share
        )
        result = _result(job)
        if result is None:
            return None
        subject, fit, seen = result.subject, result.fit, result.seen
    if recipe is not None and fit is not None:
        _keep(recipe, fit, subject)
    landscapes[name, look] = seen
    if (name, look) == (FIRST, FIRST_LOOK):
        first_results()[name, look] = seen
    while len(landscapes) > MAX_KEPT:
        del landscapes[next(iter(landscapes))]
    shown = Found(subject, fit, seen)
    st.session_state[_LAST] = shown
    return shown


def _result(job: Job[Making]) -> Found | None:
    return job.latest.found if job.state == "done" and job.latest is not None else None


def _keep(recipe: Recipe, fit: Fit, subject: Subject) -> None:
    kept = st.session_state.get(_FIT)
    if kept is None or kept[0] != recipe:
        st.session_state[_FIT] = (recipe, fit, subject)
    if recipe == FIRST:
        first_results().setdefault(recipe, st.session_state[_FIT])


def last_found() -> Found | None:
    """What the page showed last: it stays, dimmed, while another one is on its way."""
    shown: Found | None = st.session_state.get(_LAST)
    return shown
