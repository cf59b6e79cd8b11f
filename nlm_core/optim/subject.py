"""What a landscape is a landscape of: the parameters of a trained network, its loss, and the way that led there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nlm_core.lm.rnn import RnnModel
from nlm_core.optim.classifier import MAX_STEPS, Classifier, TrainingStep, classifier_loss, train
from nlm_core.optim.directions import Directions, Named, Projection, pca_directions, project, random_directions
from nlm_core.optim.elman_loss import elman_loss
from nlm_core.optim.landscape import StackedLoss, evaluate, window
from nlm_core.optim.toy_data import toy_data
from nlm_core.text.corpus import padded_rows

EXAMPLES, NOISE, BATCH = 200, 0.08, 50
# Points kept of a path, besides its start: with the largest network of the page about 9 MB.
KEPT = 100
KINDS = ("PCA", "Random")


@dataclass(frozen=True)
class Recipe:
    """How a small classifier is made: data, shape, and descent. The same recipe gives the same network.

    Attributes
    ----------
    data : str
        A key of ``TOY_DATA``.
    depth, width : int
        Hidden layers, and units in each.
    skip : bool
        Whether each layer's input is added to its output.
    seed, steps : int
    rate : float
        The learning rate at the start.
    """

    data: str
    depth: int
    width: int
    skip: bool
    seed: int
    steps: int
    rate: float


@dataclass(frozen=True)
class Subject:
    """A trained network.

    Attributes
    ----------
    parameters : dict of Tensors
        theta*, by name.
    loss : callable
        From stacked parameters to losses.
    trajectory : Tensor of shape (T, P) or None
        The way to theta*, where it was kept.
    steps : tuple of TrainingStep
        The T points of that way; empty where it was not kept.
    """

    parameters: Named
    loss: StackedLoss
    trajectory: Tensor | None = None
    steps: tuple[TrainingStep, ...] = ()

    @property
    def count(self) -> int:
        """How many parameters there are."""
        return sum(t.numel() for t in self.parameters.values())


class Fit:
    """One training of a recipe: go through ``steps``, then ask for the ``subject``.

    Raises
    ------
    ValueError
        If the recipe is out of bounds; see ``Classifier``, ``toy_data`` and ``train``.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self._generator = torch.Generator().manual_seed(recipe.seed)
        self.data = toy_data(recipe.data, EXAMPLES, NOISE, self._generator)
        self.network = Classifier(recipe.depth, recipe.width, recipe.skip, self._generator)
        self._path: list[TrainingStep] = []

    def steps(self) -> Iterator[TrainingStep]:
        """Train; the first step has the number 0. Raises what ``train`` raises."""
        steps = self.recipe.steps
        keep_every = max(1, -(-min(steps, MAX_STEPS) // KEPT))
        for step in train(
            self.network, self.data, steps=steps, rate=self.recipe.rate, generator=self._generator, batch_size=BATCH,
            keep_every=keep_every,
        ):  # fmt: skip
            self._path.append(step)
            yield step

    def subject(self) -> Subject:
        """The network as it is now, with the way so far."""
        parameters = {name: p.detach().clone() for name, p in self.network.named_parameters()}
        trajectory = torch.stack([step.theta for step in self._path])
        return Subject(parameters, classifier_loss(self.network, self.data), trajectory, tuple(self._path))


def rnn_subject(model: RnnModel, sentences: Sequence[str]) -> Subject:
    """The lecture's recurrent network and its mean cross-entropy in nats over the tokens of sentences, STOP included.

    Raises
    ------
    ValueError
        If there is no sentence.
    """
    rows = padded_rows([[model.start_id, *model.encode(sentence), model.stop_id] for sentence in sentences])
    parameters = {name: p.detach() for name, p in model.network.named_parameters()}
    device = next(iter(parameters.values())).device
    inputs, targets = (torch.from_numpy(part).to(device) for part in (rows.inputs, rows.targets))
    return Subject(parameters, elman_loss(inputs, targets))


@dataclass(frozen=True)
class Plane:
    """The part of a plane through theta* that is looked at, and the way to theta* seen in it.

    Attributes
    ----------
    directions : Directions
    a_range, b_range : tuple of float
    path : Projection or None
        None where no way was kept.
    path_losses : Tensor of shape (T,) or None
        The loss in the plane at each point of the projected path; the loss in training differs as far as the path
        leaves the plane.
    """

    directions: Directions
    a_range: tuple[float, float]
    b_range: tuple[float, float]
    path: Projection | None = None
    path_losses: Tensor | None = None


def plane(subject: Subject, kind: str, *, seed: int = 0, reach: float = 1.0) -> Plane:
    """A plane through theta*.

    Parameters
    ----------
    subject : Subject
    kind : str
        One of ``KINDS``. For "PCA" the window holds the whole path; "Random" is filter-normalised.
    seed : int
        Of the random directions.
    reach : float
        How far along each random direction; above 0.

    Raises
    ------
    ValueError
        If the kind is unknown, PCA is asked for without a path, or the path spans no plane.
    """
    if kind not in KINDS:
        raise ValueError(f"no directions are called {kind!r}; known are {', '.join(KINDS)}")
    trajectory = subject.trajectory
    if kind == "PCA":
        if trajectory is None:
            raise ValueError("PCA directions are those of a training path, and none was kept for this network")
        directions = pca_directions(trajectory, subject.parameters)
    else:
        directions = random_directions(subject.parameters, torch.Generator().manual_seed(seed))
    path = None if trajectory is None else project(trajectory, directions)
    a_range = b_range = (-reach, reach)
    if path is None:
        return Plane(directions, a_range, b_range)
    if kind == "PCA":
        a_range, b_range = window(path.coordinates)
    path_losses = torch.cat(list(evaluate(subject.loss, directions, path.coordinates)))
    return Plane(directions, a_range, b_range, path, path_losses)


def local_minima(losses: Tensor) -> int:
    """How many points of a grid (n, n) lie lower than all of their eight neighbours; the edge does not count."""
    n, m = losses.shape
    values = torch.where(losses.isfinite(), losses, torch.inf)
    inside = values[1:-1, 1:-1]
    lowest = inside.isfinite()
    for i in range(3):
        for j in range(3):
            if (i, j) != (1, 1):
                lowest &= inside < values[i : n - 2 + i, j : m - 2 + j]
    return int(lowest.sum())
