"""A vocabulary of whole words, learned from a text: the simplest tokenization, and the one the lecture draws.

A word that the vocabulary does not know becomes ``<UNK>``. So that the model learns what stands around such words,
the rare words of the training text are read as ``<UNK>`` too.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from nlm_core.text.display import byte_symbol
from nlm_core.text.tokenizer import START, STOP

UNKNOWN = "<UNK>"
SPECIAL_WORDS = (START, STOP, UNKNOWN)
# A word, with an apostrophe or hyphen inside if it has one, or a single mark; each with the space before it.
WORD = r" ?(?:\w+(?:['’-]\w+)*|[^\w\s])"
_WORD = re.compile(WORD)


def words(text: str) -> list[str]:
    """The words and marks of a text, each with the space before it; the first word is given one.

    ``"".join(words(text))`` is the text with every stretch of white space made one space.
    """
    spaced = " ".join(text.split())
    return _WORD.findall(f" {spaced}") if spaced else []


class WordVocabulary:
    """Words by id: ``<START>`` is 0, ``<STOP>`` 1, ``<UNK>`` 2, then the words, most frequent first.

    Parameters
    ----------
    known : sequence of str
        The words, with the space before them where they have one.

    Raises
    ------
    ValueError
        If a word stands in it twice.
    """

    def __init__(self, known: Sequence[str]) -> None:
        self._words = (*SPECIAL_WORDS, *known)
        self._ids = {word: i for i, word in enumerate(self._words)}
        if len(self._ids) < len(self._words):
            raise ValueError("a word stands in the vocabulary twice")
        self.start_id, self.stop_id, self.unknown_id = (self._ids[word] for word in SPECIAL_WORDS)

    @classmethod
    def learn(cls, texts: Iterable[str], max_words: int, min_count: int = 1) -> "WordVocabulary":
        """The most frequent words of the texts; of equally frequent ones, those that come first.

        Parameters
        ----------
        texts : iterable of str
        max_words : int
            Words that occur less often than the ``max_words`` most frequent ones become unknown.
        min_count : int
            So do words that occur fewer times than this.
        """
        counts = Counter(word for text in texts for word in words(text))
        return cls([word for word, count in counts.most_common(max_words) if count >= min_count])

    @property
    def vocab_size(self) -> int:
        return len(self._words)

    def _id(self, word: str) -> int:
        # "park ." and "park." mean the same mark: what is unknown with its space may be known without, or vice versa.
        other = word[1:] if word.startswith(" ") else f" {word}"
        return self._ids.get(word, self._ids.get(other, self.unknown_id))

    def encode(self, text: str) -> list[int]:
        return [self._id(word) for word in words(text)]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        return [self.encode(text) for text in texts]

    def decode(self, ids: Sequence[int]) -> str:
        shown = (f" {UNKNOWN}" if i == self.unknown_id else self._words[i] for i in ids if i > self.stop_id)
        return "".join(shown).removeprefix(" ")

    def symbol(self, token_id: int) -> str:
        if not 0 <= token_id < len(self._words):
            raise ValueError(f"token id {token_id} is outside the vocabulary of {self.vocab_size}")
        word = self._words[token_id]
        return word if token_id < len(SPECIAL_WORDS) else byte_symbol(word.encode())

    def to_json(self) -> str:
        """The words as a JSON list, the id of each being its place."""
        return json.dumps(self._words, ensure_ascii=False, indent=0)

    @classmethod
    def from_json(cls, text: str) -> "WordVocabulary":
        """The vocabulary that ``to_json`` wrote.

        Raises
        ------
        ValueError
            If the text is no such list.
        """
        listed = json.loads(text)
        if not isinstance(listed, list) or tuple(listed[: len(SPECIAL_WORDS)]) != SPECIAL_WORDS:
            raise ValueError(f"not a word vocabulary: a JSON list that begins with {', '.join(SPECIAL_WORDS)}")
        return cls(listed[len(SPECIAL_WORDS) :])
