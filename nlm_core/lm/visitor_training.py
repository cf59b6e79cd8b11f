"""Training of one visitor's recurrent network: step by step, so that it can be watched, paused and shared.

A run is plain data of one session: nothing of it is shared. Its curves and samples only grow, so that they can be read
while another thread trains it; its weights are to be read between two steps.
"""

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from safetensors.torch import save

from nlm_core import runtime
from nlm_core.lm.base import ModelCard
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.rnn import ElmanNetwork, RnnModel
from nlm_core.lm.sampling import Sampling, generate
from nlm_core.lm.training import Diverged, Recipe, Step, Trainer
from nlm_core.lm.visitor_settings import MAX_SECONDS, MAX_STEPS, VOCABULARIES, Settings
from nlm_core.nn.losses import perplexity
from nlm_core.text.corpus import Rows, padded_rows
from nlm_core.text.csv_export import to_csv
from nlm_core.text.visitor_text import VisitorText

# How often in one stretch of training the held-out sentences are looked at, and samples drawn.
LOOKS, SAMPLINGS = 60, 6
SAMPLES, SAMPLE_TOKENS = 3, 24
# Held-out sentences that are looked at: enough for a smooth curve, few enough to cost less than a step or two.
MAX_HELD_OUT = 64


@dataclass(frozen=True)
class Point:
    """One point of the curves: losses in nats a token, of the step's batch before its update and of the held-out text.

    ``loss`` is None before the first step, ``held_out`` between two looks or where nothing is held out.
    """

    number: int
    loss: float | None
    held_out: float | None


@dataclass(frozen=True)
class Samples:
    """Texts drawn from the model after ``number`` steps."""

    number: int
    texts: tuple[str, ...]


def epoch_order(lines: int, seed: int, epoch: int) -> np.ndarray:
    """The order of the sentences in one pass over the text, of shape (lines,)."""
    return np.random.default_rng([seed, epoch]).permutation(lines)


class VisitorRun:
    """A network, its text and how far it has come.

    Parameters
    ----------
    text : VisitorText
    settings : Settings

    Attributes
    ----------
    target : int
        The step at which the run stops; ``go_on`` moves it by ``stretch``.
    diverged : Diverged or None
    points, samples : list
        The curves and the samples so far.
    by_hand : dict
        Sentences that ``step_on`` put first into the batch, by the number of steps before.
    """

    def __init__(self, text: VisitorText, settings: Settings) -> None:
        self.text, self.settings = text, settings
        self.vocabulary = VOCABULARIES[settings.vocabulary](text.train, settings.vocabulary_size, settings.min_count)
        self._lines = self._encode(text.train)
        held_out = self._encode(text.held_out[:MAX_HELD_OUT])
        self._held_out = padded_rows(held_out) if held_out else None
        generator = torch.Generator().manual_seed(settings.seed)
        network = ElmanNetwork(self.vocabulary.vocab_size, settings.embedding, settings.hidden, generator)
        recipe = Recipe(
            optimizer=settings.optimizer,
            learning_rate=settings.learning_rate,
            clip=settings.clip_norm,
            max_steps=0,
            max_minutes=MAX_SECONDS / 60,
        )
        self.trainer = Trainer(network, recipe)
        self.diverged: Diverged | None = None
        self.points: list[Point] = []
        self.samples: list[Samples] = []
        self.by_hand: dict[int, str] = {}
        self.stretch = 1

    def _encode(self, sentences: Sequence[str]) -> list[list[int]]:
        return [self.line(ids) for ids in self.vocabulary.encode_batch(list(sentences))]

    def line(self, ids: Sequence[int]) -> list[int]:
        """START w_1 ... w_n STOP."""
        return [self.vocabulary.start_id, *ids, self.vocabulary.stop_id]

    @property
    def number(self) -> int:
        """Steps taken."""
        return self.trainer.number

    @property
    def target(self) -> int:
        return self.trainer.recipe.max_steps or 0

    def share_of(self, number: int) -> float:
        """How much of the present stretch is behind the run after so many steps, 0 to 1."""
        return 1 - (self.target - number) / self.stretch

    @property
    def out_of_time(self) -> bool:
        return self.trainer.seconds >= MAX_SECONDS

    @property
    def ended(self) -> bool:
        """Whether ``steps`` would take none: the target is reached, the time is used up, or the run diverged."""
        return self.diverged is not None or self.number >= self.target or self.out_of_time

    def go_on(self, steps: int) -> None:
        """Move the target ``steps`` on from here, as far as ``MAX_STEPS`` allows.

        Raises
        ------
        ValueError
            If that is no step at all.
        """
        if steps < 1:
            raise ValueError(f"asked for {steps} steps; it must be 1 to {MAX_STEPS:,}")
        if self.number >= MAX_STEPS:
            raise ValueError(f"the run has taken all of its {MAX_STEPS:,} steps; reset it to begin another")
        self.stretch = min(steps, MAX_STEPS - self.number)
        self.trainer.recipe = replace(self.trainer.recipe, max_steps=self.number + self.stretch)

    def batch(self, first: str | None = None) -> Rows:
        """The sentences of the next step, one a row; ``first`` stands in the place of the first of them."""
        size = min(self.settings.batch, len(self._lines))
        epoch, place = divmod(self.number, math.ceil(len(self._lines) / size))
        order = epoch_order(len(self._lines), self.settings.seed, epoch)[place * size : (place + 1) * size]
        lines = [self._lines[i] for i in order]
        if first is not None:
            lines[0] = self.line(self.vocabulary.encode(first))
        return padded_rows(lines)

    def steps(self) -> Iterator[Step | Diverged]:
        """Train to the target, step after step. Whoever stops taking steps may call this again and go on."""
        self._look_before()
        while not self.ended:
            step = self.trainer.step(self.batch())
            self._take(step)
            yield step

    def step_on(self, first: str | None = None) -> Step | Diverged:
        """One step by hand, past the target if need be.

        Raises
        ------
        ValueError
            If ``MAX_STEPS`` are taken.
        BusyError
            If no place at the gate became free; nothing is lost.
        """
        if self.number >= MAX_STEPS:
            raise ValueError(f"a run takes at most {MAX_STEPS:,} steps, and these are taken")
        with runtime.gate().slot():
            self._look_before()
            if first is not None:
                self.by_hand[self.number] = first
            step = self.trainer.step(self.batch(first))
            self._take(step)
            return step

    def _take(self, step: Step | Diverged) -> None:
        if isinstance(step, Diverged):
            self.diverged = step
            return
        looks = self.number % math.ceil(self.stretch / LOOKS) == 0 or self.ended
        self.points.append(Point(step.number, step.loss, self.held_out_loss() if looks else None))
        if self.number % math.ceil(self.stretch / SAMPLINGS) == 0 or self.number == self.target:
            self.samples.append(self._sample())

    def _look_before(self) -> None:
        if not self.points:
            self.points.append(Point(0, None, self.held_out_loss()))
            self.samples.append(self._sample())

    def held_out_loss(self) -> float | None:
        """Mean cross-entropy of the held-out sentences in nats; None where there are none, or it is no number."""
        if self._held_out is None:
            return None
        with torch.no_grad():
            loss = float(self.trainer.loss(self._held_out))
        return loss if math.isfinite(loss) else None

    def _sample(self) -> Samples:
        model = self.model("sample")
        generator = torch.Generator().manual_seed(self.settings.seed)
        texts = []
        for _ in range(SAMPLES):
            drawn = generate(PrefixReader(model), [model.start_id], Sampling(), generator, SAMPLE_TOKENS)
            texts.append(model.decode([token.token_id for token in drawn]))
        return Samples(self.number, tuple(texts))

    def model(self, name: str) -> RnnModel:
        """The network as it is now, frozen: later steps do not change it."""
        network = copy.deepcopy(self.trainer.network)
        assert isinstance(network, ElmanNetwork)
        settings = self.settings
        card = ModelCard(
            name=name,
            kind="rnn",
            parameters=sum(p.numel() for p in network.parameters()),
            describes=(
                f"An Elman network of {settings.hidden} hidden units, {self.vocabulary.vocab_size:,} tokens "
                f"({settings.vocabulary}), after {self.number:,} steps with {settings.optimizer}."
            ),
            source="trained in this session",
            licence="that of its text",
            training_data=f"{len(self.text.train):,} sentences given in this session",
            figures={"steps": self.number},
        )
        return RnnModel(card, self.vocabulary, network)

    def weights(self) -> bytes:
        """The parameters as a safetensors file, named as the formulas name them."""
        return save({name: p.detach().clone() for name, p in self.trainer.network.named_parameters()})

    def curve_csv(self) -> str:
        """Step, loss, held-out loss and the perplexities of both."""
        rows = []
        for point in self.points:
            both = (point.loss, point.held_out)
            rows.append([point.number, *both, *(loss if loss is None else perplexity(loss) for loss in both)])
        return to_csv(["step", "loss", "held_out_loss", "perplexity", "held_out_perplexity"], rows)
