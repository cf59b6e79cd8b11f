"""In a browser: a page is told of the scripts of what it shows and of no others, and finds its server at once."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest
from playwright.sync_api import Browser, Page

from nlm_core.bench.browser import Server
from pages._shared.catalog import GLOSSARY, HOME, PAGES, PageEntry
from tests.e2e.conftest import TIMEOUT_MS, Visit
from tests.e2e.screen import come_to_rest

# What a script draws.
DRAWN = {
    "ArrowVegaLiteChart": "[data-testid=stVegaLiteChart]",
    "BidiComponent": "[data-testid=stBidiComponentRegular], .nlm-plane",
    "ButtonGroup": "[data-testid=stButtonGroup]",
    "DataFrame": "[data-testid=stDataFrame]",
    "DownloadButton": "[data-testid=stDownloadButton]",
    "ImageList": "[data-testid=stImage]",
    "Multiselect": "[data-testid=stMultiSelect]",
    "NumberInput": "[data-testid=stNumberInput]",
    "PageLink": "[data-testid=stPageLink]",
    "Selectbox": "[data-testid=stSelectbox]",
    "Slider": "[data-testid=stSlider]",
    "TextInput": "[data-testid=stTextInput]",
    "embed": "[data-testid=stVegaLiteChart]",
    "rehype-katex": ".katex",
}


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    opened.set_default_timeout(TIMEOUT_MS)
    yield opened
    opened.close()


@pytest.mark.parametrize("entry", (HOME, GLOSSARY, *PAGES), ids=lambda entry: entry.file)
def test_no_script_is_named_in_vain(entry: PageEntry, page: Page, app: Server) -> None:
    page.goto(f"{app.url}/{'' if entry is HOME else PurePosixPath(entry.file).stem}")
    page.wait_for_selector("[data-testid=stMain] [data-testid=stHeading]")
    come_to_rest(page)
    page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')")
    assert [name for name in entry.scripts if not page.locator(DRAWN[name]).count()] == []


def test_the_server_is_found_without_trying(visit: Visit) -> None:
    page = visit("losses")
    page.wait_for_selector("[data-testid=stMain] [data-testid=stHeading]")
    asked: list[str] = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert not [address for address in asked if "/losses/" in address]
    # The way to another page and back leads through the same addresses as ever.
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Backpropagation").click()
    page.wait_for_url("**/backpropagation")
    page.go_back()
    page.wait_for_url("**/losses")
    page.get_by_role("heading", name="Losses and softmax").wait_for()
