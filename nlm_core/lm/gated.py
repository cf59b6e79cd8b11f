"""nlm-lstm and nlm-gru: recurrent networks whose gates decide what is kept.

LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000):

    i_t, f_t, o_t = sigma(W x_t + U h_{t-1} + b)          g_t = tanh(W x_t + U h_{t-1} + b)
    c_t = f_t c_{t-1} + i_t g_t                           h_t = o_t tanh(c_t)

GRU (Cho et al. 2014, in the form of cuDNN and torch, where r_t scales what U_n h_{t-1} + b_n came to):

    r_t, z_t = sigma(W x_t + U h_{t-1} + b)               n_t = tanh(W_n x_t + b_n' + r_t (U_n h_{t-1} + b_n))
    h_t = (1 - z_t) n_t + z_t h_{t-1}

Each gate has rows of its own in W, U and b; they stand one below another in the order of torch: i, f, g, o and r, z, n.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nlm_core.lm.base import Forward
from nlm_core.lm.network import PlainNetwork, carried
from nlm_core.lm.own import OwnModel


class _LstmScan(torch.autograd.Function):
    """h_t and c_t for all t from a_t = W x_t + b, both multiplied by m_t (None: by 1) before they are carried on.

    The slopes of the gates are taken for all t at once; what is left of backpropagation through time is one product
    with U and three by element a step. No gradient flows into the states at the beginning, nor out of c_t.
    """

    @staticmethod
    def forward(ctx, a, U, m, h_0, c_0):  # type: ignore[no-untyped-def]  # noqa: PLR0917
        B, T, H = len(a), a.shape[1], U.shape[1]
        h = torch.empty(T + 1, B, H, dtype=a.dtype, device=a.device)
        # What c_t adds up over many steps would be lost in bfloat16.
        c = torch.empty(T + 1, B, H, dtype=torch.promote_types(a.dtype, torch.float32), device=a.device)
        gates = torch.empty(T, B, 4, H, dtype=a.dtype, device=a.device)
        h[0], c[0] = h_0, c_0
        U_T = U.T.contiguous()
        for t in range(T):
            h_before, c_before = (h[t], c[t]) if m is None else (h[t] * m[:, t, None], c[t] * m[:, t, None])
            i, f, g, o = torch.addmm(a[:, t], h_before, U_T).view(B, 4, H).unbind(1)
            torch.stack([i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()], dim=1, out=gates[t])
            i, f, g, o = gates[t].unbind(1)
            torch.addcmul(f * c_before, i, g, out=c[t + 1])
            torch.mul(o, c[t + 1].tanh(), out=h[t + 1])
        ctx.save_for_backward(h, c, gates, U, m)
        ctx.mark_non_differentiable(c)
        return h[1:].transpose(0, 1), c

    @staticmethod
    def backward(ctx, upstream, _):  # type: ignore[no-untyped-def]
        h, c, gates, U, m = ctx.saved_tensors
        T, B, _, H = gates.shape
        kept = torch.ones_like(c[1:, :, :1]) if m is None else m.T[..., None].to(c.dtype)  # (T, B, 1)
        i, f, g, o = gates.to(c.dtype).unbind(2)
        tanh_c = c[1:].tanh()
        # dL/da_t is dL/dc_t times these for i, f and g, and dL/dh_t times the last for o.
        slopes = torch.stack(
            [g * i * (1 - i), kept * c[:-1] * f * (1 - f), i * (1 - g**2), tanh_c * o * (1 - o)], dim=2
        )  # (T, B, 4, H)
        c_of_h, carry = o * (1 - tanh_c**2), f * kept
        deltas = torch.empty_like(gates)
        d_h = torch.zeros_like(h[0])
        d_c = torch.zeros_like(c[0])
        for t in range(T - 1, -1, -1):
            d_h = upstream[:, t] + d_h
            d_c = torch.addcmul(d_c, d_h.to(c.dtype), c_of_h[t])
            deltas[t, :, :3] = d_c[:, None] * slopes[t, :, :3]
            deltas[t, :, 3] = d_h * slopes[t, :, 3]
            d_h = deltas[t].reshape(B, 4 * H) @ U
            if m is not None:
                d_h *= m[:, t, None]
            d_c = d_c * carry[t]
        before = h[:-1] * kept.to(h.dtype)
        flat = deltas.reshape(T * B, 4 * H)
        return flat.view(T, B, 4 * H).transpose(0, 1), flat.T @ before.reshape(T * B, H), None, None, None


class _GruScan(torch.autograd.Function):
    """h_t for all t from a_t = W x_t + b; h_{t-1} is multiplied by m_t (None: by 1) before it is carried on.

    Every gate's part of dL/da_t is dL/dh_t times a slope, and all slopes are taken at once. No gradient flows into the
    state at the beginning.
    """

    @staticmethod
    def forward(ctx, a, U, b_n, m, h_0):  # type: ignore[no-untyped-def]  # noqa: PLR0917
        B, T, H = len(a), a.shape[1], U.shape[1]
        h = torch.empty(T + 1, B, H, dtype=a.dtype, device=a.device)
        gates = torch.empty(T, B, 4, H, dtype=a.dtype, device=a.device)  # r, z, n and s = U_n h + b_n
        h[0] = h_0
        U_T = U.T.contiguous()
        bias = torch.cat([torch.zeros_like(b_n), torch.zeros_like(b_n), b_n])
        for t in range(T):
            before = h[t] if m is None else h[t] * m[:, t, None]
            u_r, u_z, s = torch.addmm(bias, before, U_T).view(B, 3, H).unbind(1)
            a_r, a_z, a_n = a[:, t].view(B, 3, H).unbind(1)
            r, z = (a_r + u_r).sigmoid(), (a_z + u_z).sigmoid()
            n = torch.addcmul(a_n, r, s).tanh()
            torch.stack([r, z, n, s], dim=1, out=gates[t])
            torch.lerp(n, before, z, out=h[t + 1])
        ctx.save_for_backward(h, gates, U, m)
        return h[1:].transpose(0, 1)

    @staticmethod
    def backward(ctx, upstream):  # type: ignore[no-untyped-def]
        h, gates, U, m = ctx.saved_tensors
        T, B, _, H = gates.shape
        before = h[:-1] if m is None else h[:-1] * m.T[..., None]
        r, z, n, s = gates.unbind(2)
        n_of_h = (1 - z) * (1 - n**2)
        r_of_h, z_of_h = n_of_h * s * r * (1 - r), (before - n) * z * (1 - z)
        slopes = torch.stack([r_of_h, z_of_h, n_of_h * r], dim=2)  # (T, B, 3, H)
        deltas = torch.empty_like(slopes)
        whole = torch.empty_like(h[1:])
        d_h = torch.zeros_like(h[0])
        for t in range(T - 1, -1, -1):
            torch.add(upstream[:, t], d_h, out=whole[t])
            torch.mul(whole[t, :, None], slopes[t], out=deltas[t])
            d_h = torch.addmm(whole[t] * z[t], deltas[t].view(B, 3 * H), U)
            if m is not None:
                d_h *= m[:, t, None]
        flat = deltas.view(T * B, 3 * H)
        d_a = torch.stack([deltas[:, :, 0], deltas[:, :, 1], whole * n_of_h], dim=2).view(T, B, 3 * H).transpose(0, 1)
        d_U = flat.T @ before.reshape(T * B, H)
        return d_a, d_U, deltas[:, :, 2].sum((0, 1)), None, None


def _gates(hidden: int, count: int, generator: torch.Generator) -> Tensor:
    """U of shape (count * hidden, hidden): an orthogonal block for each gate."""
    blocks = [nn.init.orthogonal_(torch.empty(hidden, hidden), generator=generator) for _ in range(count)]
    return torch.cat(blocks)


class GatedNetwork(PlainNetwork):
    """What both have: W (gates * H, E), U (gates * H, H), b (gates * H), the table and the output layer."""

    # Compiling would unroll the loop over time, which takes minutes and gains nothing.
    worth_compiling = False
    gates: int

    def __init__(self, vocab_size: int, embedding: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        rows = self.gates * hidden
        self.embedding = nn.Parameter(torch.randn(vocab_size, embedding, generator=generator))
        self.W = nn.Parameter(embedding**-0.5 * torch.randn(rows, embedding, generator=generator))
        self.U = nn.Parameter(_gates(hidden, self.gates, generator))
        self.b = nn.Parameter(torch.zeros(rows))
        self.W_y = nn.Parameter(hidden**-0.5 * torch.randn(vocab_size, hidden, generator=generator))
        self.b_y = nn.Parameter(torch.zeros(vocab_size))


class LstmNetwork(GatedNetwork):
    gates = 4

    def __init__(self, vocab_size: int, embedding: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__(vocab_size, embedding, hidden, generator)
        # A forget gate that begins open lets gradients through from the first step on (Jozefowicz et al. 2015).
        self.b.data[hidden : 2 * hidden] = 1.0

    def states(self, x: Tensor, h_0: Tensor, c_0: Tensor, carries: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """h_1 ... h_T and c_1 ... c_T, each of shape (B, T, H), for input vectors x (B, T, E).

        ``carries`` (B, T) is 0 where both states are to be forgotten because a new line begins, else 1.
        """
        a = F.linear(x, self.W, self.b)  # (B, T, 4 H)
        h, c = _LstmScan.apply(a, self.U, carries, h_0, c_0)  # type: ignore[no-untyped-call]
        return h, c[1:].transpose(0, 1)

    def hidden(self, inputs: Tensor, lines: Tensor) -> Tensor:
        x = self.embedded(inputs)
        zeros = x.new_zeros(len(x), self.U.shape[1])
        return self.states(x, zeros, zeros, carried(lines, x.dtype))[0]


class GruNetwork(GatedNetwork):
    gates = 3

    def __init__(self, vocab_size: int, embedding: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__(vocab_size, embedding, hidden, generator)
        self.b_n = nn.Parameter(torch.zeros(hidden))

    def states(self, x: Tensor, h_0: Tensor, carries: Tensor | None = None) -> Tensor:
        """h_1 ... h_T of shape (B, T, H) for input vectors x (B, T, E); ``carries`` as in ``LstmNetwork.states``."""
        a = F.linear(x, self.W, self.b)  # (B, T, 3 H)
        states: Tensor = _GruScan.apply(a, self.U, self.b_n, carries, h_0)  # type: ignore[no-untyped-call]
        return states

    def hidden(self, inputs: Tensor, lines: Tensor) -> Tensor:
        x = self.embedded(inputs)
        return self.states(x, x.new_zeros(len(x), self.U.shape[1]), carried(lines, x.dtype))


LstmState = tuple[Tensor, Tensor]


class LstmModel(OwnModel[LstmNetwork]):
    """An LSTM as a language model; its state is every h_t and c_t so far, so that it can be cut back."""

    @torch.inference_mode()
    def extend(self, state: LstmState | None, ids: Sequence[int]) -> Forward:
        x = self.network.embedded(self.tensor(ids))  # (n, E)
        zeros = x.new_zeros(1, self.network.U.shape[1])
        h_0, c_0 = (zeros, zeros) if state is None else (state[0][-1:], state[1][-1:])
        h, c = (states[0] for states in self.network.states(x[None], h_0, c_0))  # (n, H) each
        return Forward(x, h, (h, c) if state is None else (torch.cat([state[0], h]), torch.cat([state[1], c])))

    def crop(self, state: LstmState | None, length: int) -> LstmState | None:
        return None if state is None or length == 0 else (state[0][:length], state[1][:length])

    @torch.inference_mode()
    def hidden(self, ids: Tensor) -> Tensor:
        ids = ids.to(self.network.embedding.device)
        return self.network.hidden(ids, torch.zeros_like(ids))


class GruModel(OwnModel[GruNetwork]):
    """A GRU as a language model; its state is every h_t so far, so that it can be cut back."""

    @torch.inference_mode()
    def extend(self, state: Tensor | None, ids: Sequence[int]) -> Forward:
        x = self.network.embedded(self.tensor(ids))  # (n, E)
        h_0 = x.new_zeros(1, self.network.U.shape[1]) if state is None else state[-1:]
        h = self.network.states(x[None], h_0)[0]  # (n, H)
        return Forward(x, h, h if state is None else torch.cat([state, h]))

    def crop(self, state: Tensor | None, length: int) -> Tensor | None:
        return None if state is None or length == 0 else state[:length]

    @torch.inference_mode()
    def hidden(self, ids: Tensor) -> Tensor:
        ids = ids.to(self.network.embedding.device)
        return self.network.hidden(ids, torch.zeros_like(ids))
