"""Prompt and generate in a real browser: a text is drawn, another token begins a branch, undo brings the first back."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest, main


def output(page: Page) -> str:
    return main(page).locator(".nlm-surprise > div").nth(1).inner_text()


def test_generate_branch_off_and_undo(visit: Visit) -> None:
    page = visit("prompt", prompt="I went to the", seed="1", limit="4")
    main(page).get_by_role("button", name="Generate").click()
    expect(main(page).locator(".nlm-surprise > div").nth(1).locator("span")).to_have_count(4)
    come_to_rest(page)
    first = output(page)
    main(page).locator('[class*="st-key-alternative-"] button:enabled').first.click()
    expect(main(page).get_by_role("button", name=re.compile("^2: "))).to_be_visible()
    come_to_rest(page)
    second = output(page)
    assert second != first
    main(page).get_by_role("button", name="Undo").click()
    expect(main(page).get_by_role("button", name=re.compile("^2: "))).to_have_count(0)
    come_to_rest(page)
    assert output(page) == first


def test_generation_stops_when_asked(visit: Visit) -> None:
    page = visit("prompt", prompt="Once upon a time, there was a", seed="2", limit="100", speed="Watch")
    main(page).get_by_role("button", name="Generate").click()
    tokens = main(page).locator(".nlm-surprise > div").nth(1).locator("span")
    expect(tokens.nth(2)).to_be_visible()
    main(page).get_by_role("button", name="Stop", disabled=False).click()
    come_to_rest(page)
    count = tokens.count()
    assert 3 <= count < 100
    expect(main(page).get_by_role("button", name="One token")).to_be_enabled()
