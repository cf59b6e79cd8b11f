"""How long two prefixes that differ in one early word are told apart: p(x | ...) against q(x | ...), word after word.

A window of N words cannot look more than N words back (lecture, sliding window): from the (N + 1)-th word on it gives
the two prefixes one and the same distribution. A recurrent network hands h_{t-1} on, so that a difference may stay:
P(w_n | w_1 ... w_{n-1}) = P(w_n | h_{n-1}), no Markov assumption.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.reader import MAX_TOKENS

# Positions whose two distributions are held at once: 2 x 32 x 50,000 float64 values are 26 MB.
_BLOCK = 32


@dataclass(frozen=True)
class Alignment:
    """Where two token sequences differ, and how many tokens they share after that.

    Attributes
    ----------
    before : int
        The tokens that both begin with.
    first, second : tuple of int
        The tokens in which they differ; one of the two may be empty, where a word was put in.
    after : tuple of int
        The tokens that both end with.
    """

    before: int
    first: tuple[int, ...]
    second: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True)
class Shift:
    """One token and its probability after the first prefix, p, and after the second, q."""

    token_id: int
    p: float
    q: float


@dataclass(frozen=True)
class Gap:
    """How far apart p and q are after the same words.

    Attributes
    ----------
    back : int
        How many words back from the predicted word the last differing word stands; 1 is right before it.
    token_id : int or None
        The shared word that was just read; None at ``back`` = 1, where the two have just read different ones.
    kl : float
        KL(p || q) = sum_i p_i ln(p_i / q_i), in nats; 0 exactly where p and q are the same numbers.
    largest : float
        max_i |p_i - q_i|.
    overlap : int
        How many tokens stand among the k most probable of both.
    shifts : tuple of Shift
        The tokens whose probabilities differ most, that one first.
    """

    back: int
    token_id: int | None
    kl: float
    largest: float
    overlap: int
    shifts: tuple[Shift, ...]


@dataclass(frozen=True)
class Divergence:
    """The gaps from the differing word on, ``gaps[i].back`` being i + 1, and the k of their overlaps."""

    alignment: Alignment
    gaps: tuple[Gap, ...]
    k: int

    @property
    def same_from(self) -> int | None:
        """The smallest distance from which on p and q are the same numbers to the end; None if they never are."""
        found = None
        for gap in reversed(self.gaps):
            if gap.largest != 0.0:
                break
            found = gap.back
        return found


def align(first: Sequence[int], second: Sequence[int]) -> Alignment:
    """The longest common beginning of two token sequences, then the longest common end of what is left.

    Raises
    ------
    ValueError
        If the two are the same.
    """
    if list(first) == list(second):
        raise ValueError("the two texts are the same; change one early word in one of them")
    shorter = min(len(first), len(second))
    before = 0
    while before < shorter and first[before] == second[before]:
        before += 1
    after = 0
    while after < shorter - before and first[-1 - after] == second[-1 - after]:
        after += 1
    return Alignment(
        before,
        tuple(first[before : len(first) - after]),
        tuple(second[before : len(second) - after]),
        tuple(first[len(first) - after :]),
    )


def diverge(
    model: LanguageModel, first: Sequence[int], second: Sequence[int], k: int = 10, shifts: int = 5
) -> Divergence:
    """Read two prefixes and compare their distributions at the differing word and after every word they then share.

    Parameters
    ----------
    model : LanguageModel
    first, second : sequence of int
        Token ids, START first.
    k : int
        Of how many most probable tokens the overlap is counted.
    shifts : int
        How many of the tokens that differ most are named.

    Raises
    ------
    ValueError
        If the two are the same, too long, or k is not 1 to vocab_size.
    """
    longest = max(len(first), len(second))
    if longest > MAX_TOKENS:
        raise ValueError(f"a text has {longest:,} tokens; at most {MAX_TOKENS:,} can be compared: shorten it")
    if not 1 <= k <= model.vocab_size:
        raise ValueError(f"k is {k}; it must be 1 to {model.vocab_size}")
    alignment = align(first, second)
    count = len(alignment.after) + 1
    h_p = model.extend(None, first).hidden[-count:]  # (count, H)
    h_q = model.extend(None, second).hidden[-count:]
    gaps: list[Gap] = []
    for begin in range(0, count, _BLOCK):
        log_p, log_q = (
            torch.log_softmax(model.output(h[begin : begin + _BLOCK]).cpu().double(), dim=-1) for h in (h_p, h_q)
        )
        for row in range(len(log_p)):
            j = begin + row
            read = alignment.after[j - 1] if j else None
            gaps.append(_gap(log_p[row], log_q[row], back=j + 1, token_id=read, k=k, shifts=shifts))
    return Divergence(alignment, tuple(gaps), k)


def _gap(log_p: Tensor, log_q: Tensor, *, back: int, token_id: int | None, k: int, shifts: int) -> Gap:
    p, q = log_p.exp(), log_q.exp()
    difference = (p - q).abs()
    top_p, top_q = (set(torch.topk(logs, k).indices.tolist()) for logs in (log_p, log_q))
    named = torch.topk(difference, min(shifts, len(difference))).indices.tolist()
    return Gap(
        back=back,
        token_id=token_id,
        # Rounding may bring a sum of terms that cancel a hair below 0.
        kl=max(0.0, float((p * (log_p - log_q)).sum())),
        largest=float(difference.max()),
        overlap=len(top_p & top_q),
        shifts=tuple(Shift(i, float(p[i]), float(q[i])) for i in named),
    )
