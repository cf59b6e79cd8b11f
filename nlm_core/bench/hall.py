"""A lecture hall: many visitors type words into the next-token page at once, and each wants the bars of its own text.

The visitors are no browsers but ``nlm_core.bench.visitor``: what is measured is the server, one process, with all that
a browser would ask of it. Each types words of real sentences at a steady pace. A word has settled when the server has
answered the whole text up to its last letter; one that has not before its visitor's next word begins is lost.
"""

import asyncio
import math
import random
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from nlm_core import runtime
from nlm_core.bench import bar
from nlm_core.bench.browser import Server, server
from nlm_core.bench.process import Usage, usage
from nlm_core.bench.screen import VisitError
from nlm_core.bench.typist import KEY_SECONDS, PATH, SENTENCES, Word, ready, type_word, words_of
from nlm_core.bench.visitor import Visitor

VISITORS, SECONDS = 100, 60.0
WORD_SECONDS = 5.0
SETTLE_BAR_SECONDS = 0.5
# So many pages are being opened at a time: a hall does not come through the door all at once.
_OPENING = 4
# Typing that is not counted: until every visitor has typed two words.
_WARM_UP_SECONDS = 2 * WORD_SECONDS
# Visitors that are later than this with a key have no processor of their own: then the times are also theirs.
_LATE_MS = 20.0
# What is told of exceptions: so many of them.
_TOLD = 5


@dataclass
class Hall:
    """What came of a stretch of typing."""

    words: list[Word] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


async def _sit(visitor: Visitor, seed: int, hall: Hall, until: float) -> None:
    """One visitor: a word in every ``WORD_SECONDS``, at a moment of its own."""
    chance = random.Random(seed)  # noqa: S311 (words to type, no secrets)
    sentences = SENTENCES.read_text(encoding="utf-8").splitlines()
    begins = time.perf_counter() + chance.uniform(0, WORD_SECONDS)
    try:
        for before, word in words_of(sentences, chance):
            if begins >= until:
                return
            await asyncio.sleep(max(0.0, begins - time.perf_counter()))
            begins += max(WORD_SECONDS, (len(word) + 2) * KEY_SECONDS)
            hall.words.append(await type_word(visitor, before, word, begins - time.perf_counter()))
    except VisitError as error:
        hall.problems.append(str(error))


async def _enter(url: str, visitors: int, stack: AsyncExitStack, hall: Hall) -> list[Visitor]:
    from tqdm import tqdm

    door, found = asyncio.Semaphore(_OPENING), []
    progress = tqdm(total=visitors, desc="visitors", file=sys.stderr)

    async def enter() -> None:
        async with door:
            try:
                found.append(await stack.enter_async_context(await Visitor.open(url, PATH, ready=ready)))
            except VisitError as error:
                hall.problems.append(str(error))
            progress.update()

    await asyncio.gather(*(enter() for _ in range(visitors)))
    progress.close()
    return found


async def fill(app: Server, visitors: int, seconds: float, warm_up: float = _WARM_UP_SECONDS) -> dict[str, Any]:
    """Let so many visitors type for so many seconds, after a warm-up that is not counted; see ``report``."""
    hall = Hall()
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(await Visitor.open(app.url, PATH, ready=ready))
        alone = usage(app.pid)
        seated = [first, *await _enter(app.url, visitors - 1, stack, hall)]
        warm = time.perf_counter() + warm_up
        until = warm + seconds
        typing = asyncio.gather(*(_sit(visitor, seed, hall, until) for seed, visitor in enumerate(seated)))
        await asyncio.sleep(warm_up)
        before, own = usage(app.pid), time.process_time()
        await typing
        after, took = usage(app.pid), time.perf_counter() - warm
        own = time.process_time() - own
        for visitor in seated:
            hall.problems += visitor.screen.exceptions
            hall.problems += [f"a connection was lost: {visitor.lost}"] if visitor.lost else []
    counted = [word for word in hall.words if word.began >= warm]
    return report(counted, hall.problems, (alone, before, after), took) | {
        "visitors": len(seated),
        "pace": {"key_ms": 1000 * KEY_SECONDS, "word_seconds": WORD_SECONDS},
        "client_cpu_share": round(own / took, 3),
    }


def nearest_rank(times: Sequence[float | None], share: float) -> float | None:
    """The time that this share of all (0 to 1) do not exceed; a missing one counts as longer than any."""
    if not times:
        return None
    ordered = sorted(math.inf if t is None else t for t in times)
    found = ordered[max(0, math.ceil(share * len(ordered)) - 1)]
    return found if math.isfinite(found) else None


def report(
    words: Sequence[Word], problems: Sequence[str], used: tuple[Usage, Usage, Usage], took: float
) -> dict[str, Any]:
    """The figures of a hall.

    Parameters
    ----------
    words : sequence of Word
        Those that are counted.
    problems : sequence of str
        Exceptions that a page showed, pages that did not open, connections that were lost.
    used : three of Usage
        With one visitor; with all of them, before what is counted; after it.
    took : float
        Seconds that were counted.

    Returns
    -------
    dict
        "settle_ms" with median, p95 and longest, "words", "lost_words", "exceptions", "keys", "cpu_ms_a_key" and
        "server_cpu_cores" of the server process, "memory_mb" with one visitor, with all and at the end, and
        "visitors_late_ms", by how much the visitors themselves were late with a key.
    """
    settled = [word.settled for word in words]
    keys = sum(word.keys for word in words)
    alone, before, after = used
    spent = after.cpu_seconds - before.cpu_seconds
    late = [word.late for word in words]

    def milliseconds(seconds: float | None) -> float | None:
        return None if seconds is None else round(1000 * seconds, 1)

    return {
        "settle_ms": {
            "median": milliseconds(nearest_rank(settled, 0.5)),
            "p95": milliseconds(nearest_rank(settled, 0.95)),
            "longest": milliseconds(nearest_rank(settled, 1.0)),
        },
        "words": len(words),
        "lost_words": settled.count(None),
        "exceptions": len(problems),
        "problems": list(problems[:_TOLD]),
        "keys": keys,
        "cpu_ms_a_key": round(1000 * spent / keys, 2) if keys else None,
        "server_cpu_cores": round(spent / took, 2),
        "memory_mb": {
            name: round(found.resident_bytes / 2**20)
            for name, found in (("one_visitor", alone), ("all_visitors", before), ("at_the_end", after))
        },
        "visitors_late_ms": {
            "p95": milliseconds(nearest_rank(late, 0.95)), "longest": milliseconds(nearest_rank(late, 1.0))
        },
    }  # fmt: skip


def bars(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures of ``report`` beside their bars; without a single word nothing was measured."""
    there = found["words"] > 0
    p95 = found["settle_ms"]["p95"]
    return [
        bar(
            "last key of a word to its bars, 95th percentile, seconds", p95 and p95 / 1000, SETTLE_BAR_SECONDS, "lower"
        ),
        bar("lost words", found["lost_words"] if there else None, 0, "lower"),
        bar("exceptions", found["exceptions"] if there else None, 0, "lower"),
    ]


def measure(visitors: int = VISITORS, seconds: float = SECONDS) -> dict[str, Any]:
    """Fill the hall, in about two minutes with a hundred visitors.

    Parameters
    ----------
    visitors : int
    seconds : float
        Of typing that are counted.

    Raises
    ------
    BenchError
        If no server comes up.
    """
    with server() as app:
        found = asyncio.run(fill(app, visitors, seconds))
        log = app.log.read_text(encoding="utf-8", errors="replace")
    late = found["visitors_late_ms"]["p95"] or 0.0
    notes = [f"the visitors themselves were late with keys by {late:.0f} ms (p95)"] if late > _LATE_MS else []
    tracebacks = log.count("Traceback (most recent call last)")
    found["exceptions"] += tracebacks
    return {
        "bars": bars(found),
        "notes": notes,
        "cores": runtime.cores(),
        "seconds": seconds,
        "tracebacks": tracebacks,
        **found,
    }
