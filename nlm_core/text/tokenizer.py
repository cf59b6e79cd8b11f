"""The byte-level BPE tokenizer that all our own models share.

Byte-level byte-pair encoding (Sennrich et al. 2016; Radford et al. 2019): text becomes bytes, and frequent pairs of
symbols are merged. Nothing is ever out of vocabulary; a character that no merge covers costs one token a byte.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers

START, STOP, PAD, MASK = "<START>", "<STOP>", "<pad>", "<mask>"
SPECIAL_TOKENS = (PAD, START, STOP, MASK)
VOCABULARY_SIZE = 8192
FILE_NAME = "tokenizer.json"


class Tokenizer:
    """Text to token ids and back; START and STOP are added by the models, never parsed out of the text."""

    def __init__(self, backend: tokenizers.Tokenizer) -> None:
        # Someone who types "<STOP>" means the six characters, not the end of the sentence.
        backend.encode_special_tokens = True
        self._backend = backend
        ids = [token_id for token in SPECIAL_TOKENS if (token_id := backend.token_to_id(token)) is not None]
        if len(ids) < len(SPECIAL_TOKENS):
            raise ValueError(f"the tokenizer lacks one of the special tokens {', '.join(SPECIAL_TOKENS)}")
        self.pad_id, self.start_id, self.stop_id, self.mask_id = ids

    @classmethod
    def load(cls, folder: Path) -> "Tokenizer":
        """Read ``tokenizer.json`` from a folder.

        Raises
        ------
        FileNotFoundError
            If there is none.
        ValueError
            If it is no tokenizer, or lacks one of the special tokens.
        """
        if not (folder / FILE_NAME).is_file():
            raise FileNotFoundError(f"there is no {FILE_NAME} in {folder}")
        try:
            backend = tokenizers.Tokenizer.from_file(str(folder / FILE_NAME))
        except Exception as error:  # The library raises nothing more exact.
            raise ValueError(f"{folder / FILE_NAME} cannot be read as a tokenizer: {error}") from None
        return cls(backend)

    @classmethod
    def train(cls, texts: Iterable[str], vocab_size: int = VOCABULARY_SIZE) -> "Tokenizer":
        """Learn the merges from texts; every word gets a leading space and so is one token wherever it stands."""
        backend = tokenizers.Tokenizer(models.BPE())
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        backend.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=list(SPECIAL_TOKENS),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        backend.train_from_iterator(texts, trainer)
        return cls(backend)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._backend.save(str(folder / FILE_NAME))

    def to_json(self) -> str:
        """What ``save`` writes."""
        return self._backend.to_str(pretty=True)

    @property
    def vocab_size(self) -> int:
        return self._backend.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, without START and STOP."""
        return self._backend.encode(text, add_special_tokens=False).ids

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._backend.encode_batch(list(texts), add_special_tokens=False)]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of token ids; the space that every first word got is taken away again."""
        return self._backend.decode(list(ids), skip_special_tokens=True).removeprefix(" ")

    def symbol(self, token_id: int) -> str:
        """The token as the byte-level vocabulary writes it (``Ġthe``); one printable symbol stands for each byte."""
        symbol = self._backend.id_to_token(token_id)
        if symbol is None:
            raise ValueError(f"token id {token_id} is outside the vocabulary of {self.vocab_size}")
        return symbol
