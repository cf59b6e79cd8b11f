"""Text corpora: reading, a fixed held-out share, encoding once, and packing into rows for training.

A corpus is a folder of ``*.txt`` or ``*.txt.xz`` files in UTF-8 (or one such file). In some files every line stands
alone; in others an empty line separates documents. Either way one non-empty line is one text,
``START w_1 ... w_n STOP``, which is also how texts are scored. What is held out is decided per document where there
are documents, so that no held-out line has its neighbours in the training text.
"""

import hashlib
import lzma
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlm_core.text.vocabulary import Vocabulary

HELD_OUT_PER_THOUSAND = 10

# How often each file is read in one pass over the corpus: everyday sentences and stories oftener than the rest.
DEFAULT_WEIGHTS: dict[str, int] = {
    "tatoeba_en": 2,
    "commonvoice_en": 2,
    "tinystories_sample": 2,
    "storybooks_cc": 2,
}


@dataclass(frozen=True)
class Source:
    """One file of a corpus: its name without suffixes, its training lines and its held-out lines."""

    name: str
    train: list[str]
    held_out: list[str]


def _open(path: Path) -> str:
    if path.suffix == ".xz":
        with lzma.open(path, "rt", encoding="utf-8") as file:
            return file.read()
    return path.read_text(encoding="utf-8")


_MARKS = re.compile(r"(?<=\w)([.,!?;:])(?=\s|$)")
SPACED_EVERY = 50


def with_spaced_marks(lines: Sequence[str]) -> list[str]:
    """Every fiftieth line as treebanks and the lecture write it ("to the park ."), the other lines as they are.

    So "Ġ." is a token with a trained embedding, and both spellings of a sentence are one token a word and mark.
    """
    return [_MARKS.sub(r" \1", line) if i % SPACED_EVERY == 0 else line for i, line in enumerate(lines)]


def _is_held_out(document: str) -> bool:
    digest = hashlib.sha256(document.encode()).digest()
    return int.from_bytes(digest[:4], "big") % 1000 < HELD_OUT_PER_THOUSAND


def corpus_files(path: Path) -> list[Path]:
    """The text files of a folder, or the one file.

    Raises
    ------
    FileNotFoundError
        If there is no such path, or no ``.txt`` or ``.txt.xz`` file in it.
    """
    files = [path] if path.is_file() else sorted([*path.glob("*.txt"), *path.glob("*.txt.xz")])
    if not files:
        raise FileNotFoundError(f"no .txt or .txt.xz file at {path}")
    return files


def read_corpus(path: Path) -> list[Source]:
    """Read every text file of a folder (or one file), split into training and held-out lines.

    Raises
    ------
    FileNotFoundError
        If there is no such path, or no ``.txt`` or ``.txt.xz`` file in it.
    """
    sources = []
    for file in corpus_files(path):
        text = _open(file)
        # A file without a single empty line holds one sentence a line: each line is a document of its own.
        documents = text.split("\n\n") if "\n\n" in text else text.split("\n")
        train: list[str] = []
        held_out: list[str] = []
        for document in documents:
            lines = [line.strip() for line in document.split("\n") if line.strip()]
            (held_out if _is_held_out(document) else train).extend(lines)
        sources.append(Source(file.name.split(".")[0], with_spaced_marks(train), held_out))
    return sources


@dataclass(frozen=True)
class EncodedLines:
    """Lines as token ids, laid end to end: line i is ``ids[offsets[i]:offsets[i + 1]]``, with START and STOP."""

    ids: np.ndarray
    offsets: np.ndarray

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def encode(cls, lines: Sequence[str], tokenizer: Vocabulary) -> "EncodedLines":
        parts: list[np.ndarray] = []
        lengths = [0]
        start, stop = tokenizer.start_id, tokenizer.stop_id
        for begin in range(0, len(lines), 10_000):
            for line in tokenizer.encode_batch(lines[begin : begin + 10_000]):
                parts.append(np.array([start, *line, stop], dtype=np.uint16))
                lengths.append(len(line) + 2)
        ids = np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint16)
        return cls(ids, np.cumsum(lengths))

    @classmethod
    def concatenate(cls, several: Sequence["EncodedLines"], repeats: Sequence[int]) -> "EncodedLines":
        """One corpus out of several, the lines of the i-th standing in it ``repeats[i]`` times."""
        parts = [part for part, repeat in zip(several, repeats, strict=True) for _ in range(repeat)]
        lengths = [np.diff(part.offsets) for part in parts]
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.concatenate(lengths))])
        return cls(np.concatenate([part.ids for part in parts]), offsets)


def weighted(sources: Sequence[Source], tokenizer: Vocabulary, weights: Mapping[str, int]) -> EncodedLines:
    """The training lines of all sources, each source repeated by its weight (1 where none is given)."""
    encoded = [EncodedLines.encode(source.train, tokenizer) for source in sources]
    return EncodedLines.concatenate(encoded, [weights.get(source.name, 1) for source in sources])


@dataclass(frozen=True)
class Rows:
    """Training rows: inputs, the tokens that follow them, and which line of the row each position belongs to.

    Attributes
    ----------
    inputs, targets : int64 arrays of shape (n_rows, row_length)
        ``targets[r, t]`` is the token after ``inputs[r, t]``; ``IGNORED`` after a STOP, where nothing is predicted.
    lines : int64 array of shape (n_rows, row_length)
        A number that differs between the lines of one row.
    """

    inputs: np.ndarray
    targets: np.ndarray
    lines: np.ndarray


IGNORED = -100


def packed_rows(corpus: EncodedLines, row_length: int, batch_rows: int, rng: np.random.Generator) -> Iterator[Rows]:
    """One shuffled pass over the corpus, line after line packed into rows without padding.

    A line that does not fit into the rest of a row goes on in the next one, so that rows which begin in the middle of
    a line are in the training distribution, as they are when a long text slides through the context.
    """
    block = row_length * batch_rows
    tokens: list[np.ndarray] = []
    numbers: list[np.ndarray] = []
    have = 0
    for line in rng.permutation(len(corpus)):
        ids = corpus.ids[corpus.offsets[line] : corpus.offsets[line + 1]]
        tokens.append(ids)
        numbers.append(np.full(len(ids), line, dtype=np.int64))
        have += len(ids)
        # One token more than a block, for the target of the block's last position.
        if have > block:
            flat = np.concatenate(tokens).astype(np.int64)
            line_of = np.concatenate(numbers)
            while len(flat) > block:
                inputs, targets = flat[:block], flat[1 : block + 1].copy()
                targets[line_of[1 : block + 1] != line_of[:block]] = IGNORED
                shape = (batch_rows, row_length)
                yield Rows(inputs.reshape(shape), targets.reshape(shape), line_of[:block].reshape(shape))
                flat, line_of = flat[block:], line_of[block:]
            tokens, numbers, have = [flat], [line_of], len(flat)


def padded_rows(lines: Sequence[Sequence[int]]) -> Rows:
    """One line a row, START ... STOP, padded on the right with positions that count nothing.

    Raises
    ------
    ValueError
        If a line has fewer than two tokens, so that nothing follows anything, or there is no line.
    """
    if not lines or min(map(len, lines)) < 2:
        raise ValueError("a batch needs at least one line, and each line at least two tokens")
    shape = (len(lines), max(map(len, lines)) - 1)
    inputs, targets = np.zeros(shape, dtype=np.int64), np.full(shape, IGNORED, dtype=np.int64)
    for row, line in enumerate(lines):
        inputs[row, : len(line) - 1] = line[:-1]
        targets[row, : len(line) - 1] = line[1:]
    return Rows(inputs, targets, np.zeros(shape, dtype=np.int64))
