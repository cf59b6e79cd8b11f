"""Next token: a prefix typed live, its distribution, the table of the lecture, and what lies between."""

import streamlit as st

from nlm_core.lm.candidates import candidates, label
from nlm_core.lm.prefix import append_token, first_tokens, tidy
from nlm_core.lm.reader import PrefixReader, Reading
from nlm_core.runtime import gate
from nlm_core.text.csv_export import to_csv
from pages._shared import controls
from pages._shared.charts.bars import PICK, bars_alt, bars_frame, bars_height, live_bars
from pages._shared.charts.palette import ink
from pages._shared.escape import plain
from pages._shared.frame import errors_told, let_the_browser_draw, page
from pages._shared.glossary import hint
from pages._shared.panels.chart import tell
from pages._shared.style import notice

# The names stand in the address as they stand on the page.
VIEWS = ("Table", "Numbers", "Sampling", "Compare")
REACH = {"100 %": 1.0, "25 %": 0.25}
APPENDABLE = 9
MAX_BARS = 30
MAX_SHOWN = 24
NAME = "Most probable next tokens"
_PICKS = "_picks"


def append(reader: PrefixReader, count: int | None, token_id: int) -> None:
    """Put a token behind the prefix as it is now, later keystrokes included; says so where it cannot stand there.

    A ``count`` is that of the tokens before an earlier position: what stood behind it gives way to the token.
    """
    text = tidy(st.session_state["prefix"]).text
    try:
        before = text if count is None else first_tokens(reader.model, text, count)
        controls.set_prefix(append_token(reader.model, before, token_id))
        st.session_state["position"] = None
    except ValueError as error:
        notice(str(error))


def bars_key() -> str:
    """A chart keeps its selection: after a click it comes anew, so that a click on the same token counts again."""
    return f"bars {st.session_state.get(_PICKS, 0)}"


def append_picked(reader: PrefixReader, count: int | None, key: str) -> None:
    """A click on a bar."""
    if key != bars_key():
        # The browser has not heard yet that this chart is gone, and sends its last click once more.
        return
    picked = st.session_state[key]["selection"].get(PICK) or []
    # The bar of all others appends nothing, and its chart stays: a click on a token may follow at once.
    if picked and picked[0]["id"] >= 0:
        st.session_state[_PICKS] = st.session_state.get(_PICKS, 0) + 1
        append(reader, count, int(picked[0]["id"]))


def go(position: int, last: int) -> None:
    """To another column of the table; from the last one on, the bars follow what is typed again."""
    st.session_state["position"] = position if position < last else None


def chosen_position(reading: Reading) -> int:
    """The position in the URL, if the text still reaches that far; else the last."""
    last = len(reading.ids) - 1
    position = st.number_input(
        "Position", 0, None, None, key="position", bind="query-params", placeholder="last", width=90,
        help=hint(
            "Next-token distribution", "Chain rule of probability",
            said="0 is START. Empty: the last token, so that the bars follow what is typed.",
        ),
    )  # fmt: skip
    shown = last if position is None else min(int(position), last)
    st.button("Back", key="go back", shortcut="Left", on_click=go, args=(shown - 1, last), disabled=shown == 0)
    st.button("On", key="go on", shortcut="Right", on_click=go, args=(shown + 1, last), disabled=position is None)
    if position is not None and position > last:
        st.caption(f"The text ends at position {last}; that one is shown.")
    return shown


@st.fragment
@errors_told
def explorer() -> None:
    """All of the page runs here, so that a keystroke runs nothing else; the bars are sent first."""
    field, choice = st.columns([3, 1])
    with field:
        prefix = controls.prefix_field()
    with choice:
        name = controls.model_field()
    controls.preset_buttons()
    for note in prefix.notes:
        st.info(note)
    reader = controls.usable_reader(name)
    model = reader.model
    with gate().slot():
        reading = reader.read(prefix.text)
    chart_column, side = st.columns([3, 2])
    with side, st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="setup bars"):
        position = chosen_position(reading)
        k = st.number_input("Bars", 1, MAX_BARS, 10, key="k", bind="query-params", width=64)
        axis = st.segmented_control("Axis to", REACH, default="100 %", key="axis", bind="query-params", required=True)
        guessing = st.toggle(
            "Guess first",
            key="guess",
            bind="query-params",
            help=hint("Surprise", said="The bars stay hidden until a next word is guessed."),
        )
    following = reading.ids[position + 1] if position + 1 < len(reading.ids) else None
    found = candidates(model, reading.columns[position], k)
    guessed = None
    if guessing:
        from pages._shared.panels import guessing as game

        with side:
            _condition(reader, reading, position)
            guess = game.guess_field(reader, reading, position)
        if guess is None:
            with chart_column:
                game.curtain(bars_height(k + 1))
            return
        guessed, found = guess.token_ids[0], game.marked(found, reader, guess)
    key, count = bars_key(), _before(reading, position)
    frame = bars_frame(found, following, REACH[axis], guessed)
    with chart_column:
        place = st.container(key="bars")
    with place:
        st.vega_lite_chart(
            live_bars(frame, ink(st.context.theme.type), reach=REACH[axis]),
            key=key,
            on_select=lambda: append_picked(reader, count, key),
            selection_mode=PICK,
            alt=NAME,
        )
    let_the_browser_draw()
    with place:
        tell(bars_alt(NAME, frame, _read(reader, reading, position)))
    with side:
        if not guessing:
            _condition(reader, reading, position)
        _append_buttons(reader, reading, position, count)
    with chart_column, st.container(horizontal=True):
        st.button(
            "Undo", on_click=controls.undo, disabled=not controls.can_undo(), icon=":material/undo:", shortcut="U"
        )
        # Written when it is asked for: a file of every keystroke would be gone before the browser asks for it.
        st.download_button(
            "Bars as CSV",
            lambda: to_csv(["rank", "token", "id", "p"], ([c.rank, c.text, c.token_id, c.p] for c in found.top)),
            "bars.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
    _view(reader, reading, position, k)


def _view(reader: PrefixReader, reading: Reading, position: int, k: int) -> None:
    """What stands below the bars."""
    view = st.segmented_control(
        "View", VIEWS, default="Table", key="view", bind="query-params",
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    if view == "Table":
        from pages._shared.panels.table import table_panel

        table_panel(reader, reading)
    elif view == "Numbers":
        from pages._shared.panels.numbers import numbers_panel

        numbers_panel(reader, reading, position)
    elif view == "Sampling":
        from pages._shared.panels.sampling import sampling_panel

        sampling_panel(reader, reading, position, k)
    else:
        from pages._shared.panels.compare import compare_panel

        compare_panel(st.session_state["model"] or controls.DEFAULT_MODEL, tidy(st.session_state["prefix"]).text, k)


def _read(reader: PrefixReader, reading: Reading, position: int) -> list[str]:
    """The tokens up to a position, START first."""
    return [label(reader.model, i, first=t == 0) for t, i in enumerate(reading.ids[: position + 1])]


def _condition(reader: PrefixReader, reading: Reading, position: int) -> None:
    """What is being looked at."""
    shown = [plain(text) for text in _read(reader, reading, position)]
    st.markdown(f"p(x | {'… ' * (len(shown) > MAX_SHOWN)}{' '.join(shown[-MAX_SHOWN:])})")
    if reading.dropped:
        st.caption(f"The context holds {reader.limit} tokens: the first {reading.dropped} are no longer seen.")


def _before(reading: Reading, position: int) -> int | None:
    """How many tokens of the text come before what the bars show; None where that is all of it."""
    return None if position + 1 == len(reading.ids) else reading.dropped + position


def _append_buttons(reader: PrefixReader, reading: Reading, position: int, count: int | None) -> None:
    """The tokens to append by click or by key."""
    model = reader.model
    replaced = "" if count is None else " It takes the place of the rest of the text; Undo brings that back."
    with st.container(key="append_hint"):
        st.caption(f"Append: click a bar, a button, or press 1 to 9.{replaced}")
    with st.container(horizontal=True, gap="xsmall"):
        for number, token_id in enumerate(reading.columns[position].top_ids[:APPENDABLE].tolist(), start=1):
            st.button(
                plain(label(model, token_id)), key=f"append {number}", shortcut=str(number),
                on_click=append, args=(reader, count, token_id),
            )  # fmt: skip


with page("next_token", quick=True):
    explorer()
