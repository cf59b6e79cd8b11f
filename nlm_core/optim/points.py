"""The visitor's points (x, y): from a table or a CSV file, with messages that name the row and the repair."""

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

MIN_ROWS = 2
MAX_ROWS = 2_000
MAX_BYTES = 200_000
MAX_ABSOLUTE = 1e6


class PointsError(ValueError):
    """Points that cannot be used; the message says which row and what to do."""


@dataclass(frozen=True)
class Points:
    """N examples with one input each.

    Attributes
    ----------
    x, y : float64 Tensors of shape (N,)
    """

    x: Tensor
    y: Tensor

    def __len__(self) -> int:
        return len(self.x)


def _number(cell: object, row: str, column: str) -> float:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        raise PointsError(f"{row}: {column} is missing; give a number or remove the row")
    try:
        value = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise PointsError(f"{row}: {column} is {str(cell)[:40]!r}, which is not a number such as 0.5") from None
    if math.isnan(value):
        raise PointsError(f"{row}: {column} is missing (NaN); give a number or remove the row")
    if abs(value) > MAX_ABSOLUTE:
        raise PointsError(f"{row}: {column} is {value:g}; numbers must lie between -1,000,000 and 1,000,000")
    return value


def points_from_cells(rows: Iterable[Sequence[object]], first_row: int = 1) -> Points:
    """Points from the cells of a table, each row a pair (x, y).

    Parameters
    ----------
    rows : iterable of pairs
        Cells may be numbers, numbers as text, or None where nothing was entered.
    first_row : int
        How the first row is numbered in messages.

    Raises
    ------
    PointsError
        If a cell is no finite number within ``MAX_ABSOLUTE``, a row has not two cells, or there are fewer than
        ``MIN_ROWS`` or more than ``MAX_ROWS`` rows.
    """
    pairs: list[tuple[float, float]] = []
    for i, cells in enumerate(rows, first_row):
        if len(cells) != 2:
            raise PointsError(f"row {i} has {len(cells)} cells; each row needs two, x and y")
        if len(pairs) == MAX_ROWS:
            raise PointsError(f"more than {MAX_ROWS:,} rows; keep at most that many")
        pairs.append((_number(cells[0], f"row {i}", "x"), _number(cells[1], f"row {i}", "y")))
    if len(pairs) < MIN_ROWS:
        raise PointsError(f"{len(pairs)} point{'s' * (len(pairs) != 1)}; a line needs at least {MIN_ROWS}")
    table = torch.tensor(pairs, dtype=torch.float64)
    return Points(table[:, 0].contiguous(), table[:, 1].contiguous())


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return next((mark for mark in ";\t" if mark in first), ",")


def _is_header(cells: Sequence[str]) -> bool:
    """Whether no cell of the first row is a number: a single text among numbers is a mistake, not a header."""
    for cell in cells:
        try:
            float(cell)
        except ValueError:
            continue
        return False
    return any(cell.strip() for cell in cells)


def parse_csv(content: str | bytes) -> Points:
    """Points from CSV text: two columns x and y, divided by commas, semicolons or tabs; a header row may come first.

    Raises
    ------
    PointsError
        If the text is too large or no UTF-8, or ``points_from_cells`` refuses its rows. Rows are numbered as the lines
        of the file.
    """
    if len(content) > MAX_BYTES:
        raise PointsError(f"the file has {len(content):,} bytes; at most {MAX_BYTES:,} are read")
    if isinstance(content, bytes):
        try:
            content = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise PointsError(f"byte {error.start} is not UTF-8 text; save the table as CSV in UTF-8") from None
    content = content.removeprefix("\ufeff")
    try:
        reader = csv.reader(content.splitlines(), delimiter=_delimiter(content), strict=True)
        numbered = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise PointsError(f"this is not CSV: {error}") from None
    lines = [(number, cells) for number, cells in numbered if cells]
    if lines and _is_header(lines[0][1]):
        lines = lines[1:]
    if not lines:
        raise PointsError("there are no rows; give two columns of numbers, x and y")
    if len(lines) > MAX_ROWS:
        raise PointsError(f"{len(lines):,} rows; at most {MAX_ROWS:,} are taken")
    pairs: list[tuple[float, float]] = []
    for number, cells in lines:
        if len(cells) != 2:
            raise PointsError(f"line {number} has {len(cells)} cells; each line needs two, x and y")
        pairs.append((_number(cells[0], f"line {number}", "x"), _number(cells[1], f"line {number}", "y")))
    return points_from_cells(pairs)


def to_text(points: Points) -> str:
    """The points to six digits in characters that need no escape in an address: ``x_y`` with ``~`` between them."""
    return "~".join(f"{x:.6g}_{y:.6g}" for x, y in zip(points.x.tolist(), points.y.tolist(), strict=True))


def from_text(text: str) -> Points:
    """What ``to_text`` wrote.

    Raises
    ------
    PointsError
        If ``points_from_cells`` refuses the points.
    """
    return points_from_cells(pair.split("_") for pair in text.split("~"))


def check_labels(points: Points) -> None:
    """See that every y is a class label.

    Raises
    ------
    PointsError
        If a y is neither 0 nor 1, or all are the same.
    """
    wrong = ((points.y != 0) & (points.y != 1)).nonzero()
    if len(wrong):
        i = int(wrong[0, 0])
        raise PointsError(f"row {i + 1}: y is {float(points.y[i]):g}; for logistic regression it must be 0 or 1")
    if bool((points.y == points.y[0]).all()):
        raise PointsError(f"every y is {float(points.y[0]):g}; give points of both classes, 0 and 1")
