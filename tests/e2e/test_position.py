"""The bars of another position: by button, and by a click on the head of a column of the table."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from nlm_core.lm.base import LanguageModel
from tests.e2e.conftest import Visit
from tests.e2e.screen import expected_bars, settle, wait_for_bars

TEXT = "I went to the park."


def test_the_bars_of_other_positions_by_button(visit: Visit, gpt: LanguageModel) -> None:
    page = visit(prefix=TEXT)
    wait_for_bars(page, expected_bars(gpt, TEXT))
    back = page.get_by_role("button", name="Previous position")
    on = page.get_by_role("button", name="Next position")
    expect(on).to_be_disabled()
    for position in range(5, -1, -1):
        back.click()
        wait_for_bars(page, expected_bars(gpt, TEXT, position=position))
    expect(back).to_be_disabled()
    on.click()
    wait_for_bars(page, expected_bars(gpt, TEXT, position=1))


def test_a_click_on_the_head_of_a_column_shows_its_bars(visit: Visit, gpt: LanguageModel) -> None:
    page = visit(prefix=TEXT)
    wait_for_bars(page, expected_bars(gpt, TEXT))
    settle(page)
    table = page.locator(".st-key-lecture_table [data-testid=stDataFrame]")
    table.scroll_into_view_if_needed()
    # The table is drawn on a canvas; which column lies here depends on the fonts, and the address says which it was.
    table.click(position={"x": 160, "y": 16})
    page.wait_for_url(lambda address: "position=" in address)
    position = int(parse_qs(urlsplit(page.url).query)["position"][0])
    wait_for_bars(page, expected_bars(gpt, TEXT, position=position))
