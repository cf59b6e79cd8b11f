"""How long a visitor waits for long work at the speed "Fast": a training run of the default length, thirty tokens."""

import statistics
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from nlm_core import runtime
from nlm_core.bench import BenchError
from nlm_core.bench.beside import Tab
from nlm_core.bench.browser import Server, chromium, server
from nlm_core.bench.plain_rnn import PlainLoop, default_run

STEPS, TOKENS = 300, 30
# What a run may take beyond the computing: the first and the last message, and the last drawing.
GRACE_SECONDS = 0.5

_TURNS, _WARM_UP = 5, 30
_PREFIX, _MODEL = "I went to the", "nlm-gpt"
_SEEDS = 100
_LIMIT_MS = 120_000
_SCRIPT = Path(__file__).with_name("waiting.js")
# Whatever says how far the run has come, and buttons, wherever they stand on the page.
_PROGRESS = "[data-testid=stMain] :is([data-testid=stProgress], [class*=nlm-], [data-testid=stCaptionContainer])"
_BUTTONS = "[data-testid=stMain] button:not(:disabled)"


def _wait(browser: Any, app: Server, path: str, *, button: str, said: str, where: str) -> float:
    """Seconds from the click on a button to the first moment at which the page says something; a new visitor."""
    tab = Tab(browser, app, path, "[data-testid=stMain] button")
    tab.page.set_default_timeout(_LIMIT_MS)
    tab.page.evaluate(_SCRIPT.read_text(encoding="utf-8"))
    tab.page.evaluate("([selector, said]) => __waiting.until(selector, said)", [where, said])
    tab.page.get_by_role("button", name=button, exact=False).click()
    milliseconds = tab.page.evaluate("(limit) => __waiting.within(limit)", _LIMIT_MS)
    tab.page.context.close()
    if milliseconds is None:
        raise BenchError(f"two minutes after a click on {button!r} the page did not say {said!r}")
    return float(milliseconds) / 1000


def run_at_fast() -> dict[str, Any]:
    """A training run of 300 steps on the page, and the same number of steps of the plain loop, in turns.

    The page also looks at the held-out sentences, draws samples and draws its curves; the plain loop only trains.

    Returns
    -------
    dict
        Medians "browser_s" and "plain_s", and "less_half_a_second_over_plain": (browser - 0.5 s) / plain.

    Raises
    ------
    BenchError
        If there is no browser, or the run does not end.
    """
    from tqdm import tqdm

    runtime.gate()
    seen, plain = [], []
    # The first steps of a process wait for what torch loads.
    warm = PlainLoop(default_run())
    for _ in range(_WARM_UP):
        warm.step()
    with chromium() as browser, server() as app:
        for _ in tqdm(range(_TURNS), desc="runs of 300 steps", file=sys.stderr):
            loop = PlainLoop(default_run())
            began = time.perf_counter()
            for _ in range(STEPS):
                loop.step()
            plain.append(time.perf_counter() - began)
            seen.append(
                _wait(
                    browser,
                    app,
                    "train_rnn?view=Run&speed=Fast",
                    button=f"Train {STEPS} steps",
                    said=f"step {STEPS} of {STEPS}",
                    where=_PROGRESS,
                )
            )
    browser_s, plain_s = statistics.median(seen), statistics.median(plain)
    return {
        "browser_s": round(browser_s, 2),
        "plain_s": round(plain_s, 2),
        "less_half_a_second_over_plain": round((browser_s - GRACE_SECONDS) / plain_s, 3),
        "each_browser_s": [round(t, 2) for t in seen],
        "each_plain_s": [round(t, 2) for t in plain],
    }


def seed_of_a_full_text(tokens: int = TOKENS) -> tuple[int, float]:
    """A seed with which the page's default sampling draws so many tokens before STOP, and the seconds that takes here.

    Raises
    ------
    BenchError
        If none of the first hundred does.
    """
    import torch

    from nlm_core.lm.reader import PrefixReader
    from nlm_core.lm.registry import load
    from nlm_core.lm.sampling import Sampling, generate

    model = load(_MODEL)
    ids = [model.start_id, *model.encode(_PREFIX)]
    for seed in range(_SEEDS):
        generator = torch.Generator().manual_seed(seed)
        began = time.perf_counter()
        drawn = list(generate(PrefixReader(model), ids, Sampling(), generator, tokens))
        if len(drawn) == tokens and drawn[-1].token_id != model.stop_id:
            return seed, time.perf_counter() - began
    raise BenchError(f"no seed below {_SEEDS} draws {tokens} tokens after {_PREFIX!r}")


def generation_at_fast() -> dict[str, Any]:
    """Thirty tokens on the next-token page: from the click on "Generate" to the button that takes the text over.

    Returns
    -------
    dict
        "median_s" over the turns, "model_s", the model's own time for the same tokens, and the "seed".

    Raises
    ------
    BenchError
        If there is no browser, or the text does not come.
    """
    from tqdm import tqdm

    runtime.gate()
    seed, _ = seed_of_a_full_text()
    query = {
        "view": "Sampling", "speed": "Fast", "model": _MODEL, "prefix": _PREFIX, "seed": seed, "limit": TOKENS,
    }  # fmt: skip
    with chromium() as browser, server() as app:
        seen = [
            _wait(
                browser,
                app,
                f"next_token?{urlencode(query)}",
                button="Generate",
                said="Put it into the prefix",
                where=_BUTTONS,
            )
            for _ in tqdm(range(_TURNS), desc="texts of 30 tokens", file=sys.stderr)
        ]
    _, alone = seed_of_a_full_text()
    return {
        "median_s": round(statistics.median(seen), 3),
        "each_s": [round(t, 3) for t in seen],
        "model_s": round(alone, 3),
        "seed": seed,
        "tokens": TOKENS,
    }
