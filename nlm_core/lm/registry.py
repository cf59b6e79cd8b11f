"""The models by name: our own in ``assets/models``, presets from the Hub, and any other causal model by Hub id."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from safetensors.torch import load_file

from nlm_core import runtime
from nlm_core.lm.base import LanguageModel, ModelCard, ModelUnavailableError, UnknownModelError
from nlm_core.lm.card import read_card
from nlm_core.lm.presets import CONFIG_FILE, WEIGHTS_FILE
from nlm_core.text.tokenizer import FILE_NAME as TOKENIZER_FILE
from nlm_core.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    from nlm_core.lm.masked import MaskedModel

MODELS_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "models"
TOKENIZER_FOLDER = MODELS_FOLDER / "tokenizer"


Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Entry:
    """A name that can be chosen; ``megabytes`` is what loading it the first time downloads, 0 for our own."""

    name: str
    label: str
    megabytes: int = 0


def _config(folder: Path) -> dict[str, Any]:
    if not (folder / WEIGHTS_FILE).exists():
        raise ModelUnavailableError(f"{folder.name} has no {WEIGHTS_FILE}; train it with python -m nlm_core train")
    config: dict[str, Any] = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    return config


N = TypeVar("N", bound=torch.nn.Module)


def _with_weights(network: N, folder: Path) -> N:
    weights = {name: tensor.float() for name, tensor in load_file(folder / WEIGHTS_FILE).items()}
    network.load_state_dict(weights)
    return network.to(runtime.device())


def _tokenizer(folder: Path) -> Tokenizer:
    """The one that training wrote beside the model, else the one that all shipped models share."""
    return Tokenizer.load(folder if (folder / TOKENIZER_FILE).exists() else TOKENIZER_FOLDER)


def _parts(folder: Path, build: Callable[..., N]) -> tuple[ModelCard, Tokenizer, N]:
    """What a network of our own kinds is served with: its card, its tokenizer, and itself with its weights."""
    config = _config(folder)
    network = build(config["vocab_size"], config["embedding"], config["hidden"], torch.Generator())
    return read_card(folder), _tokenizer(folder), _with_weights(network, folder)


def load_window(folder: Path) -> LanguageModel:
    from nlm_core.lm.window import WindowModel, WindowNetwork

    return WindowModel(*_parts(folder, WindowNetwork))


def load_rnn(folder: Path) -> LanguageModel:
    from nlm_core.lm.rnn import ElmanNetwork, RnnModel

    return RnnModel(*_parts(folder, ElmanNetwork))


def load_lstm(folder: Path) -> LanguageModel:
    from nlm_core.lm.gated import LstmModel, LstmNetwork

    return LstmModel(*_parts(folder, LstmNetwork))


def load_gru(folder: Path) -> LanguageModel:
    from nlm_core.lm.gated import GruModel, GruNetwork

    return GruModel(*_parts(folder, GruNetwork))


def load_gpt(folder: Path) -> LanguageModel:
    from nlm_core.lm.hub import load_causal
    from nlm_core.lm.transformer import TransformerModel

    _config(folder)
    return TransformerModel(read_card(folder), _tokenizer(folder), load_causal(folder))


def load_bert(folder: Path) -> "MaskedModel":
    from transformers import AutoModelForMaskedLM

    from nlm_core.lm.hub import load_folder
    from nlm_core.lm.masked import MaskedModel

    _config(folder)
    return MaskedModel(read_card(folder), _tokenizer(folder), load_folder(AutoModelForMaskedLM, folder))


# Next-token models by their kind.
LOADERS: dict[str, Callable[[Path], LanguageModel]] = {
    "window": load_window,
    "rnn": load_rnn,
    "lstm": load_lstm,
    "gru": load_gru,
    "transformer": load_gpt,
}
OWN_MODELS: dict[str, tuple[str, Callable[[Path], LanguageModel]]] = {
    "nlm-gpt": ("nlm-gpt · Transformer", load_gpt),
    "nlm-rnn": ("nlm-rnn · recurrent", load_rnn),
    "nlm-window": ("nlm-window · sliding window", load_window),
}
# Ours too, for ``load_bert``: it fills blanks and does not go on.
BERT = "nlm-bert"


def entries() -> dict[str, Entry]:
    """Every name that can be chosen: our own models first, then the presets from the Hub."""
    from nlm_core.lm.hub import HUB_PRESETS

    own = {name: Entry(name, label) for name, (label, _) in OWN_MODELS.items()}
    hub = {
        name: Entry(name, f"{name} · Hub, {preset.megabytes} MB", preset.megabytes)
        for name, preset in HUB_PRESETS.items()
    }
    return own | hub


def load(name: str, on_progress: Progress | None = None) -> LanguageModel:
    """Load a model by name; a name with a slash that is no preset is taken for a Hub id.

    Raises
    ------
    UnknownModelError
        If the name is neither ours, nor a preset, nor of the form owner/name; lists the known names.
    ModelUnavailableError
        If the model cannot be fetched or is none that can be used; says why.
    """
    from nlm_core.lm import hub

    if name in OWN_MODELS:
        return OWN_MODELS[name][1](MODELS_FOLDER / name)
    if name in hub.HUB_PRESETS:
        preset = hub.HUB_PRESETS[name]
        return hub.load_hub(preset.repo_id, revision=preset.revision, on_progress=on_progress)
    if "/" in name:
        return hub.load_hub(name, on_progress=on_progress)
    raise UnknownModelError(
        f"no model is called {name[:60]!r}; known are {', '.join(entries())}, and any Hub id of the form owner/name"
    )
