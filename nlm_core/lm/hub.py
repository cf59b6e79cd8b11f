"""Causal models from the Hub, and the one function through which every ``transformers`` model is loaded.

Safetensors only, no code of the model's own, and a full commit hash for whatever is loaded.
"""

import math
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from nlm_core import runtime
from nlm_core.lm.base import ModelCard, ModelUnavailableError
from nlm_core.lm.hub_checks import check_config, check_index, check_reading, unreadable
from nlm_core.lm.hub_download import Download, Progress, cached_folder, remember_commit, shards
from nlm_core.lm.hub_listing import CHOOSE_ANOTHER, HubUnreachableError, check_id, is_commit, look_up
from nlm_core.lm.hub_presets import HUB_PRESETS, HubPreset, preset_of
from nlm_core.lm.presets import CONFIG_FILE

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from nlm_core.lm.transformer import TransformerModel

__all__ = ["HUB_PRESETS", "HubPreset", "fetch_hub", "is_cached", "load_causal", "load_hub"]

FLOAT32_PARAMETERS = 200_000_000
# ``from_pretrained`` patches torch while it runs: of two at once both can fail ("Cannot copy out of meta tensor").
_ONE_AT_A_TIME = threading.Lock()


def load_causal(folder: Path, dtype: torch.dtype = torch.float32, name: str | None = None) -> "PreTrainedModel":
    """Load a causal model of ``transformers`` from a local folder; see ``load_folder``."""
    from transformers import AutoModelForCausalLM

    return load_folder(AutoModelForCausalLM, folder, dtype, name)


def load_folder(
    auto: Any, folder: Path, dtype: torch.dtype = torch.float32, name: str | None = None, unread: tuple[str, ...] = ()
) -> "PreTrainedModel":
    """Load a model of ``transformers`` from a local folder, on the device of this process.

    Parameters
    ----------
    auto : class
        An ``AutoModel`` class of ``transformers``: what the model is wanted for.
    folder : Path
        Holds ``config.json`` and the weights as safetensors.
    dtype : torch.dtype
    name : str, optional
        What to call the model in messages; the folder's name by default.
    unread : tuple of str
        Beginnings of the names of weights that may be missing, because nothing reads them.

    Raises
    ------
    ModelUnavailableError
        If the folder holds no such model, or not all of its weights.
    """
    name = name or folder.name
    try:
        with _ONE_AT_A_TIME:
            network, report = auto.from_pretrained(
                folder,
                dtype=dtype,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                # Weights that do not fit are told apart below, in a sentence of ours.
                ignore_mismatched_sizes=True,
                output_loading_info=True,
            )
            network = network.to(runtime.device())
    # What can go wrong with a stranger's files has no common type; whatever it is, the visitor has to choose again.
    except Exception as error:
        raise unreadable(name, error) from error
    if report["mismatched_keys"]:
        raise ModelUnavailableError(
            f"{name} has {len(report['mismatched_keys'])} weights of other shapes than its {CONFIG_FILE} says; "
            f"{CHOOSE_ANOTHER}"
        )
    missing = [key for key in report["missing_keys"] if not key.startswith(unread)]
    if missing:
        raise ModelUnavailableError(
            f"{name} lacks {len(missing)} of its weights, {min(missing)} among them; {CHOOSE_ANOTHER}"
        )
    return network


def load_hub(
    repo_id: str,
    revision: str | None = None,
    on_progress: Progress | None = None,
    endpoint: str | None = None,
    cache_dir: Path | None = None,
) -> "TransformerModel":
    """Load a causal model of the Hub, from the local cache as far as it is there.

    A revision that is a full commit hash and lies in the cache is loaded without asking the Hub. Anything else is
    resolved to a commit first; when the Hub cannot be reached, to the one that it last stood for.

    Parameters
    ----------
    repo_id : str
        ``owner/name``, or ``name`` alone.
    revision : str, optional
        Branch, tag or commit; the main branch by default.
    on_progress : callable, optional
        Called with (done_bytes, total_bytes, file name) while files are fetched.
    endpoint : str, optional
        Address of the Hub; ``HF_ENDPOINT`` or the public one by default.
    cache_dir : Path, optional
        The Hub's usual cache by default.

    Raises
    ------
    ModelUnavailableError
        If the model cannot be had or is none that can be used here; one sentence says why and what to do.
    """
    folder, licence = fetch_hub(
        repo_id, revision, check_config, on_progress=on_progress, endpoint=endpoint, cache_dir=cache_dir
    )
    return _assembled(repo_id, folder, licence, endpoint)


def fetch_hub(
    repo_id: str,
    revision: str | None,
    check: Callable[[str, Path], None],
    *,
    on_progress: Progress | None = None,
    endpoint: str | None = None,
    cache_dir: Path | None = None,
) -> tuple[Path, str | None]:
    """Bring the files of a model into the local cache; the rules are those of ``load_hub``.

    Parameters
    ----------
    repo_id : str
    revision : str or None
    check : callable
        Called with (repo_id, folder) once the small files are there, before the weights are fetched; raises
        ``ModelUnavailableError`` if the model is none that can be used.
    on_progress, endpoint, cache_dir
        As for ``load_hub``.

    Returns
    -------
    folder : Path
        Holds all the files; its name is the commit.
    licence : str or None
        Where the Hub was asked and states one.
    """
    check_id(repo_id, revision)
    licence: str | None = None
    folder = cached_folder(repo_id, revision, cache_dir) if is_commit(revision) else None
    if folder is None:
        try:
            listing = look_up(repo_id, revision, endpoint)
        except HubUnreachableError:
            folder = cached_folder(repo_id, revision, cache_dir)
            if folder is None:
                raise
        else:
            licence = listing.licence
            download = Download(repo_id, listing, on_progress, endpoint, cache_dir)
            # Whether it is a model for this program at all is known from small files, before the large ones.
            folder = download.fetch(listing.small)
            check(repo_id, folder)
            check_index(repo_id, folder, listing.weights)
            download.fetch(listing.weights)
            if not is_commit(revision):
                remember_commit(repo_id, revision, listing.commit, cache_dir)
    # Once more, because other programs fill the same cache.
    check(repo_id, folder)
    return folder, licence


def is_cached(repo_id: str, revision: str | None = None, cache_dir: Path | None = None) -> bool:
    """Whether ``load_hub`` could load the model now without a download, the Hub being out of reach."""
    try:
        check_id(repo_id, revision)
    except ModelUnavailableError:
        return False
    return cached_folder(repo_id, revision, cache_dir) is not None


def _dtype(folder: Path) -> torch.dtype:
    """Float32 for small models; for larger ones bfloat16 where that is fast, which halves what a keystroke reads."""
    if not runtime.has_fast_bf16():
        return torch.float32
    from safetensors import safe_open

    parameters = 0
    for name in shards(folder):
        with safe_open(folder / name, framework="pt") as tensors:
            parameters += sum(math.prod(tensors.get_slice(key).get_shape()) for key in tensors.keys())  # noqa: SIM118 (not a mapping)
    return torch.float32 if parameters <= FLOAT32_PARAMETERS else torch.bfloat16


def _assembled(repo_id: str, folder: Path, licence: str | None, endpoint: str | None) -> "TransformerModel":
    from huggingface_hub import constants
    from transformers import AutoTokenizer

    from nlm_core.lm.transformer import TransformerModel

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        dtype = _dtype(folder)
    # As in load_causal: a stranger's files fail in ways that have no common type.
    except Exception as error:
        raise unreadable(repo_id, error) from error
    network = load_causal(folder, dtype, repo_id)
    commit = folder.name
    name, preset = preset_of(repo_id, commit) or (repo_id, None)
    card = ModelCard(
        name=name,
        kind="transformer",
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        describes=preset.describes if preset else f"{type(network).__name__} from the Hub.",
        source=f"{(endpoint or constants.ENDPOINT).rstrip('/')}/{repo_id}/tree/{commit}",
        licence=licence or (preset.licence if preset else "not stated; see the source"),
        training_data=preset.training_data if preset else "see the source",
    )
    rows = network.get_input_embeddings().weight.shape[0]
    if len(tokenizer) > rows:
        raise ModelUnavailableError(
            f"{repo_id} has {len(tokenizer):,} tokens in its tokenizer and {rows:,} in its network; {CHOOSE_ANOTHER}"
        )
    try:
        model = TransformerModel(card, tokenizer, network)
        check_reading(model)
    except ModelUnavailableError:
        raise
    except Exception as error:
        raise unreadable(repo_id, error) from error
    return model
