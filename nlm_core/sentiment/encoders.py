"""Encoders by name: MiniLM from its package, DistilBERT and BERT pinned on the Hub, any other encoder by its Hub id."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch

from nlm_core.lm.base import ModelUnavailableError
from nlm_core.lm.hub import fetch_hub, is_cached, load_folder
from nlm_core.lm.hub_checks import check_no_code, unreadable
from nlm_core.lm.hub_download import Progress
from nlm_core.lm.hub_listing import TOKENIZER_FILES
from nlm_core.lm.presets import CONFIG_FILE
from nlm_core.sentiment.encoder import Encoder
from nlm_core.sentiment.minilm import WEIGHTS_SHA256, minilm_folder

MINILM = "minilm"


@dataclass(frozen=True)
class EncoderPreset:
    """An encoder of the Hub that is offered by name; ``revision`` is the full commit that is loaded."""

    repo_id: str
    revision: str
    megabytes: int


ENCODER_PRESETS = {
    "distilbert": EncoderPreset("distilbert/distilbert-base-uncased", "12040accade4e8a0f71eabdb258fecc2e7e948be", 268),
    "bert": EncoderPreset("google-bert/bert-base-uncased", "86b5e0934494bd15c9632b12f734a8a67f723594", 441),
}


def is_at_hand(name: str, cache_dir: Path | None = None) -> bool:
    """Whether an encoder can be loaded without a download."""
    preset = ENCODER_PRESETS.get(name)
    repo_id, revision = (preset.repo_id, preset.revision) if preset else (name, None)
    return name == MINILM or is_cached(repo_id, revision, cache_dir)


def default_encoder(cache_dir: Path | None = None) -> str:
    """The lecture's DistilBERT where it is in the local cache, else MiniLM."""
    return "distilbert" if is_at_hand("distilbert", cache_dir) else MINILM


def load_encoder(
    name: str,
    *,
    dtype: torch.dtype = torch.float32,
    on_progress: Progress | None = None,
    endpoint: str | None = None,
    cache_dir: Path | None = None,
) -> Encoder:
    """Load an encoder on the device of this process; safetensors only, no code of the model's own.

    Parameters
    ----------
    name : str
        "minilm", "distilbert", "bert", or the id of an encoder on the Hub.
    dtype : torch.dtype
        float32, or bfloat16 where ``runtime.has_fast_bf16()``.
    on_progress, endpoint, cache_dir
        As for ``nlm_core.lm.hub.load_hub``.

    Raises
    ------
    ModelUnavailableError
        If it cannot be had or is no encoder; one sentence says why and what to do.
    """
    if name == MINILM:
        folder = minilm_folder()
        return _assembled(name, folder, f"{WEIGHTS_SHA256} {_small_files(folder)}", dtype)
    preset = ENCODER_PRESETS.get(name)
    repo_id, revision = (preset.repo_id, preset.revision) if preset else (name, None)
    try:
        folder, _ = fetch_hub(
            repo_id, revision, _check_encoder, on_progress=on_progress, endpoint=endpoint, cache_dir=cache_dir
        )
        return _assembled(name, folder, f"{repo_id} {folder.name}", dtype)
    except ModelUnavailableError as error:
        # The way out that the Hub's messages name is a language model; here it is an encoder.
        raise ModelUnavailableError(str(error).replace("nlm-gpt", MINILM)) from error


def _small_files(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in (folder / name for name in (CONFIG_FILE, *TOKENIZER_FILES)):
        digest.update(path.name.encode() + (path.read_bytes() if path.exists() else b""))
    return digest.hexdigest()


def _check_encoder(repo_id: str, folder: Path) -> None:
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

    config = check_no_code(repo_id, folder)
    kind = config.get("model_type")
    if kind not in MODEL_FOR_MASKED_LM_MAPPING_NAMES or config.get("is_decoder"):
        raise ModelUnavailableError(
            f"{repo_id} is not an encoder that this program knows (its type: {str(kind)[:80]}); choose nlm-gpt or "
            "another model"
        )


def _assembled(name: str, folder: Path, fingerprint: str, dtype: torch.dtype) -> Encoder:
    from transformers import AutoModel, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    # What can go wrong with a stranger's files has no common type; whatever it is, another must be chosen.
    except Exception as error:
        raise unreadable(name, error) from error
    # The pooler comes after the last hidden states, and nothing here reads it.
    network = load_folder(AutoModel, folder, dtype, name, unread=("pooler.",))
    if network.config.is_encoder_decoder:
        raise ModelUnavailableError(f"{name} is an encoder and a decoder in one; choose nlm-gpt or another model")
    return Encoder(name, fingerprint, tokenizer, network)
