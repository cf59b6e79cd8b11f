"""A page of the app beside a bare Streamlit page: the same inputs to both, timed to the change on the screen."""

import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nlm_core.bench.browser import Server, beside
from nlm_core.bench.process import usage

# Two inputs never overlap: the next one waits until the page has been still for this long. What follows an input at
# rest begins after a quarter of a second, and must be over too.
_STILL_MS, _LIMIT_MS, _START_MS = 500, 15_000, 120_000
_PROBE = Path(__file__).with_name("probe.js")
# What the bare pages echo into.
ECHO = "[data-testid=stText]"

Times = list[float | None]


class Tab:
    """One page in its own tab; ``shown`` selects what changes on it, ``cpu_ms`` takes what inputs cost the server."""

    def __init__(self, browser: Any, server: Server, path: str, shown: str) -> None:
        self.shown, self.server = shown, server
        self.cpu_ms: list[float] = []
        self.page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        self.page.set_default_timeout(_START_MS)
        self.page.add_init_script(path=_PROBE)
        self.page.goto(f"{server.url}/{path}")
        self.page.wait_for_selector(shown, state="attached")
        self.quiet()

    def quiet(self) -> None:
        """Wait until nothing on the page changes any more."""
        if not self.page.evaluate("([still, limit]) => __probe.quiet(still, limit)", [_STILL_MS, _START_MS]):
            raise RuntimeError(f"{self.page.url} did not come to rest within two minutes")

    def server_seconds(self) -> float:
        """Processor time of the page's server so far."""
        return usage(self.server.pid).cpu_seconds

    def timed(self, act: Callable[[], None]) -> float | None:
        """Milliseconds from an input to the change that it makes, None where nothing changed; then all is at rest."""
        self.page.evaluate("([shown, limit]) => __probe.arm(shown, limit)", [self.shown, _LIMIT_MS])
        act()
        milliseconds: float | None = self.page.evaluate("() => __probe.result")
        self.quiet()
        return milliseconds


def beside_bare(
    name: str,
    path: str,
    shown: str,
    bare_page: str,
    inputs: Callable[[Tab], Times],
    *,
    rounds: int,
    what: str,
    warm_up: Callable[[Tab], Times] | None = None,
) -> dict[str, Any]:
    """Time inputs on a page of the app and on a bare page, in turns so that a busy machine slows both alike.

    Parameters
    ----------
    name : str
        What the page of the app is called in the result.
    path : str
        Of the page of the app, with its query.
    shown : str
        Selector of what changes on it.
    bare_page : str
        A script that echoes the same inputs into one ``st.text``.
    inputs : callable
        Makes the inputs of one round and gives the time of each.
    rounds : int
    what : str
        For the progress bar.
    warm_up : callable, optional
        Done once on each page before; ``inputs`` by default.

    Returns
    -------
    dict
        ``name`` and "bare", each as ``summary``, with "cpu_ms_a_key" where the inputs took it, and
        "ratio_of_medians", None where it could not be measured.

    Raises
    ------
    BenchError
        If there is no Playwright or no Chromium.
    """
    from tqdm import tqdm

    with beside(bare_page) as (browser, app, bare):
        tabs = {name: Tab(browser, app, path, shown), "bare": Tab(browser, bare, "", ECHO)}
        for tab in tabs.values():
            tab.page.bring_to_front()
            (warm_up or inputs)(tab)
            tab.cpu_ms.clear()
        times: dict[str, Times] = {which: [] for which in tabs}
        for _ in tqdm(range(rounds), desc=what, unit="round", file=sys.stderr):
            for which, tab in tabs.items():
                tab.page.bring_to_front()
                times[which] += inputs(tab)
    result: dict[str, Any] = {which: summary(found) for which, found in times.items()}
    for which, tab in tabs.items():
        if tab.cpu_ms:
            result[which]["cpu_ms_a_key"] = round(statistics.median(tab.cpu_ms), 2)
    ours, least = result[name]["median_ms"], result["bare"]["median_ms"]
    result["ratio_of_medians"] = round(ours / least, 3) if ours and least else None
    return result


def summary(times: Sequence[float | None]) -> dict[str, Any]:
    """Median and 95th percentile in milliseconds; both None when more than one in twenty was not seen at all."""
    seen = sorted(t for t in times if t is not None)
    unseen = len(times) - len(seen)
    enough = len(seen) >= 2 and unseen * 20 <= len(times)
    return {
        "keystrokes": len(times),
        "unseen": unseen,
        "median_ms": round(statistics.median(seen), 1) if enough else None,
        "p95_ms": round(statistics.quantiles(seen, n=20)[-1], 1) if enough else None,
    }
