"""What ``python -m nlm_core classify`` does: fit on the rows of one file, score on those of another, as streams."""

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from nlm_core import runtime
from nlm_core.sentiment.classifier import Choice, Score, best, fit, sweep
from nlm_core.sentiment.datasets import label_numbers
from nlm_core.sentiment.encoder import POOLINGS, Encoder
from nlm_core.sentiment.feature_cache import cached_features, on_disk
from nlm_core.sentiment.features import Features, blocks, check_layer
from nlm_core.sentiment.features_command import Rows, check_folder, encoded_blocks

Row = tuple[str, str]
Matrix = NDArray[np.float32]
# Layer and pooling are chosen on so many training rows, evenly spaced; the classifier is fitted on all of them.
SWEEP_ROWS = 4_096


@dataclass
class _Encoding:
    """One encoder at work, the sentences that it has encoded, and the seconds that it took."""

    encoder: Encoder
    cache: Path | None
    sentences: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float | None:
        return round(self.sentences / self.seconds, 1) if self.sentences else None

    def blocks(self, rows: Rows, chosen: tuple[int, str], total: int) -> Iterator[tuple[list[Row], Matrix]]:
        for block, values, spent in encoded_blocks(self.encoder, rows(), *chosen, total=total):
            self.sentences, self.seconds = self.sentences + len(block), self.seconds + spent
            yield block, values

    def several(self, texts: Iterator[str], layers: tuple[int, ...], poolings: tuple[str, ...], total: int) -> Features:
        """Features at several layers and poolings, kept on disk."""
        found = []
        with tqdm(total=total, unit="sentence", file=sys.stderr, desc=f"{self.encoder.name}, all layers") as bar:
            for block in blocks(texts):
                known = on_disk(self.encoder, block, layers, poolings, folder=self.cache)
                began, before = time.perf_counter(), bar.n
                for step in cached_features(
                    self.encoder, block, layers, poolings, workers=runtime.gate().width, folder=self.cache
                ):
                    bar.update(before + step[0] - bar.n)
                found.append(step[2].values)
                if not known:
                    self.sentences += len(block)
                    self.seconds += time.perf_counter() - began
        return Features(np.concatenate(found), layers, poolings)


def classify(
    encoder: Encoder,
    train: Rows,
    test: Rows,
    *,
    layer: int | None = None,
    pooling: str | None = None,
    C: float = 1.0,
    coefficients: Path | None = None,
    cache: Path | None = None,
) -> dict[str, Any]:
    """Fit a logistic regression on features of the training rows, and score it on the test rows.

    Layer and pooling, where they are not given, are the best ones in a 5-fold cross-validation on training rows alone.
    Features lie in a temporary file, so that memory grows by the labels and scores only, a few bytes a row.

    Parameters
    ----------
    encoder : Encoder
    train, test : callable
        Give (sentence, label) from the beginning with each call.
    layer, pooling : optional
    C : float
    coefficients : Path, optional
        Where to write the fitted weights as JSON.
    cache : Path, optional
        Folder for features that layers are chosen on; the usual one by default.

    Returns
    -------
    dict
        ``sentences_per_second`` counts what was encoded, not what was found on disk; it is None if that was all.

    Raises
    ------
    ValueError
        If a file is no table, the labels are not of two kinds, or there is no such layer or pooling.
    """
    if layer is not None:
        check_layer(encoder, layer)
    if not 0 < C < float("inf"):
        raise ValueError(f"--C is {C:g}; it must be a positive number")
    if coefficients is not None:
        check_folder(coefficients)
    numbers = label_numbers(label for _, label in train())
    y = np.fromiter((numbers[label.casefold()] for _, label in train()), dtype=np.int8)
    tested = _count_known(test, numbers)
    encoding = _Encoding(encoder, cache)
    chosen, tried = _choose(encoding, train, y, (layer, pooling), C)
    with tempfile.TemporaryDirectory(prefix="nlm-features-") as folder:
        # In the precision that the fit is computed in, so that it makes no copy in memory.
        x = np.memmap(Path(folder) / "train", dtype=np.float64, mode="w+", shape=(len(y), encoder.hidden_size))
        place = 0
        for block, values in encoding.blocks(train, chosen, len(y)):
            x[place : place + len(block)] = values
            place += len(block)
        model = fit(x, y, C)  # type: ignore[arg-type]
        del x
    p, truth = [], []
    for block, values in encoding.blocks(test, chosen, tested):
        p.append(model.probability(values))
        truth += [numbers[label.casefold()] for _, label in block]
    score = Score(np.concatenate(p), np.array(truth, dtype=np.int64))
    names = list(numbers)
    details = {"encoder": encoder.name, "layer": chosen[0], "pooling": chosen[1], "labels": names}
    if coefficients is not None:
        coefficients.write_text(model.to_json(**details) + "\n", encoding="utf-8")
    return {
        **details,
        "C": C,
        "accuracy": score.accuracy,
        "interval": list(score.interval),
        "confusion": score.confusion.tolist(),
        "majority_accuracy": float((score.labels == int(y.mean() > 0.5)).mean()),
        "train_rows": len(y),
        "test_rows": tested,
        "cross_validation": [asdict(choice) for choice in tried],
        "sentences_per_second": encoding.rate,
    }


def _count_known(test: Rows, numbers: dict[str, int]) -> int:
    count = 0
    for _, label in test():
        count += 1
        if label.casefold() not in numbers:
            raise ValueError(
                f"Row {count:,} of the test file has the label {label[:30]!r}; the training file has "
                f"{' and '.join(map(repr, numbers))}."
            )
    if not count:
        raise ValueError("The test file has no rows.")
    return count


def _choose(
    encoding: _Encoding, train: Rows, y: NDArray[np.int8], wanted: tuple[int | None, str | None], C: float
) -> tuple[tuple[int, str], list[Choice]]:
    """Layer and pooling as wanted; where one is None, by cross-validation."""
    layer, pooling = wanted
    if layer is not None and pooling is not None:
        return (layer, pooling), []
    layers = tuple(range(encoding.encoder.n_layers + 1)) if layer is None else (layer,)
    poolings = POOLINGS if pooling is None else (pooling,)
    places = np.unique(np.linspace(0, len(y) - 1, min(len(y), SWEEP_ROWS)).round().astype(np.int64))
    kept = set(places.tolist())
    texts = (sentence for i, (sentence, _) in enumerate(train()) if i in kept)
    features = encoding.several(texts, layers, poolings, len(places))
    choices = sweep(features, y[places].tolist(), C)
    tried = list(tqdm(choices, total=len(layers) * len(poolings), desc="cross-validation", file=sys.stderr))
    found = best(tried)
    return (found.layer, found.pooling), tried
