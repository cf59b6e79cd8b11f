"""A visitor's run: what may be chosen, slices, pauses, odd texts, and that runs leave one another alone."""

import math
import threading
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import torch
from safetensors.torch import load

from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.visitor_settings import MAX_SECONDS, MAX_STEPS, RANGES, VISITOR_OPTIMIZERS, VOCABULARIES, Settings
from nlm_core.lm.visitor_training import VisitorRun, epoch_order
from nlm_core.text.corpus import IGNORED
from nlm_core.text.visitor_text import read_text

PARK = read_text(
    (Path(__file__).resolve().parents[3] / "assets" / "data" / "park_sentences.txt").read_text(encoding="utf-8")
)
SMALL = Settings(embedding=8, hidden=16, batch=8)


def trained(settings: Settings = SMALL, steps: int = 20, text: str | None = None) -> VisitorRun:
    run = VisitorRun(PARK if text is None else read_text(text), settings)
    run.go_on(steps)
    for _ in run.steps():
        pass
    return run


def losses(run: VisitorRun) -> list[float]:
    return [point.loss for point in run.points if point.loss is not None]


def test_the_default_run_learns() -> None:
    run = trained(Settings(), steps=150)
    held_out = [point.held_out for point in run.points if point.held_out is not None]
    assert run.points[0].number == 0 and run.points[0].loss is None
    assert losses(run)[0] > 5 and losses(run)[-1] < 3
    assert held_out[0] > 5 and min(held_out) < 3.2
    assert run.samples[0].number == 0 and run.samples[-1].number == 150


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
@pytest.mark.parametrize("optimizer", VISITOR_OPTIMIZERS)
def test_every_choice_trains(vocabulary: str, optimizer: str) -> None:
    run = trained(replace(SMALL, vocabulary=vocabulary, optimizer=optimizer, learning_rate=0.02), steps=12)
    assert run.diverged is None and len(losses(run)) == 12


@pytest.mark.parametrize("name", RANGES)
def test_settings_outside_their_range_are_refused(name: str) -> None:
    allowed = RANGES[name]
    for value in (allowed.low, allowed.high):
        replace(SMALL, **{name: type(getattr(SMALL, name))(value)})
    for value in (allowed.low - 1, allowed.high + 1, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"{name.replace('_', ' ')} is .* must lie between"):
            replace(SMALL, **{name: value})


@pytest.mark.parametrize(("name", "value"), [("vocabulary", "letters"), ("optimizer", "Muon")])
def test_unknown_choices_are_refused_with_the_known_ones(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="known are"):
        replace(SMALL, **{name: value})


@pytest.mark.parametrize("rate", [0.0, 1e6])
def test_learning_rates_out_of_bounds(rate: float) -> None:
    with pytest.raises(ValueError, match="learning rate"):
        Settings(learning_rate=rate)
    assert RANGES["learning_rate"].clamp(rate) in (RANGES["learning_rate"].low, RANGES["learning_rate"].high)


def test_clamping() -> None:
    allowed = RANGES["hidden"]
    assert [allowed.clamp(v) for v in (-1, 64, 1e9, math.nan)] == [4, 64, 256, 4]


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
@pytest.mark.parametrize("text", ["park", "park " * 500, "park\n" * 500, ".", "🙂🙃 👩‍👩‍👧", "中文" * 300])
def test_odd_texts_train(text: str, vocabulary: str) -> None:
    run = trained(replace(SMALL, vocabulary=vocabulary), steps=5, text=text)
    assert run.number == 5 and run.diverged is None
    assert run.model("odd").vocab_size == run.vocabulary.vocab_size


def test_five_megabytes_train() -> None:
    run = trained(steps=3, text="The rain did not stop all night.\n" * 155_000)
    assert run.number == 3


def test_the_same_seed_gives_the_same_run() -> None:
    assert losses(trained()) == losses(trained()) != losses(trained(replace(SMALL, seed=1)))
    assert trained().samples == trained().samples


def test_pauses_change_nothing() -> None:
    run = VisitorRun(PARK, SMALL)
    run.go_on(20)
    while not run.ended:
        assert len(list(islice(run.steps(), 3))) in {2, 3}
    assert losses(run) == losses(trained())
    longer = trained(steps=8)
    longer.go_on(12)
    assert [step.number for step in longer.steps()] == list(range(9, 21))
    assert losses(longer) == losses(run) and longer.number == longer.target == 20


def test_two_runs_at_once_leave_each_other_alone() -> None:
    alone = [losses(trained(replace(SMALL, seed=seed))) for seed in (0, 1)]
    found: dict[int, list[float]] = {}
    threads = [
        threading.Thread(target=lambda seed=seed: found.update({seed: losses(trained(replace(SMALL, seed=seed)))}))
        for seed in (0, 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[0], found[1]] == alone


def test_it_goes_one_step_at_a_time() -> None:
    run = VisitorRun(PARK, SMALL)
    run.go_on(MAX_STEPS)
    steps = run.steps()
    for number in (1, 2, 3):
        assert next(steps).number == run.number == number
        assert run.share_of(number) == pytest.approx(number / MAX_STEPS)


def test_steps_and_seconds_are_bounded() -> None:
    run = VisitorRun(PARK, SMALL)
    with pytest.raises(ValueError, match="must be 1 to"):
        run.go_on(0)
    run.go_on(10**9)
    assert run.target == MAX_STEPS
    run.trainer.seconds = MAX_SECONDS
    assert run.ended and run.out_of_time
    run.trainer.number = MAX_STEPS
    with pytest.raises(ValueError, match="reset"):
        run.go_on(1)


def test_a_diverging_run_stops_itself() -> None:
    run = trained(replace(SMALL, optimizer="SGD", learning_rate=100.0, clip=0.0), steps=200)
    assert run.diverged is not None and run.ended
    assert run.number == run.diverged.number - 1 < 200
    assert "learning rate" in run.diverged.message


def test_one_pass_reads_every_sentence_once() -> None:
    run = VisitorRun(PARK, SMALL)
    seen = 0
    for number in range(math.ceil(len(PARK.train) / SMALL.batch)):
        run.trainer.number = number
        seen += int((run.batch().targets == run.vocabulary.stop_id).sum())
    assert seen == len(PARK.train)
    assert sorted(epoch_order(7, 0, 3)) == list(range(7))


def test_a_step_by_hand_puts_the_sentence_first() -> None:
    run = VisitorRun(PARK, SMALL)
    run.step_on("I went to the park.")
    assert run.by_hand == {0: "I went to the park."} and run.number == 1 and run.ended
    first = run.batch("My own words").targets[0]
    assert [run.vocabulary.decode([i]) for i in first[first != IGNORED][:2].tolist()] == ["My", "<UNK>"]
    run.trainer.number = MAX_STEPS
    with pytest.raises(ValueError, match="5,000 steps"):
        run.step_on("One more.")


def test_the_kept_model_stays_as_it_is() -> None:
    run = trained()
    model = run.model("mine")
    before = PrefixReader(model).read("I went to the").columns[-1]
    run.go_on(5)
    assert len(list(run.steps())) == 5
    after = PrefixReader(model).read("I went to the").columns[-1]
    assert before.top_p == after.top_p
    assert model.card.name == "mine" and not any(p.requires_grad for p in model.network.parameters())
    logits = model.output(model.extend(None, [model.start_id, *model.encode("I went to the")]).hidden)
    assert torch.softmax(logits, -1).sum(-1).tolist() == pytest.approx([1.0] * 5)


def test_downloads() -> None:
    run = trained(steps=3)
    weights = load(run.weights())
    assert {name: tuple(p.shape) for name, p in weights.items()} == {
        name: tuple(p.shape) for name, p in run.trainer.network.named_parameters()
    }
    header, *rows = run.curve_csv().splitlines()
    assert header == "step,loss,held_out_loss,perplexity,held_out_perplexity"
    assert [row.split(",")[0] for row in rows] == ["0", "1", "2", "3"]
    assert float(rows[3].split(",")[3]) == pytest.approx(math.exp(losses(run)[-1]))
