"""Loss landscape of a trained network: L(theta* + a d_1 + b d_2) over a plane, and the path that training took."""

import streamlit as st

from pages._shared.frame import errors_told, page

PLOTS = ("Contour", "3-D")


@errors_told
def landscape() -> None:
    """The network on the left, its landscape on the right; what has to be computed for it, a job computes."""
    from pages._app import jobs
    from pages._shared.panels import landscape_setup as setup
    from pages._shared.panels import landscape_views as views
    from pages._shared.panels import landscape_work as work

    # On a phone the style turns the two round, so that the landscape comes before what makes it.
    with st.container(key="picture_second"):
        left, right = st.columns([2, 5], gap="medium")
    with left, st.container(key="setup"):
        source = st.segmented_control(
            "Network", setup.SOURCES, default=setup.SOURCES[0], key="source", bind="query-params", required=True
        )
        if source == setup.CLASSIFIER:
            recipe = setup.recipe_field()
        else:
            sentences = setup.sentences_field()
        look = setup.look_field(source)
    with right:
        plot = st.segmented_control(
            "Plot", PLOTS, default=PLOTS[0], key="plot", bind="query-params", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
        if source == setup.CLASSIFIER:
            found = work.found(recipe, look, recipe)
        else:
            found = work.found(sentences, look, None, views.rnn(sentences))
        if found is None:
            jobs.watch(work.JOB, lambda: views.on_the_way(plot), going=not jobs.failed(work.JOB))
            return
        views.draw(found, plot)
        # The figures are text, and are seen before the script of the drawing has come.
        views.told(found)
        if found.fit is not None:
            views.training(found)


with page("loss_landscape"):
    landscape()
