"""The attention of a Transformer: where each position may look, and how much it takes from where.

softmax(Q K^T / sqrt(d) + M) of every layer and head (Vaswani et al. 2017), M being 0 where a position may look and
minus infinity elsewhere. A decoder may look at itself and to the left, an encoder everywhere (Devlin et al. 2019).
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

# Weights of a text grow with the square of its length: 12 layers x 12 heads x 64 x 64 float32 values are 2.4 MB.
MAX_POSITIONS = 64


@dataclass(frozen=True)
class Attention:
    """One text as all heads of one model look at it.

    Attributes
    ----------
    ids : tuple of int
        The n tokens, START first.
    weights : float32 array of shape (layers, heads, n, n)
        ``weights[l, h, t, s]`` is how much position t takes from position s in head h of layer l; over s it sums to 1.
    allowed : bool array of shape (n, n)
        Whether position t may look at position s; elsewhere every weight is exactly 0.
    """

    ids: tuple[int, ...]
    weights: np.ndarray
    allowed: np.ndarray

    def head(self, layer: int, head: int | None) -> np.ndarray:
        """The weights of one head, or their mean over the heads of a layer for None; of shape (n, n)."""
        heads: np.ndarray = self.weights[layer]
        chosen: np.ndarray = heads.mean(axis=0) if head is None else heads[head]
        return chosen


def showing_attention(network: Any) -> Any:
    """The same network of ``transformers``, on the same parameters, in the plain form that hands its weights out.

    The fused kernels that models are served with never hold the weights; the given network stays as it is.
    """
    # What the memo holds is not copied, so that the two networks share it.
    shared = {id(tensor): tensor for tensor in (*network.parameters(), *network.buffers())}
    plain = copy.deepcopy(network, shared)
    plain.set_attn_implementation("eager")
    return plain


class AttentionReader:
    """Reads the weights that a model itself computes; it may be shared by all visitors.

    Parameters
    ----------
    model : MaskedModel or TransformerModel

    Raises
    ------
    ValueError
        If the model is no Transformer.
    """

    def __init__(self, model: Any) -> None:
        from transformers import PreTrainedModel

        network = getattr(model, "network", None)
        if not isinstance(network, PreTrainedModel):
            raise ValueError(f"{model.card.name} has no attention; choose a Transformer, such as nlm-gpt")
        self.causal = model.card.kind != "masked"
        self.network = showing_attention(network)
        config = network.config.get_text_config()
        self.layers, self.heads = int(config.num_hidden_layers), int(config.num_attention_heads)
        # The first call prepares the network; visitors may then call at the same time.
        found = self.read([model.start_id]).weights.shape[:2]
        if found != (self.layers, self.heads):
            raise ValueError(f"{model.card.name} does not give the attention weights of all its layers")

    @torch.inference_mode()
    def read(self, ids: Sequence[int]) -> Attention:
        """The attention over some token ids, the first of which is usually START.

        Raises
        ------
        ValueError
            If there are none, or more than ``MAX_POSITIONS``.
        """
        n = len(ids)
        if not 1 <= n <= MAX_POSITIONS:
            raise ValueError(f"attention over {n} tokens was asked for; it must be 1 to {MAX_POSITIONS}")
        inputs = torch.tensor([list(ids)], device=self.network.device)
        found = self.network(input_ids=inputs, output_attentions=True, use_cache=False)
        layers = [layer[0].float().cpu() for layer in found.attentions or () if layer is not None]
        weights = torch.stack(layers).numpy() if layers else np.zeros((0, 0, n, n), dtype=np.float32)
        return Attention(tuple(ids), weights, may_look(n, self.causal))


def may_look(n: int, causal: bool) -> np.ndarray:
    """Whether position t may look at position s, of shape (n, n): to the left and at itself, or everywhere."""
    everywhere = np.ones((n, n), dtype=bool)
    return np.tril(everywhere) if causal else everywhere
