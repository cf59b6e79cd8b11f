"""Any causal model of ``transformers`` behind the LanguageModel interface; nlm-gpt and Hub models alike."""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel, PreTrainedTokenizerBase
from transformers.cache_utils import DynamicLayer

from nlm_core.lm.base import Forward, ModelCard, ModelUnavailableError
from nlm_core.lm.llama_token import is_plain_llama, next_hidden
from nlm_core.text.tokenizer import Tokenizer


class _HubTokenizer:
    """The part of our tokenizer's interface that models need, over a tokenizer of ``transformers``."""

    def __init__(self, backend: PreTrainedTokenizerBase, name: str) -> None:
        self._backend = backend
        stop = backend.eos_token_id
        # GPT-2 and its kin have one token for both; it stands before every text as well as after.
        start = backend.bos_token_id if backend.bos_token_id is not None else stop
        if start is None or stop is None:
            raise ModelUnavailableError(f"{name} has no token for START or STOP, so p(x | START) is not defined for it")
        self.start_id, self.stop_id = int(start), int(stop)
        # As with our own tokenizer, a visitor's "<|endoftext|>" is text, not the end of the text.
        self._options = {"add_special_tokens": False, "split_special_tokens": True, "verbose": False}

    def encode(self, text: str) -> list[int]:
        return list(self._backend(text, **self._options)["input_ids"])

    def decode(self, ids: Sequence[int]) -> str:
        return str(self._backend.decode(list(ids), clean_up_tokenization_spaces=False))

    def symbol(self, token_id: int) -> str:
        # A few models have more logits than tokens, for round shapes.
        return self._backend.convert_ids_to_tokens(token_id) or f"<unused {token_id}>"


class TransformerModel:
    """A causal transformer with a key-value cache as its state.

    Parameters
    ----------
    card : ModelCard
    tokenizer : Tokenizer or PreTrainedTokenizerBase
    network : PreTrainedModel
        Frozen here.

    Raises
    ------
    ModelUnavailableError
        If the network's logits are not its output layer applied to its last hidden state.
    """

    def __init__(
        self, card: ModelCard, tokenizer: Tokenizer | PreTrainedTokenizerBase, network: PreTrainedModel
    ) -> None:
        self.card = card
        self.tokenizer = tokenizer if isinstance(tokenizer, Tokenizer) else _HubTokenizer(tokenizer, card.name)
        self.network = network.eval().requires_grad_(False)
        self.start_id, self.stop_id = self.tokenizer.start_id, self.tokenizer.stop_id
        config = network.config.get_text_config()
        self.context_length: int | None = getattr(config, "max_position_embeddings", None)
        self.vocab_size: int = network.get_output_embeddings().weight.shape[0]
        self._softcap = getattr(config, "final_logit_softcapping", None)
        self._scale = getattr(config, "logit_scale", 1.0) / getattr(config, "logits_scaling", 1.0)
        self._check_output_layer()

    @torch.inference_mode()
    def _check_output_layer(self) -> None:
        ids = torch.tensor([[self.start_id, self.stop_id]], device=self.network.device)
        expected = self.network(input_ids=ids, use_cache=False).logits.float()
        if not torch.allclose(self.output(self.hidden(ids)), expected, atol=1e-3, rtol=1e-2):
            raise ModelUnavailableError(
                f"{self.card.name} does something between its last hidden state and its logits that this program "
                "does not know; choose another model"
            )

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text)

    def decode(self, ids: Sequence[int]) -> str:
        return self.tokenizer.decode(ids)

    def symbol(self, token_id: int) -> str:
        return self.tokenizer.symbol(token_id)

    @torch.inference_mode()
    def extend(self, state: DynamicCache | None, ids: Sequence[int]) -> Forward:
        cache = DynamicCache(config=self.network.config) if state is None else state
        if len(ids) == 1 and is_plain_llama(self.network):
            hidden = next_hidden(self.network, cache, ids[0])
            return Forward(self.network.get_input_embeddings().weight[ids[0]][None], hidden, cache)
        inputs = torch.tensor([list(ids)], device=self.network.device)
        hidden = self.network.base_model(input_ids=inputs, past_key_values=cache, use_cache=True).last_hidden_state
        return Forward(self.network.get_input_embeddings().weight[inputs[0]], hidden[0], cache)

    def crop(self, state: DynamicCache | None, length: int) -> DynamicCache | None:
        # Only plain layers keep every token; one with a sliding window or a recurrent state has already forgotten what
        # it would need, so begin anew instead.
        if state is None or length == 0 or any(type(layer) is not DynamicLayer for layer in state.layers):
            return None
        surplus = state.get_seq_length() - length
        if surplus > 0:
            state.crop(-surplus)
        return state

    @torch.inference_mode()
    def hidden(self, ids: Tensor) -> Tensor:
        states: Tensor = self.network.base_model(
            input_ids=ids.to(self.network.device), use_cache=False
        ).last_hidden_state
        return states

    @torch.inference_mode()
    def output(self, hidden: Tensor) -> Tensor:
        logits: Tensor = self.network.get_output_embeddings()(hidden).float() * self._scale
        return self._softcap * torch.tanh(logits / self._softcap) if self._softcap else logits
