"""A visitor types, clicks and presses keys; after each of it the bars are those of the model."""

import pytest
from playwright.sync_api import expect

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.candidates import candidates
from nlm_core.lm.prefix import append_token
from nlm_core.lm.reader import PrefixReader
from tests.e2e.conftest import Visit
from tests.e2e.screen import bars, come_to_rest, expected_bars, field, wait_for_bars, wait_for_change


def appended(model: LanguageModel, text: str, rank: int) -> str:
    """The text with its rank-th candidate put behind it."""
    token_id = candidates(model, PrefixReader(model).read(text).columns[-1], rank).top[-1].token_id
    return append_token(model, text, token_id)


def test_the_bars_change_at_every_letter(visit: Visit, gpt: LanguageModel) -> None:
    page = visit(prefix="I went")
    wait_for_bars(page, expected_bars(gpt, "I went"))
    field(page).fill("")
    wait_for_bars(page, expected_bars(gpt, ""))
    field(page).focus()
    typed = ""
    for letter in "the river":
        before = bars(page)
        page.keyboard.type(letter)
        typed += letter
        if letter != " ":
            wait_for_change(page, before)
            wait_for_bars(page, expected_bars(gpt, typed))
    assert field(page).input_value() == typed
    assert page.evaluate("document.activeElement.dataset.testid") == "stTextInputField"


def test_fast_typing_ends_with_the_bars_of_the_whole_text(visit: Visit, gpt: LanguageModel) -> None:
    page = visit(prefix="")
    wait_for_bars(page, expected_bars(gpt, ""))
    field(page).focus()
    text = "the students opened their books and began to read"
    page.keyboard.type(text)
    wait_for_bars(page, expected_bars(gpt, text))
    assert field(page).input_value() == text


def test_a_click_on_a_bar_appends_its_token_and_undo_takes_it_back(visit: Visit, gpt: LanguageModel) -> None:
    start = "I went to the"
    page = visit(prefix=start)
    wait_for_bars(page, expected_bars(gpt, start))
    text = start
    for rank in (2, 1):
        text = appended(gpt, text, rank)
        page.locator(".st-key-bars .nlm-bar").nth(rank - 1).click()
        expect(field(page)).to_have_value(text)
        wait_for_bars(page, expected_bars(gpt, text))
    undo = page.get_by_role("button", name="Undo")
    undo.click()
    expect(field(page)).to_have_value(appended(gpt, start, 2))
    undo.click()
    expect(field(page)).to_have_value(start)
    expect(undo).to_be_disabled()


def test_the_same_token_can_be_clicked_twice(visit: Visit, gpt: LanguageModel) -> None:
    page = visit(prefix="I went to the")
    wait_for_bars(page, expected_bars(gpt, "I went to the"))
    text = appended(gpt, "I went to the", 1)
    come_to_rest(page)
    for _ in range(2):
        page.locator(".st-key-bars .nlm-bar").first.click()
        expect(field(page)).to_have_value(text)
        come_to_rest(page)
        page.get_by_role("button", name="Undo").click()
        expect(field(page)).to_have_value("I went to the")
        wait_for_bars(page, expected_bars(gpt, "I went to the"))


def test_the_bar_of_all_others_appends_nothing(visit: Visit, gpt: LanguageModel) -> None:
    page = visit(prefix="I went to the")
    wait_for_bars(page, expected_bars(gpt, "I went to the"))
    come_to_rest(page)
    page.locator(".st-key-bars .nlm-bar").last.click()
    # A later change that did come shows that the click before it has been dealt with.
    page.locator(".st-key-bars .nlm-bar").first.click()
    expect(field(page)).to_have_value(appended(gpt, "I went to the", 1))


def test_digits_append_outside_the_field_and_are_text_inside_it(visit: Visit, gpt: LanguageModel) -> None:
    start = "I went to the"
    page = visit(prefix=start)
    wait_for_bars(page, expected_bars(gpt, start))
    come_to_rest(page)
    page.get_by_role("heading", name="Next token").click()
    page.keyboard.press("3")
    text = appended(gpt, start, 3)
    expect(field(page)).to_have_value(text)
    wait_for_bars(page, expected_bars(gpt, text))
    come_to_rest(page)
    page.keyboard.press("1")
    expect(field(page)).to_have_value(appended(gpt, text, 1))
    wait_for_bars(page, expected_bars(gpt, appended(gpt, text, 1)))
    come_to_rest(page)
    page.keyboard.press("u")
    expect(field(page)).to_have_value(text)
    wait_for_bars(page, expected_bars(gpt, text))
    field(page).press("End")
    page.keyboard.type(" 2u")
    wait_for_bars(page, expected_bars(gpt, text + " 2u"))
    assert field(page).input_value() == text + " 2u"


def test_eight_fast_presses_make_eight_steps(visit: Visit, gpt: LanguageModel) -> None:
    text = "the students opened their books and began to read"
    page = visit(prefix=text)
    wait_for_bars(page, expected_bars(gpt, text))
    come_to_rest(page)
    page.get_by_role("heading", name="Next token").click()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    last = len(PrefixReader(gpt).read(text).ids) - 1
    wait_for_bars(page, expected_bars(gpt, text, position=last - 8))
    page.wait_for_url(lambda address: f"position={last - 8}" in address)
    for _ in range(3):
        page.keyboard.press("PageDown")
    wait_for_bars(page, expected_bars(gpt, text, position=last - 5))


def test_a_preset_replaces_the_text(visit: Visit, gpt: LanguageModel) -> None:
    page = visit(prefix="")
    wait_for_bars(page, expected_bars(gpt, ""))
    page.get_by_role("button", name="the students opened their").click()
    expect(field(page)).to_have_value("the students opened their")
    wait_for_bars(page, expected_bars(gpt, "the students opened their"))


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("next_token", ".st-key-view [role=radiogroup]"),
        ("encoder_or_decoder?view=Change+a+word", ".st-key-other input"),
        ("window_or_recurrence", ".nlm-sight svg"),
        ("step_rnn", ".st-key-view [role=radiogroup]"),
    ],
)
def test_the_first_keystroke_leaves_what_stands_below_in_its_place(visit: Visit, path: str, below: str) -> None:
    page = visit(path)
    seen = page.locator(f"[data-testid=stMain] {below}").first
    expect(seen).to_be_attached()
    come_to_rest(page)
    seen.evaluate("(node) => { node.stays = true; }")
    field(page).press("End")
    page.keyboard.type(" we")
    page.wait_for_url(lambda address: address.endswith("+we") or "+we&" in address)
    come_to_rest(page)
    assert seen.evaluate("(node) => node.stays === true")
