"""The guided tour of every page: each card sets the page's own fields, and its address opens the same moment."""

import pytest
from streamlit.testing.v1 import AppTest

from pages._shared.catalog import GLOSSARY, HOME, PAGES
from pages._shared.tours import TOURS, Card, card_number
from tests.pages.conftest import OpenPage, drawings, field_names

PAGE = "pages/next_token.py"
KINDS = (
    "text_input", "number_input", "slider", "select_slider", "selectbox", "multiselect", "toggle", "checkbox", "radio",
    "segmented_control", "button_group",
)  # fmt: skip


def check(at: AppTest, card: Card) -> None:
    """Every field that the card names is on the page and holds its value; nothing has gone wrong."""
    assert not at.exception, at.exception[0].message
    assert not at.error, at.error[0].value
    shown = {widget.key for kind in KINDS for widget in at.get(kind)}
    # Steps and numbers are set on a drawing, whose message has them by name; the session only those that were set.
    drawn = {name: value for message in drawings(at).values() for name, value in message.items()}
    shown |= {*drawn, *field_names(at)}
    # The field that shows what weights are moved by hand is not the place where it is kept.
    shown |= {key.removesuffix("_field") for key in shown if key and key.endswith("_field")}
    for name, value in card.state.items():
        assert name in shown, f"{name} is no field of this state"
        unset = None if value is None else drawn.get(name)
        held = at.session_state[name] if name in at.session_state else unset  # noqa: SIM401 (it has no get)
        assert held == value, name
        assert isinstance(held, type(value)), name


def standing(at: AppTest) -> str:
    """What the card on the page says."""
    return next(block.value for block in at.markdown if block.value.startswith("**"))


def test_every_page_has_a_tour_of_four_to_eight_short_cards() -> None:
    assert list(TOURS) != []
    assert set(TOURS) == {entry.file for entry in PAGES}
    for file, cards in TOURS.items():
        assert 4 <= len(cards) <= 8, file
        assert len({card.title for card in cards}) == len(cards)
        for card in cards:
            assert card.state
            assert len(card.title) <= 50
            assert 40 <= len(card.see) <= 170, card.see
            assert card.see.endswith("."), card.see


def test_the_number_in_an_address() -> None:
    count = len(TOURS[PAGE])
    asked = {"1": 1, "3": 3, "0": 1, "-7": 1, "99": count, "9" * 30: count, "": None, "x": None, "1.5": None}
    assert {text: card_number(PAGE, text) for text in asked} == asked
    assert card_number(PAGE, None) is None
    assert card_number(HOME.file, "1") is None


@pytest.mark.parametrize("file", TOURS)
def test_next_goes_through_all_cards_and_each_is_a_link(file: str, open_page: OpenPage) -> None:
    at = open_page(file)
    at.button(key="tool_tour").click().run()
    for number, card in enumerate(TOURS[file], start=1):
        assert at.query_params["tour"] == str(number)
        assert standing(at).startswith(f"**{card.title}**")
        check(at, card)
        if number < len(TOURS[file]):
            at.button(key="tour_next").click().run()
    assert at.button(key="tour_next").disabled
    check(open_page(file, **at.query_params), card)


def test_a_change_by_hand_stays_until_the_next_card_and_after_the_end(open_page: OpenPage) -> None:
    at = open_page(PAGE, k="7")
    at.button(key="tool_tour").click().run()
    at.text_input(key="prefix").set_value("She said").run()
    assert at.query_params["tour"] == "1"
    assert at.session_state["prefix"] == "She said"
    at.button(key="tour_end").click().run()
    assert "tour" not in at.query_params
    assert not [button for button in at.button if button.key == "tour_end"]
    assert at.session_state["prefix"] == "She said"
    at.button(key="tool_tour").click().run()
    check(at, TOURS[PAGE][0])
    at.button(key="tour_next").click().run()
    at.button(key="tour_back").click().run()
    check(at, TOURS[PAGE][0])
    # No card of this page says how many bars there are.
    assert at.session_state["k"] == 7
    at.button(key="tool_tour").click().run()
    assert "tour" not in at.query_params


@pytest.mark.parametrize("file", [HOME.file, GLOSSARY.file])
def test_pages_without_a_tour(file: str, open_page: OpenPage) -> None:
    at = open_page(file, tour="1")
    assert not at.exception
    assert not [button for button in at.button if button.key in ("tool_tour", "tour_next")]
