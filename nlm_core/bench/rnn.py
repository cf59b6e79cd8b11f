"""The page's training beside a plain ``torch.nn.RNN`` loop of the same size, and what a step key costs."""

import math
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from nlm_core import runtime
from nlm_core.bench import BenchError, bar
from nlm_core.lm.visitor_settings import Settings
from nlm_core.lm.visitor_training import VisitorRun, epoch_order
from nlm_core.text.corpus import IGNORED
from nlm_core.text.visitor_text import read_text

TRAINING_BAR, STEP_KEY_BAR = 0.9, 1.5

_SENTENCES = Path(__file__).resolve().parents[2] / "assets" / "data" / "park_sentences.txt"
_STEPS, _ROUNDS, _WARM_UP = 50, 15, 30


class PlainLoop:
    """What one would write by hand: ``nn.Embedding``, ``nn.RNN``, ``nn.Linear``, Adam, clipping."""

    def __init__(self, run: VisitorRun) -> None:
        settings, V = run.settings, run.vocabulary.vocab_size
        self.settings = settings
        self.lines = [torch.tensor(run.line(run.vocabulary.encode(sentence))) for sentence in run.text.train]
        self.embedding = nn.Embedding(V, settings.embedding)
        self.rnn = nn.RNN(settings.embedding, settings.hidden, batch_first=True)
        self.output = nn.Linear(settings.hidden, V)
        self.parameters = [p for part in (self.embedding, self.rnn, self.output) for p in part.parameters()]
        self.optimizer = torch.optim.Adam(self.parameters, lr=settings.learning_rate, betas=(0.9, 0.98))
        self.number = 0

    def batch(self) -> tuple[Tensor, Tensor]:
        size = self.settings.batch
        epoch, place = divmod(self.number, math.ceil(len(self.lines) / size))
        order = epoch_order(len(self.lines), self.settings.seed, epoch)[place * size : (place + 1) * size]
        lines = [self.lines[i] for i in order]
        x = pad_sequence([line[:-1] for line in lines], batch_first=True)
        return x, pad_sequence([line[1:] for line in lines], batch_first=True, padding_value=IGNORED)

    def step(self) -> float:
        x, y = self.batch()
        h, _ = self.rnn(self.embedding(x))
        loss = nn.functional.cross_entropy(self.output(h).flatten(0, 1), y.flatten(), ignore_index=IGNORED)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.parameters, self.settings.clip_norm)
        self.optimizer.step()
        self.number += 1
        return float(loss.detach())


def _seconds(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(_STEPS):
        step()
    return time.perf_counter() - began


def training_rates() -> dict[str, Any]:
    """Steps a second of both loops, in turns so that both meet the same load; medians over the turns."""
    runtime.gate()
    run = VisitorRun(read_text(_SENTENCES.read_text(encoding="utf-8")), Settings())
    plain = PlainLoop(run)

    def ours() -> None:
        run.trainer.step(run.batch())

    for _ in range(_WARM_UP):
        ours()
        plain.step()
    pairs = []
    for turn in range(_ROUNDS):
        order = (ours, plain.step) if turn % 2 == 0 else (plain.step, ours)
        times = {step: _seconds(step) for step in order}
        pairs.append((_STEPS / times[ours], _STEPS / times[plain.step]))
    own, peer = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    return {
        "steps_per_second": own,
        "plain_steps_per_second": peer,
        "ratio_of_medians": own / peer,
        "turns": _ROUNDS,
        "steps_a_turn": _STEPS,
        "threads": torch.get_num_threads(),
    }


def measure() -> dict[str, Any]:
    """Training first; then the step key, which needs a browser and stays unmeasured without one."""
    from nlm_core.bench.rnn_step_key import step_key_ratio

    training = training_rates()
    result: dict[str, Any] = {"training": training, "problems": []}
    ratio = None
    try:
        result["step_key"] = step_key_ratio()
        ratio = result["step_key"]["ratio_of_medians"]
    except BenchError as error:
        result["step_key"] = None
        result["problems"].append(str(error))
    result["bars"] = [
        bar(
            "training steps a second beside a plain torch.nn.RNN loop",
            training["ratio_of_medians"],
            TRAINING_BAR,
            "higher",
        ),
        bar("step key to redrawn step, median, beside a bare page", ratio, STEP_KEY_BAR, "lower"),
    ]
    return result
