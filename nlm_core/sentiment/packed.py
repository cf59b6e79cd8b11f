"""Encoders of the BERT family on a CPU, on sentences laid end to end: no padding, no layer that is not asked for.

The layers are those of Devlin et al. (2019), "BERT", and Sanh et al. (2019), "DistilBERT"; weights are laid out once as
oneDNN wants them, with query, key and value in one product, and GELU and the residual sums are done while a product is
still in the processor's cache. The states equal those of ``transformers`` up to rounding.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# Batches of about so many tokens are fastest: longer ones leave the cache.
PACKED_BUDGET = 1024


@dataclass(frozen=True)
class _Linear:
    """y = x Wᵀ + b, W of shape (out, in) in oneDNN's own layout."""

    weight: Tensor
    bias: Tensor

    @classmethod
    def of(cls, *parts: Any) -> "_Linear":
        weight = torch.cat([part.weight.detach() for part in parts]).contiguous()
        bias = torch.cat([part.bias.detach() for part in parts])
        return cls(torch.ops.mkldnn._reorder_linear_weight(weight, PACKED_BUDGET), bias)

    def __call__(self, x: Tensor, then: str = "none", plus: Tensor | None = None) -> Tensor:
        product = torch.ops.mkldnn._linear_pointwise
        if plus is not None:
            added: Tensor = product.binary(x, plus, self.weight, self.bias, "add")
            return added
        found: Tensor = product(x, self.weight, self.bias, then, [], "none")
        return found


@dataclass(frozen=True)
class _Layer:
    """One layer: attention and feed-forward network, each with a residual sum and a LayerNorm after it."""

    qkv: _Linear
    out: _Linear
    norm: Any
    up: _Linear
    down: _Linear
    last_norm: Any


@dataclass(frozen=True)
class Packed:
    """Sentences end to end, those of one length beside each other.

    Attributes
    ----------
    ids, positions : Tensor of int64, shape (n_tokens,)
    starts : Tensor of int64, shape (n,)
        Where each sentence begins.
    groups : sequence of (begin, sentences, length)
        Runs of sentences of one length.
    """

    ids: Tensor
    positions: Tensor
    starts: Tensor
    groups: Sequence[tuple[int, int, int]]

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> "Packed":
        lengths = torch.tensor([len(row) for row in rows])
        starts = lengths.cumsum(0) - lengths
        ids = torch.tensor([token for row in rows for token in row])
        positions = torch.arange(len(ids)) - starts.repeat_interleave(lengths)
        groups, begin = [], 0
        for length, run in groupby(len(row) for row in rows):
            count = len(list(run))
            groups.append((begin, count, length))
            begin += count * length
        return cls(ids, positions, starts, groups)

    def pool(self, states: Tensor, pooling: str) -> Tensor:
        """One vector a sentence, of shape (n, hidden), out of states of shape (n_tokens, hidden)."""
        if pooling == "cls":
            return states[self.starts].float()
        means = [
            states[begin : begin + count * length].view(count, length, -1).float().mean(1)
            for begin, count, length in self.groups
        ]
        return torch.cat(means)


class PackedNetwork:
    """The layers of a BERT or DistilBERT network for packed sentences.

    Parameters
    ----------
    network : PreTrainedModel
        One that ``PackedNetwork.takes``.
    """

    def __init__(self, network: "PreTrainedModel") -> None:
        config: Any = network.config
        embeddings: Any = network.embeddings
        self.heads: int = config.num_attention_heads
        self.words, self.positions = embeddings.word_embeddings.weight, embeddings.position_embeddings.weight
        self.norm = embeddings.LayerNorm
        if config.model_type == "bert":
            # All tokens belong to the first of the two sentences that BERT can read.
            self.positions = self.positions + embeddings.token_type_embeddings.weight[0]
            self.layers = [_bert_layer(layer) for layer in network.encoder.layer]
        else:
            self.layers = [_distilbert_layer(layer) for layer in network.transformer.layer]

    @staticmethod
    def takes(network: "PreTrainedModel") -> bool:
        """Whether a network is of a kind that is known here, and where oneDNN computes."""
        config: Any = network.config
        activation = getattr(config, "activation", None) or getattr(config, "hidden_act", None)
        return (
            config.model_type in ("bert", "distilbert")
            and activation == "gelu"
            and network.device.type == "cpu"
            and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
            and config._attn_implementation != "eager"
        )

    @torch.inference_mode()
    def states(self, packed: Packed, last: int) -> Iterator[Tensor]:
        """Hidden states of shape (n_tokens, hidden): the embeddings, then those of each layer up to ``last``."""
        x = F.embedding(packed.ids, self.words) + F.embedding(packed.positions, self.positions)
        x = self.norm(x)
        yield x
        for layer in self.layers[:last]:
            x = self._layer(layer, x, packed.groups)
            yield x

    @torch.inference_mode()
    def next_cls(self, packed: Packed, states: Tensor, number: int) -> Tensor:
        """What layer ``number`` makes of [CLS] alone, of shape (n, hidden), given the states before it.

        Keys and values are needed of every token, all else only of the first of each sentence.
        """
        layer, H = self.layers[number - 1], states.shape[1]
        qkv = layer.qkv(states)
        attended = []
        for begin, count, length in packed.groups:
            part = qkv[begin : begin + count * length].view(count, length, 3, self.heads, H // self.heads)
            q, k, v = part.permute(2, 0, 3, 1, 4)
            found = F.scaled_dot_product_attention(q[:, :, :1], k, v)
            attended.append(found.reshape(count, H))
        x = layer.norm(layer.out(torch.cat(attended), plus=states[packed.starts]))
        return layer.last_norm(layer.down(layer.up(x, then="gelu"), plus=x))  # type: ignore[no-any-return]

    def _layer(self, layer: _Layer, x: Tensor, groups: Sequence[tuple[int, int, int]]) -> Tensor:
        H = x.shape[1]
        qkv = layer.qkv(x)  # of shape (n_tokens, 3 H)
        attended = torch.empty_like(x)
        for begin, count, length in groups:
            end = begin + count * length
            # Each of shape (count, heads, length, H / heads).
            q, k, v = qkv[begin:end].view(count, length, 3, self.heads, H // self.heads).permute(2, 0, 3, 1, 4)
            found = F.scaled_dot_product_attention(q, k, v)
            attended[begin:end].view(count, length, self.heads, -1).copy_(found.transpose(1, 2))
        x = layer.norm(layer.out(attended, plus=x))
        return layer.last_norm(layer.down(layer.up(x, then="gelu"), plus=x))  # type: ignore[no-any-return]


def _bert_layer(layer: Any) -> _Layer:
    attention, output = layer.attention.self, layer.attention.output
    return _Layer(
        qkv=_Linear.of(attention.query, attention.key, attention.value),
        out=_Linear.of(output.dense),
        norm=output.LayerNorm,
        up=_Linear.of(layer.intermediate.dense),
        down=_Linear.of(layer.output.dense),
        last_norm=layer.output.LayerNorm,
    )


def _distilbert_layer(layer: Any) -> _Layer:
    attention = layer.attention
    return _Layer(
        qkv=_Linear.of(attention.q_lin, attention.k_lin, attention.v_lin),
        out=_Linear.of(attention.out_lin),
        norm=layer.sa_layer_norm,
        up=_Linear.of(layer.ffn.lin1),
        down=_Linear.of(layer.ffn.lin2),
        last_norm=layer.output_layer_norm,
    )
