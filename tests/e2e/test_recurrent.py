"""The recurrent pages in a real browser: arrow keys step, and N moves the grey edge."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest, field, settle

TEXT = "the students opened their"


def _expect_step(page: Page, t: int) -> None:
    expect(page.locator(".nlm-unrolled .current .state")).to_have_text(f"h{t}")


def test_arrow_keys_step_and_the_text_field_keeps_its_own(visit: Visit) -> None:
    page = visit("step_rnn", prefix=TEXT)
    _expect_step(page, 0)
    for t in (1, 2, 3):
        come_to_rest(page)
        page.keyboard.press("ArrowRight")
        _expect_step(page, t)
    come_to_rest(page)
    page.keyboard.press("ArrowLeft")
    _expect_step(page, 2)
    page.wait_for_url(lambda address: "t=2" in address)
    # In the field the arrows move the caret.
    field(page).click()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(500)
    _expect_step(page, 2)
    come_to_rest(page)
    # On the slider a key is one step, not two.
    page.locator("[data-testid=stSlider] input").first.focus()
    page.keyboard.press("ArrowRight")
    _expect_step(page, 3)


def test_an_address_opens_at_its_step(visit: Visit) -> None:
    page = visit("step_rnn", prefix=TEXT, t="4")
    _expect_step(page, 4)
    expect(page.locator(".nlm-unrolled .ahead")).to_have_count(0)


def test_n_moves_the_grey_edge(visit: Visit) -> None:
    page = visit("window_or_recurrence", prefix="the old man opened the door", N="2")
    unseen = page.locator(".nlm-words .unseen")
    expect(unseen).to_have_count(5)
    come_to_rest(page)
    page.locator("[data-testid=stSlider] input").focus()
    page.keyboard.press("ArrowRight")
    expect(unseen).to_have_count(4)


def test_a_hostile_text_stays_text(visit: Visit) -> None:
    hostile = "<img src=x onerror=alert(1)> **b** it's \\ $x$"
    page = visit("step_rnn", prefix=hostile, t="2")
    _expect_step(page, 2)
    settle(page)
    assert page.locator("[data-testid=stMain] img").count() == 0
    page = visit("window_or_recurrence", prefix=hostile)
    expect(page.locator(".nlm-words").first).to_contain_text("img")
    settle(page)
    assert page.locator("[data-testid=stMain] img").count() == 0
