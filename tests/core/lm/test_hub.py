"""Fetching models from the Hub, against a server on this machine with tiny random models."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import load, load_file, save
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    BertConfig,
    BertModel,
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPT2LMHeadModel,
    MambaConfig,
    MambaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from nlm_core import runtime
from nlm_core.lm import hub, hub_listing
from nlm_core.lm.base import ModelUnavailableError
from nlm_core.lm.hub import HUB_PRESETS, is_cached, load_causal, load_hub
from tests.hub_server import HubServer, Repository, running_hub

ID = "someone/tiny"
TEXT = "I went to the park ."
WEIGHTS = "model.safetensors"
VOCABULARY = 257

Files = dict[str, bytes]


def _tokenizer() -> PreTrainedTokenizerFast:
    symbols = ["<|endoftext|>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    backend = Tokenizer(models.BPE(vocab={symbol: i for i, symbol in enumerate(symbols)}, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=backend, eos_token=symbols[0], bos_token=symbols[0])


def _gpt2() -> GPT2LMHeadModel:
    torch.manual_seed(0)  # transformers draws initial weights from the global generator and takes no other
    return GPT2LMHeadModel(GPT2Config(vocab_size=VOCABULARY, n_positions=32, n_embd=16, n_layer=2, n_head=2))


def _files(folder: Path, network: PreTrainedModel, shard_size: str = "1GB") -> Files:
    network.save_pretrained(folder, max_shard_size=shard_size)
    _tokenizer().save_pretrained(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    """As in the app; threads that wait for each other on a busy machine cost more than networks this small."""
    runtime.gate()


@pytest.fixture(scope="module")
def gpt2_files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    files = _files(tmp_path_factory.mktemp("gpt2"), _gpt2())
    return files | {"README.md": b"# tiny", "pytorch_model.bin": b"pickled", "onnx/model.onnx": b"graph"}


@pytest.fixture
def server() -> Iterator[HubServer]:
    with running_hub() as running:
        yield running


@pytest.fixture
def fetch(server: HubServer, tmp_path: Path) -> Callable[..., Any]:
    """load_hub from the server into a cache of this test's own."""

    def call(repo_id: str = ID, **options: Any) -> Any:
        return load_hub(repo_id, **{"endpoint": server.endpoint, "cache_dir": tmp_path / "cache"} | options)

    return call


def _closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def _with_config(files: Files, **changes: Any) -> Files:
    return files | {"config.json": json.dumps(json.loads(files["config.json"]) | changes).encode()}


def _refused(fetch: Callable[..., Any], *words: str, **options: Any) -> None:
    """The call fails with one clear sentence that has these words and a way out."""
    with pytest.raises(ModelUnavailableError) as failure:
        fetch(**options)
    message = str(failure.value)
    for word in (*words, "choose nlm-gpt"):
        assert word in message
    assert "\n" not in message


def test_fetches_with_progress_and_computes_what_transformers_computes(
    server: HubServer, fetch: Callable[..., Any], gpt2_files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    server.repositories[ID] = Repository(gpt2_files, licence="apache-2.0")
    calls: list[tuple[int, int, str]] = []
    model = fetch(on_progress=lambda *call: calls.append(call))

    ids = [model.start_id, *model.encode(TEXT)]
    with torch.inference_mode():
        expected = _gpt2().eval()(torch.tensor([ids])).logits[0]
    torch.testing.assert_close(model.output(model.extend(None, ids).hidden).cpu(), expected, atol=1e-4, rtol=1e-4)
    assert model.decode(ids[1:]) == TEXT

    commit = server.repositories[ID].commit
    assert (model.card.name, model.card.kind, model.card.licence) == (ID, "transformer", "apache-2.0")
    assert model.card.source == f"{server.endpoint}/{ID}/tree/{commit}"
    assert model.card.parameters == _gpt2().num_parameters()

    wanted = {"config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS}
    total = sum(len(gpt2_files[name]) for name in wanted)
    assert {name for _, _, name in calls} == wanted
    assert [done for done, _, _ in calls] == sorted(done for done, _, _ in calls)
    assert calls[0][0] == 0
    assert calls[-1] == (total, total, WEIGHTS)
    assert {everything for _, everything, _ in calls} == {total}

    fetched = {path.rpartition("/")[2] for method, path in server.requests if method == "GET" and "/api/" not in path}
    assert fetched == wanted
    assert not any("harness" in path or "telemetry" in path for _, path in server.requests)
    assert not any("authorization" in headers for headers in server.headers_seen)
    assert all("hf_hub" in headers["user-agent"] for headers in server.headers_seen)
    assert not any("torch" in headers["user-agent"] for headers in server.headers_seen)


def test_second_load_asks_for_no_weights_and_a_cached_commit_for_nothing(
    server: HubServer, fetch: Callable[..., Any], gpt2_files: Files, tmp_path: Path
) -> None:
    server.repositories[ID] = Repository(gpt2_files)
    commit = server.repositories[ID].commit
    assert not is_cached(ID, None, tmp_path / "cache")
    first = fetch()
    assert is_cached(ID, None, tmp_path / "cache")
    assert is_cached(ID, commit, tmp_path / "cache")
    assert not is_cached(ID, "0" * 40, tmp_path / "cache")

    server.requests.clear()
    calls: list[tuple[int, int, str]] = []
    second = fetch(on_progress=lambda *call: calls.append(call))
    assert server.asked_for(WEIGHTS) == 0
    assert calls[-1][0] == calls[-1][1]
    assert second.card == first.card

    server.requests.clear()
    assert fetch(revision=commit).card.source == first.card.source
    assert server.requests == []


def test_shards(server: HubServer, fetch: Callable[..., Any], tmp_path: Path) -> None:
    files = _files(tmp_path / "made", _gpt2(), shard_size="20KB")
    shards = sorted(name for name in files if name.endswith(".safetensors"))
    assert len(shards) > 1
    server.repositories[ID] = Repository(files)
    calls: list[tuple[int, int, str]] = []
    model = fetch(on_progress=lambda *call: calls.append(call))
    assert model.card.parameters == _gpt2().num_parameters()
    assert {name for _, _, name in calls if name.endswith(".safetensors")} == set(shards)
    assert is_cached(ID, None, tmp_path / "cache")

    (Path(tmp_path / "cache").rglob(shards[-1]).__next__()).unlink()
    assert not is_cached(ID, None, tmp_path / "cache")


def test_shards_that_the_index_names_must_be_there(
    server: HubServer, fetch: Callable[..., Any], tmp_path: Path
) -> None:
    files = _files(tmp_path / "made", _gpt2(), shard_size="20KB")
    missing = max(name for name in files if name.endswith(".safetensors"))
    server.repositories[ID] = Repository({name: content for name, content in files.items() if name != missing})
    _refused(fetch, f"{ID} has no {missing}")
    index = json.loads(files["model.safetensors.index.json"])
    index["weight_map"]["lm_head.weight"] = "../../secret.safetensors"
    server.repositories[ID] = Repository(files | {"model.safetensors.index.json": json.dumps(index).encode()})
    _refused(fetch, "names files that are not shards")
    assert not any(method == "GET" and path.endswith(".safetensors") for method, path in server.requests)


def test_unknown_model_and_unknown_revision(server: HubServer, fetch: Callable[..., Any], gpt2_files: Files) -> None:
    _refused(fetch, "no public model someone/missing", "check the spelling", repo_id="someone/missing")
    server.repositories[ID] = Repository(gpt2_files)
    _refused(fetch, f"{ID} has no such revision", revision="v9")
    _refused(fetch, f"{ID} has no such revision", revision="0" * 40)
    server.repositories[ID] = Repository(gpt2_files, refusal=(404, ""))
    _refused(fetch, f"no public model {ID}")


def test_no_network(fetch: Callable[..., Any]) -> None:
    began = time.perf_counter()
    _refused(fetch, "could not be reached", "needs no network", "try again", endpoint=_closed_port())
    assert time.perf_counter() - began < 5


def test_without_network_a_cached_model_loads_as_it_last_was(
    server: HubServer, fetch: Callable[..., Any], gpt2_files: Files
) -> None:
    server.repositories[ID] = Repository(gpt2_files)
    online = fetch()
    offline = fetch(endpoint=_closed_port())
    assert offline.card.source.endswith(server.repositories[ID].commit)
    ids = online.encode(TEXT)
    assert torch.equal(online.extend(None, ids).hidden, offline.extend(None, ids).hidden)

    server.repositories[ID] = replace(server.repositories[ID], refusal=(503, ""))
    assert fetch().card.parameters == online.card.parameters
    _refused(fetch, "status 503", "try again", revision="v1")


def test_offline_setting_is_respected(
    server: HubServer, fetch: Callable[..., Any], gpt2_files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.repositories[ID] = Repository(gpt2_files)
    with monkeypatch.context() as offline:
        offline.setattr(constants, "HF_HUB_OFFLINE", True)
        _refused(fetch, "HF_HUB_OFFLINE")
    assert server.requests == []
    fetch()
    server.requests.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert fetch().card.name == ID
    assert server.requests == []


def test_answers_that_are_not_the_hubs(server: HubServer, fetch: Callable[..., Any], gpt2_files: Files) -> None:
    server.portal = b"<html>Please log in to the network</html>"
    _refused(fetch, "is not the Hub", "try again")
    server.portal = json.dumps({"id": ID, "sha": "../../../etc", "siblings": []}).encode()
    _refused(fetch, "did not answer with the commit")
    server.portal = json.dumps({"id": ID, "sha": "1" * 40, "siblings": []}).encode()
    _refused(fetch, "did not answer with the commit", revision="2" * 40)


def test_cut_off_download_leaves_nothing_and_a_second_try_succeeds(
    server: HubServer, fetch: Callable[..., Any], gpt2_files: Files, tmp_path: Path
) -> None:
    server.repositories[ID] = Repository(gpt2_files, cut_after={WEIGHTS: 5000})
    calls: list[tuple[int, int, str]] = []
    _refused(fetch, f"broke off at {WEIGHTS} (status 503)", "try again", on_progress=lambda *call: calls.append(call))
    assert calls[-1][0] < calls[-1][1]
    left = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert left
    assert not any(path.name.endswith(".incomplete") or "safetensors" in path.name for path in left)
    assert not any(path.stat().st_size == 5000 for path in left)
    assert not is_cached(ID, None, tmp_path / "cache")
    assert not is_cached(ID, server.repositories[ID].commit, tmp_path / "cache")

    server.repositories[ID].cut_after.clear()
    assert fetch().card.parameters == _gpt2().num_parameters()


def test_an_update_that_is_cut_off_leaves_the_earlier_commit_usable(
    server: HubServer, fetch: Callable[..., Any], gpt2_files: Files
) -> None:
    server.repositories[ID] = Repository(gpt2_files)
    earlier = fetch().card.source
    changed = save({name: tensor + 1 for name, tensor in load(gpt2_files[WEIGHTS]).items()}, {"format": "pt"})
    server.repositories[ID] = Repository(gpt2_files | {WEIGHTS: changed}, cut_after={WEIGHTS: 5000})
    assert server.repositories[ID].commit not in earlier
    _refused(fetch, "broke off")
    assert fetch(endpoint=_closed_port()).card.source.endswith(earlier.rpartition("/")[2])


def test_not_a_causal_model(server: HubServer, fetch: Callable[..., Any], tmp_path: Path) -> None:
    config = BertConfig(
        vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    server.repositories[ID] = Repository(_files(tmp_path / "made", BertModel(config)))
    _refused(fetch, "not a causal language model", "BertModel")
    assert server.asked_for(WEIGHTS) == 0


def test_pickle_only_weights(server: HubServer, fetch: Callable[..., Any], gpt2_files: Files) -> None:
    files = {name: content for name, content in gpt2_files.items() if name != WEIGHTS}
    server.repositories[ID] = Repository(files)
    _refused(fetch, "'pytorch_model.bin'", "can run code when it is opened", "safetensors")
    assert server.asked_for("pytorch_model.bin") == 0
    del files["pytorch_model.bin"]
    _refused(fetch, "no weights in safetensors format")


def test_files_that_are_missing(server: HubServer, fetch: Callable[..., Any], gpt2_files: Files) -> None:
    server.repositories[ID] = Repository({WEIGHTS: gpt2_files[WEIGHTS]})
    _refused(fetch, "no config.json")
    server.repositories[ID] = Repository({name: gpt2_files[name] for name in ("config.json", WEIGHTS)})
    _refused(fetch, "no tokenizer")


def test_remote_code_is_refused_and_never_fetched(
    server: HubServer, fetch: Callable[..., Any], gpt2_files: Files
) -> None:
    code = {"modeling_own.py": b"raise SystemExit('ran')"}
    by_config = _with_config(gpt2_files, auto_map={"AutoModelForCausalLM": "modeling_own.Own"})
    server.repositories[ID] = Repository(by_config | code)
    _refused(fetch, "needs Python code of its own", "runs no code from the Hub")
    tokenizer = json.loads(gpt2_files["tokenizer_config.json"]) | {"auto_map": {"AutoTokenizer": ["own.Own", None]}}
    by_tokenizer = gpt2_files | {"tokenizer_config.json": json.dumps(tokenizer).encode()}
    server.repositories["someone/other"] = Repository(by_tokenizer | code)
    _refused(fetch, "needs Python code of its own", repo_id="someone/other")
    assert server.asked_for(".py") == 0
    assert server.asked_for(WEIGHTS) == 0


def test_oversize_is_refused_before_anything_is_fetched(
    server: HubServer, fetch: Callable[..., Any], gpt2_files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "device", lambda: torch.device("cpu"))
    server.repositories[ID] = Repository(gpt2_files, claimed_sizes={WEIGHTS: 13_000_000_000})
    _refused(fetch, "13.0 GB", "at most 2.0 GB")
    assert [path for _, path in server.requests] == [f"/api/models/{ID}"]
    monkeypatch.setattr(hub_listing, "MAX_DOWNLOAD_BYTES", 14_000_000_000)
    assert fetch().card.name == ID


@pytest.mark.parametrize(
    ("repository", "words"),
    [
        (Repository({}, gated="manual"), "is gated"),
        (Repository({}, gated="auto"), "is gated"),
        (Repository({}, refusal=(401, "GatedRepo")), "is gated"),
        (Repository({}, refusal=(403, "GatedRepo")), "is gated"),
        (Repository({}, refusal=(401, "")), "not signed in (status 401)"),
        (Repository({}, refusal=(403, "")), "not signed in (status 403)"),
    ],
)
def test_gated(server: HubServer, fetch: Callable[..., Any], repository: Repository, words: str) -> None:
    server.repositories[ID] = repository
    _refused(fetch, words, "signed")
    assert len(server.requests) == 1


def test_gated_only_when_a_file_is_asked_for(server: HubServer, fetch: Callable[..., Any], gpt2_files: Files) -> None:
    server.repositories[ID] = Repository(gpt2_files, file_refusal=(403, "GatedRepo"))
    _refused(fetch, "is gated")


@pytest.mark.parametrize(
    "repo_id",
    [
        "../..",
        "a/b/c",
        "a" * 500,
        "<script>",
        "",
        " ",
        "a/",
        "/etc/passwd",
        "..",
        "a/..",
        "a--b/c",
        "gpt2\n",
        "a b",
        "someone/tiny.git",
        "someone/tiny?x=1",
        "http://127.0.0.1/x",
        "müller/tiny",
        "a\x00b",
    ],
)
def test_hostile_ids_reach_neither_network_nor_disk(
    server: HubServer, fetch: Callable[..., Any], tmp_path: Path, repo_id: str
) -> None:
    _refused(fetch, "is not a model id", "owner/name", repo_id=repo_id)
    assert not is_cached(repo_id, None, tmp_path / "cache")
    assert server.requests == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("revision", ["../main", "..", "a/b", "", "x" * 500, "<b>"])
def test_hostile_revisions(server: HubServer, fetch: Callable[..., Any], revision: str) -> None:
    _refused(fetch, "is not a revision", revision=revision)
    assert server.requests == []


def test_long_ids_are_shortened_in_the_message(fetch: Callable[..., Any]) -> None:
    with pytest.raises(ModelUnavailableError) as failure:
        fetch("a" * 500)
    assert len(str(failure.value)) < 300


def test_weights_that_lack_some_or_are_damaged(server: HubServer, fetch: Callable[..., Any], gpt2_files: Files) -> None:
    tensors = load(gpt2_files[WEIGHTS])
    lost = next(name for name in tensors if "h.1.mlp.c_fc.weight" in name)
    partly = save({name: tensor for name, tensor in tensors.items() if name != lost}, {"format": "pt"})
    server.repositories[ID] = Repository(gpt2_files | {WEIGHTS: partly})
    _refused(fetch, "lacks 1 of its weights", "h.1.mlp.c_fc.weight")
    server.repositories["someone/damaged"] = Repository(gpt2_files | {WEIGHTS: b"\x00" * 64})
    _refused(fetch, "someone/damaged could not be loaded", repo_id="someone/damaged")
    server.repositories["someone/words"] = Repository(gpt2_files | {"config.json": b"no json"})
    _refused(fetch, "someone/words could not be loaded", repo_id="someone/words")
    other_shape = _with_config(gpt2_files, n_embd=32)
    server.repositories["someone/shape"] = Repository(other_shape)
    _refused(fetch, "weights of other shapes than its config.json says", repo_id="someone/shape")


def test_tokenizer_of_another_network(server: HubServer, fetch: Callable[..., Any], tmp_path: Path) -> None:
    small = GPT2LMHeadModel(GPT2Config(vocab_size=100, n_positions=32, n_embd=16, n_layer=1, n_head=2))
    server.repositories[ID] = Repository(_files(tmp_path / "made", small))
    _refused(fetch, "257 tokens in its tokenizer and 100 in its network")


def test_networks_that_do_not_read_from_left_to_right(
    server: HubServer, fetch: Callable[..., Any], tmp_path: Path
) -> None:
    config = Gemma3TextConfig(
        vocab_size=VOCABULARY,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        pad_token_id=0,
        use_bidirectional_attention=True,
        initializer_range=0.5,
    )
    server.repositories[ID] = Repository(_files(tmp_path / "ahead", Gemma3ForCausalLM(config)))
    _refused(fetch, "looks at later words")
    recurrent = MambaForCausalLM(
        MambaConfig(vocab_size=VOCABULARY, hidden_size=16, state_size=4, num_hidden_layers=1, initializer_range=0.5)
    )
    server.repositories["someone/recurrent"] = Repository(_files(tmp_path / "recurrent", recurrent))
    _refused(fetch, "someone/recurrent cannot read on from a cached prefix", repo_id="someone/recurrent")


def test_larger_models_take_bfloat16_where_that_is_fast(
    server: HubServer, fetch: Callable[..., Any], gpt2_files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.repositories[ID] = Repository(gpt2_files)
    monkeypatch.setattr(runtime, "has_fast_bf16", lambda: True)
    assert fetch().network.dtype == torch.float32
    monkeypatch.setattr(hub, "FLOAT32_PARAMETERS", _gpt2().num_parameters() - 1)
    assert fetch().network.dtype == torch.bfloat16
    monkeypatch.setattr(runtime, "has_fast_bf16", lambda: False)
    assert fetch().network.dtype == torch.float32


def test_load_causal_reads_half_precision_as_float32(tmp_path: Path) -> None:
    _gpt2().half().save_pretrained(tmp_path)
    assert {tensor.dtype for tensor in load_file(tmp_path / WEIGHTS).values()} == {torch.float16}
    network = load_causal(tmp_path)
    assert network.dtype == torch.float32
    assert network.device.type == runtime.device().type
    (tmp_path / WEIGHTS).unlink()
    with pytest.raises(ModelUnavailableError, match=rf"^{re.escape(tmp_path.name)} could not be loaded"):
        load_causal(tmp_path)


def test_presets_are_pinned_and_small_enough() -> None:
    assert {"distilgpt2", "gpt2", "HuggingFaceTB/SmolLM2-135M"} <= set(HUB_PRESETS)
    for preset in HUB_PRESETS.values():
        hub_listing.check_id(preset.repo_id, preset.revision)
        assert hub_listing.is_commit(preset.revision)
        assert 0 < preset.megabytes * 1_000_000 <= hub_listing.MAX_DOWNLOAD_BYTES
        assert preset.licence
        assert preset.describes
        assert preset.training_data
    assert len({preset.revision for preset in HUB_PRESETS.values()}) == len(HUB_PRESETS)


def test_a_preset_lends_its_name_to_the_card(
    server: HubServer, fetch: Callable[..., Any], gpt2_files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.repositories[ID] = Repository(gpt2_files, licence=None)
    assert fetch().card.licence == "not stated; see the source"
    preset = replace(HUB_PRESETS["gpt2"], repo_id=ID, revision=server.repositories[ID].commit)
    monkeypatch.setitem(HUB_PRESETS, "tiny", preset)
    card = fetch(revision=preset.revision).card
    assert (card.name, card.licence, card.training_data) == ("tiny", preset.licence, preset.training_data)


def test_environment_names_the_hub_and_the_import_is_light(
    server: HubServer, gpt2_files: Files, tmp_path: Path
) -> None:
    server.repositories[ID] = Repository(gpt2_files)
    program = f"""
import sys
from nlm_core.lm.hub import load_hub
heavy = {{"transformers", "huggingface_hub"}} & set(sys.modules)
assert not heavy, heavy
print(load_hub({ID!r}).card.source)
"""
    environment = os.environ | {"HF_ENDPOINT": server.endpoint, "HF_HOME": str(tmp_path / "home")}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == f"{server.endpoint}/{ID}/tree/{server.repositories[ID].commit}"
    assert is_cached(ID, None, tmp_path / "home" / "hub")
