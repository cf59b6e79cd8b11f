"""Sentences to features: batches of about the same length, so that little padding is computed, and pooling at once.

The result does not depend on the order of the sentences, beyond rounding: there is no padding where sentences are
packed, and the attention mask keeps it out where they are not.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from nlm_core import runtime
from nlm_core.sentiment.encoder import POOLINGS, Encoder, pool
from nlm_core.sentiment.packed import PACKED_BUDGET, Packed, PackedNetwork

# Tokens in a batch, padding counted in.
TOKEN_BUDGET = 2048
# Sentences sorted by length at once; a file is read in blocks of this many.
BLOCK = 1024

Row = TypeVar("Row")


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

    def rows(self, places: NDArray[np.int64]) -> "Features":
        """Those of some of the sentences."""
        return Features(self.values[places], self.layers, self.poolings)


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
    *,
    workers: int = 1,
) -> Iterator[tuple[int, Features]]:
    """Encode sentences batch by batch.

    Parameters
    ----------
    encoder : Encoder
    texts : sequence of str
    layers : sequence of int, optional
        All of them by default, the embeddings (0) included. Layers above the last one are not computed.
    poolings : sequence of str
    masked : bool
        Whether padding is kept out. Without it, all sentences are padded to the longest of them and padding is read
        and pooled as text, as in a notebook that forgets the mask.
    workers : int
        Batches computed at once, each in a slot of the gate; visitors of a page leave the other slots to each other.

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
    for pooling in poolings:
        if pooling not in POOLINGS:
            raise ValueError(f"no pooling is called {pooling!r}; known are {', '.join(POOLINGS)}")
    ids = encoder.token_ids(texts)
    longest = max(map(len, ids), default=0)
    lengths = [len(row) if masked else longest for row in ids]
    values = np.zeros((len(texts), len(chosen), len(poolings), encoder.hidden_size), dtype=np.float32)
    features, done = Features(values, chosen, tuple(poolings)), 0

    def encode(batch: list[int]) -> list[int]:
        with runtime.gate().slot():
            values[batch] = _pooled(encoder, [ids[i] for i in batch], chosen, poolings, None if masked else longest)
        return batch

    budget = TOKEN_BUDGET if encoder.packed is None else PACKED_BUDGET
    for batch in _in_turns(encode, batches(lengths, budget), workers):
        done += len(batch)
        yield done, features


def _in_turns(work: Callable[[list[int]], list[int]], parts: Sequence[list[int]], workers: int) -> Iterator[list[int]]:
    """What the work gives for each part, in order, with so many parts under way; none is left behind at the end."""
    if workers == 1:
        yield from map(work, parts)
        return
    with ThreadPoolExecutor(workers) as pool_of_threads:
        under_way: deque[Future[list[int]]] = deque()
        try:
            for part in parts:
                under_way.append(pool_of_threads.submit(work, part))
                if len(under_way) > workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def _pooled(
    encoder: Encoder, rows: Sequence[Sequence[int]], layers: Sequence[int], poolings: Sequence[str], length: int | None
) -> NDArray[np.float32]:
    """The features of one batch, of shape (n, n_layers, n_poolings, hidden); padded to ``length`` without a mask."""
    padded = encoder.pad(rows, length)
    masked = length is None
    if encoder.packed is not None:
        return _packed(encoder.packed, rows if masked else padded.ids.tolist(), layers, poolings)
    mask = torch.from_numpy(padded.mask if masked else np.ones_like(padded.mask)).to(runtime.device())
    with torch.inference_mode():
        states = encoder.forward(padded, masked).hidden_states
        found = [torch.stack([pool(states[k].float(), mask, p) for p in poolings], dim=1) for k in layers]
        return np.asarray(torch.stack(found, dim=1).cpu().numpy(), dtype=np.float32)


def _packed(
    network: PackedNetwork, rows: Sequence[Sequence[int]], layers: Sequence[int], poolings: Sequence[str]
) -> NDArray[np.float32]:
    """As ``_pooled``, without padding; of the layers, only those up to the last one asked for."""
    packed, last = Packed.of(rows), max(layers)
    # Where [CLS] is all that is wanted, the last layer is computed for [CLS] alone.
    alone = last > 0 and "mean" not in poolings
    kept = {}
    for layer, states in enumerate(network.states(packed, last - alone)):
        if layer in layers:
            kept[layer] = torch.stack([packed.pool(states, pooling) for pooling in poolings], dim=1)
    if alone:
        kept[last] = network.next_cls(packed, states, last).float()[:, None]
    return np.asarray(torch.stack([kept[layer] for layer in layers], dim=1).numpy(), dtype=np.float32)


def features_of(
    encoder: Encoder, texts: Sequence[str], layers: Sequence[int] | None = None, poolings: Sequence[str] = POOLINGS
) -> Features:
    """The features of all sentences at once; see ``extract``."""
    if not texts:
        raise ValueError("there are no sentences to encode")
    return list(extract(encoder, texts, layers, poolings))[-1][1]


def blocks(rows: Iterable[Row], size: int = BLOCK) -> Iterator[list[Row]]:
    """Rows a block at a time, so that no more than one block is held."""
    iterator = iter(rows)
    while block := list(islice(iterator, size)):
        yield block
