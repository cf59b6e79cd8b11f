"""In a browser: a page opened by its address leads to the others and back."""

from tests.e2e.conftest import Visit


def test_the_way_to_another_page_and_back(visit: Visit) -> None:
    page = visit("losses")
    page.wait_for_selector("[data-testid=stMain] [data-testid=stHeading]")
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Backpropagation").click()
    page.wait_for_url("**/backpropagation")
    page.go_back()
    page.wait_for_url("**/losses")
    page.get_by_role("heading", name="Losses and softmax").wait_for()
