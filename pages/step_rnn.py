"""Step through an RNN: one network applied again and again, each step taken apart."""

import streamlit as st

from nlm_core.lm.candidates import candidates, label
from nlm_core.lm.prefix import tidy
from nlm_core.lm.reader import PrefixReader, Reading
from nlm_core.runtime import gate
from pages._app.live import at_rest, live, live_drawing
from pages._app.steps import Steps
from pages._components.drawing import Act
from pages._shared import controls
from pages._shared.charts.bars import bar_rows, bars_drawing
from pages._shared.charts.states import states_drawing
from pages._shared.charts.unrolled import Cell, shown_steps, unrolled_drawing
from pages._shared.frame import errors_told, page
from pages._shared.loaders import reader
from pages._shared.panels.rnn_states import Watch, watch_field

# The names stand in the address as they stand on the page.
VIEWS = ("Arithmetic", "One unit", "Influence", "Similar states")
BARS = 7
NAME = "Most probable next words"
STEP = Steps("t", "step")


def read(found: PrefixReader) -> tuple[Reading, list[str]]:
    """The sentence as it is now, and what its tokens are called; what was read before costs nothing again."""
    with gate().slot():
        reading = found.read(tidy(st.session_state["prefix"]).text)
    return reading, [label(found.model, i, first=s == 0 and not reading.dropped) for s, i in enumerate(reading.ids)]


@live
@errors_told
def answer(found: PrefixReader, watch: Watch) -> None:
    """The sentence and its step, and nothing else: what a key costs."""
    controls.prefix_field("Sentence")
    reading, labels = read(found)
    model, columns = found.model, reading.columns
    last = len(labels) - 1
    t = STEP.shown(last)
    cells = []
    for s in shown_steps(t, last):
        best = candidates(model, columns[s], 1).top[0] if s <= t else None
        cells.append(Cell(s, labels[s], best and (best.text, best.p)))
    states = found.hidden_states().double().cpu().numpy()
    following = reading.ids[t + 1] if t < last else None
    rows = bar_rows(candidates(model, columns[t], min(BARS, len(columns[t].top_ids))), following)
    live_drawing(
        "rnn_step",
        {
            "text": tidy(st.session_state["prefix"]).text,
            "t": {"first": 0, "last": last, "now": t, "where": f"step {t:,} of {last:,}: reads {labels[t]}"},
            "cells": unrolled_drawing(cells, t, last),
            "states": states_drawing(states, watch.units(states), labels, t),
            "bars": bars_drawing(NAME, rows, labels[: t + 1]),
        },
        key="rnn_step",
        on_act=lambda act: done(found, act),
    )


def done(found: PrefixReader, act: Act) -> None:
    """What was done on the drawing: a step."""
    STEP.follow(act, len(read(found)[0].ids) - 1)


@at_rest
@errors_told
def below(found: PrefixReader) -> None:
    """What follows when sentence and step have come to rest."""
    reading, labels = read(found)
    last = len(labels) - 1
    t = STEP.shown(last)
    STEP.tell_address(last)
    controls.tell_prefix()
    for note in tidy(st.session_state["prefix"]).notes:
        st.info(note)
    if reading.dropped:
        st.caption(f"A reading holds {found.limit:,} words: the first {reading.dropped:,} of this text are not read.")
    view = st.segmented_control(
        "View", VIEWS, default=VIEWS[0], key="view", bind="query-params", label_visibility="collapsed", required=True
    )
    if view == "Similar states":
        from pages._shared.panels.rnn_similar import similar_panel

        similar_panel(found, labels, t)
    elif view == "Influence":
        from pages._shared.panels.rnn_influence import influence_panel

        influence_panel(found.model, reading, labels, t)
    else:
        from pages._shared.panels import rnn_step

        panel = rnn_step.unit_panel if view == "One unit" else rnn_step.arithmetic_panel
        panel(found, reading, labels, t)


def explorer() -> None:
    """The step on top; below it what is shown of it, and all else."""
    picture = st.container()
    with st.container(key="setup"):
        model, units = st.columns([1, 3])
    with model:
        found = reader(controls.rnn_field())
    with units:
        watch = watch_field(len(found.model.network.b_h))
    STEP.open()
    controls.open_prefix()
    with picture:
        answer(found, watch)
    below(found)


with page("step_rnn"):
    errors_told(explorer)()
