"""How much each earlier word still moves the prediction: the gradient of ln p_t(target) along the unrolled network.

    d ln p_t(target) / d x_k,  k = 0 ... t

Backpropagation multiplies by U_h^T diag(1 - h^2) once for every step back; where that shrinks a vector, the gradient
vanishes (Bengio et al. 1994).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from nlm_core.lm.rnn import RnnModel


@dataclass(frozen=True)
class Influence:
    """Gradient norms of one prediction.

    Attributes
    ----------
    target_id : int
    logp : float
        ln p_t(target).
    norms : float64 array of shape (t + 1,)
        ``norms[k]`` is the Euclidean norm of d ln p_t(target) / d x_k: the first belongs to START, the last to the
        word just read.
    """

    target_id: int
    logp: float
    norms: np.ndarray

    @property
    def distances(self) -> np.ndarray:
        """t - k for each norm: how many steps back the word was read, 0 for the word just read."""
        return np.arange(len(self.norms))[::-1]


def influence(model: RnnModel, ids: Sequence[int], target_id: int) -> Influence:
    """Backpropagate ln p_t(target) through all steps of a reading of ``ids``, w_0 ... w_t.

    The shared weights need no gradients and get none; the embeddings are a copy that does.

    Raises
    ------
    ValueError
        If there is no token, or the target is outside the vocabulary.
    """
    if not ids:
        raise ValueError("there is no token to read; a prefix has at least START")
    if not 0 <= target_id < model.vocab_size:
        raise ValueError(f"token id {target_id} is outside the vocabulary of {model.vocab_size}")
    network = model.network
    with torch.inference_mode(False), torch.enable_grad():
        x = network.embedding[model.tensor(ids)].detach().clone().requires_grad_(True)  # (t, E)
        h = network.states(x[None], x.new_zeros(1, len(network.U_h)))[0, -1]  # (H,)
        W_y, b_y = network.output_layer()
        logp = torch.log_softmax(W_y @ h + b_y, dim=-1)[target_id]
        (gradient,) = torch.autograd.grad(logp, x)
    return Influence(target_id, float(logp.detach()), gradient.double().norm(dim=-1).cpu().numpy())
