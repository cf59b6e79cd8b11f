"""What ``python -m nlm_core features`` does: a file read, encoded and written a block at a time."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlm_core import runtime
from nlm_core.sentiment.datasets import stream
from nlm_core.sentiment.encoder import Encoder
from nlm_core.sentiment.feature_files import Block, write_csv, write_npz
from nlm_core.sentiment.features import blocks, check_layer, extract

Rows = Callable[[], Iterator[tuple[str, str]]]
FORMATS = (".npz", ".csv")


def check_out(out: Path) -> None:
    """Refuse a file that cannot be written before anything is computed.

    Raises
    ------
    ValueError
        If the name has another ending than those of ``FORMATS``, or the folder is not there.
    """
    if out.suffix.lower() not in FORMATS:
        raise ValueError(f"--out is {out}; its name must end in {' or '.join(FORMATS)}")
    check_folder(out)


def check_folder(out: Path) -> None:
    """Refuse a file that has no folder to be written to.

    Raises
    ------
    ValueError
        Names the folder.
    """
    if not out.parent.is_dir():
        raise ValueError(f"there is no folder {out.parent} to write {out.name} to")


def table_rows(file: Path, sentence: str | None = None, label: str | None = None) -> Rows:
    """The rows of a file, from the beginning with each call; what is wrong with one is told with the file's name."""

    def rows() -> Iterator[tuple[str, str]]:
        try:
            yield from stream(file, sentence=sentence, label=label)
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from None

    return rows


def write_features(encoder: Encoder, rows: Rows, *, layer: int | None, pooling: str, out: Path) -> dict[str, Any]:
    """Encode all sentences of a file and write their features; memory does not grow with the file.

    The file is read once to check and count its rows, and once more to encode them.

    Parameters
    ----------
    encoder : Encoder
    rows : callable
        Gives (sentence, label) from the beginning with each call.
    layer : int or None
        The last one if None.
    pooling : str
    out : Path
        ``.npz`` or ``.csv``.

    Raises
    ------
    ValueError
        If the file is no table, or there is no such layer or pooling.
    """
    layer = encoder.n_layers if layer is None else layer
    check_layer(encoder, layer)
    check_out(out)
    count = width = 0
    for _, label in rows():
        count, width = count + 1, max(width, len(label))
    if not count:
        raise ValueError("there are no rows under the header: give one sentence a row")
    seconds = 0.0

    def encoded() -> Iterator[Block]:
        nonlocal seconds
        for block, values, spent in encoded_blocks(encoder, rows(), layer, pooling, total=count):
            seconds += spent
            yield block, values

    if out.suffix.lower() == ".csv":
        write_csv(out, encoded(), encoder.hidden_size)
    else:
        write_npz(
            out,
            encoded(),
            lambda: (label for _, label in rows()),
            shape=(count, encoder.hidden_size),
            label_width=width,
            details={"encoder": encoder.name, "layer": layer, "pooling": pooling},
        )
    return {
        "encoder": encoder.name,
        "layer": layer,
        "pooling": pooling,
        "rows": count,
        "hidden": encoder.hidden_size,
        "out": str(out),
        "sentences_per_second": round(count / seconds, 1),
    }


def encoded_blocks(
    encoder: Encoder, rows: Iterator[tuple[str, str]], layer: int, pooling: str, *, total: int
) -> Iterator[tuple[list[tuple[str, str]], NDArray[np.float32], float]]:
    """Rows with their features, of shape (n, hidden), and the seconds that it took, with a progress bar."""
    from tqdm import tqdm

    workers = runtime.gate().width
    with tqdm(total=total, unit="sentence", file=sys.stderr, desc=encoder.name) as bar:
        for block in blocks(rows):
            texts = [sentence for sentence, _ in block]
            began, before = time.perf_counter(), bar.n
            for step in extract(encoder, texts, [layer], [pooling], workers=workers):
                bar.update(before + step[0] - bar.n)
            yield block, step[1].at(layer, pooling), time.perf_counter() - began
