"""Next token: a prefix typed live, its distribution, the table of the lecture, and what lies between."""

import streamlit as st

from nlm_core.lm.candidates import candidates, label
from nlm_core.lm.prefix import append_token, first_tokens, tidy
from nlm_core.lm.reader import PrefixReader, Reading
from nlm_core.runtime import gate
from nlm_core.text.csv_export import to_csv
from pages._app.live import at_rest, live, live_drawing
from pages._app.steps import Steps
from pages._components.drawing import Act, whole
from pages._shared import controls
from pages._shared.charts.bars import bar_rows, bars_drawing
from pages._shared.frame import errors_told, page
from pages._shared.glossary import hint
from pages._shared.style import notice

# The names stand in the address as they stand on the page.
VIEWS = ("Table", "Numbers", "Sampling", "Compare")
REACH = {"100 %": 1.0, "25 %": 0.25}
MAX_BARS = 30
# Tokens of the condition that stand over the bars.
MAX_SHOWN = 16
CURTAIN = "The bars come after your guess."
NAME = "Most probable next tokens"
HINT = "Add a token: click a bar or press 1-9."
INSTEAD = "At an earlier position a token replaces the rest of the text; Undo brings it back."
POSITION = Steps("position", "position", from_end=True)


def add(reader: PrefixReader, token_id: int) -> None:
    """Put a token behind the position that is shown; says so where it cannot stand there."""
    text = tidy(st.session_state["prefix"]).text
    reading = reader.read(text)
    position = POSITION.shown(len(reading.ids) - 1)
    last = position + 1 == len(reading.ids)
    try:
        before = text if last else first_tokens(reader.model, text, reading.dropped + position)
        controls.set_prefix(append_token(reader.model, before, token_id))
        POSITION.choose(None)
    except ValueError as error:
        notice(str(error))


def done(reader: PrefixReader, act: Act) -> None:
    """What was done on the bars: a token added, a step to another position, the last addition taken back."""
    if (token_id := whole(act, "add", 0, reader.model.vocab_size - 1)) is not None:
        add(reader, token_id)
    elif (by := whole(act, "go", -1, 1)) is not None:
        POSITION.move(by, len(reader.read(tidy(st.session_state["prefix"]).text).ids) - 1)
    elif act.get("undo") is True:
        controls.undo()


@live
@errors_told
def answer(reader: PrefixReader, k: int, reach: float, guessing: bool) -> None:
    """The prefix and its bars, and nothing else: what a keystroke costs."""
    prefix = controls.prefix_field()
    with gate().slot():
        reading = reader.read(prefix.text)
    last = len(reading.ids) - 1
    position = POSITION.shown(last)
    following = reading.ids[position + 1] if position < last else None
    found, guessed = candidates(reader.model, reading.columns[position], k), None
    if guessing:
        from pages._shared.panels import guessing as game

        guess = game.guess_of(reader, reading, position)
        if guess is not None:
            guessed, found = guess.token_ids[0], game.marked(found, reader, guess)
    labels = [label(reader.model, i, first=t == 0) for t, i in enumerate(reading.ids[: position + 1])]
    live_drawing(
        "bars",
        {
            **(
                {"curtain": CURTAIN, "count": k + 1, "rows": [], "reach": reach, "finding": f"{NAME}: {CURTAIN}"}
                if guessing and guessed is None
                else bars_drawing(NAME, bar_rows(found, following, guessed), labels, reach=reach)
            ),
            "text": prefix.text,
            "condition": f"p(x | {'… ' * (len(labels) > MAX_SHOWN)}{' '.join(labels[-MAX_SHOWN:])})",
            "position": position,
            "last": last,
            "adds": not guessing or guessed is not None,
            "hint": HINT if position == last else INSTEAD,
            "undo": controls.can_undo(),
        },
        key="bars",
        on_act=lambda act: done(reader, act),
    )


@at_rest
@errors_told
def guess(reader: PrefixReader) -> None:
    """The next word, guessed before the bars are shown."""
    from pages._shared.panels.guessing import guess_field

    reading = _reading(reader)
    guess_field(reader, reading, POSITION.shown(len(reading.ids) - 1))


@at_rest
@errors_told
def below(reader: PrefixReader, name: str, k: int, guessing: bool) -> None:
    """What follows when the prefix has come to rest."""
    reading = _reading(reader)
    last = len(reading.ids) - 1
    position = POSITION.shown(last)
    POSITION.tell_address(last)
    controls.tell_prefix()
    if guessing:
        from pages._shared.panels.guessing import guess_of

        if guess_of(reader, reading, position) is None:
            return
    for note in tidy(st.session_state["prefix"]).notes:
        st.info(note)
    if reading.dropped:
        st.caption(f"The context holds {reader.limit} tokens: the first {reading.dropped} are no longer seen.")
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "View", VIEWS, default="Table", key="view", bind="query-params",
            label_visibility="collapsed", required=True,
        )  # fmt: skip
        found = candidates(reader.model, reading.columns[position], k)
        st.download_button(
            "Bars as CSV",
            lambda: to_csv(["rank", "token", "id", "p"], ([c.rank, c.text, c.token_id, c.p] for c in found.top)),
            "bars.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
    if view == "Table":
        from pages._shared.panels.table import table_panel

        table_panel(reader, reading, POSITION.choose)
    elif view == "Numbers":
        from pages._shared.panels.numbers import numbers_panel

        numbers_panel(reader, reading, position)
    elif view == "Sampling":
        from pages._shared.panels.sampling import sampling_panel

        sampling_panel(reader, reading, position, k)
    else:
        from pages._shared.panels.compare import compare_panel

        compare_panel(name, tidy(st.session_state["prefix"]).text, k)


def _reading(reader: PrefixReader) -> Reading:
    """The prefix as it is now; what the bars have read already costs nothing again."""
    with gate().slot():
        return reader.read(tidy(st.session_state["prefix"]).text)


def explorer() -> None:
    """Model and settings beside the bars; all else below."""
    bars, side = st.columns([3, 2], gap="medium")
    with side:
        name = controls.model_field()
        reader = controls.usable_reader(name)
        controls.preset_buttons()
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="setup bars"):
            k = st.number_input("Bars", 1, MAX_BARS, 10, key="k", bind="query-params", width=110)
            reach = st.segmented_control(
                "Axis to", REACH, default="100 %", key="axis", bind="query-params", required=True
            )
            guessing = st.toggle(
                "Guess first",
                key="guess",
                bind="query-params",
                help=hint("Surprise", said="The bars stay hidden until a next word is guessed."),
            )
    POSITION.open()
    controls.open_prefix()
    with bars:
        answer(reader, k, REACH[reach], guessing)
    if guessing:
        with side:
            guess(reader)
    below(reader, name, k, guessing)


with page("next_token"):
    errors_told(explorer)()
