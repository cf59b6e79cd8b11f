"""What a chart shows is its name to a screen reader, and follows the data without the chart being built anew."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import bars, come_to_rest, field, wait_for_change

BARS = ".st-key-bars svg"


def _named(page: Page, *, of: str) -> None:
    """The name of the drawing tells the bars that are on the screen."""
    shown = [label.split("  ")[1].replace("␣", "").strip() for label in bars(page) if label.startswith("1  ")]
    assert f"after START {of}, {shown[0]} " in (page.locator(BARS).get_attribute("aria-label") or "")


def test_the_name_of_a_drawing_follows_it_and_it_is_not_built_anew(visit: Visit) -> None:
    page = visit("next_token", prefix="I went to")
    expect(page.locator(f"{BARS} text").first).to_be_visible()
    come_to_rest(page)
    _named(page, of="I went to")
    drawn = page.locator(BARS).element_handle()
    for text in ("I went to the", "I went to the old"):
        before = bars(page)
        field(page).fill(text)
        wait_for_change(page, before)
        come_to_rest(page)
        _named(page, of=text)
    page.get_by_label("Bars", exact=True).fill("6")
    page.keyboard.press("Enter")
    expect(page.locator(f"{BARS} .nlm-bar:visible")).to_have_count(7)
    come_to_rest(page)
    _named(page, of="I went to the old")
    assert drawn.evaluate("(svg) => svg.isConnected"), "the drawing was built anew"


def test_what_a_chart_shows_takes_no_room(visit: Visit) -> None:
    page = visit("losses")
    expect(page.locator("[role=graphics-document]").first).to_be_visible()
    come_to_rest(page)
    texts = page.locator(".nlm-finding")
    assert texts.count() == page.locator("[role=graphics-document]").count() > 3
    for text in texts.all():
        assert (box := text.bounding_box()) is None or box["width"] * box["height"] <= 1
        assert (
            text.evaluate("(text) => getComputedStyle(text.closest('[data-testid=stElementContainer]')).position")
            == "absolute"
        )
    names = page.locator("[role=graphics-document]").evaluate_all("(all) => all.map((chart) => chart.ariaLabel)")
    assert sorted(names) == sorted(texts.all_text_contents())
