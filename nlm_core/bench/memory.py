"""Whether the server's memory stays flat: thousands of keystrokes and hundreds of visitors that come and go.

A few residents type first, and stay; what the process holds then is what all later figures are held against. Then
visitors come, type and leave, a few at a time, as fast as their answers come. Streamlit keeps a visitor who has left
for two minutes, in case the connection was only broken; when the last ones are forgotten, the residents type again,
and what the process holds then, with the same residents in it, is the result.
"""

import asyncio
import sys
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from nlm_core.bench import bar
from nlm_core.bench.browser import Server, server
from nlm_core.bench.process import usage
from nlm_core.bench.screen import Screen, VisitError
from nlm_core.bench.typist import FIELD, PATH, SENTENCES, answered, come_to_rest, ready, waiting
from nlm_core.bench.visitor import Visitor

RUNS, VISITORS, FIRST_RUNS = 10_000, 200, 500
GROWTH_BAR = 1.05
# Visitors that are there at the same time.
_AT_ONCE = 4
# Streamlit forgets a disconnected visitor after 120 seconds, at the next one that leaves.
FORGOTTEN_SECONDS = 125.0
_ANSWER_SECONDS = 30.0
_REST_SECONDS = 2.0
# The curve has a reading for every so many visitors.
_READING = 20


async def type_keys(visitor: Visitor, count: int, sentence: int) -> None:
    """So many keystrokes, each a run of the server whose end and whose bars are awaited before the next.

    After each sentence the page comes to rest, and what follows there is awaited too, but not counted.

    Raises
    ------
    VisitError
        If the connection is lost.
    TimeoutError
        If an answer takes longer than half a minute.
    """
    sentences = SENTENCES.read_text(encoding="utf-8").splitlines()
    text, at = sentences[sentence % len(sentences)], 0
    for _ in range(count):
        at += 1
        if at > len(text):
            await come_to_rest(visitor)
            await visitor.wait_for(lambda screen: not waiting(screen), _ANSWER_SECONDS)
            sentence, at = sentence + 1, 1
            text = sentences[sentence % len(sentences)]
        typed, runs = text[:at], visitor.screen.fragment_runs
        await visitor.change(FIELD, typed)
        if not await visitor.wait_for(partial(_run_has_answered, typed.rstrip(" "), runs), _ANSWER_SECONDS):
            raise TimeoutError(f"no answer to {typed!r} within {_ANSWER_SECONDS:.0f} s ({visitor.lost or 'connected'})")


def _run_has_answered(text: str, runs: int, screen: Screen) -> bool:
    return screen.fragment_runs > runs and answered(screen, text)


async def watch(app: Server, *, runs: int, visitors: int, first_runs: int, forgotten: float) -> dict[str, Any]:
    """Have it all typed; see ``measure`` for what comes back."""
    from tqdm import tqdm

    def held() -> float:
        return usage(app.pid).resident_bytes / 2**20

    async with AsyncExitStack() as stack:
        residents = [
            await stack.enter_async_context(await Visitor.open(app.url, PATH, ready=ready)) for _ in range(_AT_ONCE)
        ]

        async def residents_type(count: int) -> None:
            await asyncio.gather(*(type_keys(v, count // _AT_ONCE, n) for n, v in enumerate(residents)))
            await asyncio.sleep(_REST_SECONDS)

        await residents_type(first_runs)
        before = held()
        each = max(1, (runs - 2 * first_runs) // visitors)
        came, curve, problems = iter(range(visitors)), [round(before, 1)], []
        progress = tqdm(total=visitors, desc="visitors that came and went", file=sys.stderr)

        async def come_and_go() -> None:
            for number in came:
                async with await Visitor.open(app.url, PATH, ready=ready) as visitor:
                    await type_keys(visitor, each, number)
                    problems.extend(visitor.screen.exceptions)
                progress.update()
                if (number + 1) % _READING == 0:
                    curve.append(round(held(), 1))

        await asyncio.gather(*(come_and_go() for _ in range(_AT_ONCE)))
        progress.close()
        gone = held()
        await asyncio.sleep(forgotten)
        # The next to leave takes those along who left long before.
        async with await Visitor.open(app.url, PATH, ready=ready):
            pass
        await residents_type(first_runs)
        after = held()
        problems += [said for visitor in residents for said in visitor.screen.exceptions]
    return {
        "runs": 2 * (first_runs // _AT_ONCE) * _AT_ONCE + each * visitors,
        "visitors": visitors,
        "memory_mb": {
            "after_first_runs": round(before, 1),
            "all_gone_not_forgotten": round(gone, 1),
            "at_the_end": round(after, 1),
        },
        "curve_mb": curve,
        "growth": round(after / before, 4),
        "problems": problems[:5],
    }


def measure(runs: int = RUNS, visitors: int = VISITORS) -> dict[str, Any]:
    """All of it, in about six minutes on two cores, of which two are waiting.

    Parameters
    ----------
    runs : int
        Keystrokes in all, each a run of the page's live part.
    visitors : int
        That come and go, beside the residents.

    Returns
    -------
    dict
        "bars" as in ``nlm_core.bench``; "memory_mb", resident memory of the server process; "curve_mb", the same
        after the first runs and then for every so many visitors; "growth", the last over the first.

    Raises
    ------
    BenchError
        If no server comes up.
    """
    name = f"memory after {runs:,} runs and {visitors} visitors over that after the first {FIRST_RUNS}"
    with server() as app:
        try:
            found = asyncio.run(
                watch(app, runs=runs, visitors=visitors, first_runs=FIRST_RUNS, forgotten=FORGOTTEN_SECONDS)
            )
        # A figure that could not be measured does not hold.
        except (VisitError, TimeoutError) as error:
            return {"bars": [bar(name, None, GROWTH_BAR, "lower")], "problems": [str(error)]}
    return {"bars": [bar(name, found["growth"], GROWTH_BAR, "lower")], **found}
