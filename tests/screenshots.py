"""The pictures of the README and of the lecture map, taken from the running app: ``python -m tests.screenshots``.

With names of pages behind it, such as ``next_token``, only the pictures of these are taken.
"""

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from nlm_core.bench.browser import chromium, server
from pages._shared.catalog import PAGES
from pages._shared.panels.map import PICTURES, picture_of

README_PICTURE = PICTURES.parent / "screenshot.png"
README_QUERY = {"prefix": "I went to the park."}
# As high as the table below the bars reaches.
_SIZE = {"width": 1280, "height": 1000}
# Small, so that what is on it can be told on a picture of it.
_PAGE_SIZE = {"width": 960, "height": 540}
# On the map a picture is some 200 points wide; twice that is sharp on any screen.
_SMALL = (480, 270)
_STILL_MS = 1_000
_LIMIT_MS = 120_000
# The state that is pictured where it is not that of the page's first topic.
_STATES = {"pages/bert_sentiment.py": {"stage": "4 Encoder"}}
# What a picture of a page should show: the first of these kinds that the page has.
_SUBJECTS = (
    ".nlm-plane",
    ".nlm-network",
    ".nlm-ledger",
    ".nlm-losses",
    ".nlm-unrolled",
    ".nlm-bars",
    ".js-plotly-plot",
    "[data-testid=stVegaLiteChart]",
    "[data-testid=stDataFrame]",
)
_WHOLE = "() => !document.querySelector('[data-testid=stSkeleton]')"
_TO_SUBJECT = """(subjects) => {
  const found = subjects.map((subject) => document.querySelector(`[data-testid=stMain] ${subject}`)).find(Boolean);
  found?.scrollIntoView({ block: "center" });
}"""
_PROBE = Path(__file__).resolve().parents[1] / "nlm_core" / "bench" / "probe.js"
# The tools and the menu are the frame's; the picture is the page's.
_WITHOUT_FRAME = ".st-key-tools, [data-testid=stHeader] { display: none !important; }"


def picture(browser: Any, address: str, theme: str, *, page_alone: bool) -> bytes:
    """One page as PNG when it has come to rest."""
    page = browser.new_page(viewport=_PAGE_SIZE if page_alone else _SIZE, color_scheme=theme)
    page.set_default_timeout(_LIMIT_MS)
    page.add_init_script(path=_PROBE)
    page.goto(address)
    page.wait_for_selector("[data-testid=stMain] [data-testid=stHeading]")
    if page_alone:
        page.add_style_tag(content=_WITHOUT_FRAME)
    page.wait_for_function(_WHOLE)
    if not page.evaluate("([still, limit]) => __probe.quiet(still, limit)", [_STILL_MS, _LIMIT_MS]):
        raise RuntimeError(f"{address} did not come to rest")
    page.wait_for_function(_WHOLE)
    if page_alone:
        page.evaluate(_TO_SUBJECT, list(_SUBJECTS))
        page.wait_for_timeout(_STILL_MS)
    if page.get_by_test_id("stException").count():
        raise RuntimeError(f"{address} shows an exception")
    taken: bytes = page.screenshot()
    page.close()
    return taken


def main(pages: Sequence[str]) -> None:
    """Take every picture anew, or those of some pages."""
    from PIL import Image
    from tqdm import tqdm

    PICTURES.mkdir(exist_ok=True)
    with chromium() as browser, server() as app:
        if not pages or "next_token" in pages:
            shown = f"{app.url}/next_token?{urlencode(README_QUERY)}"
            README_PICTURE.write_bytes(picture(browser, shown, "light", page_alone=False))
        entries = [entry for entry in PAGES if not pages or Path(entry.file).stem in pages]
        for entry in tqdm(entries, desc="pictures of pages", unit="page", file=sys.stderr):
            state = _STATES.get(entry.file, entry.topics[0][1] if entry.topics else {})
            query = urlencode({**state, "projector": "true"})
            for theme in ("light", "dark"):
                taken = picture(browser, f"{app.url}/{Path(entry.file).stem}?{query}", theme, page_alone=True)
                with Image.open(io.BytesIO(taken)) as full:
                    full.resize(_SMALL, Image.Resampling.LANCZOS).save(picture_of(entry.file, theme), quality=72)


if __name__ == "__main__":
    main(sys.argv[1:])
