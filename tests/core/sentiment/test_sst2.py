"""SST-2 through a Hub of our own: fetched once, checked, and refused if it is not the file that is known."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from nlm_core.lm.base import ModelUnavailableError
from nlm_core.sentiment.sst2 import SST2, HubFile, HubTable, sst2
from tests.hub_server import Repository, running_hub


def parquet_file(sentences: list[str], labels: list[int]) -> bytes:
    buffer = io.BytesIO()
    rows = {"idx": list(range(len(labels))), "sentence": sentences, "label": labels}
    parquet.write_table(pa.table(rows), buffer)
    return buffer.getvalue()


def small() -> tuple[HubTable, Repository]:
    contents = {
        "train": parquet_file([f"hide new secretions {i} " for i in range(30)], [i % 2 for i in range(30)]),
        "test": parquet_file(["it 's a charming and often affecting journey . ", "unflinchingly bleak "], [1, 0]),
    }
    files = {
        part: HubFile(SST2.files[part].name, len(content), hashlib.sha256(content).hexdigest())
        for part, content in contents.items()
    }
    repository = Repository({files[part].name: content for part, content in contents.items()})
    return HubTable("a/sst2", repository.commit, files), repository


def test_fetched_once_then_read_from_the_cache(tmp_path: Path) -> None:
    table, repository = small()
    calls: list[tuple[int, int, str]] = []
    with running_hub() as server:
        server.repositories["datasets/a/sst2"] = repository
        options = {"table": table, "endpoint": server.endpoint, "cache_dir": tmp_path}
        found = sst2(10, on_progress=lambda *call: calls.append(call), **options)
        assert calls[-1][0] == calls[-1][1] == sum(file.size for file in table.files.values())
        assert len(sst2(None, **options)) == 32
        assert server.asked_for(SST2.files["train"].name) == 2  # HEAD and GET
    assert (len(found.part("train")), found.part("train").labels.tolist()) == (10, [0, 1] * 5)
    assert found.part("test").sentences == (
        "it 's a charming and often affecting journey .",
        "unflinchingly bleak",
    )
    assert len(sst2(10, table=table, endpoint="http://127.0.0.1:9", cache_dir=tmp_path)) == 12


def test_another_file_is_refused_and_not_kept(tmp_path: Path) -> None:
    table, repository = small()
    expected = table.files["train"]
    wrong = replace(table, files={**table.files, "train": replace(expected, sha256="0" * 64)})
    with running_hub() as server:
        server.repositories["datasets/a/sst2"] = repository
        options = {"endpoint": server.endpoint, "cache_dir": tmp_path}
        for _ in range(2):
            with pytest.raises(ModelUnavailableError, match=r"not the file that is known .* film reviews"):
                sst2(table=wrong, **options)
        assert len(sst2(table=table, **options)) == 32


def test_no_network_and_no_such_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The Hub's client tries again a few times, with a longer pause before each.
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    table, _ = small()
    with pytest.raises(ModelUnavailableError, match="choose the film reviews that come with this program"):
        sst2(table=table, endpoint="http://127.0.0.1:9", cache_dir=tmp_path)
    with running_hub() as server, pytest.raises(ModelUnavailableError, match=r"data set a/sst2 .*film reviews"):
        sst2(table=table, endpoint=server.endpoint, cache_dir=tmp_path)


def test_the_known_files_are_those_of_a_full_commit() -> None:
    assert len(SST2.revision) == 40
    assert all(len(file.sha256) == 64 and file.size < 4e6 for file in SST2.files.values())
