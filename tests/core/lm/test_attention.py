"""Attention weights are the model's own: softmax(Q K^T / sqrt(d)) done again by hand, and the same logits as served."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import Tensor

from nlm_core.lm.attention import MAX_POSITIONS, AttentionReader, may_look
from nlm_core.lm.base import LanguageModel, ModelCard
from nlm_core.lm.bert import BertNetwork, bert_config
from nlm_core.lm.masked import MaskedModel
from nlm_core.text.tokenizer import Tokenizer
from tests.core.conftest import tiny_gpt2, tiny_llama, tiny_rnn

IDS = [1, 50, 60, 70, 80, 50, 2]


@pytest.fixture(scope="module")
def masked(tokenizer: Tokenizer) -> MaskedModel:
    config = bert_config(tokenizer.vocab_size, hidden=16, intermediate=24, layers=3, heads=2, context=64)
    network = BertNetwork(config, torch.Generator().manual_seed(0)).masked_lm
    # Fresh weights attend nearly evenly; stronger ones tell a wrong formula from a right one.
    for name, parameter in network.named_parameters():
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.4, generator=torch.Generator().manual_seed(len(name)))
    network.set_attn_implementation("sdpa")
    return MaskedModel(ModelCard("tiny", "masked", 0, "", "", "", ""), tokenizer, network)


def rotated(x: Tensor, theta: float = 10_000.0) -> Tensor:
    """Rotary positions (Su et al. 2021): each pair of numbers turned by t / theta^(2i/d)."""
    n, d = x.shape[-2:]
    angle = torch.arange(n)[:, None] / theta ** (torch.arange(0, d, 2) / d)  # (n, d/2)
    a, b = x[..., : d // 2], x[..., d // 2 :]
    return torch.cat([a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()], -1)


def by_hand(q: Tensor, k: Tensor, heads: int, causal: bool) -> np.ndarray:
    """softmax(Q K^T / sqrt(d) + M) for Q and K of shape (n, heads * d)."""
    n = len(q)
    q, k = (rotated(x.view(n, heads, -1).transpose(0, 1)) for x in (q, k))  # (heads, n, d)
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
    if causal:
        scores = scores + torch.full((n, n), -torch.inf).triu(1)
    return torch.softmax(scores, -1).numpy()


@torch.inference_mode()
def test_an_encoders_weights_are_its_softmax(masked: MaskedModel) -> None:
    found = AttentionReader(masked).read(IDS)
    states = masked.network.model(input_ids=torch.tensor([IDS]), output_hidden_states=True).hidden_states
    for number, layer in enumerate(masked.network.model.layers):
        qkv = layer.attn.Wqkv(layer.attn_norm(states[number][0]))
        q, k, _ = qkv.chunk(3, -1)
        np.testing.assert_allclose(found.weights[number], by_hand(q, k, 2, causal=False), atol=1e-5)
    assert found.weights.std() > 0.05


@torch.inference_mode()
def test_a_decoders_weights_are_its_softmax(tokenizer: Tokenizer) -> None:
    model = tiny_llama(tokenizer)
    found = AttentionReader(model).read(IDS)
    states = model.network.model(input_ids=torch.tensor([IDS]), output_hidden_states=True).hidden_states
    for number, layer in enumerate(model.network.model.layers):
        x = layer.input_layernorm(states[number][0])
        q, k = layer.self_attn.q_proj(x), layer.self_attn.k_proj(x)
        np.testing.assert_allclose(found.weights[number], by_hand(q, k, 2, causal=True), atol=1e-5)
    assert found.weights.std() > 0.05


@pytest.mark.parametrize("make", [tiny_llama, tiny_gpt2])
@torch.inference_mode()
def test_a_decoder_takes_exactly_nothing_from_the_right(
    make: Callable[[Tokenizer], LanguageModel], tokenizer: Tokenizer
) -> None:
    found = AttentionReader(make(tokenizer)).read(IDS)
    assert (found.weights[:, :, ~found.allowed] == 0).all()
    assert (found.weights[:, :, found.allowed] > 0).all()
    np.testing.assert_allclose(found.weights.sum(-1), 1, atol=1e-5)


def test_an_encoder_takes_something_from_everywhere(masked: MaskedModel) -> None:
    found = AttentionReader(masked).read(IDS)
    assert found.allowed.all()
    assert (found.weights > 0).all()
    np.testing.assert_allclose(found.weights.sum(-1), 1, atol=1e-5)
    np.testing.assert_allclose(found.head(1, None), (found.weights[1, 0] + found.weights[1, 1]) / 2, atol=1e-6)
    assert (found.head(2, 1) == found.weights[2, 1]).all()


@torch.inference_mode()
def test_both_forms_give_the_same_logits_and_share_their_parameters(masked: MaskedModel, tokenizer: Tokenizer) -> None:
    llama = tiny_llama(tokenizer)
    llama.network.set_attn_implementation("sdpa")
    for model in (masked, llama):
        stepwise = AttentionReader(model).network
        assert stepwise.config._attn_implementation == "eager"
        assert model.network.config._attn_implementation == "sdpa"
        assert all(a is b for a, b in zip(stepwise.parameters(), model.network.parameters(), strict=True))
        ids = torch.tensor([IDS])
        torch.testing.assert_close(stepwise(ids).logits, model.network(ids).logits, atol=1e-4, rtol=1e-4)


def test_visitors_at_the_same_time_get_what_each_would_get_alone(masked: MaskedModel) -> None:
    reader = AttentionReader(masked)
    texts = [[1, *range(40, 40 + n), 2] for n in range(1, 20)]
    alone = [reader.read(ids).weights for ids in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda ids: reader.read(ids).weights, texts * 3))
    for a, b in zip(alone * 3, together, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_a_model_without_attention_is_told_so(tokenizer: Tokenizer) -> None:
    with pytest.raises(ValueError, match="tiny-rnn has no attention"):
        AttentionReader(tiny_rnn(tokenizer))


@pytest.mark.parametrize("count", [0, MAX_POSITIONS + 1])
def test_too_few_and_too_many_tokens_are_refused(count: int, masked: MaskedModel) -> None:
    with pytest.raises(ValueError, match="must be 1 to 64"):
        AttentionReader(masked).read([5] * count)


def test_the_mask_of_the_lecture() -> None:
    assert may_look(3, causal=True).tolist() == [[True, False, False], [True, True, False], [True, True, True]]
    assert may_look(3, causal=False).all()


def test_the_shipped_decoder_reads_as_it_is_served(gpt: LanguageModel) -> None:
    ids = [gpt.start_id, *gpt.encode("I went to the park.")]
    reader = AttentionReader(gpt)
    assert reader.read(ids).weights.shape == (5, 4, len(ids), len(ids))
    with torch.inference_mode():
        expected = gpt.output(gpt.hidden(torch.tensor([ids])))
        found = reader.network(input_ids=torch.tensor([ids])).logits
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=1e-3)
