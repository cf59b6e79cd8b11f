"""In a browser: a tour moves the page and its address, and a guess comes before the bars."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from pages._shared.tours import TOURS
from tests.e2e.conftest import Visit
from tests.e2e.screen import bars, come_to_rest, field

CARDS = TOURS["pages/next_token.py"]


def _card(page: Page, number: int) -> None:
    expect(page.locator(".st-key-tour_card")).to_contain_text(f"{number} of {len(CARDS)}")
    expect(page.locator(".st-key-tour_card")).to_contain_text(CARDS[number - 1].title)
    come_to_rest(page)


def test_a_tour_moves_the_page_and_its_address(visit: Visit) -> None:
    page = visit("next_token", k="7")
    come_to_rest(page)
    page.get_by_role("button", name="Tour").click()
    _card(page, 1)
    page.get_by_role("button", name="Next", exact=True).click()
    _card(page, 2)
    expect(field(page)).to_have_value("I went to the park.")
    expect(page.locator(".nlm-bars-where")).to_have_text("position 0 of 6")
    assert parse_qs(urlsplit(page.url).query) == {
        "tour": ["2"], "prefix": ["I went to the park."], "position": ["0"], "k": ["7"],
    }  # fmt: skip
    again = visit("next_token", **{name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()})
    _card(again, 2)
    expect(again.locator(".st-key-bars svg")).to_be_visible()
    come_to_rest(again)
    # A chart that was updated keeps its old rows in their old order in the document.
    assert sorted(bars(again)) == sorted(bars(page))
    page.get_by_role("button", name="End", exact=True).click()
    expect(page.locator(".st-key-tour_card")).to_have_count(0)
    expect(field(page)).to_have_value("I went to the park.")


def test_a_card_brings_what_it_points_at_on_the_screen(visit: Visit) -> None:
    """The panels of this page lie below the first screen; the card stays, and so do its buttons."""
    page = visit("step_rnn", tour="2")
    view, card = page.locator(".st-key-view"), page.locator(".st-key-tour_card")
    come_to_rest(page)
    expect(view.get_by_role("radio", name="Arithmetic")).to_be_checked()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(view.get_by_role("radio", name="One unit")).to_be_checked()
    come_to_rest(page)
    screen, over, shown = page.viewport_size["height"], card.bounding_box(), view.bounding_box()
    header = page.get_by_test_id("stHeader").bounding_box()
    assert header["y"] + header["height"] <= over["y"]
    assert over["y"] + over["height"] <= shown["y"] < 0.4 * screen


def test_the_bars_come_after_the_guess(visit: Visit) -> None:
    page = visit("next_token", guess="true")
    guess = page.get_by_role("textbox", name="Your next word")
    expect(guess).to_be_visible()
    come_to_rest(page)
    hidden = page.locator(".nlm-bars-curtain").bounding_box()
    assert bars(page) == []
    guess.fill("wheelbarrow")
    guess.press("Enter")
    expect(page.locator(".st-key-bars svg")).to_be_visible()
    come_to_rest(page)
    assert any(text.endswith("your guess") for text in bars(page))
    drawn = page.locator(".st-key-bars svg").bounding_box()
    assert abs(drawn["y"] - hidden["y"]) < 3
    assert abs(drawn["height"] - hidden["height"]) < 30
    page.get_by_role("button", name="Next, after the first choice").click()
    expect(page.locator(".nlm-bars-curtain")).to_be_visible()
    expect(guess).to_have_value("")
