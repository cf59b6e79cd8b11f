"""A generated text in a few characters, and the way back: every token with its p, as when it was drawn.

Ids stand in base 36 with dots between them; ``~`` before one says that it was chosen by hand. These characters need no
escape in an address.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.sampling import MAX_NEW_TOKENS, Drawn, Sampling, told

_BETWEEN, _BY_HAND, _BASE = ".", "~", 36
_SHOWN = 20


@dataclass(frozen=True)
class Trace:
    """One token of a generated text: its id, and whether a hand chose it."""

    token_id: int
    by_hand: bool


def to_text(tokens: Sequence[Drawn]) -> str:
    """The tokens as text; "" for none."""
    return _BETWEEN.join(_BY_HAND * (t.q is None) + np.base_repr(t.token_id, _BASE).lower() for t in tokens)


def from_text(text: str, model: LanguageModel) -> tuple[Trace, ...]:
    """What ``to_text`` wrote.

    Raises
    ------
    ValueError
        If there are more than ``MAX_NEW_TOKENS`` tokens, one is none of the model's, or STOP is not the last.
    """
    parts = text.split(_BETWEEN) if text else []
    if len(parts) > MAX_NEW_TOKENS:
        raise ValueError(f"the text has {len(parts):,} tokens; at most {MAX_NEW_TOKENS} can be read")
    traces = []
    for place, part in enumerate(parts, start=1):
        digits = part.removeprefix(_BY_HAND)
        # ``int`` takes signs, spaces and underscores too.
        readable = digits.isascii() and digits.isalnum() and len(digits) <= _SHOWN
        token_id = int(digits, _BASE) if readable else model.vocab_size
        if token_id >= model.vocab_size:
            raise ValueError(f"token {place} is {part[:_SHOWN]!r}, none of the {model.vocab_size:,} of the model")
        if token_id == model.stop_id and place < len(parts):
            raise ValueError(f"token {place} of {len(parts)} is STOP, which can only be the last")
        traces.append(Trace(token_id, part.startswith(_BY_HAND)))
    return tuple(traces)


def retrace(reader: PrefixReader, ids: Sequence[int], traces: Sequence[Trace], sampling: Sampling) -> Iterator[Drawn]:
    """Each token behind ``ids`` with its p and rank, and its q under the sampling unless a hand chose it."""
    so_far = list(ids)
    for trace in traces:
        reading = reader.read_ids(so_far)
        logits = reader.logits([len(reading.ids) - 1])[0]
        yield told(logits, trace.token_id, None if trace.by_hand else sampling.distribution(logits))
        so_far.append(trace.token_id)
