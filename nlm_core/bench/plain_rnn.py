"""The peer of the page's training: a plain ``torch.nn.RNN`` loop of the same size, on the same batches."""

import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from nlm_core.bench import BenchError
from nlm_core.lm.visitor_settings import Settings
from nlm_core.lm.visitor_training import VisitorRun, epoch_order
from nlm_core.text.corpus import IGNORED
from nlm_core.text.visitor_text import read_text

SENTENCES = Path(__file__).resolve().parents[2] / "assets" / "data" / "park_sentences.txt"


def default_run() -> VisitorRun:
    """The run that the page has at the start: its own sentences, default settings."""
    return VisitorRun(read_text(SENTENCES.read_text(encoding="utf-8")), Settings())


class PlainLoop:
    """What one would write by hand: ``nn.Embedding``, ``nn.RNN``, ``nn.Linear``, the optimiser of the page, clipping.

    Parameters
    ----------
    run : VisitorRun
        Whose text, settings and order of batches are taken.
    """

    def __init__(self, run: VisitorRun) -> None:
        settings, V = run.settings, run.vocabulary.vocab_size
        self.settings = settings
        self.lines = [torch.tensor(run.line(run.vocabulary.encode(sentence))) for sentence in run.text.train]
        self.embedding = nn.Embedding(V, settings.embedding)
        self.rnn = nn.RNN(settings.embedding, settings.hidden, batch_first=True)
        self.output = nn.Linear(settings.hidden, V)
        self.parameters = [p for part in (self.embedding, self.rnn, self.output) for p in part.parameters()]
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=settings.learning_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True
        )
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


def optimizer_of_both(run: VisitorRun, plain: PlainLoop) -> str:
    """The one optimiser implementation that both sides use, in words.

    Raises
    ------
    BenchError
        If they do not use the same, so that their times would compare optimisers.
    """
    told = {_told(optimizer) for optimizer in (*run.trainer.optimizers, plain.optimizer)}
    if len(told) != 1:
        raise BenchError(f"the two sides of the training benchmark use different optimisers: {', '.join(sorted(told))}")
    return told.pop()


def _told(optimizer: torch.optim.Optimizer) -> str:
    kept = ("betas", "weight_decay", "fused", "foreach")
    group = optimizer.param_groups[0]
    return f"{type(optimizer).__name__}({', '.join(f'{name}={group[name]}' for name in kept if name in group)})"
