"""The probe of the benchmark of pages: what is greyed out or has no size has not been painted."""

from pathlib import Path

from playwright.sync_api import Browser

from nlm_core.bench import pages

PROBE = Path(pages.__file__).with_name("paint.js")


def test_only_what_can_be_seen_and_is_of_this_run_counts(browser: Browser) -> None:
    page = browser.new_page()
    page.add_init_script(f"window.__drawings = {pages.DRAWINGS!r};")
    page.add_init_script(path=PROBE)
    page.goto("data:text/html,<div data-testid=stMain><p>Heading</p></div>")
    for html in ("<div data-stale=true><span class=nlm-words>a</span></div>", "<span class=nlm-words></span>"):
        page.evaluate("(html) => (document.querySelector('div').innerHTML = html)", html)
        page.wait_for_timeout(100)
        assert page.evaluate("window.__paint") == {"milliseconds": None, "what": None}
    page.evaluate("() => (document.querySelector('div').innerHTML = '<span class=nlm-words>a</span>')")
    page.wait_for_function("window.__paint.milliseconds > 0")
    assert page.evaluate("window.__paint.what") == "stMain"
    page.close()
