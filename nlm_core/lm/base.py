"""One interface for every next-token model, so that pages, sampling and scoring never ask which kind they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor


class UnknownModelError(ValueError):
    """There is no model of that name; the message lists those there are."""


class ModelUnavailableError(RuntimeError):
    """A model could not be loaded; the message says why and what to do."""


@dataclass(frozen=True)
class ModelCard:
    """What is worth knowing about a model.

    Attributes
    ----------
    name : str
        The name it is asked for by.
    kind : str
        "window", "rnn", "lstm", "gru", "transformer" or "masked".
    parameters : int
    describes, source, licence, training_data : str
    figures : mapping
        Measured figures by name, such as held-out bits per byte; empty where none are known.
    """

    name: str
    kind: str
    parameters: int
    describes: str
    source: str
    licence: str
    training_data: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Forward:
    """What a model computed for n new tokens.

    Attributes
    ----------
    embeddings : Tensor of shape (n, E)
        The embedding row of each token.
    hidden : Tensor of shape (n, H)
        The vector that the output layer reads, h_t.
    state : object
        To go on after these tokens; it belongs to one visitor, and ``extend`` and ``crop`` may change it in place.
    """

    embeddings: Tensor
    hidden: Tensor
    state: Any


class LanguageModel(Protocol):
    """p(x | START w_1 ... w_n) for every prefix of a text.

    The distribution after position t is ``softmax(output(hidden_t))``, and for any split of the ids,
    ``extend(extend(None, a).state, b)`` gives the hidden states of ``extend(None, a + b)`` after ``a``.
    Models are shared by all visitors: they are in eval mode, need no gradients and hold no visitor's state.

    Attributes
    ----------
    card : ModelCard
    vocab_size : int
        |V|, the number of logits.
    context_length : int or None
        The most tokens that one pass may hold, START among them; None where there is no limit.
    start_id, stop_id : int
        START and STOP; one and the same token in some models of the Hub.
    """

    card: ModelCard
    vocab_size: int
    context_length: int | None
    start_id: int
    stop_id: int

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, without START and STOP."""
        ...

    def decode(self, ids: Sequence[int]) -> str: ...

    def symbol(self, token_id: int) -> str:
        """The token as the vocabulary writes it (``Ġthe``); see ``nlm_core.text.display`` for reading it."""
        ...

    def extend(self, state: Any, ids: Sequence[int]) -> Forward:
        """Read more tokens after those that ``state`` holds (None: at the very beginning)."""
        ...

    def crop(self, state: Any, length: int) -> Any:
        """The state after only the first ``length`` tokens; None for 0."""
        ...

    def hidden(self, ids: Tensor) -> Tensor:
        """Hidden states (B, T, H) for a batch of token ids (B, T), all positions in one pass.

        Rows may be padded on the right: no position looks at later ones.
        """
        ...

    def output(self, hidden: Tensor) -> Tensor:
        """Logits of shape (..., vocab_size), float32, for hidden states of shape (..., H)."""
        ...
