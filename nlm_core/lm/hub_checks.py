"""Whether a model from the Hub is one that this program can use: by its own account, then by trying it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from nlm_core.lm.base import ModelUnavailableError
from nlm_core.lm.hub_download import shards
from nlm_core.lm.hub_listing import CHOOSE_ANOTHER, TOKENIZER_CONFIG_FILE
from nlm_core.lm.presets import CONFIG_FILE, WEIGHTS_FILE

if TYPE_CHECKING:
    from nlm_core.lm.transformer import TransformerModel


def unreadable(name: str, error: Exception) -> ModelUnavailableError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return ModelUnavailableError(f"{name} could not be loaded ({reason[:200].rstrip('.')}); {CHOOSE_ANOTHER}")


def _read_json(repo_id: str, path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise unreadable(repo_id, error) from error
    if not isinstance(content, dict):
        raise ModelUnavailableError(f"{path.name} of {repo_id} is not a JSON object; {CHOOSE_ANOTHER}")
    return content


def check_no_code(repo_id: str, folder: Path) -> Mapping[str, Any]:
    """The model's configuration; refused if the model needs Python code of its own."""
    config = _read_json(repo_id, folder / CONFIG_FILE)
    tokenizer = folder / TOKENIZER_CONFIG_FILE
    if config.get("auto_map") or (tokenizer.exists() and _read_json(repo_id, tokenizer).get("auto_map")):
        raise ModelUnavailableError(
            f"{repo_id} needs Python code of its own to run, and this program runs no code from the Hub; "
            f"{CHOOSE_ANOTHER}"
        )
    return config


def check_config(repo_id: str, folder: Path) -> None:
    """Refuse what needs code of its own, or is no causal language model by its own account."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    config = check_no_code(repo_id, folder)
    known = set(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.values())
    architectures = config.get("architectures") or []
    if not any(isinstance(architecture, str) and architecture in known for architecture in architectures):
        given = ", ".join(map(str, architectures))[:80] or "none stated"
        raise ModelUnavailableError(
            f"{repo_id} is not a causal language model that this program knows (its architecture: {given}); "
            f"{CHOOSE_ANOTHER}"
        )


def check_index(repo_id: str, folder: Path, offered: Sequence[str]) -> None:
    """Refuse weights in several files whose index asks for others than the Hub has."""
    if offered == [WEIGHTS_FILE]:
        return
    try:
        missing = set(shards(folder)) - set(offered)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise unreadable(repo_id, error) from error
    if missing:
        raise ModelUnavailableError(
            f"{repo_id} has no {min(missing)}, which the index of its weights asks for; {CHOOSE_ANOTHER}"
        )


def check_reading(model: "TransformerModel") -> None:
    """Hold a model from outside to what LanguageModel promises, on three tokens.

    No position may depend on later ones, and reading on from a cached prefix must give what one pass gives; recurrent
    and bidirectional networks that call themselves causal models are found out here.
    """
    first, second, third = model.start_id, 11 % model.vocab_size, 23 % model.vocab_size
    whole = model.hidden(torch.tensor([[first, second, third]]))[0].float()
    other = model.hidden(torch.tensor([[first, second, second]]))[0].float()
    prefix = model.extend(None, [first, second])
    last = model.extend(prefix.state, [third]).hidden.float()
    # Rounding differs between a short and a long pass; an ignored prefix or a look ahead is far larger, and a network
    # whose numbers are not finite is within no tolerance.
    tolerance = 1e-3 if model.network.dtype == torch.float32 else 5e-2
    if not _distance(other[:2], whole[:2]) <= tolerance:
        raise ModelUnavailableError(
            f"{model.card.name} looks at later words, so it is not a causal language model; {CHOOSE_ANOTHER}"
        )
    if not _distance(last, whole[2:]) <= tolerance:
        raise ModelUnavailableError(
            f"{model.card.name} cannot read on from a cached prefix in the way this program does; {CHOOSE_ANOTHER}"
        )


def _distance(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a - b).norm() / b.norm())
