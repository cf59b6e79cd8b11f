"""The loss of the lecture's recurrent network as a function of its parameters, in a form that ``vmap`` can batch.

    h_t = tanh(W_h x_t + U_h h_{t-1} + b_h)        y_t = W_y h_t + b_y        L = mean of -log softmax(y_t)[target]

The network itself trains through a hand-written scan and block-wise softmax, which fill buffers in place; here
the same formulas are plain products.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from nlm_core.optim.directions import Named
from nlm_core.optim.landscape import StackedLoss, stacked


def elman_loss(inputs: Tensor, targets: Tensor, carries: Tensor | None = None) -> StackedLoss:
    """Mean cross-entropy in nats of sentences, for parameters named as in ``ElmanNetwork``.

    Parameters
    ----------
    inputs, targets : int64 Tensors of shape (B, T)
        Targets of -100 do not count.
    carries : Tensor of shape (B, T) or None
        0 where a new line begins and h_{t-1} is forgotten, else 1.

    Returns
    -------
    callable
        From stacked parameters (embedding, W_h, U_h, b_h, W_y, b_y) of shapes (C, ...) to losses of shape (C,).
    """

    def loss(p: Named) -> Tensor:
        a = F.embedding(inputs, p["embedding"]) @ p["W_h"].T + p["b_h"]  # (B, T, H)
        h = torch.zeros_like(a[:, 0])
        states = []
        for t in range(inputs.shape[1]):
            before = h if carries is None else h * carries[:, t, None]
            h = torch.tanh(a[:, t] + before @ p["U_h"].T)
            states.append(h)
        logits = torch.stack(states, 1) @ p["W_y"].T + p["b_y"]  # (B, T, V)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    return stacked(loss)
