"""Links of the lecture map to every page, opened cold: in light and dark, at three sizes, and held against axe-core.

The first two topics of each page are one visit each, in the light theme and in the dark one. A page with one topic is
visited twice. All links are opened without a browser in ``tests/pages``.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import TimeoutError as TooLateError

from nlm_core.bench.browser import Server
from pages._shared.catalog import EVERY, HOME, PageEntry
from tests.e2e.conftest import TIMEOUT_MS, watch
from tests.e2e.screen import come_to_rest

SIZES = ((1280, 720), (1920, 1080), (390, 844))
THEMES = ("light", "dark")
MOST_VISITS = 2
_AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
_STILL_MS = 250
# What is not ours to mend, each with the reason.
_EXCEPTIONS = {
    # Chromium and Firefox give every box that scrolls the focus of the keyboard by themselves.
    "scrollable-region-focusable": [".katex-display"],
}
_VIOLATIONS = """(exceptions) => axe.run("[data-testid=stMain]", { resultTypes: ["violations"] }).then((results) =>
  results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => {
      const excused = (exceptions[id] ?? []).join(", ");
      const ours = nodes.filter(({ target }) => !excused || !document.querySelector(target[0])?.matches(excused));
      return ours.length && `${id}: ${help}: ` + ours.slice(0, 5).map(({ html }) => html.slice(0, 160)).join(" ");
    })
    .filter(Boolean))"""
# WCAG 2.2, 1.4.3, which axe-core does not hold drawings against: their axes and legends stand on the page itself.
_LEAST_CONTRAST = 4.5
_PALE = """(least) => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (rgb) => {
    const linear = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const page = channels(getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor).slice(0, 3);
  const opacity = (node) => (node.tagName === "svg" ? 1 : getComputedStyle(node).opacity * opacity(node.parentElement));
  const contrast = (text) => {
    const style = getComputedStyle(text);
    const [r, g, b, alpha = 1] = channels(style.fill);
    const share = alpha * style.fillOpacity * opacity(text);
    const seen = [r, g, b].map((c, i) => c * share + page[i] * (1 - share));
    const [dark, bright] = [luminance(seen), luminance(page)].sort((one, other) => one - other);
    return share === 0 ? Infinity : (bright + 0.05) / (dark + 0.05);
  };
  return [...document.querySelectorAll(`[data-testid=stMain] svg :is(
      .role-axis, .role-legend, .role-title, .axes, .legend, [class$=tick], .cbaxis, .infolayer, .slider-group) text`)]
    .filter((text) => text.textContent.trim() && text.getClientRects().length && contrast(text) < least)
    .map((text) => `pale (${contrast(text).toFixed(1)}): ${text.textContent}`)
    .slice(0, 5);
}"""
_FITS = """() => ["html", "[data-testid=stMain]"]
    .map((selector) => document.querySelector(selector))
    .every((node) => node.scrollWidth <= node.clientWidth + 1)"""
_FIT_MS = 5_000


def _visits(entry: PageEntry) -> list[tuple[str, dict[str, str]]]:
    queries = [query for _, query in entry.topics[:MOST_VISITS]] or [{}]
    queries *= 1 if len(queries) > 1 else 2
    return [(THEMES[i % 2], query) for i, query in enumerate(queries)]


@pytest.fixture(scope="module")
def contexts(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """One profile a theme: its cache is shared, its sessions are not."""
    opened = {theme: browser.new_context(color_scheme=theme) for theme in THEMES}
    yield opened
    for context in opened.values():
        context.close()


def _findings(page: Page, url: str, query: dict[str, str], *, keys: bool) -> list[str]:
    """What is wrong with a page at this address, in words."""
    found = []
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    page.goto(url + ("?" + urlencode(query) if query else ""))
    page.wait_for_selector("[data-testid=stMain] [data-testid=stHeading]")
    come_to_rest(page, _STILL_MS)
    page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')")
    if page.get_by_test_id("stException").count():
        found.append(page.get_by_test_id("stException").first.inner_text()[:300])
    kept = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query, keep_blank_values=True).items()}
    # Streamlit leaves out of the address what is the default; anything else must stay as it was.
    found += [
        f"{name}={kept[name]} instead of {query[name]}" for name in query if kept.get(name, query[name]) != query[name]
    ]
    if keys:
        found += _keys(page)
    page.add_script_tag(path=_AXE)
    found += page.evaluate(_VIOLATIONS, _EXCEPTIONS)
    found += page.evaluate(_PALE, _LEAST_CONTRAST)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        try:
            # Charts and tables follow a new width a moment later.
            page.wait_for_function(_FITS, timeout=_FIT_MS)
        except TooLateError:
            found.append(f"scrolls sideways at {width} x {height}")
    return found


def _keys(page: Page) -> list[str]:
    """The keys that every page has: ? lists the keys, P is the projector and P again the page as it was."""
    page.keyboard.press("?")
    listed = page.locator("[class*=st-key-tool_panel]")
    listed.get_by_text("projector: larger type").wait_for()
    page.keyboard.press("Escape")
    listed.wait_for(state="hidden")
    page.keyboard.press("p")
    page.wait_for_url(lambda address: "projector=true" in address)
    come_to_rest(page, _STILL_MS)
    found = [] if page.evaluate(_FITS) else ["scrolls sideways with the projector on"]
    page.keyboard.press("p")
    page.wait_for_url(lambda address: "projector=true" not in address)
    come_to_rest(page, _STILL_MS)
    return found


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: Path(entry.file).stem)
def test_every_link_of_the_map(entry: PageEntry, app: Server, contexts: dict[str, BrowserContext]) -> None:
    path = "" if entry is HOME else Path(entry.file).stem
    faults: list[Any] = []
    for turn, (theme, query) in enumerate(_visits(entry)):
        page = contexts[theme].new_page()
        page.set_default_timeout(TIMEOUT_MS)
        noticed: list[str] = []
        watch(page, app.url, noticed)
        found = _findings(page, f"{app.url}/{path}", query, keys=turn == 0)
        page.close()
        faults += [(theme, query, fault) for fault in (*found, *noticed)]
    assert not faults, "\n".join(map(str, faults))
