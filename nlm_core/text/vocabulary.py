"""What a language model of ours needs of a vocabulary, be it of words or of pieces of words."""

from collections.abc import Sequence
from typing import Protocol


class Vocabulary(Protocol):
    """Text to token ids and back.

    START and STOP are added by the models, never parsed out of the text. Symbols are written as byte-level
    vocabularies write them: ``Ġpark`` is " park" with its leading space.
    """

    start_id: int
    stop_id: int

    @property
    def vocab_size(self) -> int:
        """|V|."""
        ...

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, without START and STOP."""
        ...

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]: ...

    def decode(self, ids: Sequence[int]) -> str:
        """The text of token ids, START and STOP left out."""
        ...

    def symbol(self, token_id: int) -> str: ...

    def to_json(self) -> str:
        """All that is needed to make the vocabulary again."""
        ...
