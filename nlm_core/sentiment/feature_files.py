"""Features of a file of any length written to disk a block at a time, as npz or as CSV."""

import csv
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nlm_core.text.csv_export import safe_cell

Row = tuple[str, str]
Block = tuple[Sequence[Row], NDArray[np.float32]]


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Another name to write under; what is written comes to its place at the end, or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_npz(
    path: Path,
    blocks: Iterable[Block],
    labels: Callable[[], Iterator[str]],
    *,
    shape: tuple[int, int],
    label_width: int,
    details: dict[str, str | int],
) -> None:
    """Write the arrays ``features`` (n, hidden) and ``labels`` (n,), text, and each detail as an array of its own.

    ``numpy.load(path)`` reads it without pickle.

    Parameters
    ----------
    path : Path
    blocks : iterable of (rows, features)
    labels : callable
        Gives the labels of all rows, once more from the beginning.
    shape : tuple of (int, int)
    label_width : int
        Characters of the longest label.
    details : dict of str to str or int
    """
    with (
        whole_file(path) as part,
        zipfile.ZipFile(part, "w", zipfile.ZIP_STORED, allowZip64=True) as archive,
    ):
        with archive.open("features.npy", "w", force_zip64=True) as file:
            npy.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": shape})
            for _, values in blocks:
                file.write(np.ascontiguousarray(values, dtype="<f4").tobytes())
        with archive.open("labels.npy", "w", force_zip64=True) as file:
            text = np.dtype(f"<U{max(1, label_width)}")
            npy.write_array_header_1_0(file, {"descr": text.str, "fortran_order": False, "shape": shape[:1]})
            for label in labels():
                file.write(np.array(label, dtype=text).tobytes())
        for name, value in details.items():
            with archive.open(f"{name}.npy", "w") as file:
                npy.write_array(file, np.array(value), allow_pickle=False)


def write_csv(path: Path, blocks: Iterable[Block], hidden: int) -> None:
    """Write sentence, label and one column a dimension; cells that a spreadsheet would run are made plain text."""
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sentence", "label", *(f"f{i}" for i in range(hidden))])
        for rows, values in blocks:
            writer.writerows(
                [safe_cell(sentence), safe_cell(label), *map(repr, vector)]
                for (sentence, label), vector in zip(rows, values.tolist(), strict=True)
            )
