"""A thousand starts at once: where each ends with GD and with SGD, and what that says on this surface."""

import contextlib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from torch import Generator

from nlm_core.optim.descent import MAX_STEPS, Settings
from nlm_core.optim.optimizers import Coefficients
from nlm_core.optim.path import Ends, ends_in_steps, grid_of_starts
from nlm_core.optim.surface import DataSurface, Surface
from pages._app import jobs
from pages._shared.charts.descent_losses import ends_alt, ends_figure, histogram_alt, histogram_figure
from pages._shared.panels.descent_settings import generator

STARTS = 1_024
_JOB = "thousand starts"
# The last ends, with the surface that they lie on.
_LAST = "_starts_last"
_BUDGETS = ("The same steps", "The same examples")
# Final losses that differ by less than this share of the spread of all count as equal.
_SAME = 0.01


def _runs(chosen: Surface, settings: Settings, budget: str) -> dict[str, Settings]:
    """GD and, where there are examples, SGD with the same rate."""
    plain_gd = Settings("GD", settings.rate, settings.steps, None, settings.schedule, Coefficients())
    if not chosen.examples:
        return {"GD": plain_gd}
    B = settings.batch_size if settings.batch_size not in (None, chosen.examples) else min(4, chosen.examples)
    assert B is not None
    steps = settings.steps
    if budget == "The same examples":
        steps = min(MAX_STEPS, max(1, round(settings.steps * chosen.examples / B)))
    return {"GD": plain_gd, "SGD": replace(plain_gd, optimizer="SGD", batch_size=B, steps=steps)}


@dataclass(frozen=True)
class Descending:
    """How far all descents have come, and where those ended that have: by name, GD or SGD."""

    doing: str
    share: float
    ends: dict[str, Ends]


def _descend(chosen: Surface, runs: dict[str, Settings], generators: dict[str, Generator]) -> Iterator[Descending]:
    """One run after the other, a step of all starts at a time: many mini-batches of many points take a minute."""
    starts, ends = grid_of_starts(chosen, STARTS), dict[str, Ends]()
    taken, total = 0, sum(run.steps + 2 for run in runs.values())
    for name, run in runs.items():
        for found in ends_in_steps(chosen, starts, run, generators[name]):
            taken += 1
            if found is not None:
                ends[name] = found
            yield Descending(f"{STARTS:,} starts of {name}", taken / total, dict(ends))


def _name(chosen: Surface, runs: dict[str, Settings]) -> Hashable:
    data = (chosen.x.numpy().tobytes(), chosen.y.numpy().tobytes()) if isinstance(chosen, DataSurface) else ()
    return chosen.name, chosen.formula, data, tuple(runs.items()), generator().initial_seed()


def starts_panel(chosen: Surface, settings: Settings) -> None:
    budget = _BUDGETS[0]
    if chosen.examples:
        budget = st.segmented_control(
            "Both get", _BUDGETS, default=_BUDGETS[0], key="budget", bind="query-params", required=True
        )
    runs = _runs(chosen, settings, budget)
    generators = {name: generator() for name in runs}
    done = False
    with contextlib.suppress(jobs.StillComputing):
        step = jobs.awaited(
            _JOB, _name(chosen, runs), lambda: _descend(chosen, runs, generators), lambda step: step.doing,
            share=lambda step: step.share,
        )  # fmt: skip
        st.session_state[_LAST], done = (chosen, step.ends), True
    if _LAST in st.session_state:
        with jobs.dimmed("starts", last=not done):
            _draw(*st.session_state[_LAST])


def _draw(chosen: Surface, found: dict[str, Ends]) -> None:
    kept = np.concatenate([ends.losses[ends.diverged_at < 0] for ends in found.values()])
    if not len(kept):
        st.warning(f"Every start diverged with α = {next(iter(found.values())).settings.rate:g}; try a smaller rate.")
        return
    bounds = (float(kept.min()), float(kept.max()))
    columns = st.columns(len(found) + 1)
    for column, (name, ends) in zip(columns, found.items(), strict=False):
        run = ends.settings
        with column:
            batch = f", B = {run.batch_size}" if run.batch_size else ""
            st.markdown(f"**{name}**, α = {run.rate:g}{batch}, {run.steps:,} steps")
            st.plotly_chart(
                ends_figure(ends, chosen, st.context.theme.type, bounds), key=f"ends_{name}", theme="streamlit",
                config={"displayModeBar": False}, alt=ends_alt(name, ends),
            )  # fmt: skip
            st.caption(_summary(ends, chosen.examples > 0))
    with columns[-1]:
        st.markdown("**Final losses**")
        st.plotly_chart(
            histogram_figure(found), key="ends_histogram", theme="streamlit", config={"displayModeBar": False},
            alt=histogram_alt(found),
        )  # fmt: skip
    st.markdown(_finding(found, chosen, bounds))
    st.caption("Colours: the loss where that start ended; blank where it diverged. Orange points: the ends.")


def _summary(ends: Ends, has_examples: bool) -> str:
    gone = int((ends.diverged_at >= 0).sum())
    losses = ends.losses[ends.diverged_at < 0]
    text = f"{ends.examples_seen:,} examples a start" if has_examples else ""
    middle = f"median L = {np.median(losses):.4g}, lowest {losses.min():.4g}" if len(losses) else "none ended"
    return "; ".join(
        part for part in (middle, f"{gone:,} of {len(ends.losses):,} diverged" if gone else "", text) if part
    )


def _finding(found: dict[str, Ends], chosen: Surface, bounds: tuple[float, float]) -> str:
    """What these descents show about the lecture's "SGD often finds better minima", in numbers."""
    if "SGD" not in found:
        return f"{chosen.name} is a formula without examples: there are no mini-batches, so GD stands alone here."
    gd, sgd = (np.where(found[n].diverged_at < 0, found[n].losses, np.inf) for n in ("GD", "SGD"))
    gap = _SAME * (bounds[1] - bounds[0])
    with np.errstate(invalid="ignore"):
        lower, higher = sgd < gd - gap, sgd > gd + gap
    n = len(gd)
    better, worse = float(lower.mean()), float(higher.mean())
    verdict = (
        "Here SGD found lower ends more often than GD"
        if better > worse
        else "Here GD found lower ends more often than SGD"
        if worse > better
        else "Here neither found lower ends more often"
    )
    return (
        f"{verdict}: of {n:,} starts SGD ended lower from **{better:.1%}**, higher from **{worse:.1%}**, and within "
        f"{_SAME:.0%} of the spread of all losses from {1 - better - worse:.1%}. The lecture says that SGD often finds "
        "better minima; this is one surface, one rate and one seed."
    )
