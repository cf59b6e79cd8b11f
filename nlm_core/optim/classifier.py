"""A small classifier that is trained while one watches and keeps its whole way through the space of parameters."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from nlm_core import runtime
from nlm_core.optim.directions import Named
from nlm_core.optim.landscape import StackedLoss
from nlm_core.optim.toy_data import ToyData

MAX_DEPTH = 20
MAX_WIDTH = 64
MAX_STEPS = 3_000


class Classifier(nn.Module):
    """``depth`` hidden layers of ``width`` ReLU units between two inputs and two logits.

        h_0 = relu(W_in x + b_in),   h_l = relu(W_l h_{l-1} + b_l) [+ h_{l-1}],   y^ = W_out h + b_out

    With skip connections each layer after the first adds its input to its output (He et al. 2016); they are what
    keeps the landscape of a deep network smooth (Li et al. 2018).

    Raises
    ------
    ValueError
        If depth or width are out of bounds.
    """

    def __init__(self, depth: int, width: int, skip: bool, generator: torch.Generator) -> None:
        super().__init__()
        if not (1 <= depth <= MAX_DEPTH and 1 <= width <= MAX_WIDTH):
            raise ValueError(f"depth {depth} and width {width}; choose 1 to {MAX_DEPTH} and 1 to {MAX_WIDTH}")
        self.depth, self.skip = depth, skip
        sizes = [2, *[width] * depth]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.out = nn.Linear(width, 2)
        for layer in (*self.layers, self.out):
            assert isinstance(layer, nn.Linear)
            # Half of the units of a ReLU layer are silent, which the factor 2 makes up for (He et al. 2015). Sums over
            # many skip connections grow instead, so there each branch is scaled down.
            scale = math.sqrt(2 / layer.in_features) / (math.sqrt(depth) if skip and depth > 1 else 1)
            with torch.no_grad():
                layer.weight.copy_(scale * torch.randn(layer.weight.shape, generator=generator))
                layer.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        """Logits of shape (N, 2) for inputs of shape (N, 2)."""
        h = F.relu(self.layers[0](x))
        for layer in list(self.layers)[1:]:
            after = F.relu(layer(h))
            h = h + after if self.skip else after
        logits: Tensor = self.out(h)
        return logits


@dataclass(frozen=True)
class TrainingStep:
    """One step of training.

    Attributes
    ----------
    number : int
        Steps taken so far; 0 is the state before the first.
    loss : float
        Cross-entropy over all examples at ``theta``, in nats.
    accuracy : float
        Share of the examples classified rightly.
    theta : float32 Tensor of shape (P,)
        All parameters in one vector, on the CPU.
    """

    number: int
    loss: float
    accuracy: float
    theta: Tensor


def train(
    network: Classifier,
    data: ToyData,
    *,
    steps: int,
    rate: float,
    generator: torch.Generator,
    batch_size: int | None = None,
    momentum: float = 0.9,
    keep_every: int = 1,
) -> Iterator[TrainingStep]:
    """Train in place with SGD and momentum, step by step.

    Parameters
    ----------
    network : Classifier
        Moved to the device of the runtime.
    data : ToyData
    steps : int
        1 to ``MAX_STEPS``.
    rate : float
        Above 0; falls to zero along a cosine.
    generator : torch.Generator
        On the CPU; draws the mini-batches.
    batch_size : int or None
        None takes all examples.
    keep_every : int
        Yields every so many steps, and the last.

    Yields
    ------
    TrainingStep
        The first with the number 0.

    Raises
    ------
    ValueError
        If a number is out of bounds.
    FloatingPointError
        If the loss becomes infinite or NaN; the message names the step and the rate.
    """
    N = len(data.y)
    batch_size = N if batch_size is None else batch_size
    if not 1 <= steps <= MAX_STEPS:
        raise ValueError(f"{steps} steps; choose 1 to {MAX_STEPS:,}")
    if not (math.isfinite(rate) and rate > 0):
        raise ValueError(f"the learning rate is {rate}; it must be a finite number above 0, such as 0.1")
    if not 1 <= batch_size <= N:
        raise ValueError(f"a batch of {batch_size}; there are {N} examples")
    device = runtime.device()
    network.to(device)
    x, y = data.x.to(device), data.y.to(device)
    descent = torch.optim.SGD(network.parameters(), lr=rate, momentum=momentum)

    def state(number: int) -> TrainingStep:
        with torch.no_grad():
            logits = network(x)
            loss = float(F.cross_entropy(logits, y))
            accuracy = float((logits.argmax(1) == y).float().mean())
            if not math.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss} at step {number}; a rate below {rate:g} may hold")
            return TrainingStep(number, loss, accuracy, parameters_to_vector(network.parameters()).cpu().clone())

    yield state(0)
    for i in range(steps):
        index = torch.randperm(N, generator=generator)[:batch_size].to(device) if batch_size < N else slice(None)
        descent.param_groups[0]["lr"] = rate * 0.5 * (1 + math.cos(math.pi * i / steps))
        descent.zero_grad()
        F.cross_entropy(network(x[index]), y[index]).backward()  # type: ignore[no-untyped-call]
        descent.step()
        if (i + 1) % keep_every == 0 or i + 1 == steps:
            yield state(i + 1)


@torch.no_grad()
def class_probability(network: Classifier, reach: float = 1.8, n: int = 60) -> Tensor:
    """The probability of class 1 over the square from -reach to reach, of shape (n, n) with rows along the y axis."""
    side = torch.linspace(-reach, reach, n, device=next(network.parameters()).device)
    plane = torch.stack(torch.meshgrid(side, side, indexing="xy"), -1).view(-1, 2)
    return torch.softmax(network(plane), 1)[:, 1].view(n, n).cpu()


def classifier_loss(network: Classifier, data: ToyData) -> StackedLoss:
    """The cross-entropies of a stack of copies of the network, for its landscape.

    The same numbers as ``vmap`` over the network gives, in a third of the time: the examples are columns, so that a
    layer of all copies is one ``baddbmm`` with the bias in it, and with two classes -log softmax(y)[target] is
    softplus(y_other - y_target).
    """
    device = next(network.parameters()).device
    columns = data.x.T.contiguous().to(device)  # (2, N)
    sign = (1 - 2 * data.y).to(device, columns.dtype)

    def losses(p: Named) -> Tensor:
        C, N = len(p["out.weight"]), columns.shape[1]
        h = columns.expand(C, 2, N)
        for i in range(network.depth):
            after = torch.baddbmm(p[f"layers.{i}.bias"][:, :, None], p[f"layers.{i}.weight"], h).relu_()
            h = after + h if network.skip and i > 0 else after  # (C, width, N)
        weight, bias = (p[f"out.{part}"][:, 1] - p[f"out.{part}"][:, 0] for part in ("weight", "bias"))
        difference = torch.baddbmm(bias[:, None, None], weight[:, None], h)[:, 0]  # (C, N)
        return F.softplus(sign * difference).mean(1)

    return losses
