"""How soon every page is complete for a new visitor, beside a bare page, how far it jumps, and the bytes it takes.

A page is complete when its script has ended, every drawing is there and nothing changes any more; see ``complete.js``.
The server is warm: every page has been opened before, so that models and libraries are loaded. The visitor is new: each
visit is a browser profile of its own with an empty cache. Pages and bare page are visited in turns, so that whatever
else the machine does meets both. The pages are those that the navigation of the app lists.
"""

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlm_core.bench import bar

WITHOUT_MODELS_BAR, WITH_MODELS_BAR, SHIFT_BAR = 1.6, 2.0, 0.1
# The sections of the navigation whose pages compute without a language model; the first has no heading.
WITHOUT_MODELS = ("", "Deep learning review")
# What a page computes: never a heading, a caption, a link or a control. ``complete.js`` takes tick marks away, and
# formulas that hold no numbers.
DRAWINGS = ", ".join(
    (
        "[data-testid=stVegaLiteChart] svg .role-mark path[d]",
        "[data-testid=stVegaLiteChart] svg .role-mark text",
        ".js-plotly-plot :is(.contourlayer, .heatmaplayer, .scatterlayer, .barlayer) :is(path[d], image)",
        ".js-plotly-plot .gl-container canvas",
        "[data-testid=stDataFrame] canvas",
        "[data-testid=stTable] td",
        "[data-testid=stMain] [data-testid=stImage] img",
        "[data-testid=stMain] [data-testid=stMetricValue]",
        "[data-testid=stMain] :not([data-testid=stCaptionContainer] *, label *) > .katex",
        "[data-testid=stMain] [class*='st-key-twos-figures'] strong",
        "[data-testid=stMain] [data-testid^=stBidiComponent] :is(svg :is(path[d], rect, circle, text), canvas, td)",
        "[data-testid=stMain] [class^=nlm-]",
    )
)
# The glossary computes nothing; its words are what it shows.
_WRITTEN = {"glossary": "[data-testid=stMain] [data-testid=stMarkdownContainer] p"}
_BARE = "bare"
# The least that a page can be in Streamlit: its one text is what it shows.
_BARE_PAGE = """\
import streamlit as st

st.text("Hello")
"""
_BARE_DRAWING = "[data-testid=stText]"
_ROUNDS = 5
# Every page is held against the bare one, so that one is visited more often: after so many pages each time.
_PAGES_PER_BARE = 4
_LIMIT_MS = 30_000
# For so long a page is looked at when it is complete: whether something changes after all.
_AFTER_MS = 700
_COMPLETE = Path(__file__).with_name("complete.js")


@dataclass(frozen=True)
class Address:
    """A page to visit: its address, the section of the navigation, and the selector of what it shows."""

    url: str
    section: str
    drawings: str = DRAWINGS


@dataclass
class Visits:
    """What the visits of one page gave.

    Attributes
    ----------
    times : list of float
        Milliseconds until the page was complete.
    shifts : list of float
        Sums of layout shifts until then, as the browser scores them: 0 where nothing jumped.
    what : str
        The first of what it has computed.
    file_bytes, message_bytes : int
        Sent by the time of rest.
    changed_after : int
        Visits in which something changed within 700 ms after all.
    missing : str
        What was missing when the visit was given up; "" where the page became complete.
    """

    times: list[float] = field(default_factory=list)
    shifts: list[float] = field(default_factory=list)
    what: str = ""
    file_bytes: int = 0
    message_bytes: int = 0
    changed_after: int = 0
    missing: str = ""


def measure() -> dict[str, Any]:
    """Visit every page in turns with a bare one, in about five minutes on two cores.

    Returns
    -------
    dict
        "bars" as in ``nlm_core.bench``, each the worst page of its kind; "pages", for each its section, median
        milliseconds until it is complete, ratio of that to the bare page's, median layout shift, what it has computed,
        the bytes sent: of files (scripts, styles, fonts, as sent over the wire) and of messages (what the script
        itself sends), and in how many visits something changed later; "bare" likewise.

    Raises
    ------
    BenchError
        If there is no Playwright or no Chromium.
    """
    from tqdm import tqdm

    from nlm_core.bench.browser import beside

    with beside(_BARE_PAGE) as (browser, app, bare):
        listed = _listed(browser, app.url)
        addresses = {**listed, _BARE: Address(bare.url, "", _BARE_DRAWING)}
        found = {name: Visits() for name in addresses}
        for turn in tqdm(range(_ROUNDS + 1), desc="visits of every page", unit="round", file=sys.stderr):
            for name in _in_turns(list(listed)):
                # The first round warms the server.
                _visit(browser, addresses[name], found[name], keep=turn > 0)
    return report(addresses, found)


def _in_turns(names: Sequence[str]) -> list[str]:
    """The pages of a round with the bare one between them."""
    groups = [names[first : first + _PAGES_PER_BARE] for first in range(0, len(names), _PAGES_PER_BARE)]
    return [name for group in groups for name in (*group, _BARE)]


def _listed(browser: Any, url: str) -> dict[str, Address]:
    """The pages that the navigation of the app at ``url`` lists, by the title shown there."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(_LIMIT_MS)
    page.goto(url)
    # Before the script of the app has run, the sidebar lists files.
    page.wait_for_selector("[data-testid=stNavSectionHeader]")
    listed = page.eval_on_selector_all(
        "[data-testid=stNavSectionHeader], [data-testid=stSidebarNavLink]",
        "(nodes) => nodes.map((node) => [node.innerText.trim().split('\\n').pop(), node.href ?? null])",
    )
    page.close()
    section = ""
    addresses: dict[str, Address] = {}
    for title, address in listed:
        if address is None:
            section = title
        else:
            name = address.rsplit("/", maxsplit=1)[-1]
            addresses[title] = Address(address, section, _WRITTEN.get(name, DRAWINGS))
    return addresses


def _visit(browser: Any, address: Address, visits: Visits, keep: bool) -> None:
    """Open a page as a new visitor and add what was measured; one that did not become complete is not visited again."""
    from playwright.sync_api import TimeoutError as TooLateError

    if visits.missing:
        return
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.set_default_timeout(_LIMIT_MS)
    sent = {"files": 0, "messages": 0}

    def file(event: dict[str, Any]) -> None:
        sent["files"] += int(event["encodedDataLength"])

    def message(event: dict[str, Any]) -> None:
        payload, binary = event["response"]["payloadData"], event["response"]["opcode"] == 2
        # Binary messages come as base64: four characters for three bytes.
        sent["messages"] += len(payload) * 3 // 4 if binary else len(payload.encode())

    network = context.new_cdp_session(page)
    network.on("Network.loadingFinished", file)
    network.on("Network.webSocketFrameReceived", message)
    network.send("Network.enable")
    page.add_init_script(f"window.__drawings = {address.drawings!r};")
    page.add_init_script(path=_COMPLETE)
    page.goto(address.url)
    try:
        page.wait_for_function("window.__complete?.milliseconds != null")
    except TooLateError:
        visits.missing = page.evaluate("window.__complete.missing")
        context.close()
        return
    page.wait_for_timeout(_AFTER_MS)
    found = page.evaluate("window.__complete")
    page.wait_for_load_state("networkidle")
    context.close()
    if keep:
        visits.times.append(found["milliseconds"])
        visits.shifts.append(found["shift"])
        visits.changed_after += found["changed"] > found["milliseconds"]
        visits.what, visits.file_bytes, visits.message_bytes = found["what"], sent["files"], sent["messages"]


def report(addresses: dict[str, Address], found: dict[str, Visits]) -> dict[str, Any]:
    """The medians beside the bare page's; see ``measure``. ``addresses`` and ``found`` have the key "bare" too."""
    least = _median(found[_BARE].times)
    pages: dict[str, dict[str, Any]] = {
        name: {
            "section": addresses[name].section,
            "median_ms": _median(visits.times),
            "over_bare": _over(visits.times, least),
            "layout_shift": round(statistics.median(visits.shifts), 3) if visits.shifts else None,
            "computed": visits.what,
            "file_bytes": visits.file_bytes,
            "message_bytes": visits.message_bytes,
            "visits_changed_later": visits.changed_after,
        }
        for name, visits in found.items()
    }
    bare = pages.pop(_BARE)

    def worst(figure: str, names: Sequence[str]) -> float | None:
        known = [pages[name][figure] for name in names if pages[name][figure] is not None]
        return max(known) if known and len(known) == len(names) else None

    with_models = [name for name, page in pages.items() if page["section"] not in WITHOUT_MODELS]
    without = [name for name in pages if name not in with_models]
    text = "page complete, median over that of a bare page, slowest page"
    return {
        "bars": [
            bar(f"{text} without a language model", worst("over_bare", without), WITHOUT_MODELS_BAR, "lower"),
            bar(f"{text} with one", worst("over_bare", with_models), WITH_MODELS_BAR, "lower"),
            bar(
                "layout shift until it is complete, worst page", worst("layout_shift", list(pages)), SHIFT_BAR, "lower"
            ),
        ],
        "problems": [
            f"{name} was not complete after {_LIMIT_MS // 1000} s: {visits.missing} was missing"
            for name, visits in found.items()
            if visits.missing
        ],
        "rounds": _ROUNDS,
        "bare": bare,
        "pages": pages,
    }


def _over(times: Sequence[float], least: float | None) -> float | None:
    median = _median(times)
    return round(median / least, 3) if median and least else None


def _median(times: Sequence[float]) -> float | None:
    return round(statistics.median(times), 1) if times else None
