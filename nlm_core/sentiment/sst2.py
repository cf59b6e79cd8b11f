"""SST-2 from the Hub, at a pinned revision and with known checksums.

Socher et al. (2013), "Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank". The Hub's files
have 67,349 phrases to train on and 872 sentences to score; the lecture's table is the 6,920 whole sentences of these
phrases.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlm_core.lm.base import ModelUnavailableError
from nlm_core.lm.hub_download import Download, Progress
from nlm_core.lm.hub_listing import Listing
from nlm_core.sentiment.datasets import Dataset

# The lecture works with a subset of so many rows.
SUBSET = 2_000


@dataclass(frozen=True)
class HubFile:
    """A file of the Hub that is taken only if it is the very one that is known."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class HubTable:
    """Parquet files with the columns ``sentence`` and ``label``; ``files`` by split, ``revision`` a full commit."""

    repo_id: str
    revision: str
    files: Mapping[str, HubFile]


SST2 = HubTable(
    "stanfordnlp/sst2",
    "8d51e7e4887a4caaa95b3fbebbf53c0490b58bbb",
    {
        "train": HubFile(
            "data/train-00000-of-00001.parquet",
            3_110_458,
            "c7921283b75a42e685f50edecb96798607ea0fcbfd0739ee8975f22c12d55f09",
        ),
        "test": HubFile(
            "data/validation-00000-of-00001.parquet",
            72_813,
            "fb00fe008f6828f86ba2beda8415a4cf5da0c884f21c5f238c87131b5aa19529",
        ),
    },
)


def sst2(
    rows: int | None = SUBSET,
    *,
    table: HubTable = SST2,
    on_progress: Progress | None = None,
    endpoint: str | None = None,
    cache_dir: Path | None = None,
) -> Dataset:
    """SST-2 with its own split: the first ``rows`` training rows, all of them if None, and the validation rows.

    What is in the local cache is not fetched again. The labels of the Hub's test rows are secret, so the validation
    rows are the part called "test".

    Parameters
    ----------
    rows : int or None
    table : HubTable
    on_progress, endpoint, cache_dir
        As for ``nlm_core.lm.hub.load_hub``.

    Raises
    ------
    ModelUnavailableError
        If it cannot be had, or is not what it was when its checksum was taken; one sentence says what to do.
    """
    sizes = {file.name: file.size for file in table.files.values()}
    listing = Listing(table.revision, sizes, [], list(sizes), None)
    # The Hub keeps data under ids of their own kind, apart from its models.
    download = Download(table.repo_id, listing, on_progress, endpoint, cache_dir, repo_type="dataset")
    sentences: list[str] = []
    labels: list[int] = []
    split: list[str] = []
    for part, file in table.files.items():
        try:
            path = download.fetch([file.name]) / Path(file.name).name
        except ModelUnavailableError as error:
            message = str(error).replace("model ", "data set ")
            for way_out in ("nlm-gpt, which needs no network", "nlm-gpt or another model"):
                message = message.replace(way_out, "the film reviews that come with this program")
            raise ModelUnavailableError(message) from error
        _check(table.repo_id, path, file)
        found = _read(path, rows if part == "train" else None)
        sentences += found[0]
        labels += found[1]
        split += [part] * len(found[0])
    return Dataset(tuple(sentences), np.array(labels, dtype=np.int64), "SST-2", tuple(split))


def _check(repo_id: str, path: Path, file: HubFile) -> None:
    with path.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != file.sha256:
        # Kept, it would be found in the cache again.
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise ModelUnavailableError(
            f"{file.name} of {repo_id} is not the file that is known (SHA-256 {found[:12]}… in place of "
            f"{file.sha256[:12]}…), and was not kept; choose the film reviews that come with this program"
        )


def _read(path: Path, rows: int | None) -> tuple[list[str], list[int]]:
    from pyarrow import parquet

    columns = parquet.read_table(path, columns=["sentence", "label"]).slice(0, rows).to_pydict()
    # The rows end in a space.
    return [sentence.strip() for sentence in columns["sentence"]], columns["label"]
