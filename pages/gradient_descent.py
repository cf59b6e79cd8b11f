"""Gradient descent: theta(i+1) = theta(i) - alpha * dL/dtheta, on surfaces that can be seen and clicked."""

from dataclasses import replace
from typing import Any

import streamlit as st

from nlm_core.optim.descent import Settings
from nlm_core.optim.path import Path, descend
from nlm_core.optim.point_edits import place
from nlm_core.optim.points import PointsError
from nlm_core.optim.surface import DataSurface, Surface, grid
from nlm_core.runtime import gate
from pages._shared.charts.heights import height_scale
from pages._shared.charts.plane import contour_plane, descent_alt
from pages._shared.escape import plain
from pages._shared.frame import errors_told, page
from pages._shared.panels import descent_settings as setup
from pages._shared.panels.plane import plane
from pages._shared.style import notice

PLOTS = ("Contour", "3-D")
BESIDE = ("Losses", "Points")
VIEWS = ("One step", "A thousand starts")
POINTS_A_SIDE = 61
BARE = {"displayModeBar": False}


def choice(name: str, options: tuple[str, ...], key: str) -> str:
    return st.segmented_control(
        name, options, default=options[0], key=key, bind="query-params", required=True, label_visibility="collapsed"
    )


def picked(message: dict[str, Any]) -> None:
    """Start where the surface was clicked, or where the start was moved to."""
    try:
        st.session_state["x0"], st.session_state["y0"] = place(message)
    except PointsError as error:
        notice(plain(str(error)))


def draw_surface(chosen: Surface, paths: dict[str, Path], plot: str, step: int | None) -> None:
    """The surface with every path on it, and from above the step of the first one that is written out."""
    theme = st.context.theme.type
    lattice = grid(chosen, POINTS_A_SIDE)
    scale = height_scale(lattice.losses.numpy())
    alt = descent_alt(chosen, paths)
    if plot == "Contour":
        plane(contour_plane(chosen, lattice, scale, paths, theme=theme, alt=alt, step=step), "contour", picked)
    else:
        from pages._shared.charts.descent_surface import surface_figure

        figure = surface_figure(chosen, lattice, paths, theme)
        st.plotly_chart(figure, key="surface_3d", theme="streamlit", config=BARE, alt=alt)
    if scale.logarithmic:
        st.caption("This surface is steep: heights and colours are logarithmic, the numbers beside them are losses.")


def _written(path: Path) -> int | None:
    """The step that the view below writes out; None where it shows something else."""
    from pages._shared.panels.descent_step import written_step

    view = st.session_state.get("view", st.query_params.get("view", VIEWS[0]))
    return written_step(path) if view == VIEWS[0] else None


def draw_losses(chosen: Surface, paths: dict[str, Path]) -> None:
    from pages._shared.charts.descent_losses import loss_figure, losses_alt

    st.plotly_chart(
        loss_figure(paths, chosen.examples > 0), key="losses", theme="streamlit", config=BARE,
        alt=losses_alt(paths),
    )  # fmt: skip


def draw_points(chosen: Surface, path: Path) -> None:
    if isinstance(chosen, DataSurface):
        from pages._shared.panels.descent_points import fit_plane

        fit_plane(chosen, path)
    else:
        st.info(f"{chosen.name} is a formula: it has no examples. Choose a data problem to see and move points.")


@st.fragment
@errors_told
def explorer() -> None:
    """What is descended and how. All that follows from the rate runs in ``descents``."""
    with st.container(key="twos setup"):
        columns = st.columns([6, 5, 6, 5, 4], vertical_alignment="bottom")
    formula = st.container()
    with columns[0]:
        chosen = setup.surface_field(formula)
    settings = setup.settings_field(chosen, *columns[1:])
    descents(chosen, settings)


@st.fragment
@errors_told
def descents(chosen: Surface, settings: Settings) -> None:
    """Rate, start and what comes of them: a new rate runs and sends nothing else, and the path is sent first."""
    with st.container(key="twos how"):
        slider, alpha, first, second, race = st.columns([8, 4, 4, 4, 6])
    plots, below = st.container(), st.container()
    with plots:
        left, right = st.columns([3, 2])
    with right:
        beside = choice("Beside the surface", BESIDE, "beside")
        chart, table = st.container(), st.container()
    # The table stands below what shows its points, but must be read before they are drawn.
    if beside == "Points" and chosen.examples:
        from pages._shared.panels.descent_points import points_editor

        with table:
            if st.toggle("As a table, or from a file", key="table", bind="query-params"):
                points_editor(chosen.name)
        count, chosen = chosen.examples, setup.named_surface(chosen.name)
        if chosen.examples != count:
            # The sizes of batches to choose from are set above.
            st.rerun()
    settings = replace(settings, rate=setup.rate_field(chosen, slider, alpha))
    start = setup.start_fields(chosen, first, second)
    with race, st.container(key="setup race"):
        runs = setup.rivals_field(chosen, settings)
    limit = chosen.largest_stable_rate(settings.optimizer, settings.coefficients.momentum)
    with slider:
        setup.largest_rate_mark(limit)
    with left:
        plot_column, note = st.columns([1, 2], vertical_alignment="center")
    with plot_column:
        plot = choice("Plot", PLOTS, "plot")
    setup.keep_points(chosen.name)
    with gate().slot():
        paths = {name: descend(chosen, [start], each, setup.generator()) for name, each in runs.items()}
    path = next(iter(paths.values()))
    with left:
        draw_surface(chosen, paths, plot, _written(path))
    with note:
        setup.stability_note(chosen, settings, limit)
    with chart:
        for name, each in paths.items():
            if each.diverged:
                st.warning(f"{name} {each.diverged[0]}.", icon=":material/trending_up:")
        if beside == "Points":
            draw_points(chosen, path)
        else:
            draw_losses(chosen, paths)
    with below:
        if choice("View", VIEWS, "view") == "One step":
            from pages._shared.panels.descent_step import step_panel

            step_panel(chosen, path)
        else:
            from pages._shared.panels.descent_starts import starts_panel

            starts_panel(chosen, settings)


with page("gradient_descent"):
    explorer()
