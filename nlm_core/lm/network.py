"""What the training loop asks of a network: hidden states for rows of tokens, and the output layer over them."""

from abc import ABC, abstractmethod

import torch
import torch.nn.functional as F
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

    def exported(self, parameters: dict[str, Tensor]) -> dict[str, Tensor]:
        """What is written down of the trained parameters, by name: these themselves, unless it was trained otherwise.

        ``parameters`` are those of this network or float32 copies of them.
        """
        return parameters


class PlainNetwork(TrainableNetwork):
    """A network of our own: the table ``embedding`` (V, E), and the output layer ``W_y`` (V, H), ``b_y`` (V,)."""

    embedding: nn.Parameter
    W_y: nn.Parameter
    b_y: nn.Parameter

    def embedded(self, inputs: Tensor) -> Tensor:
        """Input vectors x_t of shape (..., E) for token ids of shape (...)."""
        return F.embedding(inputs, self.embedding)

    def output_layer(self) -> tuple[Tensor, Tensor]:
        return self.W_y, self.b_y


def same_line(lines: Tensor, offset: int) -> Tensor:
    """Whether position t and position t - offset of each row belong to one line: bool, of shape (B, T)."""
    if offset == 0:
        return torch.ones_like(lines, dtype=torch.bool)
    same = torch.zeros_like(lines, dtype=torch.bool)
    same[:, offset:] = lines[:, offset:] == lines[:, :-offset]
    return same


def carried(lines: Tensor, dtype: torch.dtype) -> Tensor | None:
    """0 where a new line begins, so that a recurrent state is forgotten, else 1, of shape (B, T).

    None where every row is one line, and nothing is to be forgotten.
    """
    one_line_a_row = bool((lines == lines[:, :1]).all())
    return None if one_line_a_row else same_line(lines, 1).to(dtype)
