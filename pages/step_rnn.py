"""Step through an RNN: one network applied again and again, each step taken apart."""

import streamlit as st

from nlm_core.lm.candidates import candidates, label
from nlm_core.lm.reader import Reading
from nlm_core.lm.rnn import RnnModel
from nlm_core.runtime import gate
from pages._shared import controls
from pages._shared.charts.bars import bars_alt, bars_frame, live_bars
from pages._shared.charts.palette import ink
from pages._shared.charts.unrolled import Cell, shown_steps, unrolled_html
from pages._shared.frame import errors_told, page
from pages._shared.loaders import reader
from pages._shared.panels.chart import tell
from pages._shared.panels.rnn_states import states_panel, units_field
from pages._shared.panels.stepper import stepper_behind

# The names stand in the address as they stand on the page.
VIEWS = ("Arithmetic", "One unit", "Influence", "Similar states")
BARS = 7
NAME = "Most probable next words"


def diagram(model: RnnModel, reading: Reading, labels: list[str], t: int) -> None:
    """The unrolled network around the current step."""
    last = len(labels) - 1
    cells = []
    for s in shown_steps(t, last):
        best = candidates(model, reading.columns[s], 1).top[0] if s <= t else None
        cells.append(Cell(s, labels[s], best and (best.text, best.p)))
    st.html(unrolled_html(cells, t, last))


@st.fragment
@errors_told
def explorer() -> None:
    """All of the page runs here, so that a step runs nothing else; diagram and bars are sent first."""
    with st.container(key="setup"):
        field, choice = st.columns([3, 1])
    with field:
        prefix = controls.prefix_field("Sentence", value=controls.PRESETS[0])
    with choice:
        name = controls.rnn_field()
    for note in prefix.notes:
        st.info(note)
    found = reader(name)
    with gate().slot():
        reading = found.read(prefix.text)
    model = found.model
    labels = [label(model, i, first=s == 0 and not reading.dropped) for s, i in enumerate(reading.ids)]
    t, draw_stepper = stepper_behind("Step t, START being step 0", 0, len(labels) - 1, key="t", forward="Step")
    after = reading.ids[t + 1] if t + 1 < len(labels) else None
    top = candidates(model, reading.columns[t], min(BARS, len(reading.columns[t].top_ids)))
    frame = bars_frame(top, after)
    diagram(model, reading, labels, t)
    states_column, bars_column = st.columns([3, 2])
    with bars_column:
        place = st.container(key="step_bars")
        with place:
            st.vega_lite_chart(live_bars(frame, ink(st.context.theme.type), clickable=False), alt=NAME)
        draw_stepper()
        with place:
            tell(bars_alt(NAME, frame, labels[: t + 1]))
        states = found.hidden_states().double().cpu().numpy()
        with st.container(key="setup units"):
            units = units_field(states)
    if reading.dropped:
        st.caption(f"A reading holds {found.limit:,} words: the first {reading.dropped:,} of this text are not read.")
    with states_column:
        states_panel(states, units, labels, t)
    view = st.segmented_control(
        "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", label_visibility="collapsed", required=True
    )
    if view == "Similar states":
        from pages._shared.panels.rnn_similar import similar_panel

        similar_panel(found, labels, t)
    elif view == "Influence":
        from pages._shared.panels.rnn_influence import influence_panel

        influence_panel(model, reading, labels, t)
    else:
        from pages._shared.panels import rnn_step

        panel = rnn_step.unit_panel if view == "One unit" else rnn_step.arithmetic_panel
        panel(found, reading, labels, t)


with page("step_rnn"):
    explorer()
