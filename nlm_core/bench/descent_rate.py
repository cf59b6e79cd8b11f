"""How fast the page "Gradient descent" redraws its path after a new learning rate, beside a bare Streamlit page."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from nlm_core.bench.latency import summary

_ROUNDS, _WARM_UP = 6, 1
# None of them is another's neighbour on the slider, and all are stable on the surface.
_RATES = ("0.01", "0.03", "0.05", "0.02", "0.06", "0.04")
_STILL_MS, _LIMIT_MS, _START_MS = 250, 15_000, 120_000
_PROBE = Path(__file__).with_name("probe.js")
# The least that a number can cost in Streamlit: one fragment, one field, its value as text.
_BARE_PAGE = """\
import streamlit as st


@st.fragment
def echo():
    st.text(st.number_input("α", value=0.07, step=None, format="%g"))


echo()
"""
_FIELD = "[data-testid=stNumberInputField]"
_PATH, _ECHO = ".st-key-contour_plane path.nlm-path", "[data-testid=stText]"


def rate_change_ratio() -> dict[str, Any]:
    """Milliseconds from the Enter key to the redrawn path, on our page and to the echo on a bare one, in turns.

    Returns
    -------
    dict
        ``descent_page`` and ``bare``, each with the number of changes, median and 95th percentile, and
        ``ratio_of_medians``, None where it could not be measured.

    Raises
    ------
    BenchError
        If there is no Playwright or no Chromium.
    """
    from tqdm import tqdm

    from nlm_core.bench.browser import chromium, server

    with tempfile.TemporaryDirectory(prefix="nlm-rate-") as folder:
        script = Path(folder) / "echo.py"
        script.write_text(_BARE_PAGE, encoding="utf-8")
        with chromium() as browser, server() as app, server(script) as bare:
            pages = {
                "descent_page": _Changer(browser, f"{app.url}/gradient_descent?surface=Ravine", _PATH),
                "bare": _Changer(browser, bare.url, _ECHO),
            }
            for _ in range(_WARM_UP):
                for changer in pages.values():
                    changer.all_rates()
            times: dict[str, list[float | None]] = {name: [] for name in pages}
            for _ in tqdm(range(_ROUNDS), desc="rate changes", unit="round", file=sys.stderr):
                for name, changer in pages.items():
                    times[name] += changer.all_rates()
    result: dict[str, Any] = {name: summary(found) for name, found in times.items()}
    ours, least = result["descent_page"]["median_ms"], result["bare"]["median_ms"]
    result["ratio_of_medians"] = round(ours / least, 3) if ours and least else None
    return result


class _Changer:
    """One page in its own tab, and the rates typed into its first number field."""

    def __init__(self, browser: Any, address: str, shown: str) -> None:
        self.shown = shown
        self.page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        self.page.set_default_timeout(_START_MS)
        self.page.add_init_script(path=_PROBE)
        self.page.goto(address)
        self.page.wait_for_selector(shown, state="attached")
        self._quiet()

    def _quiet(self) -> None:
        if not self.page.evaluate("([still, limit]) => __probe.quiet(still, limit)", [_STILL_MS, _START_MS]):
            raise RuntimeError(f"{self.page.url} did not come to rest within two minutes")

    def all_rates(self) -> list[float | None]:
        """Type every rate; milliseconds from Enter to the change on the page, None where nothing changed."""
        self.page.bring_to_front()
        field, times = self.page.locator(_FIELD).first, []
        for rate in _RATES:
            field.fill(rate)
            self._quiet()
            self.page.evaluate("([shown, limit]) => __probe.arm(shown, limit)", [self.shown, _LIMIT_MS])
            field.press("Enter")
            times.append(self.page.evaluate("() => __probe.result"))
            self._quiet()
        return times
