"""Training in a real browser: it runs, pauses, resumes, ends; and two visitors train at once."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest

_STEP = re.compile(r"step ([\d,]+) of ([\d,]+)")


def progress(page: Page) -> Locator:
    return page.get_by_test_id("stProgress")


def step(page: Page) -> int:
    found = _STEP.search(progress(page).inner_text())
    assert found is not None
    return int(found[1].replace(",", ""))


def wait_past(page: Page, number: int) -> None:
    page.wait_for_function(
        """(number) => {
          const shown = document.querySelector("[data-testid=stProgress]")?.innerText.match(/step ([\\d,]+) of/);
          return shown && Number(shown[1].replace(",", "")) > number;
        }""",
        arg=number,
    )


def train(page: Page) -> Locator:
    return page.locator(".st-key-train button")


def charts(page: Page) -> Locator:
    return page.locator("[data-testid=stVegaLiteChart] svg")


def test_training_runs_pauses_resumes_and_ends(visit: Visit) -> None:
    page = visit("train_rnn", view="Run", steps="100", speed="Watch")
    expect(train(page)).to_have_text(re.compile("Train 100 steps"))
    train(page).click()
    wait_past(page, 0)
    page.get_by_role("button", name="Pause").click()
    expect(train(page)).to_have_text(re.compile("Resume"))
    paused = step(page)
    assert 0 < paused < 100
    page.wait_for_timeout(1500)
    assert step(page) == paused
    train(page).click()
    wait_past(page, paused)
    expect(progress(page)).to_contain_text("step 100 of 100")
    expect(train(page)).to_have_text(re.compile("Train 100 more"))
    expect(charts(page).first).to_be_visible()
    expect(page.locator(".st-key-samples")).to_contain_text("after 100 steps")
    with page.expect_download() as download:
        page.get_by_role("button", name="Loss curve").click()
    assert download.value.path().read_text(encoding="utf-8").count("\n") == 102


def test_two_visitors_train_at_once(visit: Visit) -> None:
    first = visit("train_rnn", view="Run", steps="60")
    second = visit("train_rnn", view="Run", steps="80", hidden="32", seed="5")
    for page in (first, second):
        expect(train(page)).to_be_enabled()
        train(page).click()
    for page in (first, second):
        wait_past(page, 0)
    expect(progress(first)).to_contain_text("step 60 of 60")
    expect(progress(second)).to_contain_text("step 80 of 80")
    expect(first.get_by_text("H = 64")).to_be_visible()
    expect(second.get_by_text("H = 32")).to_be_visible()


def test_the_arrow_keys_walk_through_a_step(visit: Visit) -> None:
    page = visit("train_rnn")
    expect(page.get_by_text("Every beginning of the sentence")).to_be_visible()
    for stage in ("2.Run", "3.Loss", "4.Backpropagate", "5.Descend"):
        come_to_rest(page)
        page.keyboard.press("ArrowRight")
        expect(page).to_have_url(re.compile(f"stage={stage}"))
    expect(charts(page).first).to_be_visible()
    come_to_rest(page)
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("stage=4.Backpropagate"))
