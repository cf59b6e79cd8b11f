"""The tools of every page: the link to this moment, the projector and the keys that Streamlit's buttons cannot take."""

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.screen import come_to_rest, field, main

TEXT = "the students opened their"


def _step(page: Page, t: int) -> None:
    expect(page.locator(".nlm-unrolled .current .state")).to_have_text(f"h{t}")


def test_a_clicker_steps_and_in_a_field_its_keys_stay_there(visit: Visit) -> None:
    page = visit("step_rnn", prefix=TEXT, t="1")
    _step(page, 1)
    come_to_rest(page)
    page.keyboard.press("PageDown")
    _step(page, 2)
    come_to_rest(page)
    page.keyboard.press("PageUp")
    _step(page, 1)
    come_to_rest(page)
    field(page).press("PageDown")
    field(page).press("End")
    page.keyboard.type(" p?")
    expect(field(page)).to_have_value(TEXT + " p?")
    come_to_rest(page)
    _step(page, 1)
    expect(page.get_by_role("switch", name="Projector")).not_to_be_checked()


@pytest.mark.parametrize(("width", "tools"), [(1280, 7), (390, 6)])
def test_the_tools_stand_in_one_row_on_the_screen(visit: Visit, width: int, tools: int) -> None:
    page = visit("losses")
    page.set_viewport_size({"width": width, "height": 844})
    come_to_rest(page)
    row = page.locator(".st-key-tools").locator("button:visible, label:has([role=switch]):visible")
    expect(row).to_have_count(tools)
    boxes = [box for tool in row.all() if (box := tool.bounding_box())]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes), boxes
    middles = [box["y"] + box["height"] / 2 for box in boxes]
    assert max(middles) - min(middles) < 8 and max(middles) < 60, boxes


@pytest.mark.parametrize(
    ("name", "row", "digit", "picked"),
    [
        ("train_rnn", "stage", "3", "3 Loss"),
        ("losses", "problem", "2", "2-way classification"),
        ("step_rnn", "view", "4", "Similar states"),
        ("bert_sentiment", "stage", "3", "3 Padding"),
    ],
)
def test_a_digit_picks_from_the_row_of_steps_or_views(
    visit: Visit, name: str, row: str, digit: str, picked: str
) -> None:
    page = visit(name)
    option = main(page).locator(f".st-key-{row}").get_by_role("radio", name=picked)
    expect(option).not_to_be_checked()
    come_to_rest(page)
    page.keyboard.press("9")
    page.keyboard.press(digit)
    expect(option).to_be_checked()


@pytest.mark.parametrize(
    ("name", "query", "there", "presses"),
    [
        ("next_token", {"prefix": "I went"}, "bars", [("PageUp", {"position": "1"}), ("ArrowLeft", {"position": "0"})]),
        ("bert_sentiment", {}, "stage", [("ArrowRight", {"stage": "2 Tokens"}), ("PageDown", {"stage": "3 Padding"})]),
        (
            "encoder_or_decoder",
            {"word": "2"},
            "sentence_words",
            [("PageDown", {"word": "3"}), ("ArrowLeft", {"word": "2"})],
        ),
        ("gradient_descent", {"T": "3"}, "contour_plane", [("ArrowRight", {"i": "1"}), ("PageDown", {"i": "2"})]),
        ("backpropagation", {}, "ledger", [("PageDown", {"row": "2"}), ("ArrowRight", {"row": "3"})]),
        ("train_rnn", {}, "stage", [("ArrowRight", {"stage": "2 Run"}), ("PageDown", {"stage": "3 Loss"})]),
        ("next_token", {"tour": "1"}, "tour_card", [("PageDown", {"tour": "2"}), ("PageUp", {"tour": "1"})]),
    ],
)
def test_arrows_and_a_clicker_step_wherever_there_are_steps(
    visit: Visit, name: str, query: dict[str, str], there: str, presses: list[tuple[str, dict[str, str]]]
) -> None:
    page = visit(name, **query)
    expect(main(page).locator(f".st-key-{there}").locator("button, input").first).to_be_attached()
    for key, wanted in presses:
        come_to_rest(page)
        page.keyboard.press(key)
        page.wait_for_url(
            lambda address, wanted=wanted: wanted.items() <= dict(parse_qsl(urlsplit(address).query)).items()
        )


def test_arrows_move_a_drawn_path(visit: Visit) -> None:
    page = visit("loss_landscape", T="20")
    told = page.locator(".nlm-plane output")
    expect(told).to_contain_text("step 20")
    come_to_rest(page)
    page.keyboard.press("PageUp")
    expect(told).to_contain_text("step 19")
    page.keyboard.press("ArrowRight")
    expect(told).to_contain_text("step 20")


def test_one_token_after_another_by_arrow(visit: Visit) -> None:
    page = visit("prompt", prompt="I went")
    output = page.locator(".nlm-surprise").last
    expect(output).to_contain_text("–")
    for _ in range(2):
        come_to_rest(page)
        before = output.text_content() or ""
        page.keyboard.press("ArrowRight")
        expect(output).not_to_have_text(before)
    come_to_rest(page)
    page.keyboard.press("PageUp")
    expect(output).to_have_text(before)


def test_digits_are_text_in_a_field_and_tokens_on_the_first_page(visit: Visit) -> None:
    page = visit("next_token", prefix="I went to the")
    come_to_rest(page)
    field(page).press("End")
    page.keyboard.type(" 2")
    expect(field(page)).to_have_value("I went to the 2")
    come_to_rest(page)
    page.get_by_role("heading", name="Next token").click()
    page.keyboard.press("3")
    expect(field(page)).not_to_have_value("I went to the 2")
    expect(main(page).locator(".st-key-view").get_by_role("radio", name="Table")).to_be_checked()


def test_the_projector_folds_away_and_stands_in_the_link(visit: Visit) -> None:
    page = visit("step_rnn", prefix=TEXT)
    come_to_rest(page)
    narrow = page.locator(".nlm-unrolled .state").first.bounding_box()
    page.keyboard.press("p")
    page.wait_for_url(lambda address: "projector=true" in address)
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    come_to_rest(page)
    wide = page.locator(".nlm-unrolled .state").first.bounding_box()
    assert wide["height"] > 1.2 * narrow["height"]
    for chart in page.locator("[data-testid=stVegaLiteChart] svg").all():
        inside, column = (
            chart.bounding_box(),
            chart.locator("xpath=ancestor::*[@data-testid='stColumn'][1]").bounding_box(),
        )
        assert inside["x"] + inside["width"] <= column["x"] + column["width"] + 2
    page.keyboard.press("p")
    expect(page.get_by_test_id("stSidebar")).to_be_visible()


def test_the_projector_folds_away_what_sets_a_page_up_until_it_is_asked_for(visit: Visit) -> None:
    page = visit("loss_landscape", projector="true")
    plane, depth = page.locator(".nlm-plane canvas"), page.get_by_role("slider", name="Hidden layers")
    expect(plane).to_be_visible()
    expect(depth).to_be_hidden()
    come_to_rest(page)
    alone = plane.bounding_box()["width"]
    assert alone > 0.75 * main(page).bounding_box()["width"]
    page.keyboard.press("s")
    expect(depth).to_be_visible()
    page.wait_for_url(lambda address: "controls=true" in address)
    come_to_rest(page)
    assert plane.bounding_box()["width"] < alone
    page.set_viewport_size({"width": 390, "height": 844})
    page.keyboard.press("s")
    expect(depth).to_be_visible()


def test_on_the_projector_tables_end_where_the_page_does(visit: Visit) -> None:
    page = visit("next_token", prefix=TEXT, projector="true")
    table = page.get_by_test_id("stDataFrame").locator("canvas").first
    expect(table).to_be_visible()
    come_to_rest(page)
    inside, around = table.bounding_box(), main(page).bounding_box()
    assert inside["width"] > 0.9 * around["width"]
    assert inside["x"] + inside["width"] <= around["x"] + around["width"]
    assert main(page).evaluate("(node) => node.scrollWidth <= node.clientWidth + 1")


def test_the_projector_folds_away_help_but_nothing_to_click_that_has_some(visit: Visit) -> None:
    page = visit("backpropagation", view="Take the step", projector="true")
    expect(main(page).get_by_role("button", name="Take the step", exact=True)).to_be_visible()
    expect(main(page).get_by_role("button", name="Help for", exact=False).first).to_be_hidden()
    page.goto(page.url.replace("backpropagation", ""))
    expect(main(page).get_by_role("link", name="Next token", exact=True)).to_be_visible()


def test_the_list_of_keys(visit: Visit) -> None:
    page = visit("losses")
    come_to_rest(page)
    page.keyboard.press("?")
    expect(page.locator("[class*=st-key-tool_panel]")).to_contain_text("one step back or on")


def test_the_shared_link_opens_the_same_moment(visit: Visit) -> None:
    page = visit("step_rnn", prefix=TEXT)
    _step(page, 0)
    come_to_rest(page)
    page.keyboard.press("ArrowRight")
    _step(page, 1)
    come_to_rest(page)
    page.get_by_role("button", name="Share").click()
    body = page.locator("[class*=st-key-tool_panel]")
    expect(body.get_by_role("img", name="QR code of the address above")).to_be_visible()
    address = body.get_by_test_id("stCode").inner_text().strip()
    assert urlsplit(address).path == "/step_rnn"
    assert parse_qs(urlsplit(address).query) == {"prefix": [TEXT], "t": ["1"]}
    again = visit("step_rnn", **{name: values[0] for name, values in parse_qs(urlsplit(address).query).items()})
    _step(again, 1)
    expect(field(again)).to_have_value(TEXT)


def test_a_printed_page_is_a_handout(visit: Visit) -> None:
    page = visit("next_token", prefix="I went to the park.")
    expect(page.locator(".st-key-bars svg").first).to_be_visible()
    come_to_rest(page)
    page.emulate_media(media="print")
    for tool in (".st-key-tools", "[data-testid=stSidebar]", "[data-testid=stMain] .stDownloadButton"):
        expect(page.locator(tool).first).to_be_hidden()
    expect(page.locator(".st-key-bars svg").first).to_be_visible()
    expect(main(page).get_by_text("P(text | START)")).to_be_visible()
    sheets = page.pdf(format="A4", scale=0.7).count(b"/Type /Page\n")
    assert sheets == 1, f"the handout has {sheets} sheets"


@pytest.mark.parametrize("projector", ["true", "false"])
def test_a_notice_leaves_the_style_of_the_page(visit: Visit, projector: str) -> None:
    page = visit("next_token", prefix="I went to the park.", projector=projector)
    keys = page.get_by_role("button", name="Keys")
    expect(keys).to_be_visible()
    come_to_rest(page)
    before = keys.bounding_box()
    for _ in range(2):
        # The most probable token is STOP, which cannot be appended.
        page.keyboard.press("1")
        expect(page.get_by_test_id("stToast").first).to_contain_text("STOP ends the sentence")
        come_to_rest(page)
        assert keys.bounding_box() == before
