"""theta as one line of text and back: a network in an address, a cell or a message."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from nlm_core.nn.mlp import Parameters, check_sizes

LARGEST = 1e6


def to_text(parameters: Parameters) -> str:
    """The numbers of W_1 row by row, then b_1, W_2, b_2, ..., separated by blanks, to ten digits."""
    parts = [t for pair in zip(parameters.W, parameters.b, strict=True) for t in pair]
    return " ".join(f"{value:.10g}" for part in parts for value in part.flatten().tolist())


def from_text(text: str, sizes: Sequence[int]) -> Parameters:
    """The network that ``to_text`` wrote, for sizes (k, hidden widths ..., d).

    Raises
    ------
    ValueError
        If the sizes are out of bounds, the text holds another count of numbers, or something that is no finite number
        of at most ``LARGEST``.
    """
    check_sizes(sizes)
    words = text.replace(",", " ").split()
    wanted = sum(d_out * (d_in + 1) for d_in, d_out in pairwise(sizes))
    if len(words) != wanted:
        raise ValueError(f"{len(words)} found; a network of {'-'.join(map(str, sizes))} has {wanted} numbers")
    values = torch.tensor([_number(word, place) for place, word in enumerate(words, start=1)], dtype=torch.float64)
    W: list[Tensor] = []
    b: list[Tensor] = []
    for d_in, d_out in pairwise(sizes):
        weights, end = d_out * d_in, d_out * (d_in + 1)
        W.append(values[:weights].view(d_out, d_in))
        b.append(values[weights:end])
        values = values[end:]
    return Parameters(tuple(W), tuple(b))


def _number(word: str, place: int) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not abs(value) <= LARGEST:
        raise ValueError(f"number {place} is {word[:40]!r}; it must be a number between -1,000,000 and 1,000,000")
    return value
