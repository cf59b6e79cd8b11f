"""``bench features`` on few sentences: what it compares, what it refuses, and what counts as useful work."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from nlm_core import runtime
from nlm_core.bench import BenchError, as_text
from nlm_core.bench import features as bench
from nlm_core.cli import main
from nlm_core.sentiment.datasets import Dataset, film_reviews
from nlm_core.sentiment.encoders import load_encoder
from nlm_core.sentiment.features import Features


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Dataset:
    reviews = film_reviews()
    places = [*np.flatnonzero(reviews.labels == 0)[:12], *np.flatnonzero(reviews.labels == 1)[:12]]
    found = replace(reviews, sentences=tuple(reviews.sentences[i] for i in places), labels=reviews.labels[places])
    monkeypatch.setattr(bench, "film_reviews", lambda: found)
    monkeypatch.setattr(bench, "TURNS", 1)
    monkeypatch.setattr(bench, "PIPELINE_SENTENCES", 4)
    return found


def test_every_way_is_timed_and_held_against_its_bar(few: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "has_fast_bf16", lambda: True)
    result = bench.measure()
    assert [(b["bar"], b["better"]) for b in result["bars"]] == [
        (3.5, "higher"),
        (1.4, "higher"),
        (0.75, "higher"),
        (1.7, "higher"),
        (0.5, "lower"),
    ]
    rates = result["sentences_per_second"]
    assert set(rates) == {
        "ours_fp32",
        "ours_fp32_cls",
        "ours_bf16",
        "notebook",
        "pipeline",
        "sentence_transformers",
        "limit",
    }
    assert all(rate > 0 for rate in rates.values())
    assert all(b["counts"] for b in result["bars"]) and result["notes"] == []
    assert result["bars"][0]["value"] == pytest.approx(rates["ours_fp32_cls"] / rates["notebook"], rel=0.02)
    assert result["sentences"] == 24 and result["tokens"] > 24 * 3


def test_without_bf16_its_bars_do_not_hold(few: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "has_fast_bf16", lambda: False)
    result = bench.measure()
    assert [(b["value"], b["holds"]) for b in result["bars"][3:]] == [(None, False)] * 2
    assert [b["counts"] for b in result["bars"]] == [True] * 3 + [False] * 2
    assert any("bf16 do not count" in note for note in result["notes"])
    assert [line.split()[0] for line in as_text(result).splitlines()[3:]] == ["none", "none", "note"]


def test_ways_that_disagree_are_not_compared() -> None:
    encoder = load_encoder("minilm")
    ways = {"ours_fp32": bench.ours(encoder), "notebook": bench.notebook(encoder), "pipeline": bench.pipeline(encoder)}
    ways["ours_fp32_cls"] = bench.ours(encoder, ("cls",))
    ways["sentence_transformers"] = lambda texts: np.zeros((len(texts), 384), dtype=np.float32)
    with pytest.raises(BenchError, match="sentence_transformers gives other features"):
        bench._check_same(ways, ["a good film", "bad"])


def test_useful_work_is_what_torch_counts_for_a_sentence_alone() -> None:
    encoder = load_encoder("minilm")
    encoder.network.set_attn_implementation("eager")
    (ids,) = encoder.token_ids(["a stirring , funny and finally transporting film"])
    # The pooler comes after the last hidden states, and nothing here reads it.
    encoder.network.pooler = None
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        encoder.network(torch.tensor([ids]))
    assert bench.useful_flops(encoder, [len(ids)]) == counter.get_total_flops()


def test_data_that_cannot_be_used(capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("a,1\nb,1\n", encoding="utf-8")
    for arguments in (["features", "--data", str(path)], ["features", "--data", "none.csv"], ["rnn", "--data", "x"]):
        assert main(["bench", *arguments]) == 2
        captured = capsys.readouterr()
        assert captured.out == "" and captured.err.startswith("nlm_core: ")
    assert isinstance(bench.ours(load_encoder("minilm"))(["a"]), Features)
