"""Tiny models of every kind, random but fixed; and the shipped ones, loaded once."""

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from nlm_core.lm.base import LanguageModel, ModelCard
from nlm_core.lm.gpt import GptNetwork, gpt_config
from nlm_core.lm.registry import TOKENIZER_FOLDER, load
from nlm_core.lm.rnn import ElmanNetwork, RnnModel
from nlm_core.lm.transformer import TransformerModel
from nlm_core.lm.window import WindowModel, WindowNetwork
from nlm_core.text.tokenizer import Tokenizer


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer.load(TOKENIZER_FOLDER)


def _card(kind: str) -> ModelCard:
    return ModelCard(f"tiny-{kind}", kind, 0, "random weights", "this test", "MIT", "none")


def tiny_window(tokenizer: Tokenizer) -> WindowModel:
    network = WindowNetwork(tokenizer.vocab_size, 8, 12, torch.Generator().manual_seed(1))
    return WindowModel(_card("window"), tokenizer, network)


def tiny_rnn(tokenizer: Tokenizer) -> RnnModel:
    network = ElmanNetwork(tokenizer.vocab_size, 8, 12, torch.Generator().manual_seed(2))
    return RnnModel(_card("rnn"), tokenizer, network)


def tiny_llama(tokenizer: Tokenizer) -> TransformerModel:
    config = gpt_config(tokenizer.vocab_size, hidden=16, intermediate=24, layers=2, heads=2, context=16)
    network = GptNetwork(config, torch.Generator().manual_seed(3))
    # The residual branches of a fresh network are weak; made stronger, attention matters for what is compared.
    for name, parameter in network.named_parameters():
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=0.3, generator=torch.Generator().manual_seed(len(name)))
    return TransformerModel(_card("llama"), tokenizer, network.causal_lm)


def tiny_gpt2(tokenizer: Tokenizer) -> TransformerModel:
    torch.manual_seed(4)
    config = GPT2Config(vocab_size=tokenizer.vocab_size, n_embd=16, n_layer=2, n_head=2, n_positions=16)
    config.initializer_range = 0.3
    return TransformerModel(_card("gpt2"), tokenizer, GPT2LMHeadModel(config))


TINY = {"window": tiny_window, "rnn": tiny_rnn, "llama": tiny_llama, "gpt2": tiny_gpt2}


@pytest.fixture(scope="session", params=list(TINY))
def tiny(request: pytest.FixtureRequest, tokenizer: Tokenizer) -> LanguageModel:
    """Each of the kinds in turn."""
    return TINY[request.param](tokenizer)


@pytest.fixture(scope="session", params=["nlm-window", "nlm-rnn", "nlm-gpt"])
def shipped(request: pytest.FixtureRequest) -> LanguageModel:
    """Each of the models in assets/models."""
    return load(request.param)
