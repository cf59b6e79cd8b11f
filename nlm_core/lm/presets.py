"""The networks that ``python -m nlm_core train`` can train, by name: how each is built, trained and written down."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from nlm_core.lm.factored import (
    FactoredElmanNetwork,
    FactoredGruNetwork,
    FactoredLstmNetwork,
    FactoredWindowNetwork,
)
from nlm_core.lm.network import TrainableNetwork
from nlm_core.lm.training import Recipe
from nlm_core.text.corpus import Rows

WEIGHTS_FILE = "model.safetensors"
CONFIG_FILE = "config.json"


Corrupt = Callable[[Rows, int, np.random.Generator], Rows]


@dataclass(frozen=True)
class Preset:
    """One trainable model.

    Attributes
    ----------
    kind : str
        "window", "rnn", "lstm", "gru", "transformer" or "masked".
    describes : str
        One sentence for the model card.
    sizes : dict
        The numbers that fix the network besides the vocabulary; written to ``config.json``.
    build : callable
        (vocab_size, sizes, generator) -> network.
    export : callable
        (network, masters, sizes, folder): writes ``config.json`` and the float16 weights.
    batch_rows, row_length : int
    recipe : Recipe
    corrupt : callable or None
        (rows, mask_id, rng) -> rows: makes blanks out of rows of next-token prediction; None where the next token
        itself is what is predicted.
    output_layer : str
        How it was trained, for the card; empty where it is one matrix like any other.
    """

    kind: str
    describes: str
    sizes: dict[str, int]
    build: Callable[[int, dict[str, int], torch.Generator], TrainableNetwork]
    export: Callable[[TrainableNetwork, dict[str, Tensor], dict[str, int], Path], None]
    batch_rows: int
    row_length: int
    recipe: Recipe
    corrupt: Corrupt | None = None
    output_layer: str = ""


def _half(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().to(torch.float16).contiguous().cpu() for name, tensor in tensors.items()}


def _export_plain(kind: str) -> Callable[[TrainableNetwork, dict[str, Tensor], dict[str, int], Path], None]:
    def export(network: TrainableNetwork, masters: dict[str, Tensor], sizes: dict[str, int], folder: Path) -> None:
        tensors = network.exported(masters)
        config: dict[str, Any] = {"kind": kind, "vocab_size": len(tensors["embedding"]), **sizes}
        (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        save_file(_half(tensors), folder / WEIGHTS_FILE)

    return export


def _build_gpt(vocab_size: int, sizes: dict[str, int], generator: torch.Generator) -> TrainableNetwork:
    from nlm_core.lm.gpt import GptNetwork, gpt_config

    return GptNetwork(gpt_config(vocab_size, **sizes), generator)


def _build_bert(vocab_size: int, sizes: dict[str, int], generator: torch.Generator) -> TrainableNetwork:
    from nlm_core.lm.bert import BertNetwork, bert_config

    return BertNetwork(bert_config(vocab_size, **sizes), generator)


def _blanked(rows: Rows, mask_id: int, rng: np.random.Generator) -> Rows:
    from nlm_core.lm.bert import blanked

    return blanked(rows, mask_id, rng)


def _export_transformer(attribute: str) -> Callable[[TrainableNetwork, dict[str, Tensor], dict[str, int], Path], None]:
    """As ``transformers`` writes the model that the network holds, so that it is read back as any model of the Hub."""

    def export(network: TrainableNetwork, masters: dict[str, Tensor], sizes: dict[str, int], folder: Path) -> None:
        model = getattr(network, attribute)
        config = type(model.config).from_dict({**model.config.to_dict(), "use_cache": True, "dtype": "float16"})
        config.architectures = [type(model).__name__]
        config.to_json_file(folder / CONFIG_FILE, use_diff=True)
        weights = {name.removeprefix(f"{attribute}."): tensor for name, tensor in masters.items()}
        save_file(_half(weights), folder / WEIGHTS_FILE, metadata={"format": "pt"})

    return export


_LONG_RUN = Recipe(
    optimizer="Muon",
    learning_rate=4e-3,
    weight_decay=0.05,
    warmup_steps=100,
    decay_share=0.5,
    clip=1.0,
    max_minutes=100.0,
    bf16=True,
    compiled=True,
)

_FACTORED = replace(_LONG_RUN, optimizer="Adam", learning_rate=2e-3, weight_decay=0.0, candidates=2048)
_AS_PRODUCT = "W_y trained as the product of the embedding table and a projection"

PRESETS: dict[str, Preset] = {
    "nlm-window": Preset(
        kind="window",
        describes="The sliding-window network: one hidden layer over the embeddings of the last 1 to 8 words.",
        sizes={"embedding": 256, "hidden": 512},
        build=lambda vocab_size, sizes, generator: FactoredWindowNetwork(vocab_size, generator=generator, **sizes),
        export=_export_plain("window"),
        batch_rows=16,
        row_length=128,
        recipe=_FACTORED,
        output_layer=_AS_PRODUCT,
    ),
    "nlm-rnn": Preset(
        kind="rnn",
        describes="The Elman network: h_t = tanh(W_h x_t + U_h h_{t-1} + b_h), y_t = W_y h_t + b_y.",
        sizes={"embedding": 256, "hidden": 768},
        build=lambda vocab_size, sizes, generator: FactoredElmanNetwork(vocab_size, generator=generator, **sizes),
        export=_export_plain("rnn"),
        batch_rows=16,
        row_length=128,
        # At 2e-3 the loss stays where it is from 5 million tokens on: nothing gates what U_h does.
        recipe=replace(_FACTORED, learning_rate=1e-3),
        output_layer=_AS_PRODUCT,
    ),
    "nlm-lstm": Preset(
        kind="lstm",
        describes="A long short-term memory: gates i, f, o decide what c_t = f_t c_{t-1} + i_t g_t keeps and shows.",
        sizes={"embedding": 256, "hidden": 512},
        build=lambda vocab_size, sizes, generator: FactoredLstmNetwork(vocab_size, generator=generator, **sizes),
        export=_export_plain("lstm"),
        batch_rows=16,
        row_length=128,
        recipe=_FACTORED,
        output_layer=_AS_PRODUCT,
    ),
    "nlm-gru": Preset(
        kind="gru",
        describes="A gated recurrent unit: h_t = (1 - z_t) n_t + z_t h_{t-1}, where r_t decides what n_t sees of it.",
        sizes={"embedding": 256, "hidden": 512},
        build=lambda vocab_size, sizes, generator: FactoredGruNetwork(vocab_size, generator=generator, **sizes),
        export=_export_plain("gru"),
        batch_rows=16,
        row_length=128,
        recipe=_FACTORED,
        output_layer=_AS_PRODUCT,
    ),
    "nlm-gpt": Preset(
        kind="transformer",
        describes="A small decoder-only Transformer (Llama type: rotary positions, RMS norm, gated feed-forward).",
        sizes={"hidden": 256, "intermediate": 672, "layers": 5, "heads": 4, "context": 128},
        build=_build_gpt,
        export=_export_transformer("causal_lm"),
        batch_rows=64,
        row_length=128,
        recipe=_LONG_RUN,
    ),
    "nlm-bert": Preset(
        kind="masked",
        describes="A small encoder that fills blanks (ModernBERT type: rotary positions, gated feed-forward).",
        sizes={"hidden": 256, "intermediate": 672, "layers": 5, "heads": 4, "context": 128},
        build=_build_bert,
        export=_export_transformer("masked_lm"),
        batch_rows=64,
        row_length=128,
        recipe=replace(_LONG_RUN, max_minutes=60.0),
        corrupt=_blanked,
    ),
}


def preset(name: str) -> Preset:
    """The preset of that name.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    if name not in PRESETS:
        raise ValueError(f"no model to train is called {name!r}; known are {', '.join(PRESETS)}")
    return PRESETS[name]
