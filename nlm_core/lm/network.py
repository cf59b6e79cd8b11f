"""What the training loop asks of a network: hidden states for rows of tokens, and the output layer over them."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn


class TrainableNetwork(nn.Module, ABC):
    """A trainable next-token network, split at its output layer y_t = W_y h_t + b_y.

    The split lets the cross-entropy over 8,192 logits be computed in blocks, without keeping all the logits.
    """

    worth_compiling = True

    @abstractmethod
    def hidden(self, inputs: Tensor, lines: Tensor) -> Tensor:
        """Hidden states of shape (B, T, H) for token ids of shape (B, T).

        ``lines`` (B, T) numbers the line of each position; nothing may flow from one line into another.
        """

    @abstractmethod
    def output_layer(self) -> tuple[Tensor, Tensor | None]:
        """W_y of shape (vocab_size, H) and b_y of shape (vocab_size,), or None where there is no bias."""


def same_line(lines: Tensor, offset: int) -> Tensor:
    """Whether position t and position t - offset of each row belong to one line: bool, of shape (B, T)."""
    if offset == 0:
        return torch.ones_like(lines, dtype=torch.bool)
    same = torch.zeros_like(lines, dtype=torch.bool)
    same[:, offset:] = lines[:, offset:] == lines[:, :-offset]
    return same
