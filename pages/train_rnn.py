"""Train an RNN: the lecture's training procedure, one step by hand or a whole run, on a text of one's own."""

import streamlit as st

from pages._shared.frame import errors_told, page

# The names stand in the address as they stand on the page.
VIEWS = ("Step by step", "Run")


@errors_told
def lesson() -> None:
    """The text and the settings, the view that is chosen, and what can be taken away."""
    from pages._shared.panels import training_setup as setup
    from pages._shared.panels.training_link import follow_link, keep_in_address
    from pages._shared.panels.training_run import on_the_way, run_panel

    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        view = st.segmented_control(
            "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", required=True, width="content"
        )
        with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="setup"):
            source = st.segmented_control(
                "Train on", setup.SOURCES, default=setup.SOURCES[0], key="source", bind="query-params", required=True,
                width="content",
            )  # fmt: skip
            settings = setup.settings_field()
    text = setup.sentences_of(setup.text_field(source))
    for note in text.notes:
        st.info(note)
    run = setup.current_run(text, settings)
    setup.describe(run, text, settings)
    follow_link(run)
    going = setup.training(run)
    if view == "Run":
        run_panel(run, going)
    elif going:
        # A step is taken apart between two steps.
        on_the_way(run)
    else:
        from pages._shared.panels.training_lesson import lesson_panel

        lesson_panel(run)
    if not going:
        keep_in_address(run, source)
    if run.number and not going:
        from pages._shared.panels.training_keep import keep_panel

        keep_panel(run)


with page("train_rnn"):
    lesson()
