"""Descent and backpropagation in a real browser: rate, start and points move the path, arrow keys the ledger."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest, main, settle

# Each step of a path is in the shape of its line.
_PATH = ".st-key-contour_plane path.nlm-path"
_READ_PATH = f"""() => [...document.querySelectorAll("{_PATH}")].map((line) => line.getAttribute("d")).join(" ")"""


def _path(page: Page) -> str:
    """The shape of the path, once it is drawn."""
    page.wait_for_selector(_PATH, state="attached")
    shape: str = page.evaluate(_READ_PATH)
    return shape


def _wait_for_another_path(page: Page, before: str) -> str:
    page.wait_for_function(f"(before) => {{ const now = ({_READ_PATH})(); return now && now !== before; }}", arg=before)
    return _path(page)


def _middle(dot: Locator) -> tuple[float, float]:
    box = dot.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


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
    page.get_by_role("slider", name="Learning rate").focus()
    page.keyboard.press("ArrowLeft")
    _wait_for_another_path(page, after)
    page.wait_for_url(re.compile(r"alpha=0\.04"))


def test_fast_keys_all_count(visit: Visit) -> None:
    page = visit("gradient_descent", surface="Bowl", alpha="0.1", T="40")
    _path(page)
    come_to_rest(page)
    output = page.locator(".st-key-contour_plane output")
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(output).to_contain_text("step 8:")
    page.wait_for_url(re.compile(r"i=8"))
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(output).to_contain_text("step 5:")
    # Of a thumb that is moved by keys the last place counts.
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile(r"alpha=0\.0794"))
    expect(page.get_by_label("α", exact=True)).to_have_value("0.0794")


def test_what_is_no_rate_is_refused_and_told(visit: Visit) -> None:
    page = visit("gradient_descent", surface="Bowl", alpha="0.25")
    before = _path(page)
    come_to_rest(page)
    rate = page.get_by_label("α", exact=True)
    for text in ("0", "-1", "<b>", "1e999"):
        rate.fill(text)
        rate.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("above 0")
        expect(rate).to_have_value("0.25")
    assert _path(page) == before
    rate.fill("0,5")
    rate.press("Enter")
    _wait_for_another_path(page, before)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_plane_that_is_built_anew_has_its_ground(visit: Visit) -> None:
    page = visit("gradient_descent", surface="Bowl")
    before = _path(page)
    come_to_rest(page)
    page.get_by_label("α", exact=True).fill("0.05")
    page.keyboard.press("Enter")
    _wait_for_another_path(page, before)
    come_to_rest(page)
    main(page).get_by_role("radio", name="3-D").click()
    expect(page.locator(".st-key-contour_plane canvas")).to_be_hidden()
    come_to_rest(page)
    main(page).get_by_role("radio", name="Contour").click()
    ground = page.locator(".st-key-contour_plane canvas")
    expect(ground).to_be_visible()
    painted = """(canvas) => canvas.getContext("2d")
      .getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0)"""
    assert ground.evaluate(painted)


def test_a_click_on_the_surface_moves_the_start(visit: Visit) -> None:
    page = visit("gradient_descent", surface="Bowl", x0="1", y0="1")
    before = _path(page)
    come_to_rest(page)
    ground = page.locator(".st-key-contour_plane canvas")
    box = ground.bounding_box()
    assert box is not None
    first, second = page.get_by_label("Start θ₁", exact=True), page.get_by_label("Start θ₂", exact=True)
    expect(first).to_have_value("1")
    # A quarter from the left and from the top: both coordinates are on the other side or further out.
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    expect(first).to_have_value(re.compile(r"^-\d"))
    expect(second).to_have_value(re.compile(r"^[2-9]|^1\.\d"))
    there = _wait_for_another_path(page, before)
    page.wait_for_url(re.compile("x0=-"))
    # The start can be taken and moved, and moved by keys.
    come_to_rest(page)
    page.mouse.move(*_middle(page.locator(".st-key-contour_plane .nlm-dot .dot")))
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.5, steps=5)
    page.mouse.up()
    expect(first).to_have_value(re.compile(r"^[2-9]|^1\.\d"))
    there = _wait_for_another_path(page, there)
    come_to_rest(page)
    page.get_by_role("button", name="Start (").focus()
    page.keyboard.press("ArrowLeft")
    _wait_for_another_path(page, there)


def test_a_path_is_played_step_by_step(visit: Visit) -> None:
    page = visit("gradient_descent", surface="Bowl", alpha="0.1", T="40")
    whole = _path(page)
    come_to_rest(page)
    plane = page.locator(".st-key-contour_plane")
    expect(plane.locator("output")).to_contain_text("step 40:")
    plane.get_by_role("button", name="Play").click()
    expect(plane.get_by_role("button", name="Pause")).to_be_visible()
    assert len(_path(page)) < len(whole)
    expect(plane.get_by_role("button", name="Play")).to_be_visible()
    assert _path(page) == whole
    plane.get_by_role("slider", name="Step shown").focus()
    page.keyboard.press("Home")
    expect(plane.locator("output")).to_contain_text("step 0:")


def test_the_step_that_is_written_out_is_ringed_and_shown(visit: Visit) -> None:
    page = visit("gradient_descent", surface="Bowl", alpha="0.1", T="40")
    whole = _path(page)
    come_to_rest(page)
    plane = page.locator(".st-key-contour_plane")
    ring = plane.locator(".nlm-ring")
    expect(ring).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(plane.locator("output")).to_contain_text("step 1:")
    expect(ring).to_be_visible()
    assert len(_path(page)) < len(whole)
    # The path of that one step ends where the ring is.
    x, y = _path(page).rpartition("L")[2].split(",")
    assert [float(ring.get_attribute(name)) for name in ("cx", "cy")] == pytest.approx([float(x), float(y)], abs=0.01)
    # Where no step is written out, the whole path is there again.
    page.get_by_role("radio", name="A thousand starts").click()
    expect(plane.locator("output")).to_contain_text("step 40:")
    expect(ring).to_be_hidden()
    assert _path(page) == whole


def test_a_point_that_is_dragged_moves_the_minimum(visit: Visit) -> None:
    page = visit("gradient_descent", beside="Points", T="1000")
    before = _path(page)
    come_to_rest(page)
    dots = page.locator(".st-key-points_plane .nlm-dot")
    expect(dots).to_have_count(24)
    end = page.locator(".st-key-contour_plane output")
    expect(end).to_contain_text("θ = (1.098, −0.2341)")
    x, y = _middle(dots.nth(23).locator(".dot"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 200, steps=8)
    page.mouse.up()
    _wait_for_another_path(page, before)
    expect(end).not_to_contain_text("θ = (1.098, −0.2341)")
    # Another is added, chosen by keys, and removed.
    come_to_rest(page)
    corner = page.locator(".st-key-points_plane .nlm-plane-empty").bounding_box()
    assert corner is not None
    page.mouse.dblclick(corner["x"] + 25, corner["y"] + 25)
    expect(dots).to_have_count(25)
    come_to_rest(page)
    page.get_by_role("button", name="Example 1 (").focus()
    page.keyboard.press("PageUp")
    expect(page.get_by_role("button", name="Example 25 (")).to_be_focused()
    page.keyboard.press("Delete")
    expect(dots).to_have_count(24)
    expect(page.get_by_role("alert")).to_have_count(0)


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
    path = page.locator(".st-key-landscape_17_plane .nlm-path")
    expect(path).to_have_attribute("d", re.compile(r"^M.*L"))
    settle(page)
    expect(page.get_by_test_id("stProgress")).to_have_count(0)
