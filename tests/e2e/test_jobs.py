"""Long work in a real server: it goes on while its visitor looks at another page, and ends with the session."""

import re
import time
from pathlib import Path

from playwright.sync_api import Browser, expect

from nlm_core.bench.browser import ROOT, server
from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest
from tests.e2e.test_train_rnn import progress, step, train, wait_past

_APP = Path(__file__).with_name("writing_app.py")
_SOON = 30.0


def test_training_goes_on_while_its_visitor_looks_at_another_page(visit: Visit) -> None:
    page = visit("train_rnn", view="Run", steps="5000")
    expect(train(page)).to_be_enabled()
    train(page).click()
    wait_past(page, 0)
    before = step(page)
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Losses").click()
    expect(page).to_have_url(re.compile("/losses"))
    come_to_rest(page)
    page.wait_for_timeout(2000)
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Train an RNN").click()
    expect(progress(page)).to_contain_text("of 5,000")
    assert step(page) > before + 100
    page.get_by_test_id("stMain").get_by_role("button", name="Pause").click()
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Resume")).to_be_enabled()


def test_a_job_ends_with_its_session(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "steps"
    environment = {"STEPS_FILE": str(file), "PYTHONPATH": str(ROOT)}
    with server(_APP, environment) as running:
        context = browser.new_context()
        page = context.new_page()
        page.goto(running.url)
        page.get_by_role("button", name="Begin").click()
        expect(page.get_by_text("running: True")).to_be_visible()
        before = file.read_text(encoding="utf-8")
        _wait_for_another(file, before)
        context.close()
        _wait_until_it_stands_still(file)


def _wait_for_another(file: Path, before: str) -> None:
    limit = time.monotonic() + _SOON
    while file.read_text(encoding="utf-8") in {"", before}:
        assert time.monotonic() < limit, "the job stands still"
        time.sleep(0.05)


def _wait_until_it_stands_still(file: Path) -> None:
    """A step takes some 10 ms: nothing written for a second is the end of it."""
    limit, seen, since = time.monotonic() + _SOON, "", time.monotonic()
    while time.monotonic() - since < 1:
        now = file.read_text(encoding="utf-8")
        if now != seen:
            seen, since = now, time.monotonic()
        assert time.monotonic() < limit, f"the job goes on without its visitor: step {now}"
        time.sleep(0.05)
