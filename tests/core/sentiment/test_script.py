"""The exported script, run as a visitor would run it, prints the score of the page."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nlm_core.sentiment.classifier import fit, split
from nlm_core.sentiment.datasets import film_reviews
from nlm_core.sentiment.encoder import Encoder
from nlm_core.sentiment.features import features_of
from nlm_core.sentiment.reproduce import ROWS_FILE, rows, script


@pytest.mark.parametrize(("layer", "pooling"), [(6, "cls"), (4, "mean")])
def test_the_script_finds_the_same_accuracy(layer: int, pooling: str, minilm: Encoder, tmp_path: Path) -> None:
    some = film_reviews().rows(range(300))
    labels, places = some.labels.tolist(), split(some.labels.tolist(), 0.4, seed=3)
    values = features_of(minilm, some.sentences, layers=[layer], poolings=[pooling]).at(layer, pooling)
    model = fit(values[places.train], [labels[i] for i in places.train], C=2.0)
    score = model.score(values[places.test], [labels[i] for i in places.test])
    (tmp_path / "reproduce.py").write_text(script(minilm, layer, pooling, 2.0), encoding="utf-8")
    (tmp_path / ROWS_FILE).write_text(json.dumps(rows(some, places)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "reproduce.py"], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    # Of 120 rows one may lie within rounding of p = 1/2.
    assert float(done.stdout) == pytest.approx(score.accuracy, abs=1.01 / len(score.labels))
