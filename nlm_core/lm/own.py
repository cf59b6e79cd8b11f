"""What our own window and recurrent models have in common: the tokenizer, START and STOP, the output layer."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import torch
from torch import Tensor

from nlm_core.lm.base import ModelCard
from nlm_core.lm.network import TrainableNetwork
from nlm_core.text.vocabulary import Vocabulary

N = TypeVar("N", bound=TrainableNetwork)


class OwnModel(Generic[N]):
    """Base of the models whose network, of type N, we wrote; freezes the network it is given."""

    context_length: int | None = None

    def __init__(self, card: ModelCard, tokenizer: Vocabulary, network: N) -> None:
        self.card, self.tokenizer = card, tokenizer
        self.network: N = network.eval().requires_grad_(False)
        self.vocab_size = tokenizer.vocab_size
        self.start_id, self.stop_id = tokenizer.start_id, tokenizer.stop_id

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text)

    def decode(self, ids: Sequence[int]) -> str:
        return self.tokenizer.decode(ids)

    def symbol(self, token_id: int) -> str:
        return self.tokenizer.symbol(token_id)

    def tensor(self, ids: Sequence[int]) -> Tensor:
        """Token ids as a tensor on the model's device."""
        return torch.tensor(ids, dtype=torch.int64, device=next(self.network.parameters()).device)

    @torch.inference_mode()
    def output(self, hidden: Tensor) -> Tensor:
        weight, bias = self.network.output_layer()
        logits = hidden @ weight.T
        return (logits if bias is None else logits + bias).float()
