"""What a visitor may choose before training, and the bounds that keep a shared machine usable."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nlm_core.text.tokenizer import Tokenizer
from nlm_core.text.vocabulary import Vocabulary
from nlm_core.text.word_vocabulary import WordVocabulary

MAX_STEPS = 5_000
MAX_SECONDS = 120.0


@dataclass(frozen=True)
class Range:
    """The values from ``low`` to ``high``, both allowed."""

    low: float
    high: float

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high

    def clamp(self, value: float) -> float:
        """The allowed value nearest to this one; ``low`` for what is no number."""
        return self.low if math.isnan(value) else min(max(value, self.low), self.high)


RANGES: dict[str, Range] = {
    "vocabulary_size": Range(10, 4_000),
    "min_count": Range(1, 10),
    "embedding": Range(4, 128),
    "hidden": Range(4, 256),
    "learning_rate": Range(1e-5, 100.0),
    "batch": Range(1, 64),
    "clip": Range(0.0, 100.0),
    "seed": Range(0, 2**31 - 1),
}

VOCABULARIES: dict[str, Callable[[Sequence[str], int, int], Vocabulary]] = {
    "Words": WordVocabulary.learn,
    "BPE": lambda texts, size, _: Tokenizer.train(texts, size),
}

VISITOR_OPTIMIZERS = ("SGD", "SGD with momentum", "Adam")


@dataclass(frozen=True)
class Settings:
    """How to train, checked against ``RANGES``.

    Attributes
    ----------
    vocabulary : str
        A key of ``VOCABULARIES``.
    vocabulary_size : int
        The most words, or the tokens that BPE merges up to; the 256 bytes and 4 special tokens are always there.
    min_count : int
        Words that occur fewer times are read as ``<UNK>``; BPE has no unknown words and does not look at it.
    embedding, hidden : int
        E and H.
    optimizer : str
        One of ``VISITOR_OPTIMIZERS``.
    learning_rate : float
        alpha.
    batch : int
        Sentences in one batch.
    clip : float
        The largest norm of the gradient; 0 clips nothing.
    seed : int

    Raises
    ------
    ValueError
        If a value is unknown or outside its range.
    """

    vocabulary: str = "Words"
    vocabulary_size: int = 1_000
    min_count: int = 2
    embedding: int = 32
    hidden: int = 64
    optimizer: str = "Adam"
    learning_rate: float = 0.005
    batch: int = 16
    clip: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, known in (("vocabulary", tuple(VOCABULARIES)), ("optimizer", VISITOR_OPTIMIZERS)):
            if getattr(self, name) not in known:
                raise ValueError(f"no {name} is called {getattr(self, name)!r}; known are {', '.join(known)}")
        for name, allowed in RANGES.items():
            value: Any = getattr(self, name)
            if value not in allowed:
                raise ValueError(
                    f"{name.replace('_', ' ')} is {value:g}; it must lie between {allowed.low:g} and {allowed.high:g}"
                )

    @property
    def clip_norm(self) -> float:
        """The largest norm of the gradient, infinite where nothing is clipped."""
        return self.clip or math.inf
