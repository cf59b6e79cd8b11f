"""A training run on disk: from text to a model that loads, and going on where it ended."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from nlm_core.lm import presets
from nlm_core.lm.registry import LOADERS, TOKENIZER_FOLDER, load_bert, load_window
from nlm_core.lm.train_command import train_model, train_tokenizer
from nlm_core.lm.training_run import TrainingRun, encoded_corpus
from nlm_core.text.tokenizer import Tokenizer

SMALL = {
    "nlm-window": {"embedding": 8, "hidden": 12},
    "nlm-rnn": {"embedding": 8, "hidden": 12},
    "nlm-lstm": {"embedding": 8, "hidden": 12},
    "nlm-gru": {"embedding": 8, "hidden": 12},
    "nlm-gpt": {"hidden": 16, "intermediate": 24, "layers": 1, "heads": 2, "context": 16},
    "nlm-bert": {"hidden": 16, "intermediate": 24, "layers": 1, "heads": 2, "context": 32},
}
NEXT_TOKEN = ["nlm-window", "nlm-rnn", "nlm-lstm", "nlm-gru", "nlm-gpt"]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    lines = [f"I went to the park with {i} friends and we played." for i in range(600)]
    (folder / "park.txt").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, sizes in SMALL.items():
        small = replace(presets.PRESETS[name], sizes=sizes, batch_rows=4, row_length=16)
        monkeypatch.setitem(presets.PRESETS, name, small)


@pytest.mark.parametrize("name", NEXT_TOKEN)
def test_train_writes_a_model_that_loads_and_a_card(name: str, corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    result = train_model(name, corpus, out, minutes=1, steps=30, seed=0, tokenizer_folder=None, compiled=False)
    assert result["steps"] == 30
    assert result["held_out_lines"] > 0
    weights = load_file(out / "model" / "model.safetensors")
    assert result["parameters"] == sum(tensor.numel() for tensor in weights.values())
    model = LOADERS[presets.PRESETS[name].kind](out / "model")
    assert model.card.figures["held_out_bits_per_byte"] == result["held_out_bits_per_byte"]
    assert all(tensor.dtype == torch.float16 for tensor in weights.values())
    assert "park" in (out / "model" / "README.md").read_text() or name in (out / "model" / "README.md").read_text()
    assert ("candidates" in result["recipe"]) == (name != "nlm-gpt")
    assert json.loads((out / "model" / "config.json").read_text())["vocab_size"] == 8192


def test_an_encoder_is_trained_on_blanks(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    result = train_model("nlm-bert", corpus, out, minutes=5, steps=200, seed=0, tokenizer_folder=None, compiled=False)
    model = load_bert(out / "model")
    assert model.card.kind == "masked" and result["held_out_blanks"] > 0
    assert result["held_out_top_1"] <= result["held_out_top_5"] <= 1
    # Every line but for its number is the same: some steps are enough to know the words beside a blank.
    assert result["held_out_top_5"] > result["held_out_unigram_top_5"]


def run(corpus: Path, out: Path, steps: int, name: str = "nlm-gpt") -> TrainingRun:
    return TrainingRun(
        name,
        corpus,
        out,
        tokenizer_folder=TOKENIZER_FOLDER,
        weights={},
        device=torch.device("cpu"),
        minutes=10.0,
        max_steps=steps,
        bf16=False,
        compiled=False,
    )


@pytest.mark.parametrize("name", ["nlm-gpt", "nlm-rnn", "nlm-lstm", "nlm-bert"])
def test_a_run_taken_up_again_ends_where_an_unbroken_one_does(name: str, corpus: Path, tmp_path: Path) -> None:
    whole = run(corpus, tmp_path / "whole", 8, name)
    losses = [step.loss for step in whole.steps()]
    broken = run(corpus, tmp_path / "broken", 8, name)
    steps = broken.steps()
    first = [next(steps).loss for _ in range(3)]
    broken.save()
    resumed = run(corpus, tmp_path / "broken", 8, name)
    assert first + [step.loss for step in resumed.steps()] == pytest.approx(losses, abs=1e-5)
    for key, value in whole.trainer.masters.items():
        torch.testing.assert_close(resumed.trainer.masters[key], value, atol=1e-5, rtol=1e-4)


def test_the_card_tells_every_schedule_that_was_followed(corpus: Path, tmp_path: Path) -> None:
    def recipe(steps: int) -> str:
        result = train_model(
            "nlm-rnn", corpus, tmp_path / "run", minutes=None, steps=steps, seed=0, tokenizer_folder=None,
            compiled=False,
        )  # fmt: skip
        return str(result["recipe"])

    rate = presets.preset("nlm-rnn").recipe.learning_rate
    assert f"; 4 steps, learning rate {rate:g}, " in recipe(4)
    assert f"; 4 steps, learning rate {rate:g}, " in recipe(4)
    longer = recipe(9)
    assert "; from step 0 on 4 steps, " in longer and "; from step 4 on 9 steps, " in longer
    assert recipe(9) == longer


def test_steps_alone_are_a_budget(corpus: Path, tmp_path: Path) -> None:
    def recipe(minutes: float | None, steps: int | None) -> tuple[float | None, int | None]:
        begun = TrainingRun(
            "nlm-rnn", corpus, tmp_path / "run", tokenizer_folder=TOKENIZER_FOLDER, weights={},
            device=torch.device("cpu"), minutes=minutes, max_steps=steps, bf16=False, compiled=False,
        ).trainer.recipe  # fmt: skip
        return begun.max_minutes, begun.max_steps

    usual = presets.preset("nlm-rnn").recipe.max_minutes
    assert recipe(None, 7) == (None, 7)
    assert recipe(2.0, 7) == (2.0, 7)
    assert recipe(2.0, None) == (2.0, None)
    assert recipe(None, None) == (usual, None) and usual


def test_a_corpus_smaller_than_a_batch_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tiny.txt"
    file.write_text("One line.\n")
    with pytest.raises(ValueError, match="fewer than one batch"):
        list(run(file, tmp_path / "run", 2).steps())


def test_another_corpus_or_tokenizer_is_encoded_anew(corpus: Path, tmp_path: Path) -> None:
    shared = Tokenizer.load(TOKENIZER_FOLDER)
    first = encoded_corpus(corpus, shared, {}, tmp_path)
    file = tmp_path / "other.txt"
    file.write_text("The students opened their books.\n" * 40)
    second = encoded_corpus(file, shared, {}, tmp_path)
    assert len(second.ids) != len(first.ids)
    own = Tokenizer.train(["The students opened their books."], 300)
    third = encoded_corpus(file, own, {}, tmp_path)
    assert len(third.ids) > len(second.ids)
    assert encoded_corpus(file, own, {}, tmp_path).ids.tolist() == third.ids.tolist()


def test_a_model_with_its_own_tokenizer_is_measured_with_it(corpus: Path, tmp_path: Path) -> None:
    train_tokenizer(corpus, tmp_path / "tokenizer")
    train_model(
        "nlm-window", corpus, tmp_path / "run", minutes=None, steps=1, seed=0,
        tokenizer_folder=tmp_path / "tokenizer", compiled=False,
    )  # fmt: skip
    model = load_window(tmp_path / "run" / "model")
    assert model.vocab_size == Tokenizer.load(tmp_path / "tokenizer").vocab_size < 8192
    assert model.decode(model.encode("I went")) == "I went"


def test_a_checkpoint_of_another_model_is_refused(corpus: Path, tmp_path: Path) -> None:
    list(run(corpus, tmp_path / "run", 1).steps())
    with pytest.raises(ValueError, match="another network"):
        run(corpus, tmp_path / "run", 2, "nlm-rnn")


def test_the_tokenizer_can_be_trained(corpus: Path, tmp_path: Path) -> None:
    result = train_tokenizer(corpus, tmp_path / "tokenizer")
    assert (tmp_path / "tokenizer" / "tokenizer.json").exists()
    assert 260 < result["vocab_size"] <= 8192
