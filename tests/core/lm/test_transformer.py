"""The adapter over ``transformers``: for several architectures, reading bit by bit equals reading at once."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer as Backend
from tokenizers import decoders, models, pre_tokenizers
from transformers import (
    Gemma2Config,
    Gemma2ForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    GraniteConfig,
    GraniteForCausalLM,
    Lfm2Config,
    Lfm2ForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)

from nlm_core import runtime
from nlm_core.lm.base import ModelCard, ModelUnavailableError
from nlm_core.lm.transformer import TransformerModel

WINDOW = 4
SYMBOLS = ["<s>", "<|endoftext|>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
IDS = [0, 17, 40, 41, 80, 5, 99, 17, 123, 60, 7, 200]  # three times as long as the sliding window
# Initial weights this large make every position depend on every other one that it sees.
COMMON = {"vocab_size": len(SYMBOLS), "initializer_range": 0.3}
SMALL = COMMON | {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "pad_token_id": None,
    "bos_token_id": 0,
    "eos_token_id": 1,
}

NETWORKS: dict[str, Callable[[], PreTrainedModel]] = {
    "GPT-2": lambda: GPT2LMHeadModel(
        GPT2Config(**COMMON, n_embd=32, n_layer=2, n_head=4, n_positions=64, bos_token_id=0, eos_token_id=1)
    ),
    "Llama": lambda: LlamaForCausalLM(LlamaConfig(**SMALL)),
    "Mistral, sliding window": lambda: MistralForCausalLM(MistralConfig(**SMALL, sliding_window=WINDOW)),
    "Gemma 2, every other layer sliding, soft cap": lambda: Gemma2ForCausalLM(
        Gemma2Config(**SMALL, head_dim=8, sliding_window=WINDOW, final_logit_softcapping=5.0)
    ),
    "LFM2, a convolution with a state": lambda: Lfm2ForCausalLM(
        Lfm2Config(**SMALL, layer_types=["conv", "full_attention"], block_auto_adjust_ff_dim=False)
    ),
    "Granite, scaled logits": lambda: GraniteForCausalLM(GraniteConfig(**SMALL, logits_scaling=3.0)),
}


def _tokenizer(**special: str) -> PreTrainedTokenizerFast:
    backend = Backend(models.BPE(vocab={symbol: i for i, symbol in enumerate(SYMBOLS)}, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=backend, **special)


def _model(network: PreTrainedModel, tokenizer: PreTrainedTokenizerFast | None = None) -> TransformerModel:
    card = ModelCard("tiny", "transformer", network.num_parameters(), "", "", "", "")
    return TransformerModel(card, tokenizer or _tokenizer(bos_token="<s>", eos_token="<|endoftext|>"), network)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    """As in the app; threads that wait for each other on a busy machine cost more than networks this small."""
    runtime.gate()


@pytest.fixture(scope="module", params=list(NETWORKS))
def model(request: pytest.FixtureRequest) -> TransformerModel:
    torch.manual_seed(0)  # transformers draws initial weights from the global generator and takes no other
    return _model(NETWORKS[request.param]())


def _same(ours: torch.Tensor, theirs: torch.Tensor) -> None:
    torch.testing.assert_close(ours.cpu(), theirs.cpu(), atol=2e-5, rtol=1e-4)


def test_logits_are_those_of_the_network(model: TransformerModel) -> None:
    with torch.inference_mode():
        expected = model.network(input_ids=torch.tensor([IDS], device=model.network.device)).logits[0]
    logits = model.output(model.extend(None, IDS).hidden)
    _same(logits, expected)
    assert logits.shape == (len(IDS), model.vocab_size)
    assert logits.dtype == torch.float32
    _same(torch.softmax(logits, dim=-1).sum(dim=-1), torch.ones(len(IDS)))


def test_every_position_matters(model: TransformerModel) -> None:
    """What makes the other tests here able to fail: a wrong cache would change the hidden states a lot."""
    whole = model.extend(None, IDS).hidden[-1]
    alone = model.extend(None, IDS[-1:]).hidden[-1]
    assert (whole - alone).norm() > 0.1 * whole.norm()


@pytest.mark.parametrize("split", [1, WINDOW - 1, WINDOW, WINDOW + 1, len(IDS) - 1])
def test_reading_in_two_parts_equals_reading_at_once(model: TransformerModel, split: int) -> None:
    whole = model.extend(None, IDS)
    first = model.extend(None, IDS[:split])
    second = model.extend(first.state, IDS[split:])
    _same(torch.cat([first.hidden, second.hidden]), whole.hidden)
    _same(torch.cat([first.embeddings, second.embeddings]), whole.embeddings)


def test_reading_token_by_token_equals_reading_at_once(model: TransformerModel) -> None:
    state, rows = None, []
    for token in IDS:
        forward = model.extend(state, [token])
        state = forward.state
        rows.append(forward.hidden[0])
    _same(torch.stack(rows), model.extend(None, IDS).hidden)


@pytest.mark.parametrize("kept", [0, 1, WINDOW, len(IDS) - 1, len(IDS)])
def test_cropped_state_goes_on_as_if_the_rest_had_never_been_read(model: TransformerModel, kept: int) -> None:
    state = model.crop(model.extend(None, IDS).state, kept)
    other = [33, 44, 55]
    expected = model.extend(None, IDS[:kept] + other).hidden[kept:]
    # A state that cannot be cropped is given up, and everything is read anew.
    again = other if state is not None else IDS[:kept] + other
    _same(model.extend(state, again).hidden[-len(other) :], expected)


def test_only_layers_that_forget_give_the_state_up(model: TransformerModel) -> None:
    config = model.network.config
    forgets = getattr(config, "sliding_window", None) is not None or config.model_type == "lfm2"
    state = model.extend(None, IDS).state
    assert (model.crop(state, 3) is None) == forgets
    assert model.crop(None, 3) is None


def test_batches_padded_on_the_right(model: TransformerModel) -> None:
    short = IDS[:5]
    rows = torch.tensor([IDS, short + [1] * (len(IDS) - len(short))])
    hidden = model.hidden(rows)
    assert hidden.shape[:2] == rows.shape
    _same(hidden[0], model.extend(None, IDS).hidden)
    _same(hidden[1, : len(short)], model.extend(None, short).hidden)


def test_embeddings_are_the_rows_of_the_table(model: TransformerModel) -> None:
    table = model.network.get_input_embeddings().weight
    assert torch.equal(model.extend(None, IDS).embeddings, table[IDS])


def test_networks_are_frozen(model: TransformerModel) -> None:
    assert not model.network.training
    assert not any(parameter.requires_grad for parameter in model.network.parameters())
    assert model.context_length == 64


@pytest.fixture(scope="module")
def llama() -> TransformerModel:
    return _model(NETWORKS["Llama"]())


@pytest.mark.parametrize("text", ["<|endoftext|>", "a <s> b", "<s><s>", "</s>"])
def test_special_tokens_typed_by_a_visitor_are_text(llama: TransformerModel, text: str) -> None:
    ids = llama.encode(text)
    assert llama.start_id not in ids
    assert llama.stop_id not in ids
    assert len(ids) == len(text)
    assert llama.decode(ids) == text


@pytest.mark.parametrize("text", ["", " two  spaces ,", "naïve 你好 🙂", "\u202eright to left\x07", "<b>&amp;</b>\n"])
def test_any_text_comes_back_as_it_was(llama: TransformerModel, text: str) -> None:
    ids = llama.encode(text)
    assert len(ids) == len(text.encode())
    assert llama.decode(ids) == text


def test_symbols(llama: TransformerModel) -> None:
    assert [llama.symbol(i) for i in llama.encode(" a")] == ["Ġ", "a"]
    assert llama.symbol(llama.start_id) == "<s>"
    padded = _model(LlamaForCausalLM(LlamaConfig(**SMALL | {"vocab_size": len(SYMBOLS) + 6})))
    assert padded.symbol(len(SYMBOLS)) == f"<unused {len(SYMBOLS)}>"


def test_one_token_for_both_ends_of_a_text() -> None:
    both = _model(NETWORKS["GPT-2"](), _tokenizer(eos_token="<|endoftext|>"))
    assert both.start_id == both.stop_id == 1
    with pytest.raises(ModelUnavailableError, match="no token for START or STOP"):
        _model(NETWORKS["GPT-2"](), _tokenizer())


class _Reversed(LlamaForCausalLM):
    """Does something to its logits that no setting in its configuration tells of."""

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        result = super().forward(*args, **kwargs)
        result.logits = result.logits.flip(-1)
        return result


def test_an_unknown_step_before_the_logits_is_refused() -> None:
    with pytest.raises(ModelUnavailableError, match="between its last hidden state and its logits"):
        _model(_Reversed(LlamaConfig(**SMALL)))
