"""Honest bars: the top tokens of a column with p over the whole vocabulary, and all other tokens as one."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nlm_core.lm.reader import Column
from nlm_core.text.display import readable


class Symbols(Protocol):
    """What naming tokens asks of a model, be it one that goes on or one that fills blanks."""

    vocab_size: int
    start_id: int
    stop_id: int

    def symbol(self, token_id: int) -> str: ...


@dataclass(frozen=True)
class Candidate:
    """A token as it is shown: ``text`` has its spaces and odd bytes made visible; rank 1 is the most probable."""

    token_id: int
    text: str
    p: float
    rank: int


@dataclass(frozen=True)
class Candidates:
    """The top tokens, and how many others there are with which probability; all p sum to 1."""

    top: tuple[Candidate, ...]
    others: int
    others_p: float


def label(model: Symbols, token_id: int, first: bool = False) -> str:
    """A token made readable; where START and STOP are one token, it is START only at the first position."""
    if token_id == model.start_id and (first or model.start_id != model.stop_id):
        return "START"
    if token_id == model.stop_id:
        return "STOP"
    return readable(model.symbol(token_id))


def candidates(model: Symbols, column: Column, k: int) -> Candidates:
    """The k most probable tokens of a column.

    Raises
    ------
    ValueError
        If k is not between 1 and the number of tokens that the column keeps.
    """
    if not 1 <= k <= len(column.top_ids):
        raise ValueError(f"k is {k}; it must be 1 to {len(column.top_ids)}")
    pairs = zip(column.top_ids[:k].tolist(), np.exp(column.top_logp[:k]).tolist(), strict=True)
    top = tuple(Candidate(i, label(model, i), p, rank) for rank, (i, p) in enumerate(pairs, start=1))
    return Candidates(top, model.vocab_size - k, max(0.0, 1.0 - sum(c.p for c in top)))


def among(found: Candidates, own: Candidate) -> Candidates:
    """The same bars with one certain token among them: where it is none of the top tokens, in place of the last."""
    if any(candidate.token_id == own.token_id for candidate in found.top):
        return found
    top = (*found.top[:-1], own)
    return Candidates(top, found.others, max(0.0, 1.0 - sum(c.p for c in top)))
