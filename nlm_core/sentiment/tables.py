"""Rows of a CSV or TSV file, one at a time: the file is never held as a whole.

TSV as SST-2 writes it has quotes that open and never close; there, a line is read with quotes where they pair, and as
it stands where they do not.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TextIO

# A sentence of more characters is refused: encoders read the first 512 tokens at most.
MAX_SENTENCE_CHARACTERS = 10_000
MAX_LINE_CHARACTERS = 100_000
# Delimiter and header are told from so many characters at the beginning.
SAMPLE_CHARACTERS = 50_000

SENTENCE_NAMES = ("sentence", "text", "review", "comment")
LABEL_NAMES = ("label", "sentiment", "class", "target")
# Never the name of a column.
_LABELS = ("negative", "positive", "neg", "pos", "true", "false", "yes", "no", "good", "bad")

_DELIMITERS = ("\t", ",", ";")


@dataclass(frozen=True)
class Layout:
    """How a table is written.

    Attributes
    ----------
    delimiter : str
        Tab, comma or semicolon.
    names : tuple of str
        What the columns are called: the header's cells, or "column 1", "column 2", ... where there is none.
    has_header : bool
    sentence : int
        Place of the column with the sentences, counted from 0.
    label : int or None
        The same for the labels; None if there is only one column.
    """

    delimiter: str
    names: tuple[str, ...]
    has_header: bool
    sentence: int
    label: int | None


def bounded_lines(file: TextIO) -> Iterator[str]:
    """The lines of a file with their ends.

    Raises
    ------
    ValueError
        If a line has more than ``MAX_LINE_CHARACTERS``, is not UTF-8, or holds zero bytes.
    """
    number = 0
    while True:
        number += 1
        try:
            line = file.readline(MAX_LINE_CHARACTERS + 1)
        except UnicodeDecodeError as error:
            raise ValueError(
                f"The file is not UTF-8 (it has a byte 0x{error.object[error.start]:02X} near line {number:,}): save "
                "it as plain text in UTF-8."
            ) from None
        if not line:
            return
        if len(line) > MAX_LINE_CHARACTERS:
            raise ValueError(
                f"Line {number:,} has more than {MAX_LINE_CHARACTERS:,} characters: give one sentence a line."
            )
        if "\0" in line:
            raise ValueError(f"The file is not plain text (line {number:,} holds a zero byte): save it as CSV or TSV.")
        yield line


def open_table(
    file: TextIO, sentence: str | int | None = None, label: str | int | None = None, header: bool | None = None
) -> tuple[Layout, Iterator[tuple[str, str]]]:
    """The layout of a table, and its rows as (sentence, label).

    Parameters
    ----------
    file : text file
        Opened with ``newline=""``.
    sentence, label : str or int, optional
        Name of the column, or its number counted from 1. By default the columns with the usual names
        (``SENTENCE_NAMES``, ``LABEL_NAMES``), else the first and the second one.
    header : bool, optional
        Whether the first row holds names; by default that is told from the rows.

    Returns
    -------
    layout : Layout
    rows : iterator of (str, str)
        Sentence and label, without spaces around them; "" for the label where the table has a single column. Reading
        on raises ``ValueError`` at the first row that is not as the others.

    Raises
    ------
    ValueError
        If there are no rows, or no such column; one sentence says which.
    """
    lines = bounded_lines(file)
    sample, size = [], 0
    for line in lines:
        sample.append(line)
        size += len(line)
        if size >= SAMPLE_CHARACTERS:
            break
    if not any(line.strip() for line in sample):
        raise ValueError("The file is empty: give one sentence and its label a row.")
    delimiter = _delimiter(sample)
    layout = _layout(list(_lenient(sample, delimiter)), delimiter, sentence, label, header)
    return layout, _rows(chain(sample, lines), layout)


def _cells(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row that is not blank."""
    if delimiter == "\t":
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, _cells_of_tsv(line.rstrip("\r\n"))
        return
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ValueError(
                f"Line {reader.line_num:,} cannot be read as CSV ({error}): put a cell with quotes in quotes, and "
                "write each quote in it twice."
            ) from None
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _cells_of_tsv(line: str) -> list[str]:
    if '"' in line:
        try:
            return next(csv.reader([line], delimiter="\t", strict=True))
        except csv.Error:
            pass
    return line.split("\t")


def _lenient(sample: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """As many rows of the sample as can be read."""
    try:
        for _, cells in _cells(sample, delimiter):
            yield cells
    except ValueError:
        return


def _delimiter(sample: list[str]) -> str:
    """The first delimiter that gives rows of one width above 1; else the first that is in the first row at all."""
    # The last line of the sample may be the beginning of a row only.
    widths = {mark: [len(cells) for cells in _lenient(sample, mark)][:-1] for mark in _DELIMITERS}
    first = {mark: len(next(_lenient(sample, mark), [])) for mark in _DELIMITERS}
    even = [mark for mark in _DELIMITERS if first[mark] > 1 and set(widths[mark]) <= {first[mark]}]
    return next(iter([*even, *(mark for mark in _DELIMITERS if first[mark] > 1)]), ",")


def _layout(
    rows: list[list[str]], delimiter: str, sentence: str | int | None, label: str | int | None, header: bool | None
) -> Layout:
    first = [cell.strip() for cell in rows[0]] if rows else []
    if not first:
        raise ValueError("The first row cannot be read: is a quote opened and not closed?")
    usual = {cell.casefold() for cell in first} & {*SENTENCE_NAMES, *LABEL_NAMES}
    named = any(isinstance(choice, str) and choice in first for choice in (sentence, label))
    names = tuple(first) if header or usual or named else tuple(f"column {i + 1}" for i in range(len(first)))
    at_sentence = _column(names, sentence, SENTENCE_NAMES, 0)
    at_label = None
    if label is not None or len(names) > 1:
        at_label = _column(names, label, LABEL_NAMES, 1 if at_sentence == 0 else 0)
    if at_sentence == at_label:
        raise ValueError(f"Sentence and label are both {names[at_sentence][:60]!r}: choose two different columns.")
    if header is None:
        header = bool(usual or named) or _is_header(rows, at_label)
    if header:
        names = tuple(first)
    return Layout(delimiter, names, header, at_sentence, at_label)


def _column(names: tuple[str, ...], choice: str | int | None, usual: tuple[str, ...], default: int) -> int:
    if choice is None:
        folded = [name.casefold() for name in names]
        return next((folded.index(name) for name in usual if name in folded), default)
    if isinstance(choice, str) and choice in names:
        return names.index(choice)
    if str(choice).isdecimal() and 1 <= int(choice) <= len(names):
        return int(choice) - 1
    listed = ", ".join(repr(name[:60]) for name in names[:20])
    raise ValueError(f"There is no column {str(choice)[:60]!r}; the table has {listed}.")


def _is_header(rows: list[list[str]], label: int | None) -> bool:
    """Whether what stands first in the label's column, unlike a label, never comes again."""
    if label is None or len(rows) < 3:
        return False
    found = [cells[label].strip().casefold() for cells in rows if len(cells) > label]
    unlike = not _is_number(found[0]) and found[0] not in (*_LABELS, *found[1:])
    return unlike and len(set(found[1:])) <= 2


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _rows(lines: Iterable[str], layout: Layout) -> Iterator[tuple[str, str]]:
    rows = _cells(lines, layout.delimiter)
    if layout.has_header:
        next(rows, None)
    for number, cells in rows:
        if len(cells) != len(layout.names):
            raise ValueError(
                f"Line {number:,} has {len(cells)} columns and the first one has {len(layout.names)}: quote cells "
                "that hold the delimiter."
            )
        sentence = cells[layout.sentence].strip()
        if not sentence:
            raise ValueError(f"Line {number:,} has no sentence: fill it in or take the line out.")
        if len(sentence) > MAX_SENTENCE_CHARACTERS:
            raise ValueError(
                f"The sentence in line {number:,} has {len(sentence):,} characters; at most "
                f"{MAX_SENTENCE_CHARACTERS:,} are read."
            )
        label = "" if layout.label is None else cells[layout.label].strip()
        if layout.label is not None and not label:
            raise ValueError(f"Line {number:,} has no label: fill it in or take the line out.")
        yield sentence, label
