"""The handout: one sheet that holds what is on the screen, needs nothing beside it and runs nothing."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest, main

HOSTILE = "<img src=x onerror=alert(1)> & <b>bold</b>"
# For each page a state, what must have come up before the sheet is asked for, and what must stand on it.
SHEETS = [
    (
        "next_token",
        {"prefix": "I went to the park."},
        "[data-testid=stDataFrame] canvas",
        "Prefix: I went to the park.",
    ),
    ("gradient_descent", {"T": "7"}, ".nlm-plane canvas", "Steps T: 7"),
    ("losses", {"tau": "2.1"}, "[data-testid=stVegaLiteChart] svg", "Temperature τ: 2.1"),
    ("step_rnn", {"prefix": "the students opened their", "t": "2"}, ".nlm-unrolled", "Recurrent model: nlm-rnn"),
]

DRAWN = "[data-testid=stVegaLiteChart] svg.marks, .nlm-bars, .nlm-plane, .nlm-unrolled, .js-plotly-plot"


def _sheet(page: Page, folder: Path) -> str:
    """The file that the page gives."""
    come_to_rest(page)
    page.get_by_role("button", name="Save").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="HTML of: ").click()
    name = download.value.suggested_filename
    assert re.fullmatch(r"[a-z0-9-]+\.html", name)
    expect(page.get_by_role("status").filter(has_text=name)).to_be_visible()
    download.value.save_as(folder / "sheet.html")
    return (folder / "sheet.html").read_text(encoding="utf-8")


def _opened(page: Page, folder: Path) -> Page:
    """The file in a page of its own, from the disk."""
    sheet = page.context.new_page()
    sheet.on("console", lambda message: pytest.fail(message.text))
    sheet.on("dialog", lambda dialog: pytest.fail(dialog.message))
    sheet.on("request", lambda request: request.url.startswith(("file:", "data:")) or pytest.fail(request.url))
    sheet.goto((folder / "sheet.html").as_uri())
    return sheet


@pytest.mark.parametrize("case", SHEETS, ids=[case[0] for case in SHEETS])
def test_the_sheet_holds_the_page(visit: Visit, tmp_path: Path, case: tuple[str, dict[str, str], str, str]) -> None:
    path, state, there, field = case
    page = visit(path, **state)
    expect(main(page).locator(there).first).to_be_visible()
    come_to_rest(page)
    drawn = main(page).locator(DRAWN)
    pictures = drawn.count()
    labels = [text for text in drawn.locator("text").all_text_contents() if text.strip()]
    formulas = main(page).locator(".katex").count()
    source = _sheet(page, tmp_path)
    assert not re.search(r"<script|<iframe|<object|<link|<form|\son\w+=|javascript:", source, re.IGNORECASE)
    sheet = _opened(page, tmp_path)
    assert sheet.locator("figure svg").count() >= pictures > 0
    written = sheet.locator("figure svg text").all_text_contents()
    assert set(labels) <= set(written)
    assert sheet.locator("math").count() == formulas
    assert field in sheet.locator(".fields").inner_text()
    assert page.url in sheet.locator(".address").inner_text()
    assert sheet.locator("header svg").bounding_box()["width"] == pytest.approx(84, abs=1)
    assert sheet.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1


def test_the_table_of_the_lecture_stands_on_the_sheet(visit: Visit, tmp_path: Path) -> None:
    page = visit("next_token", prefix="I went")
    cells = main(page).locator("[data-testid=stDataFrame] canvas td")
    expect(cells.first).to_be_attached()
    come_to_rest(page)
    shown = cells.all_text_contents()
    assert len(shown) > 20
    _sheet(page, tmp_path)
    assert _opened(page, tmp_path).locator("td").all_text_contents() == shown


def test_what_a_visitor_typed_is_only_text_on_the_sheet(visit: Visit, tmp_path: Path) -> None:
    page = visit("next_token", prefix=HOSTILE)
    expect(main(page).locator(".nlm-bars svg").first).to_be_visible()
    _sheet(page, tmp_path)
    sheet = _opened(page, tmp_path)
    assert HOSTILE in sheet.locator(".fields").inner_text()
    assert sheet.locator("img, b:has-text('bold') b, script").count() == 0


def test_pictures_of_a_dark_page_are_light_on_paper(visit: Visit, tmp_path: Path) -> None:
    page = visit("next_token", prefix="I went to the")
    page.emulate_media(color_scheme="dark")
    page.reload()
    chart = main(page).locator(".nlm-bars svg").first
    expect(chart).to_be_visible()
    _sheet(page, tmp_path)
    figure = _opened(page, tmp_path).locator("figure > svg").first
    brightness = [
        ImageStat.Stat(Image.open(io.BytesIO(seen.screenshot())).convert("L")).median[0] for seen in (chart, figure)
    ]
    assert brightness[0] < 64
    assert brightness[1] > 192
