"""One more token through a Llama-type Transformer, written out: what a keystroke costs.

Vaswani et al. 2017 as in Touvron et al. 2023, for one position t that attends to all before it:

    h = RMSNorm(x)    q, k, v = W_q h, W_k h, W_v h    q, k turned by t (RoPE)    x <- x + W_o softmax(q K^T / sqrt d) V
    h = RMSNorm(x)    x <- x + W_down (silu(W_gate h) * W_up h)

The same numbers as ``transformers`` computes, and the same cache. Beside its forward pass there are no masks, no hooks
and no batch: products of a matrix with one vector, which on a CPU take half of the time.
"""

from typing import TypeGuard

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import DynamicCache, LlamaForCausalLM, PreTrainedModel


def is_plain_llama(network: PreTrainedModel) -> TypeGuard[LlamaForCausalLM]:
    """Whether ``next_hidden`` holds for a network: plain rotary positions, a key for each head, no bias."""
    if not isinstance(network, LlamaForCausalLM):
        return False
    config = network.config
    return (
        config.num_key_value_heads == config.num_attention_heads
        and not config.attention_bias
        and not config.mlp_bias
        and config.hidden_act == "silu"
        and config.rope_parameters.get("rope_type", "default") == "default"
        and network.device.type == "cpu"
    )


@torch.inference_mode()
def next_hidden(network: LlamaForCausalLM, cache: DynamicCache, token_id: int) -> Tensor:
    """The last hidden state, of shape (1, H), of one token behind those in ``cache``, which takes it up."""
    model, config = network.model, network.config
    heads, eps = config.num_attention_heads, config.rms_norm_eps
    x = model.embed_tokens.weight[token_id]  # (H,)
    position = torch.tensor([[cache.get_seq_length()]])
    cos, sin = (part[0] for part in model.rotary_emb(x[None, None], position_ids=position))  # (1, D)

    def turned(vector: Tensor) -> Tensor:
        first, second = vector.chunk(2, dim=-1)
        there: Tensor = vector * cos + torch.cat([-second, first], dim=-1) * sin
        return there

    for number, layer in enumerate(model.layers):
        attention, feed_forward = layer.self_attn, layer.mlp
        h = F.rms_norm(x, x.shape, layer.input_layernorm.weight, eps)
        q, k, v = (
            (part.weight @ h).view(heads, -1) for part in (attention.q_proj, attention.k_proj, attention.v_proj)
        )  # (heads, D)
        keys, values = cache.update(turned(k)[None, :, None], v[None, :, None], number)  # (1, heads, t + 1, D)
        seen = F.scaled_dot_product_attention(turned(q)[None, :, None], keys, values)
        x = x + attention.o_proj.weight @ seen.reshape(-1)
        h = F.rms_norm(x, x.shape, layer.post_attention_layernorm.weight, eps)
        gated = F.silu(feed_forward.gate_proj.weight @ h) * (feed_forward.up_proj.weight @ h)
        x = x + feed_forward.down_proj.weight @ gated
    last: Tensor = F.rms_norm(x, x.shape, model.norm.weight, eps)[None]
    return last
