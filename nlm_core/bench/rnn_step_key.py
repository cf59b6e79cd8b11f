"""How fast the page "Step through an RNN" answers an arrow key, beside the least that a key costs in Streamlit."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from nlm_core.bench.latency import summary

# Six steps there, six back; the words are one token each.
_SENTENCE = "I went to the park ."
_STEPS, _ROUNDS, _WARM_UP = 6, 8, 1
_STILL_MS, _LIMIT_MS, _START_MS = 250, 15_000, 120_000
_PROBE = Path(__file__).with_name("probe.js")
# One fragment, two buttons with the same keys, the step as text.
_BARE_PAGE = """\
import streamlit as st


def go(by):
    st.session_state["t"] = st.session_state.get("t", 0) + by


@st.fragment
def echo():
    st.button("Back", shortcut="Left", on_click=go, args=(-1,))
    st.button("Step", shortcut="Right", on_click=go, args=(1,))
    st.text(st.session_state.get("t", 0))


echo()
"""
# p_t is drawn after the unrolled network; when its bars have changed, both have.
_BARS, _ECHO = ".st-key-step_bars svg text", "[data-testid=stText]"


def step_key_ratio() -> dict[str, Any]:
    """Milliseconds from an arrow key to the redrawn step, on our page and on a bare one, in turns.

    Returns
    -------
    dict
        ``step_page`` and ``bare``, each with the number of keys, median and 95th percentile, and
        ``ratio_of_medians``, None where it could not be measured.

    Raises
    ------
    BenchError
        If there is no Playwright or no Chromium.
    """
    from urllib.parse import urlencode

    from tqdm import tqdm

    from nlm_core.bench.browser import chromium, server

    with tempfile.TemporaryDirectory(prefix="nlm-step-") as folder:
        script = Path(folder) / "echo.py"
        script.write_text(_BARE_PAGE, encoding="utf-8")
        with chromium() as browser, server() as app, server(script) as bare:
            pages = {
                "step_page": _Stepper(browser, f"{app.url}/step_rnn?{urlencode({'prefix': _SENTENCE})}", _BARS),
                "bare": _Stepper(browser, bare.url, _ECHO),
            }
            for _ in range(_WARM_UP):
                for stepper in pages.values():
                    stepper.there_and_back()
            times: dict[str, list[float | None]] = {name: [] for name in pages}
            for _ in tqdm(range(_ROUNDS), desc="step keys", unit="round", file=sys.stderr):
                for name, stepper in pages.items():
                    times[name] += stepper.there_and_back()
    result: dict[str, Any] = {name: summary(found) for name, found in times.items()}
    ours, least = result["step_page"]["median_ms"], result["bare"]["median_ms"]
    result["ratio_of_medians"] = round(ours / least, 3) if ours and least else None
    return result


class _Stepper:
    """One page in its own tab, and the arrow keys pressed on it."""

    def __init__(self, browser: Any, address: str, shown: str) -> None:
        self.shown = shown
        self.page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        self.page.set_default_timeout(_START_MS)
        self.page.add_init_script(path=_PROBE)
        self.page.goto(address)
        self.page.wait_for_selector(shown)
        self._quiet()

    def _quiet(self) -> None:
        if not self.page.evaluate("([still, limit]) => __probe.quiet(still, limit)", [_STILL_MS, _START_MS]):
            raise RuntimeError(f"{self.page.url} did not come to rest within two minutes")

    def there_and_back(self) -> list[float | None]:
        """Step to the end of the sentence and back to START; milliseconds of each key, None where nothing changed."""
        self.page.bring_to_front()
        times = []
        for key in ["ArrowRight"] * _STEPS + ["ArrowLeft"] * _STEPS:
            self.page.evaluate("([shown, limit]) => __probe.arm(shown, limit)", [self.shown, _LIMIT_MS])
            self.page.keyboard.press(key)
            times.append(self.page.evaluate("() => __probe.result"))
            self._quiet()
        return times
