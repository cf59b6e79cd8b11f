"""The recurrent pages in a real browser: arrow keys step, and N moves the grey edge."""

from playwright.sync_api import Page, expect

from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.registry import load
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
    page.get_by_role("slider", name="Step t").focus()
    page.keyboard.press("ArrowRight")
    _expect_step(page, 3)


def test_eight_fast_presses_make_eight_steps(visit: Visit) -> None:
    page = visit("step_rnn", prefix="I went to the park and then I came home.")
    _expect_step(page, 0)
    come_to_rest(page)
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("slider", name="Step t")).to_have_value("8")
    _expect_step(page, 8)
    come_to_rest(page)
    # Three back by the button, and one by the clicker, as fast.
    for _ in range(3):
        page.get_by_role("button", name="Previous step").dispatch_event("click")
    page.keyboard.press("PageUp")
    _expect_step(page, 4)
    page.wait_for_url(lambda address: "t=4" in address)
    come_to_rest(page)
    _expect_step(page, 4)
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="End").click()
    last = page.get_by_role("slider", name="Step t").get_attribute("max")
    _expect_step(page, int(last))
    expect(page.get_by_role("button", name="Next step")).to_be_disabled()


def test_the_strip_is_read_by_pointer_and_by_key(visit: Visit) -> None:
    page = visit("step_rnn", prefix=TEXT, t="2")
    _expect_step(page, 2)
    come_to_rest(page)
    reader = PrefixReader(load("nlm-rnn"))
    reader.read(TEXT)
    h = reader.hidden_states()
    strip, told = page.locator(".nlm-strip svg"), page.locator(".nlm-strip output")
    cells = strip.locator(".plus:not(stop), .minus:not(stop)")
    expect(cells).to_have_count(3 * 16)
    cells.nth(16 + 5).hover()
    unit = int(strip.locator(".names text").nth(5).text_content() or "")
    expect(told).to_have_text(f"unit {unit}, step 1, ␣the: h = {h[1, unit]:.6f}")
    page.mouse.move(5, 5)
    expect(told).to_have_text("Point at a cell to read its number.")
    strip.focus()
    first = int(strip.locator(".names text").first.text_content() or "")
    expect(told).to_have_text(f"unit {first}, step 2, ␣students: h = {h[2, first]:.6f}")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    second = int(strip.locator(".names text").nth(1).text_content() or "")
    expect(told).to_have_text(f"unit {second}, step 1, ␣the: h = {h[1, second]:.6f}")
    # The step is another thing.
    _expect_step(page, 2)


def test_an_address_opens_at_its_step(visit: Visit) -> None:
    page = visit("step_rnn", prefix=TEXT, t="4")
    _expect_step(page, 4)
    expect(page.locator(".nlm-unrolled .ahead")).to_have_count(0)


def test_n_moves_the_grey_edge(visit: Visit) -> None:
    page = visit("window_or_recurrence", prefix="the old man opened the door", N="2")
    unseen = page.locator(".nlm-words .unseen")
    expect(unseen).to_have_count(5)
    come_to_rest(page)
    page.get_by_role("slider", name="N: how many words").focus()
    page.keyboard.press("ArrowRight")
    expect(unseen).to_have_count(4)
    # Elsewhere on the page the arrows do the same, as fast as they come.
    page.get_by_role("heading", name="Window or recurrence").click()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(unseen).to_have_count(2)
    page.wait_for_url(lambda address: "N=5" in address)


def test_both_sentences_are_read_as_they_are_typed(visit: Visit) -> None:
    page = visit("window_or_recurrence", view="Two prefixes", prefix="She went to the sea", other="He went to the sea")
    halves = page.locator(".nlm-sight .nlm-words")
    expect(halves.nth(1).locator(".changed")).to_have_text("␣He")
    come_to_rest(page)
    second = page.get_by_role("textbox", name="The same sentence with one early word changed")
    second.press("End")
    page.keyboard.type(" and")
    expect(halves.nth(1).locator("span").last).to_have_text("␣and")
    expect(halves.nth(0).locator("span").last).to_have_text("␣sea")
    page.wait_for_url(lambda address: "other=He+went+to+the+sea+and" in address)


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
