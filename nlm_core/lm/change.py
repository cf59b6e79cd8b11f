"""One word of a sentence changed: which other guesses change with it, in a model of either kind.

A causal model computes p(x | START w_1 ... w_{t-1}) from the left alone, so that a change at w_c leaves it as it is for
every t <= c. An encoder fills a blank at w_t from both sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.divergence import Alignment, align
from nlm_core.lm.masked import MaskedModel

# Distributions of a sentence are held at once: 2 x 64 x 50,000 float64 values are 51 MB.
MAX_TOKENS = 64


@dataclass(frozen=True)
class Moved:
    """How far the distribution for one word moves when another word changes.

    Attributes
    ----------
    position : int
        Of the word in the first sentence, START being 0.
    token_id : int
    side : str
        "left" of the change, "right" of it, or "changed" for the changed word itself.
    largest : float
        max_x |p(x) - q(x)| over the whole vocabulary, before and after the change; computed from whole passes.
    top, top_after : int
        The most probable token before and after the change.
    """

    position: int
    token_id: int
    side: str
    largest: float
    top: int
    top_after: int


def causal_moves(model: LanguageModel, first: Sequence[int], second: Sequence[int]) -> tuple[Moved, ...]:
    """What the change from one sentence to the other does to p(x | START w_1 ... w_{t-1}) of each word w_t.

    Both sentences, START first, are read whole and apart, nothing being kept from one for the other; the shorter one is
    padded on the right, where no position looks, so that the same sums are done in the same order.

    Raises
    ------
    ValueError
        If the two are the same, or longer than ``MAX_TOKENS``.
    """
    alignment = _checked(first, second)
    width = max(len(first), len(second))
    p, q = (_next_distributions(model, ids, width) for ids in (first, second))
    pairs = _pairs(alignment, first)
    return tuple(_moved(side, t, first[t], p[t - 1], q[s - 1]) for side, t, s in pairs)


def blank_moves(model: MaskedModel, first: Sequence[int], second: Sequence[int]) -> tuple[Moved, ...]:
    """What the change does to p(x | both sides) at a blank put in place of each word w_t, one blank at a time.

    The sentences begin with START and end with STOP. At the changed word itself the blank hides the change where it is
    one token for one.

    Raises
    ------
    ValueError
        As for ``causal_moves``.
    """
    pairs = [(side, t, s) for side, t, s in _pairs(_checked(first, second), first) if t < len(first) - 1]
    p = model.fill([first] * len(pairs), [t for _, t, _ in pairs]).cpu().double()
    q = model.fill([second] * len(pairs), [s for _, _, s in pairs]).cpu().double()
    return tuple(_moved(side, t, first[t], p[i], q[i]) for i, (side, t, _) in enumerate(pairs))


def _checked(first: Sequence[int], second: Sequence[int]) -> Alignment:
    longest = max(len(first), len(second))
    if longest > MAX_TOKENS:
        raise ValueError(f"a sentence has {longest} tokens; at most {MAX_TOKENS} can be compared: shorten it")
    return align(first, second)


def _pairs(alignment: Alignment, first: Sequence[int]) -> list[tuple[str, int, int]]:
    """Side, position in the first and in the second sentence, of every word but START."""
    begin, end = alignment.before, alignment.before + len(alignment.first)
    shift = len(alignment.second) - len(alignment.first)
    left = [("left", t, t) for t in range(1, begin)]
    # Of several changed tokens only the first has the same words before it in both sentences.
    changed = [("changed", begin, begin)] if alignment.first and alignment.second else []
    right = [("right", t, t + shift) for t in range(end, len(first))]
    return left + changed + right


@torch.inference_mode()
def _next_distributions(model: LanguageModel, ids: Sequence[int], width: int) -> Tensor:
    padded = [*ids, *[model.stop_id] * (width - len(ids))]
    hidden = model.hidden(torch.tensor([padded]))[0]
    return torch.softmax(model.output(hidden).cpu().double(), dim=-1)


def _moved(side: str, t: int, token_id: int, p: Tensor, q: Tensor) -> Moved:
    return Moved(t, token_id, side, float((p - q).abs().max()), int(p.argmax()), int(q.argmax()))
