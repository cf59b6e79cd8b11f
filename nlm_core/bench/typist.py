"""How visitors type: words of real sentences, key by key, each word awaited until its own bars have come."""

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from nlm_core.bench.screen import Screen
from nlm_core.bench.visitor import Visitor

KEY_SECONDS = 0.15
# The page, the field that is typed into, and the component that answers it: user keys of the page.
PATH, FIELD, ANSWER = "next_token", "prefix", "bars_drawing"
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


async def type_word(visitor: Visitor, before: str, word: str, patience: float) -> Word:
    """Type a word behind a text, key by key, and wait for the answer to all of it.

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
    settled = await visitor.wait_for(lambda screen: answered(screen, before + word), patience)
    return Word(began, len(keys), time.perf_counter() - typed if settled else None, late)
