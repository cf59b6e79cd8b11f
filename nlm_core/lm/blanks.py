"""One word, guessed from both sides by a model that fills blanks, and from the left by one that goes on."""

import math
from dataclasses import dataclass

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.candidates import Candidate, Candidates, Symbols, among, candidates, label
from nlm_core.lm.masked import MaskedModel
from nlm_core.lm.reader import Column, Follower, PrefixReader, column_of, follower_of
from nlm_core.text.spans import token_spans

# A matrix of more words than these cannot be read on a screen.
MAX_WORDS = 40


@dataclass(frozen=True)
class Sentence:
    """A text as the masked model cuts it.

    Attributes
    ----------
    text : str
        What is read of the typed text.
    row : tuple of int
        START w_1 ... w_n STOP as token ids.
    spans : tuple of (int, int)
        Where w_1 ... w_n stand in the UTF-8 bytes of the text.
    left_out : int
        How many tokens at the end of the typed text are not read.
    """

    text: str
    row: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    left_out: int = 0

    @property
    def words(self) -> int:
        """n."""
        return len(self.row) - 2

    def last_word(self) -> int:
        """The position of the last token with a letter or digit in it; n where there is none."""
        written = self.text.encode()
        for position in range(self.words, 0, -1):
            begin, end = self.spans[position - 1]
            if any(character.isalnum() for character in written[begin:end].decode(errors="ignore")):
                return position
        return self.words

    def before(self, position: int) -> str:
        """The text before the word at a position, without the spaces that end it."""
        return self.text.encode()[: self.spans[position - 1][0]].decode(errors="replace").rstrip(" ")

    def with_word(self, position: int, word: str) -> str:
        """The text with other words in place of the one at a position."""
        written, (begin, end) = self.text.encode(), self.spans[position - 1]
        return (written[:begin] + word.strip().encode() + written[end:]).decode(errors="replace")


def sentence(model: MaskedModel, text: str) -> Sentence:
    """Cut a text into at most ``MAX_WORDS`` tokens; what is over at its end is left out.

    Raises
    ------
    ValueError
        If there is no word in the text, or the tokens do not spell it.
    """
    ids = model.tokenizer.encode(text)
    if not text.strip():
        raise ValueError("type at least one word: there is nothing to look at yet")
    count = min(len(ids), MAX_WORDS)
    # No half of a character: the text that is read must be spelled by its tokens.
    while count and (count < len(ids) or count == MAX_WORDS):
        spelled = model.tokenizer.decode(ids[:count])
        if text.removeprefix(" ").startswith(spelled):
            break
        count -= 1
    read = text if count == len(ids) else model.tokenizer.decode(ids[:count])
    kept = model.tokenizer.encode(read)
    spans = token_spans([model.symbol(i) for i in kept], read)
    if not kept or spans is None:
        raise ValueError("this text cannot be cut into words; type another one")
    return Sentence(read, (model.start_id, *kept, model.stop_id), tuple(spans), len(ids) - count)


@dataclass(frozen=True)
class Guess:
    """What a model says of one word without seeing it: its distribution, and how it ranks the word that stands there.

    ``seen`` holds the tokens that it was told, a blank among them for a model that fills one.
    """

    column: Column
    truth: Follower
    seen: tuple[int, ...]


def filled(model: MaskedModel, row: tuple[int, ...], position: int) -> Guess:
    """p(x | all words but the one at ``position``), from both sides of a blank there.

    Raises
    ------
    ValueError
        If the position is that of START or STOP, or not in the row.
    """
    if not 1 <= position <= len(row) - 2:
        raise ValueError(f"there is no word at position {position}; the sentence has words 1 to {len(row) - 2}")
    logp = model.fill([row], [position])[0].clamp(min=1e-38).log()
    seen = (*row[:position], model.tokenizer.mask_id, *row[position + 1 :])
    return Guess(column_of(logp), follower_of(logp, row[position]), seen)


def continued(reader: PrefixReader, text: str, begin: int) -> Guess:
    """p(x | START w_1 ... w_{t-1}) of a causal model for the word w_t that begins at byte ``begin`` of a text.

    Raises
    ------
    ValueError
        If the model's vocabulary has no token that begins there.
    """
    model = reader.model
    t = position_of(model, text, begin)
    reading = reader.read(text)
    at = t - reading.dropped
    if at < 1:
        raise ValueError(f"the context of {model.card.name} is too short for this text")
    return Guess(reading.columns[at - 1], reading.followers[at - 1], reading.ids[:at])


def position_of(model: LanguageModel, text: str, begin: int) -> int:
    """The position, START being 0, of the token of a causal model that begins at a byte of a text.

    Raises
    ------
    ValueError
        If no token begins there.
    """
    spans = token_spans([model.symbol(i) for i in model.encode(text)], text)
    for t, (first, last) in enumerate(spans or (), start=1):
        if first == begin and last > first:
            return t
    raise ValueError(
        f"the vocabulary of {model.card.name} cuts this text in other places: no token of it begins at the chosen "
        "word; choose another word"
    )


def guesses(model: Symbols, guess: Guess, k: int) -> Candidates:
    """The k - 1 most probable tokens and the true one, or the k most probable ones where it is among them.

    Raises
    ------
    ValueError
        If k is less than 2, or more than the column keeps.
    """
    if k < 2:
        raise ValueError(f"k is {k}; it must be 2 or more: the most probable token and the true one")
    truth = guess.truth
    own = Candidate(truth.token_id, label(model, truth.token_id), math.exp(truth.logp), truth.rank)
    return among(candidates(model, guess.column, k), own)
