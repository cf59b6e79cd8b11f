"""Sentences with two kinds of label: our own film reviews, and a visitor's table.

SST-2, the lecture's data, comes from the Hub: ``nlm_core.sentiment.sst2``.
"""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlm_core.sentiment.tables import Layout, open_table

FILM_REVIEWS = Path(__file__).resolve().parents[2] / "assets" / "data" / "film_reviews.tsv"
# Of a table that is held as a whole. A file of any length can be streamed.
MAX_BYTES = 20_000_000
MAX_ROWS = 100_000

_ARCHIVES = {b"PK\x03\x04": "a zip archive or a spreadsheet", b"\x1f\x8b": "compressed", b"%PDF": "a PDF"}


@dataclass(frozen=True, eq=False)
class Dataset:
    """Sentences and what they are labelled.

    Attributes
    ----------
    sentences : tuple of str
    labels : ndarray of int64, shape (n,)
        0 or 1.
    name : str
    split : tuple of str, or None
        "train" or "test" for each row, where the data come with a split.
    label_names : tuple of (str, str)
        What 0 and 1 stand for.
    """

    sentences: tuple[str, ...]
    labels: NDArray[np.int64]
    name: str
    split: tuple[str, ...] | None = None
    label_names: tuple[str, str] = ("negative", "positive")

    def __len__(self) -> int:
        return len(self.sentences)

    def part(self, split: str) -> "Dataset":
        """The rows of one side of the split that the data come with.

        Raises
        ------
        ValueError
            If they come with none, or it has no such side.
        """
        if self.split is None or split not in self.split:
            raise ValueError(f"{self.name} has no part called {split!r}")
        return self.rows([i for i, side in enumerate(self.split) if side == split])

    def rows(self, places: Sequence[int]) -> "Dataset":
        """Some of the rows, without the split."""
        sentences = tuple(self.sentences[i] for i in places)
        return Dataset(sentences, self.labels[list(places)], self.name, None, self.label_names)


def film_reviews() -> Dataset:
    """The bundled film reviews, written for this project, with their split by row."""
    lines = FILM_REVIEWS.read_text(encoding="utf-8").splitlines()[1:]
    sentences, labels, split = zip(*(line.split("\t") for line in lines), strict=True)
    return Dataset(sentences, np.array(labels, dtype=np.int64), "film reviews", split)


def label_numbers(values: Iterable[str]) -> dict[str, int]:
    """0 and 1 for the two values that labels have, in sorted order; case does not count.

    Numbers are sorted as numbers, so that -1 and 1, 2 and 10, "negative" and "positive" all come out as one expects.

    Raises
    ------
    ValueError
        If there are not exactly two.
    """
    different: dict[str, None] = {}
    for value in values:
        different.setdefault(value.casefold())
        if len(different) > 2:
            raise ValueError(
                f"There are more than two labels ({', '.join(_short(label) for label in different)}, ...): keep the "
                "rows of two of them."
            )
    if not different:
        raise ValueError("There are no rows under the header: give one sentence and its label a row.")
    if len(different) == 1:
        raise ValueError(
            f"All rows have the label {_short(next(iter(different)))}: rows of two different labels are needed."
        )
    return {label: number for number, label in enumerate(sorted(different, key=_sort_key))}


def _short(label: str) -> str:
    return repr(label if len(label) <= 30 else label[:29] + "…")


def _sort_key(label: str) -> tuple[int, float, str]:
    try:
        return 0, float(label), label
    except ValueError:
        return 1, 0.0, label


def read_table(
    content: bytes | Path,
    name: str = "your table",
    *,
    sentence: str | int | None = None,
    label: str | int | None = None,
    header: bool | None = None,
) -> Dataset:
    """A visitor's CSV or TSV file as a dataset.

    Parameters
    ----------
    content : bytes or Path
        UTF-8, at most ``MAX_BYTES`` and ``MAX_ROWS``.
    name : str
    sentence, label, header
        As for ``nlm_core.sentiment.tables.open_table``.

    Raises
    ------
    ValueError
        If the file is no such table or its labels are not of two kinds; one sentence says what to do.
    """
    layout, rows = _opened(content, sentence, label, header)
    if layout.label is None:
        raise ValueError("The table has a single column: give a column with sentences and one with labels.")
    sentences, texts = [], []
    for text, value in rows:
        sentences.append(text)
        texts.append(value)
        if len(sentences) > MAX_ROWS:
            raise ValueError(f"The table has more than {MAX_ROWS:,} rows: give at most so many.")
    numbers = label_numbers(texts)
    spelled = Counter(texts)
    names = [max((t for t in spelled if t.casefold() == folded), key=spelled.__getitem__) for folded in numbers]
    labels = np.array([numbers[value.casefold()] for value in texts], dtype=np.int64)
    shown = ("negative", "positive") if names == ["0", "1"] else (names[0], names[1])
    return Dataset(tuple(sentences), labels, name, None, shown)


def columns(content: bytes | Path, header: bool | None = None) -> Layout:
    """What the columns of a table are called, and which ones are taken by default.

    Raises
    ------
    ValueError
        As for ``read_table``.
    """
    return _opened(content, None, None, header)[0]


def _opened(
    content: bytes | Path, sentence: str | int | None, label: str | int | None, header: bool | None
) -> tuple[Layout, Iterator[tuple[str, str]]]:
    size = content.stat().st_size if isinstance(content, Path) else len(content)
    if size > MAX_BYTES:
        raise ValueError(
            f"The file has {size / 1e6:,.1f} MB; at most {MAX_BYTES / 1e6:,.0f} MB are read: give fewer rows."
        )
    raw = content.read_bytes() if isinstance(content, Path) else content
    _check_start(raw[:4])
    file = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8-sig", newline="")
    return open_table(file, sentence, label, header)


def _check_start(start: bytes) -> None:
    for magic, what in _ARCHIVES.items():
        if start.startswith(magic):
            raise ValueError(f"The file is {what}, whatever its name says: save it as CSV or TSV in UTF-8.")


def stream(
    path: Path, *, sentence: str | int | None = None, label: str | int | None = None, header: bool | None = None
) -> Iterator[tuple[str, str]]:
    """Sentence and label, as text, of one row of a file after the other; the file may be of any length.

    The label is "" where the table has a single column.

    Raises
    ------
    ValueError
        As for ``read_table``, when the row is reached.
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as raw:
        _check_start(raw.read(4))
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from open_table(file, sentence, label, header)[1]
