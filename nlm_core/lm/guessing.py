"""A guessed next word, scored by the model: how surprised it would be, and where the word stands among all tokens."""

import math
from dataclasses import dataclass

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.reader import PrefixReader, Reading, follower_of

# Longer than any word of English that is in use.
MAX_WORD_CHARACTERS = 40
STOP_WORD = "STOP"
# Text before a guess, so that a tokenizer which gives every first word a space leaves the guess as it is.
_BEFORE = "a"


@dataclass(frozen=True)
class WordGuess:
    """A guess and what a model says of it.

    Attributes
    ----------
    text : str
        The word as it goes behind the prefix, with the space before it where there is one.
    token_ids : tuple of int
        The tokens of ``text``; one or more.
    logp : float
        ln p of the word: the sum over its tokens, each given those before it (chain rule of probability).
    first_logp : float
        ln p of its first token.
    rank : int
        Of its first token among all tokens; 1 is the most probable.
    best_logp : float
        ln p of the most probable token.
    """

    text: str
    token_ids: tuple[int, ...]
    logp: float
    first_logp: float
    rank: int
    best_logp: float

    @property
    def bits(self) -> float:
        """The surprise of the guess, -log2 p."""
        return abs(self.logp) / math.log(2)

    @property
    def best_bits(self) -> float:
        """The least surprise that one token could have had."""
        return abs(self.best_logp) / math.log(2)


def read_guess(model: LanguageModel, typed: str, *, first: bool) -> tuple[str, tuple[int, ...]]:
    """The text and the tokens of a guess: its first word, with a space before it unless it is a punctuation mark.

    ``first`` says that nothing but START stands before it. The word ``STOP`` is the token STOP.

    Raises
    ------
    ValueError
        If there is no word, or it is longer than ``MAX_WORD_CHARACTERS``.
    """
    words = typed.encode("utf-8", errors="replace").decode("utf-8").split()
    if not words:
        raise ValueError("type a word to guess")
    word = words[0]
    if len(word) > MAX_WORD_CHARACTERS:
        raise ValueError(f"a guess has at most {MAX_WORD_CHARACTERS} characters; this one has {len(word):,}")
    if word == STOP_WORD:
        return word, (model.stop_id,)
    if first:
        return word, tuple(model.encode(word))
    text = f" {word}" if word[0].isalnum() else word
    before, both = model.encode(_BEFORE), model.encode(_BEFORE + text)
    joined = both[: len(before)] == before and len(both) > len(before)
    return text, tuple(both[len(before) :] if joined else model.encode(text))


def score_guess(reader: PrefixReader, reading: Reading, position: int, typed: str) -> WordGuess:
    """What the model says of a guess for the token after ``position``; the reader stays at the reading.

    Raises
    ------
    ValueError
        See ``read_guess``.
    """
    start = position == 0 and not reading.dropped
    text, ids = read_guess(reader.model, typed, first=start)
    reader.read_ids(reading.ids)
    logp = reader.log_probabilities([position])[0]
    first = follower_of(logp, ids[0])
    total = first.logp
    if len(ids) > 1:
        try:
            longer = reader.read_ids([*reading.ids[: position + 1], *ids])
            total += sum(follower.logp for follower in longer.followers[-(len(ids) - 1) :])
        finally:
            reader.read_ids(reading.ids)
    return WordGuess(text, ids, total, first.logp, first.rank, float(logp.max()))
