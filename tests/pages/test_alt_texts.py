"""Every drawing of every page says what it shows: a short name, a colon, and numbers."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

from pages._shared.catalog import EVERY, PAGES
from pages._shared.charts.findings import LONGEST
from tests.pages.conftest import OpenPage

LONGEST_NAME = 60
FINDING = re.compile(r'<p class="nlm-finding">(.*)</p>')
NAMED = re.compile(r'<div class="nlm-[^"]*" role="(?:group|img)" aria-label="([^"]*)"')
# First views, and of each page the views that draw something else.
VIEWS = [(entry.file, {}) for entry in EVERY]
VIEWS += [(entry.file, query) for entry in PAGES for _, query in entry.topics if {"view", "stage", "plot"} & set(query)]


def findings(name: str, message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a drawing says of itself, and what the drawings say that it is put together from, by their names in it."""
    if "finding" in message:
        yield name, message["finding"]
    for inner, value in message.items():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                yield from findings(inner, part)


def told(at: AppTest) -> Iterator[tuple[str, str]]:
    """The kind of each drawing with the text that stands for it, "" where there is none."""

    def inside(block: Block) -> Iterator[tuple[str, str]]:
        children = list(block.children.values())
        for place, child in enumerate(children):
            if isinstance(child, Block):
                yield from inside(child)
            elif isinstance(child, Element):
                yield from of(child, children[place + 1] if place + 1 < len(children) else None)

    def of(child: Element, after: object) -> Iterator[tuple[str, str]]:
        if child.type == "vega_lite_chart":
            # What a chart of Vega shows stands right behind it and begins with its name.
            match = FINDING.fullmatch(after.proto.body) if isinstance(after, Element) and after.type == "html" else None
            text = html.unescape(match[1]) if match else ""
            yield child.type, text if text.startswith(f"{child.proto.alt}: ") else ""
        elif child.type in ("plotly_chart", "dataframe", "arrow_data_frame"):
            yield child.type, child.proto.alt
        elif child.type == "html":
            yield from (("drawing", html.unescape(name)) for name in NAMED.findall(child.proto.body))
            assert child.proto.body.count('<div class="nlm-') == len(NAMED.findall(child.proto.body))
        elif child.type == "bidi_component" and child.proto.component_name.endswith("nlm_drawing"):
            message = json.loads(child.proto.json)
            # The kinds that show nothing.
            if message["kind"] not in ("rest", "after", "tools", "navigation"):
                parts = list(findings(message["kind"], message))
                assert parts, f"{message['kind']} says nothing"
                yield from parts

    yield from inside(at.main)


@pytest.mark.parametrize(("file", "query"), VIEWS, ids=[f"{file}-{query}" for file, query in VIEWS])
def test_every_drawing_says_what_it_shows(file: str, query: dict[str, str], open_page: OpenPage) -> None:
    at = open_page(file, **query)
    assert not at.exception
    for kind, text in told(at):
        name, colon, finding = text.partition(": ")
        assert colon and 0 < len(name) <= LONGEST_NAME, f"{kind}: {text!r}"
        assert len(text) <= LONGEST and text.isprintable(), f"{kind}: {text!r}"
        assert re.search(r"\d", finding), f"{kind}: {text!r}"


# What at least is drawn at first: a page that drew nothing would say nothing wrong.
DRAWN = {
    "home": {"bars"},
    "next_token": {"bars", "dataframe"},
    "bert_sentiment": {"dataframe"},
    "encoder_or_decoder": {"vega_lite_chart"},
    "prompt": {"drawing"},
    "neural_network": {"network"},
    "backpropagation": {"ledger"},
    "losses": {"losses", "vega_lite_chart"},
    "gradient_descent": {"descent", "plotly_chart"},
    "loss_landscape": {"plane", "plotly_chart"},
    "window_or_recurrence": {"bars", "words"},
    "step_rnn": {"cells", "states", "bars", "dataframe"},
    "train_rnn": {"dataframe"},
}


@pytest.mark.parametrize("stem", DRAWN)
def test_the_drawings_of_a_page_are_found(stem: str, open_page: OpenPage) -> None:
    kinds = {kind.replace("arrow_data_frame", "dataframe") for kind, _ in told(open_page(f"pages/{stem}.py"))}
    assert kinds >= DRAWN[stem]


def test_the_finding_follows_what_is_typed(open_page: OpenPage) -> None:
    at = open_page("pages/next_token.py", prefix="I went to the")
    before = [text for kind, text in told(at) if kind == "bars"]
    at.text_input(key="prefix").set_value("She opened the").run()
    after = [text for kind, text in told(at) if kind == "bars"]
    assert before != after and "after START She opened the" in after[0]
