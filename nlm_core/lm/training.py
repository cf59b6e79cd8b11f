"""The training loop of the project: a generator of frozen steps that neither prints nor draws.

One step is the lecture's procedure: take input/output pairs, run the model to get distributions, take the
cross-entropy against the true next tokens, backpropagate, and step down the gradient,

    theta(i+1) = theta(i) - alpha * dL/dtheta(theta(i)).
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from nlm_core.lm.cross_entropy import blockwise_cross_entropy, compiled_inner, counted
from nlm_core.lm.network import TrainableNetwork
from nlm_core.lm.optimizers import make_optimizers
from nlm_core.lm.sampled_softmax import Candidates, CandidateSampler
from nlm_core.text.corpus import IGNORED, Rows


@dataclass(frozen=True)
class Recipe:
    """How to train: all that a run depends on besides the network and the text.

    Attributes
    ----------
    optimizer : str
        A key of ``OPTIMIZERS``.
    learning_rate : float
        alpha of the lecture, reached after the warm-up.
    warmup_steps : int
    decay_share : float
        The last share of the run over which the rate falls linearly to zero.
    clip : float
        The largest norm of the gradient; larger gradients are scaled down to it.
    max_steps, max_minutes : int or None, float or None
        The run ends at whichever comes first; minutes of computing, see ``Step``.
    bf16 : bool
        Compute in bfloat16; the parameters that are updated stay in float32.
    compiled : bool
        Compile network and loss with ``torch.compile``.
    candidates : int
        The softmax of a step is taken over so many tokens, see ``sampled_softmax``; 0 for all.
    whole_share : float
        The last share of the run over which it is taken over all tokens in any case.
    """

    optimizer: str = "Adam"
    learning_rate: float = 3e-3
    weight_decay: float = 0.0
    warmup_steps: int = 0
    decay_share: float = 0.0
    clip: float = math.inf
    max_steps: int | None = None
    max_minutes: float | None = None
    bf16: bool = False
    compiled: bool = False
    candidates: int = 0
    whole_share: float = 0.05

    @property
    def schedule(self) -> str:
        """Budget, rate and softmax over the run, in words."""
        budget = [f"{self.max_steps:,} steps"] if self.max_steps is not None else []
        budget += [f"{self.max_minutes:g} minutes"] if self.max_minutes is not None else []
        parts = [" or ".join(budget) or "without end", f"learning rate {self.learning_rate:g}"]
        if self.warmup_steps:
            parts.append(f"{self.warmup_steps:,} steps of warm-up")
        if self.decay_share:
            parts.append(f"linear decay over the last {self.decay_share:.0%}")
        if self.candidates:
            whole = f"over all tokens in the last {self.whole_share:.0%}"
            parts.append(f"softmax over {self.candidates:,} candidates a step, {whole}")
        return ", ".join(parts)


@dataclass(frozen=True)
class Step:
    """What one training step did.

    ``loss`` is the mean cross-entropy in nats before the update, ``gradient_norm`` the norm before clipping,
    ``tokens`` the predicted tokens of the whole run so far, ``seconds`` its computing time and ``progress`` the share
    (0 to 1) of the budget that is used up. Computing time is what the stepping thread ran for: a run that is stopped
    for a while, or waits for a processor, uses up nothing.
    """

    number: int
    loss: float
    gradient_norm: float
    learning_rate: float
    tokens: int
    seconds: float
    progress: float


@dataclass(frozen=True)
class Diverged:
    """The end of a run that left the region where training makes sense; no update was made on this step.

    Attributes
    ----------
    number : int
        The step that could not be taken.
    loss : float
        Its loss before the update: infinite, not a number, or beyond ``bound``.
    bound : float
        See ``loss_bound``.
    learning_rate : float
    """

    number: int
    loss: float
    bound: float
    learning_rate: float

    @property
    def message(self) -> str:
        """What happened at which step, and what to change."""
        beyond = f"{self.loss:,.4g} nats, beyond the bound of {self.bound:.1f}"
        what = beyond if math.isfinite(self.loss) else "no number any more"
        return (
            f"the run diverged at step {self.number}: its loss is {what}; "
            f"take a smaller learning rate than {self.learning_rate:g} or a smaller gradient clip, and begin again"
        )


def loss_bound(vocab_size: int) -> float:
    """The loss in nats beyond which a run counts as diverged: 10 + 2 ln |V|.

    Guessing blindly costs ln |V|; a fresh network is a little above it.
    """
    return 10.0 + 2.0 * math.log(vocab_size)


class Trainer:
    """A run that can be stepped, saved and taken up again.

    Parameters
    ----------
    network : TrainableNetwork
        Trained in place.
    recipe : Recipe
    sampler : CandidateSampler or None
        Where there is one, it draws the tokens of each step's softmax.
    """

    def __init__(self, network: TrainableNetwork, recipe: Recipe, sampler: CandidateSampler | None = None) -> None:
        self.recipe, self.sampler = recipe, sampler
        self.number = 0
        self.tokens = 0
        self.seconds = 0.0
        # A bfloat16 network is updated through float32 copies; any other is updated itself.
        self.masters = {
            name: nn.Parameter(p.detach().float().clone()) if recipe.bf16 else p
            for name, p in network.named_parameters()
        }
        self.network = network.to(torch.bfloat16) if recipe.bf16 else network
        self.bound = loss_bound(len(network.output_layer()[0]))
        self.optimizers = make_optimizers(
            recipe.optimizer, self.masters.items(), recipe.learning_rate, recipe.weight_decay
        )
        self._full_rates = [[group["lr"] for group in o.param_groups] for o in self.optimizers]
        self._hidden: Any = network.hidden
        if recipe.compiled and network.worth_compiling:
            self._hidden = torch.compile(network.hidden, dynamic=False)
        self._loss_options = {"inner": compiled_inner()} if recipe.compiled else {}

    def progress(self) -> float:
        shares = [0.0]
        if self.recipe.max_steps is not None:
            shares.append(self.number / self.recipe.max_steps if self.recipe.max_steps else 1.0)
        if self.recipe.max_minutes is not None:
            shares.append(self.seconds / 60 / self.recipe.max_minutes)
        return min(1.0, max(shares))

    def rate_share(self) -> float:
        """The share of the full learning rate at this point: warm-up, constant, linear decay."""
        share = min(1.0, (self.number + 1) / self.recipe.warmup_steps) if self.recipe.warmup_steps else 1.0
        if self.recipe.decay_share > 0:
            share = min(share, (1 - self.progress()) / self.recipe.decay_share)
        return share

    def loss(self, rows: Rows) -> Tensor:
        """Mean cross-entropy of the rows, in nats."""
        device = next(self.network.parameters()).device
        inputs, targets, lines = (torch.from_numpy(a).to(device) for a in (rows.inputs, rows.targets, rows.lines))
        hidden = self._hidden(inputs, lines)
        weight, bias = self.network.output_layer()
        if (drawn := self._drawn(rows)) is not None:
            ids, surplus, targets = (torch.from_numpy(a).to(device) for a in (drawn.ids, drawn.surplus, drawn.targets))
            surplus = surplus.to(weight.dtype)
            weight, bias = weight[ids], surplus if bias is None else bias[ids] + surplus
        hidden, targets = hidden.reshape(-1, hidden.shape[-1]), targets.reshape(-1)
        if (rows.targets != IGNORED).mean() < 0.5:
            hidden, targets = counted(hidden, targets)
        return blockwise_cross_entropy(hidden, weight, bias, targets, **self._loss_options)

    def _drawn(self, rows: Rows) -> Candidates | None:
        if self.sampler is None or self.progress() >= 1 - self.recipe.whole_share:
            return None
        return self.sampler.draw(rows.targets, self.number)

    def gradients(self, rows: Rows) -> float:
        """The gradient of the loss in every parameter's ``grad``, unclipped; returns the loss."""
        self.network.zero_grad(set_to_none=True)
        loss = self.loss(rows)
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    def step(self, rows: Rows) -> Step | Diverged:
        """One update on the rows, or none where the loss is out of bounds."""
        began = time.thread_time()
        loss = self.gradients(rows)
        share = self.rate_share()
        rate = self.recipe.learning_rate * share
        if not loss <= self.bound:
            return Diverged(self.number + 1, loss, self.bound, rate)
        norm = self._update(share)
        self.number += 1
        self.tokens += int((rows.targets >= 0).sum())
        self.seconds += time.thread_time() - began
        return Step(self.number, loss, norm, rate, self.tokens, self.seconds, self.progress())

    def _update(self, share: float) -> float:
        """One optimiser step at this share of the learning rate; returns the norm of the gradient before clipping."""
        if self.recipe.bf16:
            for name, parameter in self.network.named_parameters():
                gradient = parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)
                self.masters[name].grad = gradient.float()
        norm = float(nn.utils.clip_grad_norm_(self.masters.values(), self.recipe.clip))
        for optimizer, rates in zip(self.optimizers, self._full_rates, strict=True):
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * share
            optimizer.step()
        if self.recipe.bf16:
            with torch.no_grad():
                for name, parameter in self.network.named_parameters():
                    parameter.copy_(self.masters[name])
        return norm

    def run(self, batches: Iterator[Rows]) -> Iterator[Step | Diverged]:
        """Step after step until the budget is used up, the batches end, or the run diverges, which comes last."""
        while self.progress() < 1:
            rows = next(batches, None)
            if rows is None:
                return
            step = self.step(rows)
            yield step
            if isinstance(step, Diverged):
                return

    def state(self) -> dict[str, Tensor]:
        """Everything needed to go on, as plain tensors: parameters, optimiser state, counters."""
        tensors = {f"master.{name}": p.detach() for name, p in self.masters.items()}
        for i, optimizer in enumerate(self.optimizers):
            for j, parameter in enumerate(p for group in optimizer.param_groups for p in group["params"]):
                for key, value in optimizer.state.get(parameter, {}).items():
                    tensors[f"optimizer.{i}.{j}.{key}"] = torch.as_tensor(value)
        counters = [float(self.number), float(self.tokens), self.seconds]
        tensors["counters"] = torch.tensor(counters, dtype=torch.float64)
        return tensors

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go on from a ``state()``.

        Raises
        ------
        ValueError
            If the state is of another network or optimiser.
        """
        names = {f"master.{name}" for name in self.masters}
        if names != {key for key in tensors if key.startswith("master.")}:
            raise ValueError("the checkpoint holds the parameters of another network")
        with torch.no_grad():
            parameters = dict(self.network.named_parameters())
            for name, master in self.masters.items():
                master.copy_(tensors[f"master.{name}"])
                parameters[name].copy_(master)
        for i, optimizer in enumerate(self.optimizers):
            for j, parameter in enumerate(p for group in optimizer.param_groups for p in group["params"]):
                prefix = f"optimizer.{i}.{j}."
                saved = {
                    # A fused optimiser counts its steps on the device too.
                    key.removeprefix(prefix): value.to(parameter.device, copy=True)
                    for key, value in tensors.items()
                    if key.startswith(prefix)
                }
                if saved:
                    optimizer.state[parameter] = saved
        number, tokens, self.seconds = tensors["counters"].tolist()
        self.number, self.tokens = int(number), int(tokens)
