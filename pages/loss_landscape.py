"""Loss landscape of a trained network: L(theta* + a d_1 + b d_2) over a plane, and the path that training took."""

import streamlit as st

from pages._shared.frame import errors_told, page

PLOTS = ("Contour", "3-D")


@errors_told
def landscape() -> None:
    """The network on the left, its landscape on the right.

    No fragment: a change of a control shall end the work that is going on, which it would not do inside of one.
    """
    from pages._shared.panels import landscape_setup as setup
    from pages._shared.panels import landscape_views as views
    from pages._shared.panels.landscape_work import seen, trained

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
        progress, chart = st.container(), st.empty()
    with progress:
        if source == setup.CLASSIFIER:
            fit, subject = trained(recipe)
            found = seen(subject, recipe, look, lambda now: views.draw(chart, now, subject, plot))
        else:
            subject = views.rnn(sentences)
            found = seen(subject, sentences, look, lambda now: views.draw(chart, now, subject, plot))
    views.draw(chart, found, subject, plot)
    with right:
        # The figures are text, and are seen before the script of the drawing has come.
        views.told(found, subject)
        if source == setup.CLASSIFIER:
            views.training(fit, subject)


with page("loss_landscape"):
    landscape()
