"""What a page is about is on the first screen of a projector with 1280 x 720 points, without a scroll."""

import pytest

from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest, main

CHART = "[data-testid=stVegaLiteChart] svg"


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        (
            "next_token",
            (".st-key-prefix", ".st-key-model", ".st-key-axis", ".nlm-bars svg", ".nlm-bars-foot", ".st-key-view"),
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
