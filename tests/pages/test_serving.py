"""The index of every page names the scripts that the page needs, and nothing is served that is not Streamlit's."""

import asyncio
import gzip
import re
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import streamlit

from pages._shared.catalog import EVERY, HOME
from pages._shared.serving import IndexOfPages, index_of, needed, script_of

PLAIN = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
PRELOADED = re.compile(r'rel="(?:module)?preload"(?: as="script")? crossorigin href="\./static/js/([\w.-]+)"')


def asked(path: str, method: str = "GET", accepted: bytes = b"") -> list[Any]:
    """What the server sends for a path; "on" where it is left to Streamlit."""
    sent: list[Any] = []

    async def streamlits(scope: Any, receive: Any, send: Any) -> None:
        sent.append("on")

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    headers = [(b"accept-encoding", accepted)] if accepted else []
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    asyncio.run(IndexOfPages(streamlits)(scope, receive, send))
    return sent


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.file)
def test_index_names_the_scripts_of_the_page_once(entry):
    html = (index_of("/" if entry is HOME else f"/{PurePosixPath(entry.file).stem}") or b"").decode()
    named = PRELOADED.findall(html)
    assert len(named) == len(set(named))
    assert all(name in named or name in PLAIN for name in needed(entry.scripts))
    assert all(script_of(f"/static/js/{name}") for name in named)


@pytest.mark.parametrize("name", sorted({name for entry in EVERY for name in entry.scripts}))
def test_this_version_of_streamlit_has_the_script(name):
    assert needed([name])[0].startswith(f"{name}.")


def test_imports_of_a_script_are_named_too():
    assert any(name.startswith("purify") for name in needed(["Html"]))


def test_where_the_server_is_is_said_on_every_page_but_the_home_page():
    assert b"BACKEND_BASE_URL" in (index_of("/losses") or b"")
    assert b"BACKEND_BASE_URL" not in (index_of("/") or b"")


def test_index_keeps_all_that_streamlit_has_in_it():
    ours = (index_of("/losses") or b"").decode()
    assert [line for line in PLAIN.splitlines() if line.strip() and line.strip() not in ours] == []


@pytest.mark.parametrize(
    "path", ["/no_such_page", "/losses/", "/_stcore/health", "/losses/_stcore/health", "/favicon.png"]
)
def test_everything_else_is_left_to_streamlit(path):
    assert asked(path) == ["on"]


@pytest.mark.parametrize(
    "path", ["/static/js/../index.html", "/static/js/", "/static/js/none.js", "/static/js//etc/passwd"]
)
def test_only_scripts_of_streamlit_are_served_from_memory(path):
    assert script_of(path) is None
    assert asked(path) == ["on"]


def test_an_index_is_answered_whole():
    start, body = asked("/losses")
    headers = dict(start["headers"])
    assert start["status"] == 200
    assert int(headers[b"content-length"]) == len(body["body"])
    assert headers[b"cache-control"] == b"no-cache"


@pytest.mark.parametrize("path", ["/losses", f"/static/js/{needed(['Html'])[0]}"])
def test_what_can_be_unpacked_is_sent_packed(path):
    plain, packed = asked(path), asked(path, accepted=b"br, gzip")
    headers = dict(packed[0]["headers"])
    assert b"content-encoding" not in dict(plain[0]["headers"])
    assert headers[b"content-encoding"] == b"gzip"
    assert int(headers[b"content-length"]) == len(packed[1]["body"]) < len(plain[1]["body"])
    assert gzip.decompress(packed[1]["body"]) == plain[1]["body"]


def test_posts_are_left_to_streamlit():
    assert asked("/losses", "POST") == ["on"]
