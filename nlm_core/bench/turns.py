"""Ways of doing the same work, timed in turns, so that whatever else the machine does meets all of them."""

import time
from collections.abc import Callable, Sequence

import torch

ROUNDS = 5


def seconds_of(work: Callable[[], object]) -> float:
    """How long one piece of work takes; a GPU is waited for."""
    # A GPU answers before it is done.
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    began = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - began


def in_turns(ways: Sequence[Callable[[], object]], rounds: int = ROUNDS) -> list[list[float]]:
    """The seconds of each way in each round, after one round that is not counted: a list for each way."""
    for way in ways:
        way()
    timed = [[seconds_of(way) for way in ways] for _ in range(rounds)]
    return [list(found) for found in zip(*timed, strict=True)]
