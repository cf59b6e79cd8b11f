"""Training against a part of the vocabulary: the softmax of each step is taken over some thousand tokens of all.

The sum under the softmax, Z = sum over V of exp(y_j), falls into three parts: the commonest tokens, the tokens that
follow anywhere in the batch, and the rest R. The first two are summed as they are. Of R, m tokens are drawn without
replacement, and each stands for |R| / m:

    Z' = sum over the certain exp(y_j) + |R| / m * sum over the drawn exp(y_j)        E[Z'] = Z

(importance sampling as of Bengio and Senécal 2008, with the proposal of Jean et al. 2015: targets are always among the
candidates). Adding log(|R| / m) to the biases of the drawn makes the ordinary cross-entropy do this. As log is concave,
the loss comes out a little too small: the end of a run is best taken over the whole vocabulary.
"""

import math
from dataclasses import dataclass

import numpy as np

from nlm_core.text.corpus import IGNORED


@dataclass(frozen=True)
class Candidates:
    """The tokens of one step.

    Attributes
    ----------
    ids : int64 array of shape (C,)
    surplus : float32 array of shape (C,)
        What is added to each token's logit: 0 for the certain ones, log(|R| / m) for those drawn.
    targets : int64 array
        The batch's targets as places in ``ids``; ``IGNORED`` stays.
    """

    ids: np.ndarray
    surplus: np.ndarray
    targets: np.ndarray


class CandidateSampler:
    """Draws the candidates of each step, the same ones for the same seed and step.

    Parameters
    ----------
    counts : array of shape (V,)
        How often each token stands in the text.
    size : int
        Candidates a step; half of them are the commonest tokens.
    seed : int
    """

    def __init__(self, counts: np.ndarray, size: int, seed: int) -> None:
        self.vocab_size, self.size, self.seed = len(counts), size, seed
        self.commonest = np.argsort(-counts, kind="stable")[: size // 2]

    def draw(self, targets: np.ndarray, number: int) -> Candidates | None:
        """The candidates of step ``number``; None where those that are certain leave no room to draw any."""
        certain = np.zeros(self.vocab_size, dtype=bool)
        certain[self.commonest] = True
        certain[targets[targets != IGNORED]] = True
        rest = np.flatnonzero(~certain)
        count = self.size - (self.vocab_size - len(rest))
        if not 0 < count < len(rest):
            return None
        drawn = np.random.default_rng([self.seed, number, 2]).choice(rest, count, replace=False)
        ids = np.concatenate([np.flatnonzero(certain), drawn])
        surplus = np.zeros(len(ids), dtype=np.float32)
        surplus[-count:] = math.log(len(rest) / count)
        place = np.zeros(self.vocab_size, dtype=np.int64)
        place[ids] = np.arange(len(ids))
        places = np.where(targets == IGNORED, IGNORED, place[np.maximum(targets, 0)])
        return Candidates(ids, surplus, places)
