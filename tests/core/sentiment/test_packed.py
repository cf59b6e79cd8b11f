"""Packed sentences beside plain transformers, one sentence at a time."""

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, DistilBertConfig, DistilBertModel, RobertaConfig, RobertaModel

from nlm_core.sentiment.encoder import Encoder
from nlm_core.sentiment.features import features_of
from nlm_core.sentiment.packed import Packed, PackedNetwork

RNG = np.random.default_rng(0)
ROWS = [RNG.integers(0, 50, length).tolist() for length in (9, 9, 9, 4, 4, 1)]


def bert() -> BertModel:
    torch.manual_seed(0)  # transformers draws initial weights from the global generator
    sizes = {"hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 40}
    return BertModel(BertConfig(vocab_size=50, initializer_range=0.5, **sizes)).eval()


def distilbert() -> DistilBertModel:
    torch.manual_seed(1)
    sizes = {"dim": 24, "n_layers": 3, "n_heads": 4, "hidden_dim": 40}
    return DistilBertModel(DistilBertConfig(vocab_size=50, initializer_range=0.5, **sizes)).eval()


@pytest.mark.parametrize("build", [bert, distilbert])
def test_states_of_every_layer_are_those_of_transformers(build: type) -> None:
    network = build()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            # Norms and biases of a fresh network do nothing that could be missed.
            if parameter.ndim == 1:
                parameter.add_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(len(name))) / 4)
    assert PackedNetwork.takes(network)
    packed = Packed.of(ROWS)
    states = list(PackedNetwork(network).states(packed, 3))
    assert len(states) == 4
    assert len(list(PackedNetwork(network).states(packed, 1))) == 2
    first = PackedNetwork(network).next_cls(packed, states[1], 2)
    np.testing.assert_allclose(first.numpy(), states[2][packed.starts].numpy(), atol=2e-5)
    begin = 0
    for i, row in enumerate(ROWS):
        with torch.inference_mode():
            expected = network(torch.tensor([row]), output_hidden_states=True).hidden_states
        for found, one in zip(states, expected, strict=True):
            np.testing.assert_allclose(found[begin : begin + len(row)].numpy(), one[0].numpy(), atol=2e-5)
        np.testing.assert_allclose(packed.pool(states[-1], "cls")[i].numpy(), expected[-1][0, 0].numpy(), atol=2e-5)
        np.testing.assert_allclose(packed.pool(states[2], "mean")[i].numpy(), expected[2][0].mean(0).numpy(), atol=2e-5)
        begin += len(row)


def test_what_it_does_not_know_is_left_to_transformers(minilm: Encoder) -> None:
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    assert not PackedNetwork.takes(RobertaModel(RobertaConfig(vocab_size=50, **sizes)))
    assert not PackedNetwork.takes(BertModel(BertConfig(vocab_size=50, hidden_act="relu", **sizes)))
    assert minilm.packed is not None


def test_both_ways_give_the_same_features(minilm: Encoder) -> None:
    texts = ["a good film", "bad", "not at all what one would have hoped for , and yet", ""]
    plain = Encoder("minilm", "the same", minilm.tokenizer, minilm.network)
    plain.packed = None
    whole = features_of(plain, texts)
    np.testing.assert_allclose(whole.values, features_of(minilm, texts).values, atol=1e-5)
    for layers in ([6], [0, 3], [0]):
        found = features_of(minilm, texts, layers, ["cls"])
        for layer in layers:
            np.testing.assert_allclose(found.at(layer, "cls"), whole.at(layer, "cls"), atol=1e-5)
