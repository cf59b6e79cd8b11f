"""Sentences to hidden states: the first half of the lecture's sentiment example.

After Jay Alammar, "A Visual Guide to Using BERT for the First Time": tokenise, pad, encode, take one vector a sentence.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from nlm_core import runtime
from nlm_core.lm.attention import showing_attention
from nlm_core.sentiment.packed import PackedNetwork

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

POOLINGS = ("cls", "mean")
# What is longer is cut, also by encoders that could read more: attention costs the square of the length.
MAX_TOKENS = 512
# Hidden states of every layer are handed out for this many sentences at most.
MAX_ENCODED = 64


@dataclass(frozen=True)
class Tokenised:
    """A sentence as the encoder reads it.

    Attributes
    ----------
    text : str
    ids : tuple of int
        Equal to ``tokenizer.encode(text, add_special_tokens=True)``, cut at the encoder's longest input.
    tokens : tuple of str
        One for each id, [CLS] first and [SEP] last.
    cut : bool
        Whether something was cut off.
    """

    text: str
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    cut: bool


@dataclass(frozen=True)
class Padded:
    """Sentences of different lengths as one matrix.

    Attributes
    ----------
    ids : ndarray of int64, shape (n, longest)
        Filled up on the right with the id of [PAD].
    mask : ndarray of int64, shape (n, longest)
        1 where a token stands, 0 where padding does.
    """

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]


@dataclass(frozen=True)
class Encoded:
    """What the encoder makes of a batch.

    Attributes
    ----------
    sentences : tuple of Tokenised
    padded : Padded
    hidden : ndarray of float32, shape (n_layers + 1, n, longest, hidden)
        ``hidden[0]`` are the embeddings, ``hidden[-1]`` is the lecture's ``last_hidden_states``.
    attention : ndarray of float32, shape (n_layers, n, heads, longest, longest), or None
        Only from ``Encoder.showing_attention()``; each row sums to 1.
    """

    sentences: tuple[Tokenised, ...]
    padded: Padded
    hidden: NDArray[np.float32]
    attention: NDArray[np.float32] | None

    def features(self, layer: int, pooling: str, masked: bool = True) -> NDArray[np.float32]:
        """One vector a sentence, of shape (n, hidden); see ``pool``."""
        mask = self.padded.mask if masked else np.ones_like(self.padded.mask)
        pooled = pool(torch.from_numpy(self.hidden[layer]), torch.from_numpy(mask), pooling)
        return np.asarray(pooled.numpy(), dtype=np.float32)


def pool(states: torch.Tensor, mask: torch.Tensor, pooling: str) -> torch.Tensor:
    """One vector a sentence out of one vector a token.

    Parameters
    ----------
    states : Tensor of shape (n, length, hidden)
    mask : Tensor of shape (n, length)
    pooling : str
        "cls" is the slice ``states[:, 0, :]``; "mean" is the mean over the tokens that the mask lets through.

    Returns
    -------
    Tensor of shape (n, hidden)

    Raises
    ------
    ValueError
        If there is no such pooling.
    """
    if pooling == "cls":
        return states[:, 0, :]
    if pooling == "mean":
        weights = mask.to(states.dtype)[:, :, None]
        return (states * weights).sum(1) / weights.sum(1)
    raise ValueError(f"no pooling is called {pooling!r}; known are {', '.join(POOLINGS)}")


class Encoder:
    """An encoder-only transformer and its tokenizer; shared by all visitors and never changed.

    Use ``nlm_core.sentiment.encoders.load_encoder`` to get one.

    Parameters
    ----------
    name : str
        The name it is asked for by.
    fingerprint : str
        Stands for the very weights, configuration and tokenizer; equal fingerprints mean equal features.
    tokenizer : PreTrainedTokenizerBase
    network : PreTrainedModel
    """

    def __init__(
        self, name: str, fingerprint: str, tokenizer: "PreTrainedTokenizerBase", network: "PreTrainedModel"
    ) -> None:
        self.name, self.tokenizer = name, tokenizer
        self.network = network.eval().requires_grad_(False)
        self.fingerprint = f"{fingerprint} {self.dtype}"
        config = network.config
        self.hidden_size: int = config.hidden_size
        self.n_layers: int = config.num_hidden_layers
        positions = getattr(config, "max_position_embeddings", MAX_TOKENS)
        # Position tables of the RoBERTa family begin after the padding id.
        if "roberta" in config.model_type:
            positions -= (config.pad_token_id or 0) + 1
        self.max_tokens = min(int(tokenizer.model_max_length), positions, MAX_TOKENS)

    @property
    def dtype(self) -> torch.dtype:
        dtype: torch.dtype = self.network.dtype
        return dtype

    def showing_attention(self) -> "Encoder":
        """The same encoder, weights and all, in the plain form of attention that hands its weights out; slower."""
        network = showing_attention(self.network)
        return Encoder(self.name, self.fingerprint.removesuffix(f" {self.dtype}"), self.tokenizer, network)

    @cached_property
    def packed(self) -> PackedNetwork | None:
        """The quick way through the same layers, where there is one; it lays the weights out once more in memory."""
        return PackedNetwork(self.network) if PackedNetwork.takes(self.network) else None

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text, as ``tokenizer.encode(text, add_special_tokens=True)`` gives them, cut if too long."""
        return [self._cut(ids) for ids in self._whole(texts)]

    def _whole(self, texts: Sequence[str]) -> list[list[int]]:
        # To cut or pad, the tokenizer would be set to it, and all visitors share it: it is only ever asked for all.
        if not texts:
            return []
        encoded = self.tokenizer(list(texts), add_special_tokens=True, truncation=False, padding=False, verbose=False)
        ids: list[list[int]] = encoded["input_ids"]
        return ids

    def _cut(self, ids: list[int]) -> list[int]:
        if len(ids) <= self.max_tokens:
            return ids
        return ids[: self.max_tokens - self._closing] + ids[len(ids) - self._closing :]

    @cached_property
    def _closing(self) -> int:
        """How many special tokens stand behind every text: one, the [SEP] of BERT."""
        special = set(self.tokenizer.all_special_ids)
        backwards = reversed(self._whole(["a"])[0])
        return sum(1 for _ in itertools.takewhile(special.__contains__, backwards))

    def tokenise(self, text: str) -> Tokenised:
        """One text with its tokens; ``cut`` says whether it was too long."""
        (whole,) = self._whole([text])
        ids = self._cut(whole)
        return Tokenised(text, tuple(ids), tuple(self.tokenizer.convert_ids_to_tokens(ids)), len(ids) < len(whole))

    def pad(self, rows: Sequence[Sequence[int]], length: int | None = None) -> Padded:
        """Rows of ids filled up to the longest, or to ``length``."""
        shape = len(rows), length or max(map(len, rows))
        ids, mask = np.full(shape, self.tokenizer.pad_token_id or 0, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)], mask[i, : len(row)] = row, 1
        return Padded(ids, mask)

    @torch.inference_mode()
    def forward(self, padded: Padded, masked: bool = True, attention: bool = False) -> Any:
        """The network's own output, with ``hidden_states`` of every layer, for a padded batch.

        With ``masked=False`` padding is read as if it were text, which is what the mask is there to prevent.
        """
        device = runtime.device()
        ids, mask = torch.from_numpy(padded.ids).to(device), torch.from_numpy(padded.mask).to(device)
        return self.network(
            input_ids=ids,
            attention_mask=mask if masked else torch.ones_like(mask),
            output_hidden_states=True,
            output_attentions=attention,
        )

    def encode(self, texts: Sequence[str], masked: bool = True) -> Encoded:
        """Every intermediate array of a small batch, for looking at.

        Parameters
        ----------
        texts : sequence of str
            1 to ``MAX_ENCODED`` of them.
        masked : bool
            Whether the attention mask keeps padding out.

        Raises
        ------
        ValueError
            If there are none, or too many.
        """
        if not 1 <= len(texts) <= MAX_ENCODED:
            raise ValueError(f"{len(texts)} sentences were given; 1 to {MAX_ENCODED} can be looked at at once")
        sentences = tuple(map(self.tokenise, texts))
        padded = self.pad([sentence.ids for sentence in sentences])
        # Only the plain form of attention has its weights to show.
        shows = self.network.config._attn_implementation == "eager"
        output = self.forward(padded, masked, attention=shows)
        hidden = torch.stack(output.hidden_states).float().cpu().numpy()
        attention = torch.stack(output.attentions).float().cpu().numpy() if shows else None
        return Encoded(sentences, padded, hidden, attention)
