"""Text coloured by surprise: right numbers, and nothing that a visitor writes becomes markup."""

import math
from html.parser import HTMLParser

import pytest

from pages._shared.charts.surprise import Told, surprise, surprise_html


def test_surprise_is_minus_log2_p() -> None:
    assert surprise(1) == 0
    assert surprise(0.125) == pytest.approx(3)
    assert surprise(0) == math.inf


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onload='x", "&lt;"])
def test_hostile_text_stays_text(text: str) -> None:
    tags: list[str] = []
    seen: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            assert {name for name, _ in attrs} <= {"class", "style", "title", "role", "aria-label"}

        def handle_data(self, data: str) -> None:
            seen.append(data)

    Parser().feed(surprise_html([Told(text, 0.25, 3, prompt=True), Told(text, 0, 900, prompt=False)]))
    assert set(tags) <= {"div", "span", "b", "sub"}
    assert seen.count(text) == 2


def test_prompt_and_output_are_named_and_the_title_tells_rank_and_p() -> None:
    html = surprise_html([Told(" a", 0.25, 3, prompt=True), Told(" b", 0.5, 1, prompt=False, by_hand=True)])
    assert html.index("Prompt:") < html.index("> a<") < html.index("Output:") < html.index("> b<")
    assert "p = 0.25, rank 3, 2.00 bits" in html
    assert "1.00 bits, chosen by hand" in html
