"""nlm-rnn: the lecture's Elman network (Elman 1990).

    h_t = tanh(W_h x_t + U_h h_{t-1} + b_h)        y_t = W_y h_t + b_y        p_t = softmax(y_t)

x_t is the embedding of the t-th token; the state before the first is 0.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nlm_core.lm.base import Forward
from nlm_core.lm.network import PlainNetwork, carried
from nlm_core.lm.own import OwnModel


class _ElmanScan(torch.autograd.Function):
    """h_t = tanh(a_t + U_h (m_t * h_{t-1})) for all t, with backpropagation through time; no m is m_t = 1.

    Autograd would add up dL/dU_h in T small products; here it is one: sum_t delta_t (m_t h_{t-1})^T.
    """

    @staticmethod
    def forward(ctx, a, U_h, m, h_0):  # type: ignore[no-untyped-def]
        B, T, H = a.shape
        states = torch.empty(T + 1, B, H, dtype=a.dtype, device=a.device)
        h = states.unbind(0)
        h[0].copy_(h_0)
        U_T = U_h.T.contiguous()
        for t, a_t in enumerate(a.unbind(1)):
            before = h[t] if m is None else h[t] * m[:, t, None]
            torch.addmm(a_t, before, U_T, out=h[t + 1]).tanh_()
        ctx.save_for_backward(states, U_h, m)
        return states[1:].transpose(0, 1)  # (B, T, H)

    @staticmethod
    def backward(ctx, upstream):  # type: ignore[no-untyped-def]
        states, U_h, m = ctx.saved_tensors
        T, B, H = states.shape[0] - 1, states.shape[1], states.shape[2]
        deltas = torch.empty(T, B, H, dtype=states.dtype, device=states.device)
        delta, slope = deltas.unbind(0), (1 - states[1:] ** 2).unbind(0)
        whole = upstream[:, T - 1]
        for t in range(T - 1, -1, -1):
            torch.mul(whole, slope[t], out=delta[t])
            through_h = delta[t] @ U_h if m is None else (delta[t] @ U_h) * m[:, t, None]
            whole = through_h + upstream[:, t - 1] if t > 0 else through_h
        before = states[:-1] if m is None else states[:-1] * m.T[..., None]
        d_U = deltas.reshape(T * B, H).T @ before.reshape(T * B, H)
        return deltas.transpose(0, 1), d_U, None, whole


class ElmanNetwork(PlainNetwork):
    # Compiling would unroll the loop over time, which takes minutes and gains nothing.
    worth_compiling = False

    def __init__(self, vocab_size: int, embedding: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.randn(vocab_size, embedding, generator=generator))
        self.W_h = nn.Parameter(embedding**-0.5 * torch.randn(hidden, embedding, generator=generator))
        self.U_h = nn.Parameter(torch.empty(hidden, hidden))
        # An orthogonal start neither shrinks nor grows h along the way (Saxe et al. 2014).
        nn.init.orthogonal_(self.U_h, generator=generator)
        self.b_h = nn.Parameter(torch.zeros(hidden))
        self.W_y = nn.Parameter(hidden**-0.5 * torch.randn(vocab_size, hidden, generator=generator))
        self.b_y = nn.Parameter(torch.zeros(vocab_size))

    def states(self, x: Tensor, h_0: Tensor, carries: Tensor | None = None) -> Tensor:
        """Hidden states h_1 ... h_T of shape (B, T, H) for input vectors x (B, T, E), starting from h_0 (B, H).

        ``carries`` (B, T) is 0 where h_{t-1} is to be forgotten because a new line begins, else 1;
        None forgets nowhere.
        """
        a = F.linear(x, self.W_h, self.b_h)  # (B, T, H)
        states: Tensor = _ElmanScan.apply(a, self.U_h, carries, h_0)  # type: ignore[no-untyped-call]
        return states

    def hidden(self, inputs: Tensor, lines: Tensor) -> Tensor:
        x = self.embedded(inputs)  # (B, T, E)
        return self.states(x, x.new_zeros(len(inputs), len(self.U_h)), carried(lines, x.dtype))


class RnnModel(OwnModel[ElmanNetwork]):
    """An Elman network as a language model; its state is every hidden state so far, so that it can be cut back."""

    @torch.inference_mode()
    def extend(self, state: Tensor | None, ids: Sequence[int]) -> Forward:
        x = self.network.embedding[self.tensor(ids)]  # (n, E)
        h_0 = x.new_zeros(1, len(self.network.U_h)) if state is None else state[-1:]
        hidden = self.network.states(x[None], h_0)[0]  # (n, H)
        return Forward(x, hidden, hidden if state is None else torch.cat([state, hidden]))

    def crop(self, state: Tensor | None, length: int) -> Tensor | None:
        return None if state is None or length == 0 else state[:length]

    @torch.inference_mode()
    def hidden(self, ids: Tensor) -> Tensor:
        x = self.network.embedding[ids.to(self.network.embedding.device)]  # (B, T, E)
        return self.network.states(x, x.new_zeros(len(ids), len(self.network.U_h)))
