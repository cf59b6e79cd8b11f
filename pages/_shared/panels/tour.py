"""A page's guided tour: one card at a time over the page that it has set."""

from pathlib import Path

import streamlit as st

from pages._shared.tours import TOURS, Card, card_number, query

TOUR = "tour"
_SET = "_tour_state"
_SHOW = (Path(__file__).resolve().parents[3] / "assets" / "tour.js").read_text(encoding="utf-8")
# On the projector a field that a card speaks of may be folded away.
_FOLDED = ":gray[S brings the controls.]"


def _open(file: str, number: int) -> None:
    """Open the page anew in the state of a card; what the card does not name stays as it is.

    The address is emptied of what stands on the page, because a field that gets new bounds would take its old value
    from there: those fields take their values from the session and write the address again. Fields that are not there
    yet are told by the address.
    """
    card, session = TOURS[file][number - 1], st.session_state
    session[_SET] = {**{name: session[name] for name in st.query_params if name in session}, **card.state}
    new = {name: text for name, text in query(card).items() if name not in session}
    st.switch_page(file, query_params={**new, TOUR: str(number)})


def tour_state() -> None:
    """What the card that was just opened sets; to be called before the first field of the page."""
    for name, value in st.session_state.pop(_SET, {}).items():
        st.session_state[name] = value


def _end() -> None:
    """The page stays as it is; for use in callbacks."""
    st.query_params.pop(TOUR, None)


def tour_button(file: str) -> None:
    """Begins the tour of a page, or ends it; nothing where the page has none."""
    if file not in TOURS:
        return
    on = card_number(file, st.query_params.get(TOUR)) is not None
    if st.button("Tour", key="tool_tour", icon=":material/tour:", type="tertiary"):
        if on:
            _end()
            st.rerun()
        _open(file, 1)


def tour_card(file: str) -> None:
    """The card that the address names, if it names one."""
    number = card_number(file, st.query_params.get(TOUR))
    if number is not None:
        _card(file, TOURS[file][number - 1], number)


def _card(file: str, card: Card, number: int) -> None:
    count = len(TOURS[file])
    with st.container(border=True, key="tour_card"):
        text, buttons = st.columns([5, 2], vertical_alignment="center")
        folded = st.session_state.get("projector") and not st.session_state.get("controls")
        text.markdown(f"**{card.title}**  \n{card.see}" + f" {_FOLDED}" * bool(folded))
        with buttons, st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.caption(f"{number} of {count}", width="content")
            back = st.button("Back", key="tour_back", disabled=number == 1)
            forward = st.button("Next", key="tour_next", disabled=number == count, type="primary")
            st.button("End", key="tour_end", on_click=_end)
        # The number makes the text another one, so that the browser runs it anew for each card.
        st.html(
            f"<script>// {number}\n{_SHOW.replace('__AT__', card.at)}</script>",
            width="content",
            unsafe_allow_javascript=True,
        )
    if back or forward:
        _open(file, number + forward - back)
