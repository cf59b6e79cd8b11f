"""nlm-gpt: a small decoder-only Transformer, as a standard Llama-type model of ``transformers``.

Decoder-only (Radford et al. 2018) with rotary positions, RMS normalisation and gated feed-forward layers (Touvron et
al. 2023). Because the network is a plain ``LlamaForCausalLM``, the trained weights load through the path that serves
models from the Hub (``nlm_core.lm.hub``); this file holds only what training adds.
"""

import math

import torch
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM

from nlm_core.lm.network import TrainableNetwork


def gpt_config(
    vocab_size: int, *, hidden: int = 256, intermediate: int = 672, layers: int = 5, heads: int = 4, context: int = 128
) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=vocab_size,
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        use_cache=False,
        # On a CPU the compiled plain form of attention trains faster than the fused kernel at this length.
        attn_implementation="eager",
    )


class GptNetwork(TrainableNetwork):
    """The training form: rows of packed lines, each position attending to the earlier ones of its own line."""

    def __init__(self, config: LlamaConfig, generator: torch.Generator) -> None:
        super().__init__()
        self.causal_lm = LlamaForCausalLM(config)
        residual_scale = 1 / math.sqrt(2 * config.num_hidden_layers)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if parameter.ndim < 2:
                    continue
                width = parameter.shape[1]
                std = 0.02 if "embed" in name else width**-0.5
                if "o_proj" in name or "down_proj" in name:
                    std *= residual_scale
                parameter.normal_(0.0, std, generator=generator)

    def hidden(self, inputs: Tensor, lines: Tensor) -> Tensor:
        B, T = inputs.shape
        causal = torch.ones(T, T, dtype=torch.bool, device=inputs.device).tril()
        may_see = causal & (lines[:, :, None] == lines[:, None, :])
        embedded = self.causal_lm.model.embed_tokens(inputs)
        mask = torch.zeros(B, 1, T, T, dtype=embedded.dtype, device=inputs.device)
        mask.masked_fill_(~may_see[:, None], torch.finfo(embedded.dtype).min)
        hidden: Tensor = self.causal_lm.model(inputs_embeds=embedded, attention_mask=mask).last_hidden_state
        return hidden

    def output_layer(self) -> tuple[Tensor, None]:
        return self.causal_lm.lm_head.weight, None
