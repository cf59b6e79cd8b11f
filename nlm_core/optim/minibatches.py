"""Mini-batches as training takes them: one shuffled pass over the examples after another."""

from collections.abc import Iterator

import torch
from torch import Tensor


def minibatches(examples: int, batch_size: int, starts: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Indices of one mini-batch after another, without end; each start shuffles for itself.

    Every example comes once in each pass; the last batch of a pass is smaller where the sizes do not divide.

    Parameters
    ----------
    examples : int
        N.
    batch_size : int
        1 to N.
    starts : int
        S.
    generator : torch.Generator
        On the CPU, so that a seed gives the same batches on every device.

    Yields
    ------
    int64 Tensor of shape (S, B)

    Raises
    ------
    ValueError
        If the batch size is out of bounds.
    """
    if not 1 <= batch_size <= examples:
        raise ValueError(f"a batch of {batch_size} out of {examples} examples; choose 1 to {examples}")
    while True:
        # Sorting random keys shuffles all rows at once.
        order = torch.rand(starts, examples, generator=generator, dtype=torch.float64).argsort(1)
        yield from torch.split(order, batch_size, 1)
