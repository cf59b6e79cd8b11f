"""The descent as it is set now: the same for every part of the page, and computed once for all of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from nlm_core.optim.descent import Settings
from nlm_core.optim.path import Path, descend
from nlm_core.optim.problems import PROBLEMS
from nlm_core.optim.surface import DataSurface, Grid, Surface, grid
from nlm_core.runtime import gate
from pages._app.live import answer_after
from pages._app.steps import Steps
from pages._shared.charts.heights import Scale, height_scale
from pages._shared.panels.descent_settings import (
    OWN,
    RATE,
    START,
    formula_read,
    generator,
    named_surface,
    runs,
    usual_start,
)

VIEWS = ("One step", "A thousand starts")
STEP = Steps("i", "step", of="path")
_POINTS_A_SIDE = 61
# The last descent, of at most six paths of 1,000 steps; the last lattice; and what the plane shows.
_DESCENT, _LATTICE, _ANSWERED = "_descent_paths", "_descent_lattice", "_descent_answered"


@dataclass(frozen=True)
class Plan:
    """What is descended and how, but for what is set in the drawing.

    Attributes
    ----------
    surface : Surface
        As it was when the page last ran as a whole; the points of a data problem may have been moved since.
    settings : Settings
        Without the rate.
    rivals : tuple of str
        Of ``descent_settings.RIVALS``.
    contour : bool
        Whether the surface is shown from above.
    """

    surface: Surface
    settings: Settings
    rivals: tuple[str, ...]
    contour: bool


@dataclass(frozen=True)
class Descent:
    """A plan carried out from the start and with the rate that are set.

    Attributes
    ----------
    surface, settings, start
    paths : mapping
        By their labels, the visitor's own first.
    fingerprint : str
        Of the surface: another one has another.
    """

    surface: Surface
    settings: Settings
    start: tuple[float, float]
    paths: Mapping[str, Path]
    fingerprint: str

    @property
    def path(self) -> Path:
        """The visitor's own path."""
        return next(iter(self.paths.values()))

    @property
    def last(self) -> int:
        """The last step that can be written out: also the one that leads out of all bounds."""
        return self.path.last if self.path.diverged else len(self.path.rates) - 1

    @property
    def written(self) -> int | None:
        """The step that the page writes out; None where it shows something else."""
        view = st.session_state.get("view", st.query_params.get("view", VIEWS[0]))
        return STEP.shown(self.last) if view == VIEWS[0] else None


def surface_now(plan: Plan) -> Surface:
    """The surface with its points as they are now."""
    return named_surface(plan.surface.name) if plan.surface.name in PROBLEMS else plan.surface


def descent(plan: Plan) -> Descent:
    """The descent as it is set now; what was computed before is not computed again."""
    chosen = surface_now(plan)
    settings = replace(plan.settings, rate=RATE.shown(chosen.rate))
    x, y = (number.shown(usual) for number, usual in zip(START, usual_start(chosen), strict=True))
    raced = runs(chosen, settings, plan.rivals)
    fingerprint = _fingerprint(chosen)
    seed = st.session_state.get("seed")
    wanted = (fingerprint, x, y, tuple(raced.items()), seed)
    kept: tuple[Any, Descent] | None = st.session_state.get(_DESCENT)
    if kept is not None and kept[0] == wanted:
        return kept[1]
    with gate().slot():
        paths = {name: descend(chosen, [(x, y)], each, generator()) for name, each in raced.items()}
    found = Descent(chosen, settings, (x, y), paths, fingerprint)
    st.session_state[_DESCENT] = (wanted, found)
    return found


def last_known() -> int:
    """The last step of the descent that was computed last; for use in callbacks, where nothing is computed."""
    kept: tuple[Any, Descent] | None = st.session_state.get(_DESCENT)
    return kept[1].last if kept is not None else 0


def _fingerprint(chosen: Surface) -> str:
    parts = [chosen.name, formula_read() if chosen.name == OWN else ""]
    data = [chosen.x.numpy().tobytes(), chosen.y.numpy().tobytes()] if isinstance(chosen, DataSurface) else []
    return hashlib.sha256(b"\0".join([*(part.encode() for part in parts), *data])).hexdigest()[:16]


def lattice(found: Descent) -> tuple[Grid, Scale]:
    """The surface at the points where it is drawn, and how its losses become heights."""
    kept: tuple[str, Grid, Scale] | None = st.session_state.get(_LATTICE)
    if kept is None or kept[0] != found.fingerprint:
        drawn = grid(found.surface, _POINTS_A_SIDE)
        kept = (found.fingerprint, drawn, height_scale(drawn.losses.numpy()))
        st.session_state[_LATTICE] = kept
    return kept[1:]


def answered_with(found: Descent) -> None:
    """Remember what the plane shows."""
    st.session_state[_ANSWERED] = _seen(found)


def answer_if_behind(part: str, found: Descent) -> None:
    """Have the plane follow where a part of the page has changed the surface or what is written out; at its end."""
    wanted = _seen(found)
    answer_after(part, "" if st.session_state.get(_ANSWERED) == wanted else wanted)


def _seen(found: Descent) -> str:
    return f"{found.fingerprint} {found.written}"
