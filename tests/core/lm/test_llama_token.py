"""One token through a Llama written out gives what the network's own forward pass gives, and leaves the same cache."""

import pytest
import torch
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.llama_token import is_plain_llama, next_hidden


def forward(network: LlamaForCausalLM, cache: DynamicCache, ids: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        inputs = torch.tensor([ids])
        return network.model(input_ids=inputs, past_key_values=cache, use_cache=True).last_hidden_state[0]


@pytest.mark.parametrize("length", [0, 1, 2, 20, 100])
def test_the_hidden_state_and_the_cache_are_those_of_the_network(gpt: LanguageModel, length: int) -> None:
    network = gpt.network
    assert is_plain_llama(network)
    ids = torch.randint(0, 8_192, (length,), generator=torch.Generator().manual_seed(length)).tolist()
    plain, ours = DynamicCache(config=network.config), DynamicCache(config=network.config)
    if ids:
        forward(network, plain, ids)
        forward(network, ours, ids)
    for token_id in (17, 4_000):
        expected = forward(network, plain, [token_id])
        torch.testing.assert_close(next_hidden(network, ours, token_id), expected, atol=2e-5, rtol=1e-4)
    assert ours.get_seq_length() == plain.get_seq_length() == length + 2
    for own, other in zip(ours.layers, plain.layers, strict=True):
        torch.testing.assert_close(own.keys, other.keys, atol=2e-5, rtol=1e-4)
        torch.testing.assert_close(own.values, other.values, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize(
    "other",
    [
        {"num_key_value_heads": 1},
        {"attention_bias": True},
        {"mlp_bias": True},
        {"hidden_act": "gelu"},
        {"rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 10_000.0}},
    ],
    ids=str,
)
def test_other_llamas_are_left_to_their_own_forward_pass(other: dict[str, object]) -> None:
    sizes = {"vocab_size": 20, "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1}
    kind = {"num_attention_heads": 2, "num_key_value_heads": 2, "max_position_embeddings": 16}
    assert is_plain_llama(LlamaForCausalLM(LlamaConfig(**sizes, **kind)))
    assert not is_plain_llama(LlamaForCausalLM(LlamaConfig(**sizes, **{**kind, **other})))
