"""Gradient descent: theta(i+1) = theta(i) - alpha * dL/dtheta, on surfaces that can be seen and clicked."""

import streamlit as st

from nlm_core.optim.surface import DataSurface
from pages._app.live import at_rest
from pages._shared.frame import errors_told, page
from pages._shared.panels import descent_settings as setup
from pages._shared.panels.descent_live import answer, send_anew
from pages._shared.panels.descent_state import (
    STEP,
    VIEWS,
    Descent,
    Plan,
    answer_if_behind,
    descent,
    lattice,
    surface_now,
)

PLOTS = ("Contour", "3-D")
BESIDE = ("Losses", "Points")
BARE = {"displayModeBar": False}


def choice(name: str, options: tuple[str, ...], key: str) -> str:
    return st.segmented_control(
        name, options, default=options[0], key=key, bind="query-params", required=True, label_visibility="collapsed"
    )


@at_rest
@errors_told
def in_space(plan: Plan) -> None:
    """The surface in three dimensions with every path on it."""
    from pages._shared.charts.descent_surface import surface_figure
    from pages._shared.charts.plane import descent_alt

    found = descent(plan)
    figure = surface_figure(found.surface, lattice(found)[0], found.paths, st.context.theme.type)
    alt = descent_alt(found.surface, found.paths)
    st.plotly_chart(figure, key="surface_3d", theme="streamlit", config=BARE, alt=alt)


def draw_losses(found: Descent) -> None:
    from pages._shared.charts.descent_losses import loss_figure, losses_alt

    st.plotly_chart(
        loss_figure(found.paths, found.surface.examples > 0), key="losses", theme="streamlit", config=BARE,
        alt=losses_alt(found.paths),
    )  # fmt: skip


def draw_points(found: Descent) -> None:
    if isinstance(found.surface, DataSurface):
        from pages._shared.panels.descent_points import fit_plane

        fit_plane(found.surface, found.path)
    else:
        st.info(f"{found.surface.name} is a formula: it has no examples. Choose a data problem to see and move points.")


@at_rest
@errors_told
def beside(plan: Plan) -> None:
    """The losses along the paths, or the examples with the model: points that are moved here move the surface too."""
    shown = choice("Beside the surface", BESIDE, "beside")
    chart, table = st.container(), st.container()
    # The table stands below what shows its points, but must be read before they are drawn.
    if shown == "Points" and plan.surface.examples:
        from pages._shared.panels.descent_points import points_editor

        with table:
            if st.toggle("As a table, or from a file", key="table", bind="query-params"):
                points_editor(plan.surface.name)
        if surface_now(plan).examples != plan.surface.examples:
            # The sizes of batches to choose from are set above.
            st.rerun()
    setup.keep_points(plan.surface.name)
    found = descent(plan)
    with chart:
        for name, each in found.paths.items():
            if each.diverged:
                st.warning(f"{name} {each.diverged[0]}.", icon=":material/trending_up:")
        if shown == "Points":
            draw_points(found)
        else:
            draw_losses(found)
    answer_if_behind("beside", found)


@at_rest
@errors_told
def below(plan: Plan) -> None:
    """The step that is written out, or where a thousand starts end; and the address."""
    found = descent(plan)
    setup.RATE.tell_address(found.surface.rate)
    for number, usual in zip(setup.START, setup.usual_start(found.surface), strict=True):
        number.tell_address(usual)
    STEP.tell_address(found.last)
    view = choice("View", VIEWS, "view")
    # Before what takes its time: the plane does not wait for many starts.
    answer_if_behind("below", found)
    if view == VIEWS[0]:
        from pages._shared.panels.descent_step import step_panel

        step_panel(found.surface, found.path, STEP.shown(found.last))
    else:
        from pages._shared.panels.descent_starts import starts_panel

        starts_panel(found.surface, found.settings)


def explorer() -> None:
    """What is descended and how; all that follows from rate, start and step has runs of its own."""
    with st.container(key="twos setup"):
        columns = st.columns([6, 5, 7, 5, 5], vertical_alignment="bottom")
    formula = st.container()
    with columns[0]:
        chosen = setup.surface_field(formula)
    settings = setup.settings_field(chosen, *columns[1:])
    for number in (setup.RATE, *setup.START):
        number.open()
    STEP.open()
    send_anew()
    left, right = st.columns([3, 2])
    with left:
        plots, race = st.columns([1, 2])
        with plots:
            plot = choice("Plot", PLOTS, "plot")
        with race, st.container(key="setup race"):
            rivals = setup.rivals_field(chosen, settings)
        plan = Plan(chosen, settings, rivals, plot == PLOTS[0])
        answer(plan)
        if not plan.contour:
            in_space(plan)
    with right:
        beside(plan)
    below(plan)


with page("gradient_descent"):
    errors_told(explorer)()
