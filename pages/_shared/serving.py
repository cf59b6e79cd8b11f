"""The first answer of the server: Streamlit's index page, which says beforehand what the asked page will need.

As it comes, the index names the scripts that every app needs. Those for the elements of a page, and for formulas and
charts, are asked for when the elements arrive, one after another; and where the server is, the browser finds out by
trying addresses, the first of which is wrong for every page but the home page. Both cost a new visitor some tenths of a
second before the first chart.
"""

import gzip
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import streamlit

from pages._shared.catalog import EVERY, HOME, PageEntry

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_STATIC = Path(streamlit.__file__).parent / "static"
_SCRIPTS = _STATIC / "static" / "js"
_AT = "/static/js/"
_IMPORTED = re.compile(r"""(?:from|import)\s*["'`]\./([\w.-]+\.js)["'`]""")
# What the head of every page is made of.
_HEAD = ("Button", "Checkbox", "Html")
# The address of the app is that of the page without the page's name, behind whatever proxy.
_WHERE = """\
<script>
if (location.pathname.endsWith({path!r})) {{
  const home = location.origin + location.pathname.slice(0, -{path!r}.length);
  window.__streamlit = {{ BACKEND_BASE_URL: home, MAIN_PAGE_BASE_URL: home, ...window.__streamlit }};
}}
</script>
"""


class IndexOfPages:
    """Answers for the addresses of pages; everything else goes on to Streamlit."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["path"] if scope["type"] == "http" and scope["method"] == "GET" else ""
        if index := index_of(asked):
            await _answer(scope, send, index, b"text/html; charset=utf-8", b"no-cache")
        elif script := script_of(asked):
            await _answer(scope, send, script, b"application/javascript", b"public, immutable, max-age=31536000")
        else:
            await self.app(scope, receive, send)


async def _answer(scope: Scope, send: Send, body: bytes, kind: bytes, kept: bytes) -> None:
    headers = [(b"content-type", kind), (b"cache-control", kept), (b"vary", b"accept-encoding")]
    if b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b""):
        body = _packed(body)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def script_of(path: str) -> bytes | None:
    """A script of Streamlit from memory: more than fifty are asked for at once, and each costs a thread otherwise."""
    name = path.removeprefix(_AT)
    return _script(name) if name != path and name in _names() else None


@cache
def _script(name: str) -> bytes:
    """Kept for good: all the scripts together are as large as the installed folder."""
    return (_SCRIPTS / name).read_bytes()


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in _SCRIPTS.glob("*.js"))


@cache
def _packed(body: bytes) -> bytes:
    """A quarter of a script is left; packed once, because packing it for every visitor takes longer than sending it."""
    return gzip.compress(body, mtime=0)


def index_of(path: str) -> bytes | None:
    """The index for the page at an address, or None where there is no such page."""
    return _index(path) if path in _addresses() else None


@cache
def _addresses() -> dict[str, PageEntry]:
    return {"/" if entry is HOME else f"/{PurePosixPath(entry.file).stem}": entry for entry in EVERY}


@cache
def _index(path: str) -> bytes:
    html = (_STATIC / "index.html").read_text(encoding="utf-8")
    links = "".join(
        f'<link rel="preload" as="script" crossorigin href="./static/js/{name}">\n'
        for name in needed((*_HEAD, *_addresses()[path].scripts))
        if name not in html
    )
    where = "" if path == "/" else _WHERE.format(path=path)
    # Before the scripts of the page: they read at once where the server is.
    return html.replace("<script", where + "<script", 1).replace("</head>", links + "</head>", 1).encode()


def needed(scripts: Iterable[str]) -> list[str]:
    """The files of Streamlit's scripts by their names without the version, with all that they import.

    A name that this version of Streamlit does not have is left out: it would be asked for later, as without us.
    """
    found: list[str] = []
    waiting = [path.name for name in scripts for path in sorted(_SCRIPTS.glob(f"{name}.*.js"))]
    while waiting:
        name = waiting.pop(0)
        if name not in found and (_SCRIPTS / name).is_file():
            found.append(name)
            waiting += _IMPORTED.findall(_script(name).decode())
    return found
