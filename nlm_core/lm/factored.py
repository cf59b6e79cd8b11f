"""Output layers trained as a product, W_y = E P, where E is the embedding table itself.

    y_t = W_y h_t + b_y = E (P h_t) + b_y        E of shape (V, E), P of shape (E, H)

Two ideas in one: the output layer shares its table with the input (Press and Wolf 2017; Inan et al. 2017), and h_t is
projected before the softmax (Sak et al. 2014). Where V is much larger than H, nearly all the work of a training step is
the product with W_y; with E narrower than H it costs E/H of that, so the hidden layer may be wider. Multiplied out, the
trained network is the plain one, tensor for tensor: nothing that reads a model knows how it was trained.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nlm_core.lm.gated import GruNetwork, LstmNetwork
from nlm_core.lm.network import PlainNetwork
from nlm_core.lm.rnn import ElmanNetwork
from nlm_core.lm.window import WindowNetwork


class FactoredOutput(PlainNetwork):
    """Mixed into a network: its ``W_y`` (V, H) gives way to ``P`` (E, H), and what it hands on is P h_t."""

    def __init__(self, vocab_size: int, embedding: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__(vocab_size, embedding, hidden, generator)
        del self.W_y
        self.P = nn.Parameter(hidden**-0.5 * torch.randn(embedding, hidden, generator=generator))
        # Rows of length 1 suit an output layer; the input wants numbers of size 1, hence the scale.
        self.scale = embedding**0.5
        self.embedding.data /= self.scale

    def embedded(self, inputs: Tensor) -> Tensor:
        scaled: Tensor = self.scale * super().embedded(inputs)
        return scaled

    def hidden(self, inputs: Tensor, lines: Tensor) -> Tensor:
        h = super().hidden(inputs, lines)  # type: ignore[safe-super]
        return F.linear(h, self.P)

    def output_layer(self) -> tuple[Tensor, Tensor]:
        return self.embedding, self.b_y

    def exported(self, parameters: dict[str, Tensor]) -> dict[str, Tensor]:
        rest = {name: tensor for name, tensor in parameters.items() if name not in {"embedding", "P"}}
        embedding, P = parameters["embedding"].float(), parameters["P"].float()
        return super().exported({**rest, "embedding": self.scale * embedding, "W_y": embedding @ P})


class FactoredElmanNetwork(FactoredOutput, ElmanNetwork):
    pass


class FactoredWindowNetwork(FactoredOutput, WindowNetwork):
    pass


class FactoredLstmNetwork(FactoredOutput, LstmNetwork):
    pass


class FactoredGruNetwork(FactoredOutput, GruNetwork):
    pass
