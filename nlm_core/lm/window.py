"""nlm-window: the lecture's sliding-window network, a neural n-gram (Bengio et al. 2003).

    h_t = tanh(W_1 [e_t; e_{t-1}; ...; e_{t-N+1}] + b_1)        y_t = W_y h_t + b_y

W_1 is kept as N blocks, one for each distance. A word outside the window, or before START, contributes the zero
vector; in training each position gets a window of random length, so that every N from 1 to 8 is in the
training distribution.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nlm_core.lm.base import Forward, ModelCard
from nlm_core.lm.network import PlainNetwork, same_line
from nlm_core.lm.own import OwnModel
from nlm_core.text.vocabulary import Vocabulary

MAX_WINDOW = 8


class WindowNetwork(PlainNetwork):
    def __init__(self, vocab_size: int, embedding: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.randn(vocab_size, embedding, generator=generator))
        scale = (MAX_WINDOW * embedding) ** -0.5
        self.W_1 = nn.Parameter(scale * torch.randn(hidden, MAX_WINDOW * embedding, generator=generator))
        self.b_1 = nn.Parameter(torch.zeros(hidden))
        self.W_y = nn.Parameter(hidden**-0.5 * torch.randn(vocab_size, hidden, generator=generator))
        self.b_y = nn.Parameter(torch.zeros(vocab_size))
        self._generator = torch.Generator().manual_seed(generator.initial_seed() + 1)

    def windowed(self, inputs: Tensor, lines: Tensor, window: int | Tensor) -> Tensor:
        """Hidden states (B, T, H) where each position sees its last ``window`` words: one N for all, or (B, T)."""
        embedded = self.embedded(inputs)  # (B, T, E)
        blocks = []
        for offset in range(MAX_WINDOW):
            seen = same_line(lines, offset) & (torch.as_tensor(window, device=inputs.device) > offset)
            shifted = F.pad(embedded, (0, 0, offset, 0))[:, : inputs.shape[1]]
            blocks.append(shifted * seen[..., None])
        return torch.tanh(F.linear(torch.cat(blocks, dim=-1), self.W_1, self.b_1))

    def hidden(self, inputs: Tensor, lines: Tensor) -> Tensor:
        # Half of the positions see the whole window, the others 1 to 8 words.
        window = torch.randint(1, 2 * MAX_WINDOW + 1, inputs.shape, generator=self._generator).clamp(max=MAX_WINDOW)
        return self.windowed(inputs, lines, window.to(inputs.device))


class WindowModel(OwnModel[WindowNetwork]):
    """nlm-window as a language model that sees the last ``window`` tokens, 1 to 8."""

    def __init__(
        self, card: ModelCard, tokenizer: Vocabulary, network: WindowNetwork, window: int = MAX_WINDOW
    ) -> None:
        if not 1 <= window <= MAX_WINDOW:
            raise ValueError(f"the window holds 1 to {MAX_WINDOW} words, not {window}")
        super().__init__(card, tokenizer, network)
        self.window = window

    def with_window(self, window: int) -> "WindowModel":
        """The same weights behind another window."""
        return WindowModel(self.card, self.tokenizer, self.network, window)

    @torch.inference_mode()
    def extend(self, state: tuple[int, ...] | None, ids: Sequence[int]) -> Forward:
        before = state or ()
        # A window model keeps nothing but the tokens: what it computes for a position is lost at the next one.
        recent = (*before[max(0, len(before) - MAX_WINDOW + 1) :], *ids)
        inputs = self.tensor(recent)[None]
        hidden = self.hidden(inputs)[0, len(recent) - len(ids) :]
        return Forward(self.network.embedding[self.tensor(ids)], hidden, (*before, *ids))

    def crop(self, state: tuple[int, ...] | None, length: int) -> tuple[int, ...] | None:
        return (state or ())[:length] or None

    @torch.inference_mode()
    def hidden(self, ids: Tensor) -> Tensor:
        ids = ids.to(self.network.embedding.device)
        return self.network.windowed(ids, torch.zeros_like(ids), self.window)
