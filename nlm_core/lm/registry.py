"""The models by name: our own in ``assets/models``, presets from the Hub, and any other causal model by Hub id."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from nlm_core import runtime
from nlm_core.lm.base import LanguageModel, ModelCard, ModelUnavailableError, UnknownModelError
from nlm_core.lm.presets import CONFIG_FILE, WEIGHTS_FILE
from nlm_core.text.tokenizer import Tokenizer

MODELS_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "models"
TOKENIZER_FOLDER = MODELS_FOLDER / "tokenizer"
CARD_FILE = "card.json"


@dataclass(frozen=True)
class Entry:
    """A name that can be chosen: who loads it, and whether its weights come from the Hub."""

    name: str
    label: str
    load: Callable[[], LanguageModel]
    from_hub: bool = False


def read_card(folder: Path) -> ModelCard:
    """The model card of one of our own models."""
    return ModelCard(**json.loads((folder / CARD_FILE).read_text(encoding="utf-8")))


def _config(folder: Path) -> dict[str, Any]:
    if not (folder / WEIGHTS_FILE).exists():
        raise ModelUnavailableError(f"{folder.name} has no {WEIGHTS_FILE}; train it with python -m nlm_core train")
    config: dict[str, Any] = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    return config


def _with_weights(network: torch.nn.Module, folder: Path) -> torch.nn.Module:
    weights = {name: tensor.float() for name, tensor in load_file(folder / WEIGHTS_FILE).items()}
    network.load_state_dict(weights)
    return network.to(runtime.device())


def load_window(folder: Path) -> LanguageModel:
    from nlm_core.lm.window import WindowModel, WindowNetwork

    config = _config(folder)
    network = WindowNetwork(config["vocab_size"], config["embedding"], config["hidden"], torch.Generator())
    return WindowModel(read_card(folder), Tokenizer.load(TOKENIZER_FOLDER), _with_weights(network, folder))


def load_rnn(folder: Path) -> LanguageModel:
    from nlm_core.lm.rnn import ElmanNetwork, RnnModel

    config = _config(folder)
    network = ElmanNetwork(config["vocab_size"], config["embedding"], config["hidden"], torch.Generator())
    return RnnModel(read_card(folder), Tokenizer.load(TOKENIZER_FOLDER), _with_weights(network, folder))


def load_gpt(folder: Path) -> LanguageModel:
    from nlm_core.lm.hub import load_causal
    from nlm_core.lm.transformer import TransformerModel

    _config(folder)
    return TransformerModel(read_card(folder), Tokenizer.load(TOKENIZER_FOLDER), load_causal(folder))
