"""Sentences to features: batches of about the same length, so that little padding is computed, and pooling at once.

The result does not depend on the order of the sentences, beyond rounding: the attention mask keeps padding out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray

from nlm_core import runtime
from nlm_core.sentiment.encoder import POOLINGS, Encoder, pool

# Tokens in a batch, padding counted in.
TOKEN_BUDGET = 2048
# Sentences sorted by length at once; a file is read in blocks of this many.
BLOCK = 1024


@dataclass(frozen=True)
class Features:
    """Vectors of sentences at several layers and poolings.

    Attributes
    ----------
    values : ndarray of float32, shape (n, n_layers, n_poolings, hidden)
    layers : tuple of int
        0 is the embeddings.
    poolings : tuple of str
    """

    values: NDArray[np.float32]
    layers: tuple[int, ...]
    poolings: tuple[str, ...]

    def at(self, layer: int, pooling: str) -> NDArray[np.float32]:
        """The features of one layer and pooling, of shape (n, hidden)."""
        return self.values[:, self.layers.index(layer), self.poolings.index(pooling)]


def batches(lengths: Sequence[int], budget: int = TOKEN_BUDGET) -> list[list[int]]:
    """Places of sentences in batches, the longest first, each batch of at most ``budget`` tokens when padded.

    A sentence longer than the budget has a batch of its own.
    """
    found: list[list[int]] = []
    longest = 0
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not found or (len(found[-1]) + 1) * longest > budget:
            found.append([])
            longest = lengths[i]
        found[-1].append(i)
    return found


def check_layer(encoder: Encoder, layer: int) -> None:
    """Refuse a layer that the encoder does not have.

    Raises
    ------
    ValueError
        If it is not 0 (the embeddings) to the number of layers.
    """
    if not 0 <= layer <= encoder.n_layers:
        raise ValueError(
            f"layer {layer} was asked for; {encoder.name} has the layers 0 (embeddings) to {encoder.n_layers}"
        )


def extract(
    encoder: Encoder,
    texts: Sequence[str],
    layers: Sequence[int] | None = None,
    poolings: Sequence[str] = POOLINGS,
    masked: bool = True,
) -> Iterator[tuple[int, Features]]:
    """Encode sentences batch by batch.

    Parameters
    ----------
    encoder : Encoder
    texts : sequence of str
    layers : sequence of int, optional
        All of them by default, the embeddings (0) included.
    poolings : sequence of str
    masked : bool
        Whether the attention mask keeps padding out.

    Yields
    ------
    done : int
        Sentences encoded so far.
    features : Features
        The same arrays at each step, filled in as far as ``done``; whole with the last step.

    Raises
    ------
    ValueError
        If the encoder has no such layer, or there is no such pooling.
    """
    chosen = tuple(range(encoder.n_layers + 1)) if layers is None else tuple(layers)
    for layer in chosen:
        check_layer(encoder, layer)
    ids = encoder.token_ids(texts)
    values = np.zeros((len(texts), len(chosen), len(poolings), encoder.hidden_size), dtype=np.float32)
    features, done = Features(values, chosen, tuple(poolings)), 0
    for batch in batches([len(row) for row in ids]):
        padded = encoder.pad([ids[i] for i in batch])
        mask = torch.from_numpy(padded.mask if masked else np.ones_like(padded.mask)).to(runtime.device())
        with runtime.gate().slot():
            states = encoder.forward(padded, masked).hidden_states
            for k, layer in enumerate(chosen):
                for p, pooling in enumerate(poolings):
                    values[batch, k, p] = pool(states[layer].float(), mask, pooling).cpu().numpy()
        done += len(batch)
        yield done, features


def features_of(
    encoder: Encoder, texts: Sequence[str], layers: Sequence[int] | None = None, poolings: Sequence[str] = POOLINGS
) -> Features:
    """The features of all sentences at once; see ``extract``."""
    if not texts:
        raise ValueError("there are no sentences to encode")
    return list(extract(encoder, texts, layers, poolings))[-1][1]


def blocks(rows: Iterable[tuple[str, str]], size: int = BLOCK) -> Iterator[list[tuple[str, str]]]:
    """Rows a block at a time, so that no more than one block is held."""
    iterator = iter(rows)
    while block := list(islice(iterator, size)):
        yield block
