"""In a browser: a page opened by its address finds its server at once, and the way through the pages is as ever."""

from tests.e2e.conftest import Visit


def test_the_server_is_found_without_trying(visit: Visit) -> None:
    page = visit("losses")
    page.wait_for_selector("[data-testid=stMain] [data-testid=stHeading]")
    asked: list[str] = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert not [address for address in asked if "/losses/" in address]
    # The way to another page and back leads through the same addresses as ever.
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Backpropagation").click()
    page.wait_for_url("**/backpropagation")
    page.go_back()
    page.wait_for_url("**/losses")
    page.get_by_role("heading", name="Losses and softmax").wait_for()
