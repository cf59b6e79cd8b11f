"""The projector: what charts draw is as large and as strong as the last row needs, on small and on large screens."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest

SCREENS = [(1280, 720), (1920, 1080)]
# For each kind of chart a page, a line that it draws, and its texts.
CHARTS = {
    "Vega": (
        "losses",
        "[data-testid=stVegaLiteChart] .mark-line path",
        "[data-testid=stVegaLiteChart] .role-axis text",
    ),
    "Plotly": ("gradient_descent", ".js-plotly-plot path.js-line", ".js-plotly-plot [class$=tick] text"),
    "plane": ("gradient_descent", ".nlm-plane .nlm-path", ".nlm-plane .axes text"),
}
THICKER = 1.5
# The smallest type of a chart, as a share of the height of the screen: 16 of 720 lines.
SMALLEST = 16 / 720
# As it is on the screen: what the style says, times what all of the page around the drawing magnifies.
_SEEN = """([chosen, name]) => [...document.querySelectorAll(chosen)]
  .filter((node) => node.getBoundingClientRect().width > 0)
  .map((node) => {
    const drawing = node.ownerSVGElement;
    const larger = drawing.getBoundingClientRect().width / drawing.width.baseVal.value;
    return parseFloat(getComputedStyle(node)[name]) * larger;
  })"""


def _seen(page: Page, chosen: str, name: str) -> list[float]:
    sizes: list[float] = page.evaluate(_SEEN, [chosen, name])
    assert sizes
    return sizes


def _shown(visit: Visit, path: str, screen: tuple[int, int], line: str, **query: str) -> Page:
    page = visit(path, **query)
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    expect(page.locator(line).first).to_be_attached()
    come_to_rest(page)
    return page


# The screens take turns: each visit takes its time.
@pytest.mark.parametrize(("kind", "screen"), [(kind, SCREENS[i % len(SCREENS)]) for i, kind in enumerate(CHARTS)])
def test_lines_are_stronger_and_type_is_larger(visit: Visit, kind: str, screen: tuple[int, int]) -> None:
    path, line, text = CHARTS[kind]
    plain = min(_seen(_shown(visit, path, screen, line), line, "strokeWidth"))
    page = _shown(visit, path, screen, line, projector="true")
    assert min(_seen(page, line, "strokeWidth")) >= THICKER * plain
    assert min(_seen(page, text, "fontSize")) >= SMALLEST * screen[1] - 0.01


@pytest.mark.parametrize("screen", SCREENS)
def test_what_is_magnified_fills_its_place_and_no_more(visit: Visit, screen: tuple[int, int]) -> None:
    page = _shown(visit, "gradient_descent", screen, ".js-plotly-plot path.js-line", projector="true")
    figure = page.locator("[data-testid=stPlotlyChart] .main-svg").first.bounding_box()
    place = page.locator("[data-testid=stElementContainer]:has([data-testid=stPlotlyChart])").first.bounding_box()
    for side in ("x", "y", "width", "height"):
        assert figure[side] == pytest.approx(place[side], abs=3)


def test_a_figure_answers_where_the_pointer_is(visit: Visit) -> None:
    page = _shown(visit, "gradient_descent", (1280, 720), ".js-plotly-plot path.js-line", projector="true")
    ground = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    x = ground["x"] + 0.75 * ground["width"]
    page.mouse.move(x, ground["y"] + 0.5 * ground["height"])
    page.mouse.move(x + 1, ground["y"] + 0.9 * ground["height"])
    label = page.locator(".js-plotly-plot .hoverlayer .hovertext").first
    expect(label).to_be_visible()
    box = label.locator("path").first.bounding_box()
    assert box["x"] - 20 <= x <= box["x"] + box["width"] + 20
