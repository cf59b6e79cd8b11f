"""``features`` and ``classify`` in a terminal: what they write, that they stream, and the score on SST-2."""

import csv
import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from nlm_core.cli import main
from nlm_core.sentiment import classify_command
from nlm_core.sentiment.classify_command import classify
from nlm_core.sentiment.datasets import film_reviews
from nlm_core.sentiment.encoder import Encoder
from nlm_core.sentiment.features import features_of
from nlm_core.sentiment.features_command import table_rows, write_features
from tests.core.sentiment.test_feature_cache import ENCODERS

SST2 = Path(__file__).parents[4] / "shared" / "data" / "sst2"
ROWS = [("a good film", "pos"), ("=a bad one", "neg"), ("neither\tof them", "neg"), ("fine", "pos")]


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def write(path: Path, rows: list[tuple[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def run(capsys: pytest.CaptureFixture, *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.mark.parametrize("ending", ["npz", "csv"])
def test_features_of_a_file(capsys: pytest.CaptureFixture, tmp_path: Path, minilm: Encoder, ending: str) -> None:
    file, out = write(tmp_path / "rows.csv", ROWS), tmp_path / f"features.{ending}"
    options = ["--encoder", "minilm", "--pooling", "mean", "--layer", "4", "--out", str(out), "--json"]
    status, printed, _ = run(capsys, "features", str(file), *options)
    result = json.loads(printed)
    assert status == 0
    assert (result["layer"], result["pooling"], result["rows"], result["hidden"]) == (4, "mean", 4, 384)
    assert result["sentences_per_second"] > 0
    expected = features_of(minilm, [sentence for sentence, _ in ROWS], [4], ["mean"]).at(4, "mean")
    if ending == "npz":
        with np.load(out, allow_pickle=False) as archive:
            np.testing.assert_allclose(archive["features"], expected, atol=1e-5)
            assert archive["labels"].tolist() == ["pos", "neg", "neg", "pos"]
            assert (str(archive["encoder"]), int(archive["layer"]), str(archive["pooling"])) == ("minilm", 4, "mean")
    else:
        with out.open(encoding="utf-8", newline="") as text:
            header, *rows = csv.reader(text)
        assert header[:3] == ["sentence", "label", "f0"]
        assert [row[:2] for row in rows] == [["a good film", "pos"], ["'=a bad one", "neg"], *map(list, ROWS[2:])]
        np.testing.assert_allclose(np.array([row[2:] for row in rows], dtype=np.float32), expected, atol=1e-5)
    assert {path.name for path in tmp_path.iterdir()} <= {file.name, out.name, "cache"}


def test_a_long_file_is_never_held(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.tsv"
        with path.open("w", encoding="utf-8") as file:
            for i in range(rows):
                file.write(f"sentence {i}\t{i % 2}\n")
        tracemalloc.start()
        try:
            for ending in ("npz", "csv"):
                out = tmp_path / f"out.{ending}"
                result = write_features(ENCODERS[0], table_rows(path), layer=1, pooling="cls", out=out)
                assert result["rows"] == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    short, long = peak(4_000), peak(40_000)
    assert long < 1.2 * short + 100_000
    with np.load(tmp_path / "out.npz") as archive:
        assert archive["features"].shape == (40_000, 8)
        assert archive["labels"].tolist() == ["0", "1"] * 20_000


def test_classify_is_the_plain_pipeline_on_the_chosen_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder, rng = ENCODERS[0], np.random.default_rng(0)
    words = {"0": "ab", "1": "xy"}
    rows = [("".join(rng.choice(list(words[label] + "m"), 8)), label) for label in "01" * 60]
    train, test = write(tmp_path / "train.csv", rows[:90]), write(tmp_path / "test.csv", rows[90:])
    coefficients = tmp_path / "coefficients.json"
    result = classify(encoder, table_rows(train), table_rows(test), coefficients=coefficients)
    tried = {(c["layer"], c["pooling"]): c["accuracy"] for c in result["cross_validation"]}
    assert len(tried) == 6
    assert tried[result["layer"], result["pooling"]] == max(tried.values())
    chosen = result["layer"], result["pooling"]
    x = features_of(encoder, [sentence for sentence, _ in rows], [chosen[0]], [chosen[1]]).at(*chosen)
    y = np.array([int(label) for _, label in rows])
    plain = LogisticRegression(max_iter=1000, tol=1e-6).fit(x[:90].astype(np.float64), y[:90])
    assert result["accuracy"] == pytest.approx(plain.score(x[90:], y[90:]))
    assert result["interval"][0] < result["accuracy"] <= result["interval"][1]
    assert np.sum(result["confusion"]) == result["test_rows"] == 30
    written = json.loads(coefficients.read_text())
    np.testing.assert_allclose(written["coefficients"], plain.coef_[0], atol=1e-3)
    monkeypatch.setattr(classify_command, "SWEEP_ROWS", 40)
    fewer = classify(encoder, table_rows(train), table_rows(test), pooling="mean")
    assert {choice["pooling"] for choice in fewer["cross_validation"]} == {"mean"}
    named = classify(encoder, table_rows(train), table_rows(test), layer=2, pooling="cls")
    assert named["cross_validation"] == [] and named["layer"] == 2


def test_what_is_refused_has_one_line(capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    good, three = write(tmp_path / "good.csv", ROWS), write(tmp_path / "three.csv", [*ROWS, ("so so", "both")])
    empty = write(tmp_path / "empty.csv", [])
    out = str(tmp_path / "out.npz")
    for arguments, message in [
        (["features", str(good)], "--out"),
        (["features", str(good), "--out", "out.pkl"], ".npz or .csv"),
        (["features", str(good), "--out", str(tmp_path / "no" / "out.npz")], "no folder"),
        (["features", str(tmp_path / "none.csv"), "--out", out], "No such file"),
        (["features", str(empty), "--out", out], "empty.csv: The file is empty"),
        (["features", str(good), "--out", out, "--pooling", "max"], "invalid choice"),
        (["features", str(good), "--out", out, "--encoder", "minilm", "--layer", "7"], "0 (embeddings) to 6"),
        (["features", str(good), "--out", out, "--encoder", "../x"], "choose minilm"),
        (["features", str(good), "--out", out, "--encoder", "minilm", "--sentence", "text"], "no column 'text'"),
        (["classify", "--train", str(good)], "--test"),
        (["classify", "--encoder", "minilm", "--train", str(three), "--test", str(good)], "more than two labels"),
        (["classify", "--encoder", "minilm", "--train", str(good), "--test", str(three)], "has the label 'both'"),
        (["classify", "--encoder", "minilm", "--train", str(good), "--test", str(good)], "name the layer"),
        (["classify", "--encoder", "minilm", "--train", str(good), "--test", str(good), "--C", "0"], "positive"),
    ]:
        status, printed, told = run(capsys, *arguments)
        last_line = told.strip().splitlines()[-1]
        assert (status, printed) == (2, ""), arguments
        assert last_line.startswith("nlm_core: ") and message in last_line
    assert not Path(out).exists()


@pytest.mark.timeout(900)
def test_minilm_beats_the_commoner_label_on_our_reviews(capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    reviews = film_reviews()
    files = {
        part: write(
            tmp_path / f"{part}.csv",
            list(zip(reviews.part(part).sentences, map(str, reviews.part(part).labels), strict=True)),
        )
        for part in ("train", "test")
    }
    files_and_options = ["--train", str(files["train"]), "--test", str(files["test"]), "--layer", "4", "--json"]
    status, printed, _ = run(capsys, "classify", "--encoder", "minilm", "--pooling", "mean", *files_and_options)
    result = json.loads(printed)
    assert status == 0
    assert result["interval"][0] > result["majority_accuracy"] == 0.5


@pytest.mark.needs_sst2
@pytest.mark.skipif(not SST2.exists(), reason="the SST-2 files do not lie beside the repository")
@pytest.mark.timeout(1800)
def test_minilm_reaches_80_percent_on_sst2(capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    train = tmp_path / "train.tsv"
    lines = (SST2 / "train.tsv").read_text(encoding="utf-8").splitlines(keepends=True)
    train.write_text("".join(lines[:2000]), encoding="utf-8")
    status, printed, _ = run(
        capsys, "classify", "--encoder", "minilm", "--train", str(train), "--test", str(SST2 / "dev.tsv"), "--json"
    )
    result = json.loads(printed)
    assert status == 0
    assert result["accuracy"] >= 0.80
    assert (result["train_rows"], result["test_rows"]) == (2000, 872)
