"""nlm-bert: a small encoder trained to fill blanks, as a standard ModernBERT-type model of ``transformers``.

Encoder-only (Devlin et al. 2019), every position looks at all others; rotary positions and gated feed-forward layers
before normalisation (Warner et al. 2024). The weights load with ``AutoModelForMaskedLM``; this file holds only what
training adds: the training form of the network, and the blanks.
"""

import math

import numpy as np
import torch
from torch import Tensor
from transformers import ModernBertConfig, ModernBertForMaskedLM

from nlm_core.lm.network import TrainableNetwork
from nlm_core.text.corpus import IGNORED, Rows


def bert_config(
    vocab_size: int, *, hidden: int = 256, intermediate: int = 672, layers: int = 5, heads: int = 4, context: int = 128
) -> ModernBertConfig:
    positions = {"rope_type": "default", "rope_theta": 10_000.0}
    return ModernBertConfig(
        vocab_size=vocab_size,
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        max_position_embeddings=context,
        # Texts are short: every layer looks at the whole of them.
        layer_types=["full_attention"] * layers,
        rope_parameters={"full_attention": positions, "sliding_attention": positions},
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        cls_token_id=1,
        sep_token_id=2,
        tie_word_embeddings=True,
        # As for nlm-gpt: on a CPU the compiled plain form trains faster than the fused kernel.
        attn_implementation="eager",
    )


class BertNetwork(TrainableNetwork):
    """The training form: rows of packed lines, each position attending to all of its own line."""

    def __init__(self, config: ModernBertConfig, generator: torch.Generator) -> None:
        super().__init__()
        self.masked_lm = ModernBertForMaskedLM(config)
        residual_scale = 1 / math.sqrt(2 * config.num_hidden_layers)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if parameter.ndim < 2:
                    continue
                std = 0.02 if "embed" in name else parameter.shape[1] ** -0.5
                if name.endswith("Wo.weight"):
                    std *= residual_scale
                parameter.normal_(0.0, std, generator=generator)

    def hidden(self, inputs: Tensor, lines: Tensor) -> Tensor:
        B, T = inputs.shape
        weights = self.masked_lm.model.embeddings.tok_embeddings.weight
        mask = torch.zeros(B, 1, T, T, dtype=weights.dtype, device=inputs.device)
        mask.masked_fill_((lines[:, :, None] != lines[:, None, :])[:, None], torch.finfo(weights.dtype).min)
        states: Tensor = self.masked_lm.model(input_ids=inputs, attention_mask=mask).last_hidden_state
        hidden: Tensor = self.masked_lm.head(states)
        return hidden

    def output_layer(self) -> tuple[Tensor, Tensor]:
        return self.masked_lm.decoder.weight, self.masked_lm.decoder.bias


def blanked(rows: Rows, mask_id: int, rng: np.random.Generator) -> Rows:
    """Rows in which a quarter of the tokens are blanks, and the targets are what stood there.

    Parameters
    ----------
    rows : Rows
        Of next-token prediction; START and STOP, the first and last of each line, never become blanks.
    mask_id : int
    rng : np.random.Generator

    Returns
    -------
    Rows
        ``targets`` is ``IGNORED`` wherever no blank is.
    """
    R, T = rows.inputs.shape
    first = np.ones((R, T), dtype=bool)
    first[:, 1:] = rows.lines[:, 1:] != rows.lines[:, :-1]
    # A token after which nothing is predicted is a STOP.
    words = ~first & (rows.targets != IGNORED)
    order = np.argsort(np.where(words, rng.random((R, T)), 2.0), axis=1)
    chosen = np.zeros((R, T), dtype=bool)
    np.put_along_axis(chosen, order[:, : T // 4], True, axis=1)
    chosen &= words
    return Rows(np.where(chosen, mask_id, rows.inputs), np.where(chosen, rows.inputs, IGNORED), rows.lines)
