"""What the Hub offers under a model's id: which files, how many bytes, and whether they may be fetched at all."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from nlm_core import runtime
from nlm_core.lm.base import ModelUnavailableError
from nlm_core.lm.presets import CONFIG_FILE, WEIGHTS_FILE

INDEX_FILE = "model.safetensors.index.json"
SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
TOKENIZER_CONFIG_FILE = "tokenizer_config.json"
# Any one of these is enough for a tokenizer; the others only add to it.
VOCABULARY_FILES = ("tokenizer.json", "vocab.json", "vocab.txt", "tokenizer.model", "spiece.model")
TOKENIZER_FILES = (
    *VOCABULARY_FILES,
    TOKENIZER_CONFIG_FILE,
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
)

CONTACT_SECONDS = 5.0
MAX_DOWNLOAD_BYTES = 2_000_000_000  # in float32, weights stored in 16 bits take twice that in memory
TRY_AGAIN = "choose nlm-gpt, which needs no network, or try again"
CHOOSE_ANOTHER = "choose nlm-gpt or another model"

_NAME = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?"
_REPO_ID = re.compile(rf"(?:{_NAME}/)?{_NAME}")
_REVISION = re.compile(_NAME)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_OTHER_WEIGHTS = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack")


class HubUnreachableError(ModelUnavailableError):
    """The Hub gave no usable answer; what is in the cache may still do."""


@dataclass(frozen=True)
class Listing:
    """What the Hub offers under one commit, as far as it is needed.

    Attributes
    ----------
    commit : str
        The full hash that the id and revision stand for.
    sizes : mapping of str to int
        Bytes of each file to fetch.
    small, weights : sequence of str
        The names in ``sizes``: configuration and tokenizer, to be looked at first, and weights.
    licence : str or None
    """

    commit: str
    sizes: Mapping[str, int]
    small: Sequence[str]
    weights: Sequence[str]
    licence: str | None


def check_id(repo_id: str, revision: str | None) -> None:
    """Refuse what cannot be a model of the Hub before it gets near a path or an address.

    Raises
    ------
    ModelUnavailableError
        If the id is not ``owner/name`` or ``name``, or the revision not a branch, tag or commit.
    """
    if not _REPO_ID.fullmatch(repo_id) or ".." in repo_id or "--" in repo_id or repo_id.endswith(".git"):
        raise ModelUnavailableError(
            f"{_quoted(repo_id)} is not a model id, which is owner/name or name, each of at most 96 letters, digits, "
            f"'-', '_' and '.'; correct it, or {CHOOSE_ANOTHER}"
        )
    if revision is not None and (not _REVISION.fullmatch(revision) or ".." in revision):
        raise ModelUnavailableError(
            f"{_quoted(revision)} is not a revision of {repo_id}, which is a branch, a tag or a commit hash; "
            f"correct it, or {CHOOSE_ANOTHER}"
        )


def _quoted(text: str) -> str:
    return ascii(text if len(text) <= 60 else text[:59] + "…")


def is_commit(revision: str | None) -> bool:
    """Whether a revision is a full commit hash, which never changes its meaning."""
    return revision is not None and _COMMIT.fullmatch(revision) is not None


def byte_limit() -> int:
    """The most bytes a model may have: 2 GB, or half of a CUDA device's memory."""
    if runtime.device().type == "cuda":
        return int(torch.cuda.get_device_properties(runtime.device()).total_memory) // 2
    return MAX_DOWNLOAD_BYTES


def configure_client() -> None:
    """Set up the Hub's client: no reports about this machine, and the one way of transfer that the tests cover."""
    from huggingface_hub import constants

    constants.HF_HUB_DISABLE_TELEMETRY = True
    constants.HF_HUB_DISABLE_XET = True
    constants.DOWNLOAD_CHUNK_SIZE = 1 << 20  # progress moves by a megabyte, not by ten


def look_up(repo_id: str, revision: str | None, endpoint: str | None) -> Listing:
    """Ask the Hub what a model consists of.

    Raises
    ------
    HubUnreachableError
        If there is no answer, or none of the Hub's.
    ModelUnavailableError
        If there is no such model, or none that can be loaded here.
    """
    import httpx2
    from huggingface_hub import HfApi

    configure_client()
    try:
        # Always anonymous: a visitor's id must not open the private models of whoever hosts this program.
        info = HfApi(endpoint=endpoint, token=False).model_info(
            repo_id, revision=revision, files_metadata=True, timeout=CONTACT_SECONDS
        )
    except (httpx2.HTTPError, OSError) as error:
        raise explained(error, repo_id) from error
    except (ValueError, KeyError, TypeError) as error:
        raise HubUnreachableError(f"what answered in place of the Hub is not the Hub; {TRY_AGAIN}") from error
    if info.gated:
        raise _gated(repo_id)
    if info.sha is None or not is_commit(info.sha) or (is_commit(revision) and info.sha != revision):
        raise HubUnreachableError(f"the Hub did not answer with the commit of {repo_id} asked for; {TRY_AGAIN}")
    sizes = {sibling.rfilename: sibling.size for sibling in info.siblings or []}
    small, weights = _choose_files(repo_id, list(sizes))
    known = {name: size for name in (*small, *weights) if (size := sizes[name]) is not None}
    if len(known) < len(small) + len(weights):
        raise ModelUnavailableError(f"the Hub does not say how large the files of {repo_id} are; {CHOOSE_ANOTHER}")
    total, limit = sum(known.values()), byte_limit()
    if total > limit:
        raise ModelUnavailableError(
            f"{repo_id} is too large: it has {total / 1e9:,.1f} GB, and at most {limit / 1e9:,.1f} GB can be loaded "
            f"here; {CHOOSE_ANOTHER}"
        )
    return Listing(info.sha, known, small, weights, _licence(info.card_data, info.tags))


def _choose_files(repo_id: str, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The names of configuration and tokenizer, and those of the weights, among all of a model's files."""
    if CONFIG_FILE not in names:
        raise ModelUnavailableError(
            f"{repo_id} has no {CONFIG_FILE}, so it is not a model of transformers; {CHOOSE_ANOTHER}"
        )
    small = [CONFIG_FILE, *(name for name in TOKENIZER_FILES if name in names)]
    if WEIGHTS_FILE in names:
        weights = [WEIGHTS_FILE]
    elif INDEX_FILE in names and (weights := sorted(filter(SHARD.fullmatch, names))):
        small.append(INDEX_FILE)
    elif unsafe := [name for name in names if name.endswith(_OTHER_WEIGHTS)]:
        raise ModelUnavailableError(
            f"{repo_id} has its weights only as {_quoted(unsafe[0])}, a format that can run code when it is opened, "
            f"and not as safetensors; {CHOOSE_ANOTHER}"
        )
    else:
        raise ModelUnavailableError(f"{repo_id} has no weights in safetensors format; {CHOOSE_ANOTHER}")
    if not any(name in names for name in VOCABULARY_FILES):
        raise ModelUnavailableError(f"{repo_id} has no tokenizer; {CHOOSE_ANOTHER}")
    return small, weights


def _licence(card: Any, tags: Sequence[str] | None) -> str | None:
    stated = getattr(card, "license", None)
    if isinstance(stated, str) and stated:
        return stated
    return next((tag.removeprefix("license:") for tag in tags or [] if tag.startswith("license:")), None)


def _gated(repo_id: str) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"{repo_id} is gated: its owner gives it only to signed-in users, and this program never signs in; "
        f"{CHOOSE_ANOTHER}"
    )


def explained(error: Exception, repo_id: str) -> ModelUnavailableError:
    """What went wrong on the way to the Hub, in one sentence for the visitor."""
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        return _gated(repo_id)
    if isinstance(error, errors.HfHubHTTPError):
        return _answered(error, error.response.status_code, repo_id)
    if isinstance(error, errors.OfflineModeIsEnabled):
        return HubUnreachableError(
            f"{repo_id} is not in the local cache, and HF_HUB_OFFLINE forbids downloads; unset it, or {CHOOSE_ANOTHER}"
        )
    return HubUnreachableError(f"the Hub could not be reached for {repo_id} ({type(error).__name__}); {TRY_AGAIN}")


def _answered(error: Exception, status: int, repo_id: str) -> ModelUnavailableError:
    from huggingface_hub import errors

    if isinstance(error, errors.RevisionNotFoundError):
        return ModelUnavailableError(
            f"{repo_id} has no such revision on the Hub; leave the revision out, or {CHOOSE_ANOTHER}"
        )
    # To anonymous visitors, the Hub answers 401 for a model that does not exist, and says so in a header.
    if isinstance(error, errors.RepositoryNotFoundError) or status == 404:
        return ModelUnavailableError(
            f"there is no public model {repo_id} on the Hub; check the spelling, or {CHOOSE_ANOTHER}"
        )
    if status in (401, 403):
        return ModelUnavailableError(
            f"the Hub does not give {repo_id} to visitors that are not signed in (status {status}): it is private, "
            f"gated or does not exist; {CHOOSE_ANOTHER}"
        )
    return HubUnreachableError(f"the Hub could not serve {repo_id} (status {status}); {TRY_AGAIN}")
