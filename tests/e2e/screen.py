"""What the next-token page shows, read from the screen, and what it should show, from the model."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from nlm_core import bench
from nlm_core.lm.base import LanguageModel
from nlm_core.lm.candidates import candidates
from nlm_core.lm.reader import PrefixReader

FIELD = "[data-testid=stTextInputField]"
_PROBE = Path(bench.__file__).with_name("probe.js").read_text(encoding="utf-8")
_STILL_MS, _REST_MS = 500, 120_000
# From top to bottom, as they are seen: a label that stays while others change keeps its place among the nodes.
_SHOWN = """[...document.querySelectorAll(".st-key-bars svg text")]
  .map((node) => [node.getBoundingClientRect().top, node.textContent])
  .sort(([above], [below]) => above - below).map(([, text]) => text)"""


def field(page: Page) -> Locator:
    return page.locator(FIELD).first


def bars(page: Page) -> list[str]:
    """All texts of the chart; empty while there is none."""
    texts: list[str] = page.evaluate(f"() => {_SHOWN}")
    return texts


def expected_bars(model: LanguageModel, text: str, k: int = 10, position: int = -1) -> list[str]:
    """The labels of the bars for a prefix, most probable first."""
    found = candidates(model, PrefixReader(model).read(text).columns[position], k)
    return [f"{c.rank}  {c.text}" for c in found.top]


def wait_for_bars(page: Page, labels: list[str]) -> None:
    """Wait until the chart shows exactly these labels, and one bar for all other tokens."""
    page.wait_for_function(
        f"""(labels) => {{
          const shown = {_SHOWN};
          const tokens = shown.filter((text) => /^\\d+  /.test(text));
          const others = shown.filter((text) => text.startsWith("all other "));
          return others.length === 1 && JSON.stringify(tokens) === JSON.stringify(labels);
        }}""",
        arg=labels,
    )


def wait_for_change(page: Page, before: list[str]) -> list[str]:
    """Wait until the chart shows something else than before; returns what it shows."""
    page.wait_for_function(
        f"""(before) => {{
          const shown = {_SHOWN};
          return shown.length > 0 && JSON.stringify(shown) !== JSON.stringify(before);
        }}""",
        arg=before,
    )
    return bars(page)


def settle(page: Page) -> None:
    """Wait until the script has ended."""
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_attached()


def come_to_rest(page: Page, still_ms: int = _STILL_MS) -> None:
    """Wait until the script has ended and nothing on the page has changed for half a second: then keys are heard."""
    page.evaluate(f"() => {{ if (!window.__probe) {{ {_PROBE} }} }}")
    assert page.evaluate("([still, limit]) => __probe.quiet(still, limit)", [still_ms, _REST_MS])


def main(page: Page) -> Locator:
    return page.get_by_test_id("stMain")
