"""The lecture's training procedure, one step of it taken apart: pairs, distributions, loss, gradient, descent.

1. pairs        (START, w_1), (START w_1, w_2), ..., (START w_1 ... w_n, STOP)
2. run          p_t = softmax(W_y h_t + b_y)
3. loss         L_t = -ln p_t(w_{t+1}),   L = the mean over all positions of the batch
4. backpropagate through time, a_t being what tanh is applied to:
                dL/dh_t = W_y^T dL/dy_t + U_h^T dL/da_{t+1},   dL/da_t = (1 - h_t^2) dL/dh_t,
                dL/dU_h = sum_t dL/da_t h_{t-1}^T   (summed over the sentences of the batch too)
5. descend      theta(i+1) = theta(i) - alpha dL/dtheta(theta(i))
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from nlm_core.lm.rnn import ElmanNetwork
from nlm_core.lm.training import Diverged, Step, Trainer
from nlm_core.text.corpus import IGNORED, Rows


@dataclass(frozen=True)
class Pair:
    """One row of the table: everything read so far, START first, and the token that is to be predicted."""

    x: tuple[int, ...]
    y: int


def pairs(line: tuple[int, ...] | list[int]) -> tuple[Pair, ...]:
    """The input/output pairs of START w_1 ... w_n STOP; each token but the first is the output of one."""
    return tuple(Pair(tuple(line[:t]), line[t]) for t in range(1, len(line)))


@dataclass(frozen=True)
class ThroughTime:
    """What backpropagation through time finds at each step of one sentence, with L the loss of the whole batch.

    Attributes
    ----------
    state_gradients : float array of shape (T, H)
        dL/dh_t, through the prediction at t and through all later states.
    direct_gradients : float array of shape (T, H)
        The part of it that comes through the prediction at t alone, W_y^T dL/dy_t.
    deltas, before : float arrays of shape (T, H)
        dL/da_t and h_{t-1}: dL/da_t h_{t-1}^T is what step t adds to dL/dU_h.
    """

    state_gradients: np.ndarray
    direct_gradients: np.ndarray
    deltas: np.ndarray
    before: np.ndarray

    @staticmethod
    def _norms(array: np.ndarray) -> np.ndarray:
        norms: np.ndarray = np.sqrt((array**2).sum(1))
        return norms

    @property
    def state_norms(self) -> np.ndarray:
        """Norms of dL/dh_t, of shape (T,)."""
        return self._norms(self.state_gradients)

    @property
    def direct_norms(self) -> np.ndarray:
        return self._norms(self.direct_gradients)

    @property
    def recurrent_norms(self) -> np.ndarray:
        """Norms of what each step adds to dL/dU_h, of shape (T,)."""
        norms: np.ndarray = self._norms(self.deltas) * self._norms(self.before)
        return norms


@dataclass(frozen=True)
class Lesson:
    """One training step, seen on the sentence in the first row of its batch.

    Attributes
    ----------
    line : tuple of int
        START w_1 ... w_n STOP; T = n + 1 predictions are made.
    rows : Rows
        The whole batch.
    p_before, p_after : float arrays of shape (T, vocab_size)
        The distributions of the sentence before and after the step; each row sums to 1.
    batch_before, batch_after : float
        Mean cross-entropy of the batch in nats.
    gradient_norms : dict
        Norm of dL/dtheta before clipping, by parameter.
    through_time : ThroughTime
    step : Step or Diverged
    """

    line: tuple[int, ...]
    rows: Rows
    p_before: np.ndarray
    p_after: np.ndarray
    batch_before: float
    batch_after: float
    gradient_norms: dict[str, float]
    through_time: ThroughTime
    step: Step | Diverged

    @property
    def targets(self) -> tuple[int, ...]:
        return self.line[1:]

    def target_p(self, *, after: bool = False) -> np.ndarray:
        """p_t(w_{t+1}) at every position, of shape (T,)."""
        p = self.p_after if after else self.p_before
        found: np.ndarray = p[np.arange(len(self.targets)), list(self.targets)]
        return found

    def losses(self, *, after: bool = False) -> np.ndarray:
        """L_t = -ln p_t(w_{t+1}) in nats, of shape (T,)."""
        with np.errstate(divide="ignore"):
            losses: np.ndarray = -np.log(self.target_p(after=after))
        return losses


def take_lesson(trainer: Trainer, rows: Rows) -> Lesson:
    """Take one step on the batch and keep all that the lecture's procedure names.

    Parameters
    ----------
    trainer : Trainer
        Of an ``ElmanNetwork`` in float32; it is stepped.
    rows : Rows
        One sentence a row (``padded_rows``); the first is the one that is looked at.

    Raises
    ------
    TypeError
        If the network is of another kind.
    """
    network = trainer.network
    if not isinstance(network, ElmanNetwork):
        raise TypeError(f"the lesson takes an ElmanNetwork apart, not a {type(network).__name__}")
    targets = [int(token) for token in rows.targets[0] if token != IGNORED]
    inputs = rows.inputs[0, : len(targets)].tolist()
    p_before = _distributions(network, inputs)
    through_time = backpropagate_through_time(network, inputs, targets, int((rows.targets != IGNORED).sum()))
    batch_before = trainer.gradients(rows)
    norms = {name: float(p.grad.norm()) for name, p in network.named_parameters() if p.grad is not None}
    step = trainer.step(rows)
    with torch.no_grad():
        batch_after = float(trainer.loss(rows))
    return Lesson(
        line=(*inputs, targets[-1]),
        rows=rows,
        p_before=p_before,
        p_after=_distributions(network, inputs),
        batch_before=batch_before,
        batch_after=batch_after,
        gradient_norms=norms,
        through_time=through_time,
        step=step,
    )


@torch.no_grad()
def _distributions(network: ElmanNetwork, inputs: list[int]) -> np.ndarray:
    """p_t for every position of one line, float64 of shape (T, vocab_size)."""
    ids = torch.tensor([inputs])
    hidden = network.hidden(ids, torch.zeros_like(ids))[0]
    weight, bias = network.output_layer()
    p: np.ndarray = torch.softmax((hidden @ weight.T + bias).double(), -1).numpy()
    return p


def backpropagate_through_time(network: ElmanNetwork, inputs: list[int], targets: list[int], count: int) -> ThroughTime:
    """The gradient of one sentence's share of the loss at each of its steps.

    Parameters
    ----------
    network : ElmanNetwork
    inputs, targets : lists of int of length T
    count : int
        The predictions of the whole batch: L = (sum over them of L_t) / count.
    """
    weight, bias = network.output_layer()
    with torch.enable_grad():
        h = [torch.zeros(1, len(network.U_h), dtype=weight.dtype)]
        x = F.embedding(torch.tensor([inputs]), network.embedding.detach())  # (1, T, E)
        h[0].requires_grad_()
        for t in range(len(inputs)):
            # One step at a time, so that every h_t is a node of the graph whose gradient can be asked for.
            h.append(network.states(x[:, t : t + 1], h[-1])[:, 0])
        states = torch.cat(h[1:])  # (T, H)
        logits = states @ weight.T + bias
        loss = F.cross_entropy(logits, torch.tensor(targets), reduction="sum") / count
        whole: tuple[Tensor, ...] = torch.autograd.grad(loss, h[1:], retain_graph=True)
        (direct,) = torch.autograd.grad(loss, states)
    state_gradients = torch.cat(whole)  # (T, H)
    delta = (1 - states.detach() ** 2) * state_gradients
    return ThroughTime(state_gradients.numpy(), direct.numpy(), delta.numpy(), torch.cat(h[:-1]).detach().numpy())
