"""The probe of the benchmark of pages: a page is complete with what is computed, of this run, and can be seen."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from nlm_core.bench import pages

PROBE = Path(pages.__file__).with_name("complete.js")
ENDED = "<div data-test-script-state=notRunning></div>"


@pytest.fixture
def page(browser: Browser) -> Page:
    context = browser.new_context()
    opened = context.new_page()
    opened.add_init_script(f"window.__drawings = {pages.DRAWINGS!r};")
    opened.add_init_script(path=PROBE)
    opened.goto(f"data:text/html,{ENDED}<div id=main data-testid=stMain><p>Heading</p></div>")
    yield opened
    context.close()


def show(page: Page, html: str) -> None:
    page.evaluate("(html) => (document.querySelector('#main').innerHTML = html)", html)


@pytest.mark.parametrize(
    ("html", "missing"),
    [
        ("<div data-stale=true><span class=nlm-words>a</span></div>", "what replaces an earlier run"),
        ("<span class=nlm-words></span>", "something computed"),
        ("<a href='#'><span class=nlm-words>a link</span></a>", "something computed"),
        ("<button><span class=nlm-words>a button</span></button>", "something computed"),
        ("<p><span class=katex>h_1 = W h_0</span></p>", "something computed"),
        ("<span class=nlm-words>a</span><div data-testid=stSkeleton>…</div>", "what a placeholder stands for"),
        ("<span class=nlm-words>a</span><div data-testid=stVegaLiteChart>…</div>", "a chart"),
    ],
)
def test_only_what_can_be_seen_and_is_of_this_run_and_computed_counts(page: Page, html: str, missing: str) -> None:
    show(page, html)
    page.wait_for_timeout(600)
    assert page.evaluate("window.__complete.milliseconds") is None
    assert page.evaluate("window.__complete.missing") == missing
    show(page, "<span class=nlm-words>a</span>")
    page.wait_for_function("window.__complete.milliseconds > 0")
    assert page.evaluate("window.__complete.what") == "stMain"


def test_a_formula_with_numbers_is_computed(page: Page) -> None:
    show(page, "<p><span class=katex>h = 0.25</span></p>")
    page.wait_for_function("window.__complete.milliseconds > 0")


def test_a_page_is_not_complete_while_its_script_runs(page: Page) -> None:
    show(page, "<span class=nlm-words>a</span>")
    page.evaluate("() => (document.querySelector('[data-test-script-state]').dataset.testScriptState = 'running')")
    page.wait_for_timeout(600)
    assert page.evaluate("window.__complete.missing") == "the end of the script"


def test_the_time_is_that_of_the_last_change_and_what_jumped_is_summed(page: Page) -> None:
    show(page, "<span class=nlm-words>a</span><p id=below style='height:200px'>text</p>")
    page.wait_for_timeout(100)
    changed = page.evaluate(
        """() => new Promise((done) => requestAnimationFrame(() => {
          document.querySelector("#main").prepend(Object.assign(document.createElement("hr"), {style: "height:150px"}));
          done(performance.now());
        }))"""
    )
    page.wait_for_function("window.__complete.milliseconds > 0")
    assert page.evaluate("window.__complete.milliseconds") == pytest.approx(changed, abs=20)
    page.wait_for_timeout(100)
    assert page.evaluate("window.__complete.shift") > 0.01
