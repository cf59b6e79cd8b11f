"""Gradient descent: theta(i+1) = theta(i) - alpha * dL/dtheta, on surfaces that can be seen and clicked."""

import streamlit as st

from nlm_core.optim.descent import Settings
from nlm_core.optim.path import Path, descend
from nlm_core.optim.surface import DataSurface, Surface, grid
from nlm_core.runtime import gate
from pages._shared.catalog import PAGES
from pages._shared.charts.descent_losses import loss_figure
from pages._shared.charts.descent_surface import contour_figure, height_scale, surface_figure
from pages._shared.escape import plain
from pages._shared.frame import CLEAR_ERRORS, errors_told, header, require_frame
from pages._shared.panels import descent_settings as setup

FILE = "pages/gradient_descent.py"
PLOTS = ("Contour", "3-D")
VIEWS = ("One step", "A thousand starts", "Points")
POINTS_A_SIDE = 61
BARE = {"displayModeBar": False}

require_frame(FILE)
header(next(entry for entry in PAGES if entry.file == FILE))


def clicked() -> None:
    """Start where the surface was clicked."""
    points = st.session_state["contour"].selection.points
    if points:
        st.session_state["x0"], st.session_state["y0"] = (float(f"{points[0][axis]:.4g}") for axis in "xy")


def draw(chosen: Surface, runs: dict[str, Settings], start: tuple[float, float], plot: str) -> Path:
    """Descends with every run and shows surface, paths and losses; gives the path of the first run."""
    with gate().slot():
        paths = {name: descend(chosen, [start], settings, setup.generator()) for name, settings in runs.items()}
    left, right = st.columns([3, 2])
    with left:
        theme = st.context.theme.type
        lattice = grid(chosen, POINTS_A_SIDE)
        alt = f"{chosen.name} with the path of " + " and ".join(paths)
        if plot == "Contour":
            figure = contour_figure(chosen, lattice, paths, theme)
            st.plotly_chart(
                figure,
                key="contour",
                theme="streamlit",
                on_select=clicked,
                selection_mode="points",
                config=BARE,
                alt=alt,
            )
        else:
            figure = surface_figure(chosen, lattice, paths, theme)
            st.plotly_chart(figure, key="surface_3d", theme="streamlit", config=BARE, alt=alt)
        if height_scale(lattice.losses.numpy()).logarithmic:
            st.caption(
                "This surface is steep: heights and colours are logarithmic, the numbers beside them are losses."
            )
    with right:
        for name, path in paths.items():
            if path.diverged:
                st.warning(f"{name} {path.diverged[0]}.", icon=":material/trending_up:")
        st.plotly_chart(
            loss_figure(paths, chosen.examples > 0), key="losses", theme="streamlit", config=BARE,
            alt="Loss over steps, and over the examples whose gradients were computed",
        )  # fmt: skip
    return next(iter(paths.values()))


@st.fragment
@errors_told
def explorer() -> None:
    """All of the page runs here, so that a change of the rate draws the path anew and nothing else."""
    top, plots, below = st.container(), st.container(), st.container()
    with top:
        surface_column, slider, alpha, first, second = st.columns([6, 8, 4, 4, 4])
    with surface_column:
        chosen = setup.surface_field()
    with below:
        view = st.segmented_control(
            "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
    # The table comes below the plots that show its points, but must be read before they are drawn.
    if view == "Points" and chosen.examples:
        from pages._shared.panels.descent_points import fit_chart, points_editor

        with below:
            table, fit = st.columns([2, 3])
        with table:
            points_editor(chosen.name)
        chosen = setup.named_surface(chosen.name)
    with top:
        rate = setup.rate_field(chosen, slider, alpha)
        start = setup.start_fields(chosen, first, second)
        settings, runs = setup.settings_field(chosen, rate)
    limit = chosen.largest_stable_rate(settings.optimizer, settings.coefficients.momentum)
    with slider:
        setup.largest_rate_mark(limit)
    with plots:
        plot_column, note = st.columns([1, 4], vertical_alignment="center")
        with plot_column:
            plot = st.segmented_control(
                "Plot", PLOTS, default=PLOTS[0], key="plot", bind="query-params", required=True,
                label_visibility="collapsed",
            )  # fmt: skip
        with note:
            setup.stability_note(chosen, settings, limit)
        path = draw(chosen, runs, start, plot)
    with below:
        if view == "One step":
            from pages._shared.panels.descent_step import step_panel

            step_panel(chosen, path)
        elif view == "A thousand starts":
            from pages._shared.panels.descent_starts import starts_panel

            starts_panel(chosen, settings)
        elif isinstance(chosen, DataSurface):
            with fit:
                fit_chart(chosen, path)
        else:
            st.info(f"{chosen.name} is a formula: it has no examples. Choose a data problem to see and edit points.")


try:
    explorer()
except CLEAR_ERRORS as error:
    st.error(plain(str(error)))
