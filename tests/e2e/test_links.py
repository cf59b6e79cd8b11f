"""Links: a cold deep link restores the page, and an address with nonsense in it still gives a page that works."""

from contextlib import closing
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from nlm_core.bench.browser import server
from nlm_core.lm.base import LanguageModel
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.registry import OWN_MODELS
from pages._shared.catalog import PAGES
from tests.e2e.conftest import OFFLINE, Visit
from tests.e2e.screen import expected_bars, field, main, settle, wait_for_bars


def test_a_deep_link_as_the_first_request_of_a_fresh_server(visit: Visit, rnn: LanguageModel) -> None:
    text = "the students opened their books"
    state = {
        "prefix": text, "model": "nlm-rnn", "view": "Sampling", "k": "5", "position": "2", "temperature": "0.5",
    }  # fmt: skip
    with server(environment=OFFLINE) as fresh, closing(visit("next_token", fresh, **state)) as page:
        wait_for_bars(page, expected_bars(rnn, text, k=5, position=2))
        settle(page)
        assert urlsplit(page.url).path == "/next_token"
        assert parse_qs(urlsplit(page.url).query) == {name: [value] for name, value in state.items()}
        expect(field(page)).to_have_value(text)
        expect(page.get_by_role("heading", name="Next token")).to_be_visible()
        expect(page.locator(".nlm-bars-where")).to_have_text("position 2 of 5")
        expect(page.get_by_role("spinbutton", name="Bars")).to_have_value("5")
        expect(page.get_by_role("slider", name="Temperature")).to_have_value("0.5")


def test_every_page_is_reached_from_the_map(visit: Visit) -> None:
    page = visit("")
    for entry in PAGES:
        main(page).get_by_role("link", name=entry.title, exact=True).first.click()
        expect(page.get_by_role("heading", name=entry.title).first).to_be_visible()
        settle(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        page.get_by_role("link", name="Lecture map").first.click()
        expect(page.get_by_role("heading", name="Neural Language Model Explorer")).to_be_visible()


def test_one_click_on_the_map_reaches_bars_that_move(visit: Visit, gpt: LanguageModel) -> None:
    page = visit("")
    main(page).get_by_role("link", name="Start: type a prefix").click()
    wait_for_bars(page, expected_bars(gpt, "I went to the park."))
    field(page).press("End")
    page.keyboard.type(" The")
    wait_for_bars(page, expected_bars(gpt, "I went to the park. The"))


def test_an_unknown_model_lists_the_known_ones_and_the_page_works(visit: Visit, gpt: LanguageModel) -> None:
    page = visit(model="nlm-gtp", prefix="I went")
    message = page.get_by_test_id("stAlert").filter(has_text="no model is called")
    for name in OWN_MODELS:
        expect(message).to_contain_text(name)
    wait_for_bars(page, expected_bars(gpt, "I went"))
    field(page).press("End")
    page.keyboard.type(" home")
    wait_for_bars(page, expected_bars(gpt, "I went home"))
    assert field(page).input_value() == "I went home"


def test_numbers_out_of_range_in_the_address_give_a_page_that_works(visit: Visit, gpt: LanguageModel) -> None:
    page = visit(prefix="I went", k="5000", position="-3", temperature="0", view="Nothing", axis="7")
    wait_for_bars(page, expected_bars(gpt, "I went", position=0))
    expect(main(page).get_by_text("There is no position -3")).to_be_visible()
    settle(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_text_beyond_the_context_slides_the_window_and_says_so(visit: Visit, gpt: LanguageModel) -> None:
    text = " ".join(["the old man went down to the river"] * 30)
    page = visit(prefix=text)
    wait_for_bars(page, expected_bars(gpt, text))
    dropped = PrefixReader(gpt).read(text).dropped
    expect(main(page)).to_contain_text(f"the first {dropped} are no longer seen")
