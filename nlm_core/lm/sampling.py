"""The distribution that generation draws from, kept apart from the model's own p.

    q = softmax(y / temperature), cut to the top k tokens, then to the smallest set with mass top p, renormalised

in the order in which ``transformers`` applies them (top-p: Holtzman et al. 2020). q is made from logits that are
already there: changing temperature, k or p never runs the model again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nlm_core.lm.reader import PrefixReader

MIN_TEMPERATURE, MAX_TEMPERATURE = 0.05, 5.0
MAX_NEW_TOKENS = 200
# Tokens of each distribution that are kept beside the one drawn.
ALTERNATIVES = 10


@dataclass(frozen=True)
class Sampling:
    """How to draw: ``temperature`` 0.05 to 5 divides the logits, ``top_k`` 0 and ``top_p`` 1 cut nothing.

    Raises
    ------
    ValueError
        If a setting is outside its range.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not MIN_TEMPERATURE <= self.temperature <= MAX_TEMPERATURE:
            raise ValueError(
                f"the temperature is {self.temperature}; it must lie between {MIN_TEMPERATURE} and {MAX_TEMPERATURE}"
            )
        if self.top_k < 0:
            raise ValueError(f"top-k is {self.top_k}; it must be 0 (no cut) or more")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top-p is {self.top_p}; it must lie above 0 and be at most 1")

    def distribution(self, logits: Tensor) -> Tensor:
        """q over the whole vocabulary, of shape (vocab_size,), for logits of that shape; sums to 1."""
        scaled = logits.float() / self.temperature
        if 0 < self.top_k < len(scaled):
            scaled = scaled.masked_fill(scaled < torch.topk(scaled, self.top_k).values[-1], -torch.inf)
        if self.top_p < 1:
            probabilities, order = torch.sort(torch.softmax(scaled, -1), descending=True)
            # The token that crosses the limit still belongs to the set, so the first one always does.
            beyond = probabilities.cumsum(-1) - probabilities >= self.top_p
            scaled = scaled.index_fill(0, order[beyond], -torch.inf)
        return torch.softmax(scaled, -1)


@dataclass(frozen=True)
class Drawn:
    """One token behind a text, and the distribution that it was taken from.

    Attributes
    ----------
    token_id : int
    p : float
        Its probability under the model.
    q : float or None
        Its probability under the sampling distribution; None where it was chosen by hand.
    rank : int
        Among all tokens by p; 1 is the most probable.
    top : tuple of (int, float)
        The ids of the ``ALTERNATIVES`` most probable tokens with p, most probable first.
    """

    token_id: int
    p: float
    q: float | None
    rank: int
    top: tuple[tuple[int, float], ...]


def draw(logits: Tensor, sampling: Sampling, generator: torch.Generator) -> Drawn:
    """Draw one token from the sampling distribution of logits of shape (vocab_size,)."""
    q = sampling.distribution(logits)
    # The generator lives on the CPU, so that a seed gives one text on every device.
    return told(logits, int(torch.multinomial(q.cpu(), 1, generator=generator)), q)


def told(logits: Tensor, token_id: int, q: Tensor | None) -> Drawn:
    """What is to be said of a token behind a text, from the logits there; ``q`` is None where it was chosen by hand."""
    p = torch.softmax(logits.float(), -1)
    best = torch.topk(p, min(ALTERNATIVES, len(p)))
    top = tuple(zip(best.indices.tolist(), best.values.tolist(), strict=True))
    rank = int((p > p[token_id]).sum()) + 1
    return Drawn(token_id, float(p[token_id]), None if q is None else float(q[token_id]), rank, top)


def generator_after(seed: int, draws: int, vocab_size: int) -> torch.Generator:
    """The generator of a seed as it stands after some draws, so that a text taken back is drawn the same again."""
    generator = torch.Generator().manual_seed(seed)
    # What a draw takes from the generator depends on the number of tokens alone, not on their probabilities.
    weights = torch.ones(vocab_size)
    for _ in range(draws):
        torch.multinomial(weights, 1, generator=generator)
    return generator


def generate(
    reader: PrefixReader, ids: list[int], sampling: Sampling, generator: torch.Generator, limit: int
) -> Iterator[Drawn]:
    """Draw token after token behind ``ids`` until STOP has been drawn or ``limit`` tokens are there.

    The caller may stop taking at any time; what was drawn stays valid.

    Raises
    ------
    ValueError
        If the limit is outside 1 to ``MAX_NEW_TOKENS``.
    """

    def next_logits(so_far: Sequence[int]) -> Tensor:
        reading = reader.read_ids(so_far)
        return reader.logits([len(reading.ids) - 1])[0]

    return generate_from(next_logits, reader.model.stop_id, ids, sampling, generator=generator, limit=limit)


def generate_from(
    next_logits: Callable[[Sequence[int]], Tensor],
    stop_id: int,
    ids: Sequence[int],
    sampling: Sampling,
    *,
    generator: torch.Generator,
    limit: int,
) -> Iterator[Drawn]:
    """As ``generate``, for whatever gives logits of shape (vocab_size,) for the next token behind some ids."""
    if not 1 <= limit <= MAX_NEW_TOKENS:
        raise ValueError(f"asked for {limit} new tokens; it must be 1 to {MAX_NEW_TOKENS}")
    so_far = list(ids)
    for _ in range(limit):
        drawn = draw(next_logits(so_far), sampling, generator)
        yield drawn
        if drawn.token_id == stop_id:
            return
        so_far.append(drawn.token_id)
