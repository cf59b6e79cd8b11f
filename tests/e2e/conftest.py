"""A server and a headless Chromium for the browser tests of a process; without them tests fail, none is skipped."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from nlm_core.bench.browser import Server, chromium, server

# Generous: on a busy machine the first visit waits for the imports of the model's libraries.
TIMEOUT_MS = 120_000
expect.set_options(timeout=TIMEOUT_MS)
# No test may fetch a model, whatever network there is.
OFFLINE = {"HF_HUB_OFFLINE": "1"}

LOOKED_FOR = re.compile(r"/\w+/_stcore/(health|host-config)$")

Visit = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def app() -> Iterator[Server]:
    with server(environment=OFFLINE) as started:
        yield started


@pytest.fixture
def visit(browser: Browser, app: Server) -> Iterator[Visit]:
    """Opens a page of the app as a new visitor; at the end of the test nothing may have gone wrong in the browser."""
    faults: list[str] = []
    contexts: list[Any] = []

    def open_page(path: str = "next_token", at: Server = app, **query: str) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        watch(page, at.url, faults)
        page.goto(f"{at.url}/{path}" + ("?" + urlencode(query) if query else ""))
        return page

    try:
        yield open_page
    finally:
        for context in contexts:
            context.close()
    assert not faults, "\n".join(faults)


def watch(page: Page, home: str, faults: list[str]) -> None:
    """Collect what a visitor's browser would complain about, or what would leave the machine."""

    def console(message: ConsoleMessage) -> None:
        # At the address of a page Streamlit's own script looks for its server, finds none, and goes on to the root.
        if message.type == "error" and not LOOKED_FOR.search(message.location["url"]):
            faults.append(f"console: {message.text} {message.location}")

    def request(asked: Request) -> None:
        if asked.url.startswith(("http:", "https:")) and not asked.url.startswith(home + "/"):
            faults.append(f"request to another host: {asked.url}")

    def dialog(opened: Any) -> None:
        faults.append(f"dialog: {opened.message}")
        opened.dismiss()

    page.on("console", console)
    page.on("pageerror", lambda error: faults.append(f"uncaught: {error}"))
    page.on("request", request)
    page.on("dialog", dialog)
