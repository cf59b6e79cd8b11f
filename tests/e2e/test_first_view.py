"""What a page is about is on the first screen of a projector with 1280 x 720 points, without a scroll."""

import pytest
from playwright.sync_api import expect

from pages._shared.catalog import EVERY
from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest, main

CHART = "[data-testid=stVegaLiteChart] svg"


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        (
            "next_token",
            (".st-key-prefix", ".st-key-model", ".st-key-axis", CHART, ".st-key-append-9", ".st-key-view"),
        ),
        ("encoder_or_decoder", (".st-key-sentence", ".st-key-model", ".st-key-view", CHART)),
    ],
)
def test_the_first_view_fits(visit: Visit, path: str, parts: tuple[str, ...]) -> None:
    page = visit(path)
    places = {part: main(page).locator(part).last for part in parts}
    for place in places.values():
        place.wait_for()
    come_to_rest(page)
    assert main(page).evaluate("(node) => node.scrollTop") == 0
    boxes = {part: place.bounding_box() for part, place in places.items()}
    assert all(box["y"] >= 0 and box["y"] + box["height"] <= 720 for box in boxes.values()), boxes


@pytest.mark.parametrize("path", ["losses", "train_rnn", ""])
def test_the_navigation_comes_without_moving_the_page(visit: Visit, path: str) -> None:
    page = visit(path)
    come_to_rest(page)
    page.add_init_script(
        """window.__titles = new Set();
        const look = () => {
          const title = document.querySelector("[data-testid=stMain] [data-testid=stHeading]");
          if (title) window.__titles.add(title.getBoundingClientRect().left);
          requestAnimationFrame(look);
        };
        look();"""
    )
    # As a new visitor again.
    page.reload()
    expect(page.get_by_test_id("stSidebarNavLink")).to_have_count(len(EVERY))
    come_to_rest(page)
    (left,) = page.evaluate("[...window.__titles]")
    # What held its room is gone with the next run.
    main(page).get_by_text("Projector", exact=True).click()
    page.locator("[data-testid=stSidebar]").wait_for(state="hidden")
    main(page).get_by_text("Projector", exact=True).click()
    expect(page.get_by_test_id("stSidebarNavLink")).to_have_count(len(EVERY))
    come_to_rest(page)
    assert main(page).get_by_test_id("stHeading").first.bounding_box()["x"] == left
