"""The pictures of a page as files: what is on the screen stands in the file, which needs nothing beside it."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest

SVG = "{http://www.w3.org/2000/svg}"
TEXT = "the students opened their"
# Read on the screen: how many marks of a kind with a colour a chart shows.
_MARKS = """([chart, marks]) => [...document.querySelectorAll(`${chart} ${marks}`)]
  .filter((mark) => getComputedStyle(mark).fill !== "none" && mark.getBoundingClientRect().width > 0).length"""


def _open(page: Page) -> list[str]:
    """Open the list; returns the titles of the pictures."""
    come_to_rest(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".nlm-pictures button").first).to_be_visible()
    return [entry.inner_text().split("\n")[0] for entry in page.locator(".nlm-pictures ul + ul li > span").all()]


def _saved(page: Page, title: str, kind: str, folder: Path) -> Path:
    button = page.locator(".nlm-pictures li", has_text=title).get_by_role("button", name=kind)
    with page.expect_download() as download:
        button.click()
    name = download.value.suggested_filename
    assert re.fullmatch(rf"[a-z0-9-]{{1,60}}\.{kind.lower()}", name)
    expect(page.get_by_role("status").filter(has_text=name)).to_be_visible()
    target = folder / name
    download.value.save_as(target)
    return target


def _svg(page: Page, title: str, folder: Path) -> ElementTree.Element:
    """The SVG of a picture: parsed, with a size, and with nothing that runs or is fetched."""
    root = ElementTree.parse(_saved(page, title, "SVG", folder)).getroot()
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    for node in root.iter():
        assert node.tag.startswith(SVG)
        assert node.tag not in {f"{SVG}script", f"{SVG}foreignObject", f"{SVG}a"}
        for name, value in node.attrib.items():
            assert not name.startswith("on") and "http" not in value
            if name == "href":
                assert value.startswith(("#", "data:image/"))
        assert node.get("font-family", "sans-serif") in {"sans-serif", "serif", "monospace"}
    return root


def _png(page: Page, title: str, folder: Path, svg: ElementTree.Element) -> Image.Image:
    """The PNG of a picture: twice the size of its SVG, of more than one colour."""
    image = Image.open(_saved(page, title, "PNG", folder)).convert("RGB")
    assert image.size == (2 * int(svg.get("width", "0")), 2 * int(svg.get("height", "0")))
    assert len(image.getcolors(maxcolors=image.width * image.height) or ()) > 20
    return image


def _texts(svg: ElementTree.Element) -> list[str]:
    return ["".join(node.itertext()) for node in svg.iter(f"{SVG}text")]


def _filled(svg: ElementTree.Element, tag: str, colour: str) -> int:
    return sum(node.get("fill") == colour for node in svg.iter(f"{SVG}{tag}"))


@pytest.mark.parametrize("projector", ["false", "true"])
def test_the_bars_of_the_next_token(visit: Visit, tmp_path: Path, projector: str) -> None:
    page = visit("next_token", prefix="I went to the", projector=projector)
    expect(page.locator(".st-key-bars svg").first).to_be_visible()
    come_to_rest(page)
    (title,) = [title for title in _open(page) if "next tokens" in title]
    svg = _svg(page, title, tmp_path)
    drawn = page.locator(".st-key-bars svg text").all_text_contents()
    # What the bars stand for is written over them in the picture too.
    drawn.append(page.locator(".nlm-bars-condition").inner_text())
    assert sorted(text for text in drawn if text) == sorted(text for text in _texts(svg) if text)
    blue = page.evaluate(
        """() => [...document.querySelectorAll(".st-key-bars .nlm-bar .bar")]
        .filter((bar) => getComputedStyle(bar).fill === "rgb(0, 114, 178)").length"""
    )
    assert blue > 3
    assert _filled(svg, "rect", "rgb(0, 114, 178)") == blue
    image = _png(page, title, tmp_path, svg)
    assert (0, 114, 178) in {colour for _, colour in image.getcolors(maxcolors=image.width * image.height) or ()}


def test_the_plane_and_the_losses_of_gradient_descent(visit: Visit, tmp_path: Path) -> None:
    page = visit("gradient_descent", race="Momentum")
    expect(page.locator(".nlm-plane .nlm-path").first).to_be_visible()
    plane, losses = _open(page)
    svg = _svg(page, plane, tmp_path)
    paths = [node.get("d") for node in svg.iter(f"{SVG}path")]
    drawn = page.locator(".nlm-plane .nlm-path").evaluate_all("(all) => all.map((path) => path.getAttribute('d'))")
    assert drawn and set(drawn) <= set(paths)
    assert len(list(svg.iter(f"{SVG}image"))) == 1
    assert "slope θ₁" in _texts(svg)
    _png(page, plane, tmp_path, svg)
    svg = _svg(page, losses, tmp_path)
    lines = page.locator("[data-testid=stPlotlyChart] path.js-line")
    drawn = lines.evaluate_all("(all) => all.map((path) => path.getAttribute('d'))")
    assert drawn and set(drawn) <= {node.get("d") for node in svg.iter(f"{SVG}path")}
    assert {"steps", "loss L"} <= set(_texts(svg))
    _png(page, losses, tmp_path, svg)


def test_the_surface_in_three_dimensions(visit: Visit, tmp_path: Path) -> None:
    page = visit("gradient_descent", plot="3-D")
    expect(page.locator(".js-plotly-plot .gl-container canvas").first).to_be_visible()
    title, _ = _open(page)
    expect(page.locator(".nlm-pictures small")).to_have_text("in the SVG its surface is an image")
    svg = _svg(page, title, tmp_path)
    (image,) = svg.iter(f"{SVG}image")
    assert image.get("href", "").startswith("data:image/png;base64,")
    assert "▶ Play" not in " ".join(_texts(svg))
    picture = _png(page, title, tmp_path, svg)
    # The path of descent, which is drawn on the surface, is orange.
    orange = sum(n for n, (r, g, b) in picture.getcolors(maxcolors=10**7) or () if r > 180 and 60 < g < 130 and b < 60)
    assert orange > 100


def test_the_drawing_and_the_charts_of_an_rnn(visit: Visit, tmp_path: Path) -> None:
    page = visit("step_rnn", prefix=TEXT, t="2")
    expect(page.locator(".nlm-unrolled .current .state")).to_have_text("h2")
    unrolled, states, *_ = _open(page)
    svg = _svg(page, unrolled, tmp_path)
    shown = page.locator(".nlm-unrolled .word").all_inner_texts()
    assert [text for text in _texts(svg) if text in shown] == shown
    # The current state is filled, those ahead are dashed.
    assert _filled(svg, "rect", "rgb(0, 114, 178)") == 1
    dashed = sum("stroke-dasharray" in node.attrib for node in svg.iter(f"{SVG}rect"))
    assert dashed == page.locator(".nlm-unrolled .ahead").count() > 0
    _png(page, unrolled, tmp_path, svg)
    svg = _svg(page, states, tmp_path)
    cells = page.locator(f'[aria-label^="{states}: "]').locator("rect.plus, rect.minus")
    drawn = cells.evaluate_all("(all) => all.map((c) => [getComputedStyle(c).fill, c.getAttribute('fill-opacity')])")
    assert len(drawn) > 10 and len({fill for fill, _ in drawn}) == 2
    coloured = [[node.get("fill"), node.get("fill-opacity", "1")] for node in svg.iter(f"{SVG}rect")]
    fills = {fill for fill, _ in drawn}
    assert sorted(float(h) for fill, h in coloured if fill in fills) == pytest.approx(
        sorted(float(h) for _, h in drawn), abs=1e-3
    )
    _png(page, states, tmp_path, svg)


def test_two_pictures_of_one_title_have_two_names(visit: Visit) -> None:
    page = visit("window_or_recurrence")
    expect(page.locator(".nlm-words")).to_have_count(2)
    _open(page)
    names = []
    for title in ("SVG of: The words that are seen", "SVG of: The words that are seen (2)"):
        with page.expect_download() as download:
            page.get_by_role("button", name=title, exact=True).click()
        names.append(download.value.suggested_filename)
    assert names == [f"window-or-recurrence-the-words-that-are-seen{n}.svg" for n in ("", "-2")]


def test_a_hostile_text_stays_text(visit: Visit, tmp_path: Path) -> None:
    page = visit("step_rnn", prefix="<script>alert(1)</script> ]]> & \x08 \U0001f600 </svg>", t="3")
    expect(page.locator(".nlm-unrolled")).to_be_visible()
    unrolled, states, *_ = _open(page)
    words = page.locator(".nlm-unrolled .word").all_inner_texts()
    assert any(character in "".join(words) for character in "<>")
    texts = _texts(_svg(page, unrolled, tmp_path))
    assert set(words) <= {*texts, ""}
    _svg(page, states, tmp_path)


def test_the_list_by_keyboard_on_a_telephone(visit: Visit) -> None:
    page = visit("next_token", prefix="I went to the")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".st-key-bars svg").first).to_be_visible()
    come_to_rest(page)
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    first = page.locator(".nlm-pictures ul + ul button").first
    expect(first).to_be_visible()
    box = page.locator("[class*=st-key-tool_panel]").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    first.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.startswith("next-token-")
    row = ".st-key-tools :is(button, label):not([class*=st-key-tool_panel] *)"
    tools = page.locator(f"{row}:visible").evaluate_all(
        """(all) => all.map((tool) => tool.getBoundingClientRect())
        .map((box) => [box.left, box.right, box.top + box.height / 2])"""
    )
    assert len(tools) > 3 and all(left >= 40 and right <= 350 for left, right, _ in tools)
    assert max(middle for *_, middle in tools) - min(middle for *_, middle in tools) < 8
