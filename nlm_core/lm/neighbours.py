"""Hidden states compared: h_t with the earlier states of its sentence, and with the prefixes of a small gallery.

Two states are compared by their cosine, <h, g> / (|h| |g|): 1 where they point the same way, 0 at a right angle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from nlm_core.lm.rnn import RnnModel

GALLERY_FILE = Path(__file__).resolve().parents[2] / "assets" / "data" / "prefix_gallery.txt"


def gallery_sentences() -> tuple[str, ...]:
    """The sentences of the gallery, written for this project."""
    lines = GALLERY_FILE.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip())


def cosines(h: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The cosine of one vector (H,) with each of n others (n, H), of shape (n,); 0 where a vector is 0."""
    lengths = np.linalg.norm(others, axis=-1) * np.linalg.norm(h)
    products = others @ h
    result: np.ndarray = np.divide(products, lengths, out=np.zeros(len(others)), where=lengths > 0)
    return result.clip(-1.0, 1.0)


def to_earlier_states(states: np.ndarray, t: int) -> np.ndarray:
    """The cosine of h_t with h_0 ... h_{t-1}, of shape (t,), for states (n_steps, H) and a step t from 0 on.

    Raises
    ------
    ValueError
        If t is no step.
    """
    if not 0 <= t < len(states):
        raise ValueError(f"t is {t}; the text has the steps 0 to {len(states) - 1}")
    return cosines(states[t], states[:t])


@dataclass(frozen=True)
class Neighbour:
    """A prefix of the gallery, the rest of its sentence, and the cosine of its hidden state with the one asked for."""

    prefix: str
    goes_on: str
    cosine: float


@dataclass(frozen=True)
class Gallery:
    """Every prefix of some sentences as one model reads it.

    Attributes
    ----------
    prefixes, rests : tuples of n_prefixes str
        The prefix, and what follows it in its sentence.
    states : float64 array of shape (n_prefixes, H)
        The hidden state after START and the prefix.
    """

    prefixes: tuple[str, ...]
    rests: tuple[str, ...]
    states: np.ndarray

    @classmethod
    def read(cls, model: RnnModel, sentences: Sequence[str]) -> "Gallery":
        """Read all sentences in one batch.

        Raises
        ------
        ValueError
            If there is no sentence.
        """
        rows = [[model.start_id, *model.encode(sentence)] for sentence in sentences]
        rows = [row for row in rows if len(row) > 1]
        if not rows:
            raise ValueError("the gallery holds no sentence")
        T = max(len(row) for row in rows)
        # No position looks at later ones, so that what stands in the padding does not matter.
        batch = torch.tensor([row + [model.start_id] * (T - len(row)) for row in rows])  # (B, T)
        hidden = model.hidden(batch).double().cpu().numpy()  # (B, T, H)
        prefixes, rests, states = [], [], []
        for row, h in zip(rows, hidden, strict=True):
            for t in range(2, len(row) + 1):
                prefixes.append(model.decode(row[1:t]))
                rests.append(model.decode(row[t:]))
                states.append(h[t - 1])
        return cls(tuple(prefixes), tuple(rests), np.stack(states))

    def nearest(self, h: np.ndarray, count: int = 5) -> tuple[Neighbour, ...]:
        """The prefixes whose hidden states point most nearly where h (H,) does, the nearest first."""
        found = cosines(h, self.states)
        order = np.argsort(-found, kind="stable")[:count].tolist()
        return tuple(Neighbour(self.prefixes[i], self.rests[i], float(found[i])) for i in order)
