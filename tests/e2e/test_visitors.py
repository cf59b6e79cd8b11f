"""Visitors without a browser against a real server: a small page that answers as the next-token page does."""

import asyncio
import json
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from nlm_core.bench import hall, memory
from nlm_core.bench.browser import CONFIGURATION, Server, bare_server
from nlm_core.bench.screen import VisitError
from nlm_core.bench.typist import type_word
from nlm_core.bench.visitor import Visitor

# It answers "lost" never, and "fault" with an exception.
PAGE = """\
import streamlit as st

bars = st.components.v2.component("bars", html="<p></p>", js="export default () => {}")


@st.fragment
def explorer():
    text = st.text_input("Prefix", key="prefix", live="0ms").rstrip(" ")
    if text == "fault":
        raise ValueError("a fault")
    if text != "lost":
        bars(data={"text": text}, key="bars", on_picked_change=lambda: st.session_state.update(prefix="picked"))


explorer()
bars(data={"collects": st.get_option("runner.postScriptGC")}, key="configuration")
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Server]:
    with bare_server(PAGE) as started:
        yield started


def in_a_loop(visit: Coroutine[Any, Any, Any]) -> Any:
    """What comes of a visit; the browser of the other tests keeps a loop of its own in this thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, visit).result()


def test_a_visitor_opens_types_and_leaves(page: Server) -> None:
    async def visit() -> None:
        async with await Visitor.open(page.url, "?prefix=I") as visitor:
            assert visitor.screen.shown["bars"] == {"text": ""}
            word = await type_word(visitor, "I went ", "home", patience=10.0)
            assert word.keys == 5 and word.settled is not None and 0 < word.settled < 10
            assert visitor.screen.shown["bars"] == {"text": "I went home"}
            await visitor.change("prefix", "fault")
            assert await visitor.wait_for(lambda screen: bool(screen.exceptions), 10.0)
            assert visitor.lost is None
        with pytest.raises(VisitError, match="lost"):
            await visitor.change("prefix", "too late")

    in_a_loop(visit())


def test_a_component_can_tell_the_server_what_was_done(page: Server) -> None:
    async def visit() -> None:
        async with await Visitor.open(page.url, "") as visitor:
            await visitor.trigger("bars", {"picked": 1})
            assert await visitor.wait_for(lambda screen: screen.shown["bars"] == {"text": "picked"}, 10.0)

    in_a_loop(visit())


def test_a_word_that_is_never_answered_is_lost(page: Server) -> None:
    async def visit() -> None:
        async with await Visitor.open(page.url, "") as visitor:
            assert (await type_word(visitor, "", "lost", patience=0.5)).settled is None

    in_a_loop(visit())


def test_where_no_server_is_the_visit_ends_with_one_line() -> None:
    with pytest.raises(VisitError, match="no connection"):
        in_a_loop(Visitor.open("http://127.0.0.1:9", ""))


def test_three_visitors_fill_a_small_hall(page: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hall, "PATH", "")
    monkeypatch.setattr(hall, "WORD_SECONDS", 2.0)
    found = in_a_loop(hall.fill(page, 3, 4.0, warm_up=1.0))
    assert found["visitors"] == 3
    # Two words of each, with an edge on both sides.
    assert 3 <= found["words"] <= 9
    assert (found["lost_words"], found["exceptions"], found["problems"]) == (0, 0, [])
    assert 0 < found["settle_ms"]["median"] <= found["settle_ms"]["p95"] <= found["settle_ms"]["longest"]
    assert found["cpu_ms_a_key"] > 0
    # A process with Streamlit and no model in it.
    assert all(50 < megabytes < 1000 for megabytes in found["memory_mb"].values())
    json.dumps(found)


def test_memory_is_read_before_and_after_visitors_came_and_went(page: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "PATH", "")
    monkeypatch.setattr(memory, "_REST_SECONDS", 0.1)
    found = in_a_loop(memory.watch(page, runs=100, visitors=20, first_runs=20, forgotten=0.1))
    assert (found["runs"], found["visitors"], found["problems"]) == (100, 20, [])
    assert found["growth"] == pytest.approx(
        found["memory_mb"]["at_the_end"] / found["memory_mb"]["after_first_runs"], abs=0.002
    )
    # A reading before, and one after twenty visitors.
    assert len(found["curve_mb"]) == 2


def test_a_bare_page_has_the_configuration_of_the_app(page: Server) -> None:
    async def visit() -> None:
        async with await Visitor.open(page.url, "") as visitor:
            assert visitor.screen.shown["configuration"] == {"collects": False}

    in_a_loop(visit())
    assert "postScriptGC = false" in CONFIGURATION.read_text(encoding="utf-8")
