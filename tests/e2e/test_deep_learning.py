"""The pages of the review in a browser: what a field shows is what the page computes with."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest, main


def test_the_true_word_is_one_of_the_words(visit: Visit) -> None:
    page = visit("losses")
    true = main(page).get_by_role("combobox", name="y: the word that really follows")
    expect(true).to_have_value("park")
    words = main(page).get_by_role("textbox", name="Words")
    words.fill("cat dog")
    words.press("Enter")
    expect(main(page).get_by_text("Logit of cat")).to_be_visible()
    expect(true).to_have_value("cat", timeout=20_000)


def test_an_input_moves_the_numbers_of_the_drawing_and_nothing_else(visit: Visit) -> None:
    page = visit("neural_network")
    drawing = main(page).locator(".nlm-network svg")
    for heading in ("x: 3 numbers", "h₂: 4 units", "ŷ: 2 numbers"):
        expect(drawing.get_by_text(heading)).to_be_visible()
    expect(drawing.get_by_text("0.679", exact=True)).to_be_visible()
    come_to_rest(page)
    drawing.evaluate("(node) => { node.dataset.first = 'yes' }")
    main(page).get_by_role("slider", name="x₁", exact=True).press("ArrowRight")
    expect(drawing.get_by_text("0.679", exact=True)).to_have_count(0)
    expect(drawing.get_by_text("x: 3 numbers")).to_be_visible()
    assert drawing.get_attribute("data-first") == "yes", "the drawing was made anew"


@pytest.mark.parametrize(
    ("path", "name", "moved"),
    [("losses", "Logit of park", ("l1", "3.6")), ("neural_network", "x₁", ("x1", "1.4"))],
)
def test_eight_fast_presses_make_eight_moves(visit: Visit, path: str, name: str, moved: tuple[str, str]) -> None:
    page = visit(path)
    slider = main(page).get_by_role("slider", name=name, exact=True)
    expect(slider).to_be_visible()
    come_to_rest(page)
    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda address: f"{moved[0]}={moved[1]}" in address)
    expect(main(page).get_by_role("spinbutton", name=name, exact=True)).to_have_value(moved[1])
    assert float(slider.input_value()) == float(moved[1])


def test_eight_fast_presses_make_eight_steps_of_the_ledger(visit: Visit) -> None:
    page = visit("backpropagation")
    where = main(page).get_by_text(re.compile(r"row \d+ of 11"))
    expect(where).to_contain_text("row 1 of")
    come_to_rest(page)
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(where).to_contain_text("row 9 of")
    page.wait_for_url(lambda address: "row=9" in address)


def test_a_click_on_the_network_opens_a_unit_whose_weights_are_moved(visit: Visit) -> None:
    page = visit("neural_network")
    main(page).get_by_role("button", name="Open ŷ[2]").click()
    expect(main(page).get_by_role("combobox", name="Unit", exact=True)).to_have_value("2 1")
    page.wait_for_url(lambda address: "view=One+unit" in address)
    weight = main(page).get_by_role("spinbutton", name="W₂[2, 1]", exact=True)
    expect(weight).to_have_value("0.9")
    come_to_rest(page)
    weight.fill("-1.25")
    expect(main(page).get_by_role("slider", name="W₂[2, 1]", exact=True)).to_have_attribute("aria-valuetext", "-1.25")
    page.wait_for_url(lambda address: "-1.25" in address)
    assert float(weight.input_value()) == -1.25


def test_a_guess_is_kept_from_other_pages_and_the_view_returns(visit: Visit) -> None:
    """Both pages call their switch ``guess``: one that is on here leaves the other page as it was."""
    page = visit("backpropagation", row="8", guess="true")
    expect(main(page).get_by_text("Your number for the box")).to_be_visible()
    main(page).get_by_text("Take the step", exact=True).click()
    expect(main(page).get_by_text("L before")).to_be_visible()
    come_to_rest(page)
    main(page).get_by_text("Ledger", exact=True).click()
    expect(main(page).get_by_text("row 8 of 11")).to_be_visible()
    expect(main(page).get_by_role("switch", name="Guess first")).to_be_checked()
    page.get_by_test_id("stSidebar").get_by_text("Next token").click()
    expect(main(page).get_by_role("switch", name="Guess first")).not_to_be_checked(timeout=20_000)
    expect(page.locator(".nlm-bars svg")).to_be_visible()
