"""Features kept on disk, found again by what they were computed from.

One file holds the features of a list of sentences at one layer and pooling. Its name is a hash over the encoder's
fingerprint (weights, configuration, tokenizer, precision), the mask, the layer, the pooling and every sentence, so a
change of any of them is another file. The archive's own checksum tells a damaged file, which is as good as none.
"""

import hashlib
import os
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlm_core.sentiment.encoder import POOLINGS, Encoder
from nlm_core.sentiment.features import Features, check_layer, extract

# Features of our own film reviews, so that a page shows them at once; looked at where the cache has none.
PREPARED = Path(__file__).resolve().parents[2] / "assets" / "features"
# What the folder may hold; the files that were not used for the longest time go first.
MAX_BYTES = 512_000_000
# To be raised whenever the features of the same sentences change.
_FORMAT = 1
# A half-written file that is older was left behind by a process that ended.
_ABANDONED_SECONDS = 3_600


def default_folder() -> Path:
    """``nlm_core/features`` in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "nlm_core" / "features"


def cached_features(
    encoder: Encoder,
    texts: Sequence[str],
    layers: Sequence[int] | None = None,
    poolings: Sequence[str] = POOLINGS,
    masked: bool = True,
    *,
    workers: int = 1,
    folder: Path | None = None,
    max_bytes: int = MAX_BYTES,
    prepared: bool = True,
) -> Iterator[tuple[int, int, Features]]:
    """The features of sentences, from disk as far as they are there; the rest is computed and kept.

    Parameters
    ----------
    encoder, texts, layers, poolings, masked, workers
        As for ``nlm_core.sentiment.features.extract``.
    folder : Path, optional
        ``default_folder()`` by default. One that cannot be written to only means that nothing is kept.
    max_bytes : int
    prepared : bool
        Whether features that come with the program are as good as computed ones.

    Yields
    ------
    done : int
        Sentences whose features are there.
    total : int
    features : Features
        Whole with the last step, which comes at once when everything was on disk. Before it, what is being computed:
        the layers and poolings that were not on disk, filled in as far as ``done``.

    Raises
    ------
    ValueError
        As for ``extract``, or if there are no sentences.
    """
    if not texts:
        raise ValueError("there are no sentences to encode")
    folder = folder or default_folder()
    chosen = tuple(range(encoder.n_layers + 1)) if layers is None else tuple(layers)
    for layer in chosen:
        check_layer(encoder, layer)
    shape = len(texts), encoder.hidden_size
    files = _files(_content(encoder, texts, masked), chosen, poolings, folder)
    found = {key: values for key, path in files.items() if (values := _found(path, shape, prepared)) is not None}
    missing = [key for key in files if key not in found]
    if missing:
        new_layers = tuple(k for k in chosen if any((k, p) in missing for p in poolings))
        new_poolings = tuple(p for p in poolings if any((k, p) in missing for k in chosen))
        computed = None
        for done, computed in extract(encoder, texts, new_layers, new_poolings, masked, workers=workers):
            if done < len(texts):
                yield done, len(texts), computed
        assert computed is not None
        for layer, pooling in missing:
            found[layer, pooling] = computed.at(layer, pooling)
            _write(files[layer, pooling], found[layer, pooling])
        _throw_out(folder, max_bytes)
    values = np.stack([np.stack([found[k, p] for p in poolings], axis=1) for k in chosen], axis=1)
    yield len(texts), len(texts), Features(values, chosen, tuple(poolings))


def on_disk(
    encoder: Encoder,
    texts: Sequence[str],
    layers: Sequence[int],
    poolings: Sequence[str] = POOLINGS,
    masked: bool = True,
    *,
    folder: Path | None = None,
    prepared: bool = True,
) -> bool:
    """Whether there are files for all of these features, so that nothing is left to compute if they are sound."""
    files = _files(_content(encoder, texts, masked), layers, poolings, folder or default_folder())
    return all(path.exists() or (prepared and (PREPARED / path.name).exists()) for path in files.values())


def _files(content: bytes, layers: Sequence[int], poolings: Sequence[str], folder: Path) -> dict[tuple[int, str], Path]:
    return {(k, p): folder / _name(content, k, p) for k in layers for p in poolings}


def is_prepared(encoder: Encoder, texts: Sequence[str], layer: int, pooling: str) -> bool:
    """Whether these features come with the program, computed before by the same function."""
    return (PREPARED / _name(_content(encoder, texts, masked=True), layer, pooling)).exists()


def _found(path: Path, shape: tuple[int, int], prepared: bool) -> NDArray[np.float32] | None:
    values = _read(path, shape)
    return _read(PREPARED / path.name, shape) if values is None and prepared else values


def _content(encoder: Encoder, texts: Sequence[str], masked: bool) -> bytes:
    digest = hashlib.sha256()

    def add(text: str) -> None:
        # Lengths keep ("ab", "c") and ("a", "bc") apart; half a surrogate pair is text to Python and not to UTF-8.
        raw = text.encode("utf-8", errors="surrogatepass")
        digest.update(len(raw).to_bytes(8, "little") + raw)

    for part in (str(_FORMAT), encoder.fingerprint, str(encoder.max_tokens), str(masked), *texts):
        add(part)
    return digest.digest()


def _name(content: bytes, layer: int, pooling: str) -> str:
    return hashlib.sha256(content + f"{layer} {pooling}".encode()).hexdigest() + ".npz"


def _read(path: Path, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    """The features in a file; None if it is not there, damaged, or holds anything else."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            values: NDArray[np.float32] = archive["features"]
    # A damaged archive fails in many ways: its list of files, its checksum, the array's header.
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None
    if values.shape != shape or values.dtype != np.float32:
        return None
    with suppress(OSError):
        os.utime(path)
    return values


def _write(path: Path, values: NDArray[np.float32]) -> None:
    """All of the file or nothing: it is written under another name and moved to its place."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix="part-", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, features=values)
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)


def _throw_out(folder: Path, max_bytes: int) -> None:
    """Delete what was used longest ago until the rest fits; another process may be doing the same."""
    known = []
    for pattern in ("*.npz", "part-*.tmp"):
        for path in folder.glob(pattern):
            with suppress(OSError):
                status = path.stat()
                known.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in known)
    old = time.time() - _ABANDONED_SECONDS
    for used, size, path in sorted(known):
        part = path.suffix == ".tmp"
        if (part and used < old) or (not part and total > max_bytes):
            with suppress(OSError):
                path.unlink(missing_ok=True)
            total -= size
