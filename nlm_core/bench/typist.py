"""How visitors type: words of real sentences, key by key, each word awaited until its own bars have come."""

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from nlm_core.bench.screen import Screen
from nlm_core.bench.visitor import Visitor

KEY_SECONDS = 0.15
# What follows an input waits in the browser until nothing has been pressed or answered for so long.
REST_SECONDS = 0.25
# The page, the field that is typed into, and the component that answers it: user keys of the page.
PATH, FIELD, ANSWER = "next_token", "prefix", "bars"
SENTENCES = Path(__file__).resolve().parents[2] / "assets" / "data" / "park_sentences.txt"


@dataclass(frozen=True)
class Word:
    """A word that was typed: when its first key was pressed, its keys, and the seconds from the last one to the answer.

    ``settled`` is None for a lost word; ``late`` is by how many seconds the visitor itself was late with a key.
    """

    began: float
    keys: int
    settled: float | None
    late: float


def ready(screen: Screen) -> bool:
    """Whether the page has come and can be typed into."""
    return screen.runs > 0 and FIELD in screen.widgets


def answered(screen: Screen, text: str) -> bool:
    """Whether the bars are those of exactly this text."""
    shown = screen.shown.get(ANSWER)
    return isinstance(shown, dict) and shown.get("text") == text


def words_of(sentences: Sequence[str], chance: random.Random) -> Iterator[tuple[str, str]]:
    """What stands before a word, with the space between, and the word; one sentence after another, without end."""
    while True:
        words = chance.choice(sentences).split()
        begun = [" ".join(words[:n]) for n in range(len(words) + 1)]
        for before, after in pairwise(begun):
            yield before + " " * bool(before), after.removeprefix(before).lstrip()


def waiting(screen: Screen) -> dict[str, dict[str, Any]]:
    """What a browser would tell the parts of a page that follow its live input and have not yet, by user key.

    A live drawing counts its answers in "live"; a part that follows has a component of the kind "rest", which knows the
    answer that it has followed so far.
    """
    told = {key: data for key, data in screen.shown.items() if isinstance(data, dict)}
    newest = max((data.get("live", 0) for data in told.values()), default=0)
    return {
        key: {"acts": [{"follows": newest, "n": data.get("done", 0) + 1}]}
        for key, data in told.items()
        if data.get("kind") == "rest" and data.get("follows", 0) < newest
    }


async def come_to_rest(visitor: Visitor) -> None:
    """Ask for all that follows the live input, as the page's own script does after a quarter of a second.

    Raises
    ------
    VisitError
        If the connection is lost.
    """
    for key, acts in waiting(visitor.screen).items():
        await visitor.trigger(key, acts)


async def type_word(visitor: Visitor, before: str, word: str, patience: float) -> Word:
    """Type a word behind a text, key by key, wait for the answer to all of it, then ask for what follows.

    Raises
    ------
    VisitError
        If the connection is lost.
    """
    began, late = time.perf_counter(), 0.0
    # The space between two words is a key too.
    keys = " " * before.endswith(" ") + word
    start = before.removesuffix(" ")
    for i in range(1, len(keys) + 1):
        due = began + (i - 1) * KEY_SECONDS
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        late = max(late, time.perf_counter() - due)
        await visitor.change(FIELD, start + keys[:i])
    typed = time.perf_counter()
    come = await visitor.wait_for(lambda screen: answered(screen, before + word), patience)
    settled = time.perf_counter() - typed if come else None
    if come:
        await asyncio.sleep(REST_SECONDS)
        await come_to_rest(visitor)
    return Word(began, len(keys), settled, late)
