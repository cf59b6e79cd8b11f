"""What a chart shows is its name to a screen reader, and follows the data without the chart being built anew."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import bars, come_to_rest, field, wait_for_change

CHART = ".st-key-bars [role=graphics-document]"


def _named(page: Page, *, of: str) -> None:
    """The chart's name is the text beside it, which is told only there; it tells the bars that are on the screen."""
    chart, text = page.locator(CHART), page.locator(".st-key-bars .nlm-finding")
    expect(chart).to_have_attribute("aria-label", text.inner_text())
    expect(text).to_have_attribute("aria-hidden", "true")
    shown = [label.split("  ")[1].replace("␣", "").strip() for label in bars(page) if label.startswith("1  ")]
    assert f"after START {of}, {shown[0]} " in text.inner_text()


def test_the_name_of_a_chart_follows_its_bars(visit: Visit) -> None:
    page = visit("next_token", prefix="I went to")
    expect(page.locator(f"{CHART} svg text").first).to_be_visible()
    come_to_rest(page)
    _named(page, of="I went to")
    before = bars(page)
    field(page).fill("I went to the")
    wait_for_change(page, before)
    come_to_rest(page)
    _named(page, of="I went to the")
    drawn = page.locator(f"{CHART} svg").element_handle()
    before = bars(page)
    field(page).fill("I went to the old")
    wait_for_change(page, before)
    come_to_rest(page)
    _named(page, of="I went to the old")
    assert drawn.evaluate("(svg) => svg.isConnected"), "the chart was built anew"


def test_a_chart_that_is_built_anew_keeps_its_name(visit: Visit) -> None:
    page = visit("next_token", prefix="I went to", k="4")
    expect(page.locator(f"{CHART} svg text").first).to_be_visible()
    come_to_rest(page)
    drawn = page.locator(f"{CHART} svg").element_handle()
    page.get_by_label("Bars", exact=True).fill("6")
    page.keyboard.press("Enter")
    page.wait_for_function("(svg) => !svg.isConnected", arg=drawn)
    come_to_rest(page)
    _named(page, of="I went to")


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
