"""Descent and backpropagation in a real browser: the rate moves the path, a click the start, arrow keys the ledger."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest, main, settle

# The path is the last line that Plotly draws over the contour; each of its steps is in the line's shape.
_PATH = ".st-key-contour .scatterlayer path.js-line"
_READ_PATH = f"""() => [...document.querySelectorAll("{_PATH}")].map((line) => line.getAttribute("d")).join(" ")"""


def _path(page: Page) -> str:
    """The shape of the path, once it is drawn."""
    page.wait_for_selector(_PATH, state="attached")
    shape: str = page.evaluate(_READ_PATH)
    return shape


def _wait_for_another_path(page: Page, before: str) -> str:
    page.wait_for_function(f"(before) => {{ const now = ({_READ_PATH})(); return now && now !== before; }}", arg=before)
    return _path(page)


def test_another_rate_draws_another_path(visit: Visit) -> None:
    page = visit("gradient_descent", surface="Ravine", alpha="0.02")
    before = _path(page)
    come_to_rest(page)
    rate = page.get_by_label("α", exact=True)
    rate.fill("0.05")
    rate.press("Enter")
    after = _wait_for_another_path(page, before)
    page.wait_for_url(re.compile(r"alpha=0\.05"))
    come_to_rest(page)
    # The slider is the same rate; a key on it is a step of its logarithm.
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowLeft")
    _wait_for_another_path(page, after)
    page.wait_for_url(re.compile(r"alpha=0\.04"))


def test_a_click_on_the_surface_moves_the_start(visit: Visit) -> None:
    page = visit("gradient_descent", surface="Bowl", x0="1", y0="1")
    before = _path(page)
    come_to_rest(page)
    ground = page.locator(".st-key-contour .nsewdrag").first
    box = ground.bounding_box()
    assert box is not None
    # A quarter from the left and from the top: both coordinates are on the other side or further out.
    place = {"x": box["width"] * 0.25, "y": box["height"] * 0.25}
    first, second = page.get_by_label("Start θ₁"), page.get_by_label("Start θ₂")
    expect(first).to_have_value("1")
    # Plotly takes a click where it has seen the pointer hover.
    ground.hover(position=place)
    page.wait_for_selector(".st-key-contour .hoverlayer .hovertext", state="attached")
    ground.click(position=place)
    expect(first).to_have_value(re.compile(r"^-\d"))
    expect(second).to_have_value(re.compile(r"^[2-9]|^1\.\d"))
    _wait_for_another_path(page, before)
    page.wait_for_url(re.compile("x0=-"))


def test_arrow_keys_step_the_ledger(visit: Visit) -> None:
    page = visit("backpropagation")
    row = main(page).get_by_text(re.compile(r"row \d+ of \d+"))
    expect(row).to_contain_text("row 1 of")
    for r in (2, 3, 4):
        come_to_rest(page)
        page.keyboard.press("ArrowRight")
        expect(row).to_contain_text(f"row {r} of")
    come_to_rest(page)
    page.keyboard.press("ArrowLeft")
    expect(row).to_contain_text("row 3 of")
    page.wait_for_url(re.compile(r"row=3"))
    expect(main(page).get_by_text(re.compile("✓ Largest difference"))).to_be_visible()


def test_a_landscape_is_drawn_to_its_end(visit: Visit) -> None:
    page = visit("loss_landscape", depth="2", width="6", T="40", n="17")
    expect(page.get_by_text(re.compile("Of the variance of the training path"))).to_be_visible()
    expect(page.locator("[class*='st-key-landscape-Contour-17'] .scatterlayer path.js-line")).to_be_attached()
    settle(page)
    expect(page.get_by_test_id("stProgress")).to_have_count(0)
