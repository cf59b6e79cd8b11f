"""Fetching a model's files from the Hub into its usual cache, and finding them there again.

Files are taken over plain HTTP by the Hub's own client, which writes each one under a temporary name and moves it to
its place when it is whole; weights come last, so that a model whose weights are in the cache is there altogether.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, cast

from nlm_core.lm.base import ModelUnavailableError
from nlm_core.lm.hub_listing import (
    CONTACT_SECONDS,
    INDEX_FILE,
    SHARD,
    TRY_AGAIN,
    VOCABULARY_FILES,
    Listing,
    configure_client,
    explained,
)
from nlm_core.lm.presets import CONFIG_FILE, WEIGHTS_FILE

Progress = Callable[[int, int, str], None]


class Download:
    """Brings the files of a listing into the cache, counting bytes over all of them.

    Parameters
    ----------
    repo_id : str
    listing : Listing
    on_progress : callable, optional
        Called with (done_bytes, total_bytes, file name), from the calling thread.
    endpoint : str, optional
    cache_dir : Path, optional
    repo_type : str
        "model" or "dataset".
    """

    def __init__(
        self,
        repo_id: str,
        listing: Listing,
        on_progress: Progress | None,
        endpoint: str | None,
        cache_dir: Path | None,
        *,
        repo_type: str = "model",
    ) -> None:
        self._repo_id, self._listing, self._on_progress = repo_id, listing, on_progress
        self._repo_type = repo_type
        self._endpoint, self._cache_dir = endpoint, cache_dir
        self._total, self._done = sum(listing.sizes.values()), 0

    def fetch(self, names: Sequence[str]) -> Path:
        """Download those files that are not in the cache yet; the folder in which all of them lie.

        Raises
        ------
        ModelUnavailableError
            If a file does not arrive whole; nothing of it is kept.
        """
        import httpx2
        from huggingface_hub import hf_hub_download

        configure_client()
        folder = Path()
        for name in names:
            self._report(0, name)
            try:
                path = hf_hub_download(
                    self._repo_id,
                    name,
                    repo_type=self._repo_type,
                    revision=self._listing.commit,
                    cache_dir=self._cache_dir,
                    endpoint=self._endpoint,
                    token=False,
                    etag_timeout=CONTACT_SECONDS,
                    tqdm_class=cast(Any, self._bar(name)),
                )
            except (httpx2.HTTPError, OSError) as error:
                raise self._broken_off(name, error) from error
            self._done += self._listing.sizes[name]
            self._report(0, name)
            folder = Path(path).parent
        return folder

    def _report(self, within_file: int, name: str) -> None:
        if self._on_progress is not None:
            self._on_progress(min(self._done + within_file, self._total), self._total, name)

    def _broken_off(self, name: str, error: Exception) -> ModelUnavailableError:
        from huggingface_hub import errors

        if isinstance(error, errors.HfHubHTTPError):
            if error.response.status_code in (401, 403, 404):
                return explained(error, self._repo_id)
            reason = f"status {error.response.status_code}"
        else:
            # Of a full disk, for one, the operating system has its own words.
            reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        return ModelUnavailableError(
            f"the download of {self._repo_id} broke off at {name} ({reason}), and nothing of that file "
            f"was kept; {TRY_AGAIN}"
        )

    def _bar(self, name: str) -> type:
        """What the Hub's client takes for a progress bar."""
        report = self._report

        class Bar:
            def __init__(self, **_: Any) -> None:
                self._bytes = 0

            def __enter__(self) -> Self:
                return self

            def __exit__(self, *_: object) -> None: ...

            def update(self, n: float | None = 1) -> None:
                self._bytes += int(n or 0)
                report(self._bytes, name)

        return Bar


def shards(folder: Path) -> list[str]:
    """The files that hold a model's weights, by its index where it is in several; empty if it has none."""
    if (folder / WEIGHTS_FILE).exists():
        return [WEIGHTS_FILE]
    if not (folder / INDEX_FILE).exists():
        return []
    index = json.loads((folder / INDEX_FILE).read_text(encoding="utf-8"))
    names = sorted(set(index["weight_map"].values()))
    # The index is somebody else's text: only names that cannot lead out of the folder.
    if not all(isinstance(name, str) and SHARD.fullmatch(name) for name in names):
        raise ValueError(f"{INDEX_FILE} names files that are not shards")
    return names


def cached_folder(repo_id: str, revision: str | None, cache_dir: Path | None) -> Path | None:
    """Where a model lies in the local cache; None unless all of it does."""
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(repo_id, CONFIG_FILE, cache_dir=cache_dir, revision=revision)
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    with suppress(ValueError, KeyError, AttributeError):
        names = shards(folder)
        if names and all((folder / name).exists() for name in names):
            return folder if any((folder / name).exists() for name in VOCABULARY_FILES) else None
    return None


def remember_commit(repo_id: str, revision: str | None, commit: str, cache_dir: Path | None) -> None:
    """Note in the cache what a branch stood for, once that commit is there as a whole; for days without the Hub."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    folder = Path(cache_dir or constants.HF_HUB_CACHE) / repo_folder_name(repo_id=repo_id, repo_type="model") / "refs"
    # A cache that cannot be written to serves as well as before.
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        note = folder / f".{commit}"
        note.write_text(commit, encoding="utf-8")
        note.replace(folder / (revision or constants.DEFAULT_REVISION))
