"""Scoring texts: ln p of every token with START given and STOP counted, many texts at once."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from nlm_core.lm.base import LanguageModel

# Tokens in one batch: large enough to fill the processor, small enough that 8,192 logits each fit in 64 MB.
BATCH_TOKENS = 2048


@dataclass(frozen=True)
class ScoredText:
    """A text and what the model thinks of it.

    Attributes
    ----------
    text : str
    tokens : tuple of str
        The symbols w_1 ... w_n and STOP.
    logprobs : tuple of float
        Natural log-probabilities, one for each token.
    bytes : int
        UTF-8 bytes of the text and its newline.
    """

    text: str
    tokens: tuple[str, ...]
    logprobs: tuple[float, ...]
    bytes: int

    @property
    def logp(self) -> float:
        return math.fsum(self.logprobs)


@dataclass(frozen=True)
class _Piece:
    """A stretch of text number ``text`` that fits into the context: its tokens, where it begins in the text, and
    from which of its positions on the predictions count.
    """

    text: int
    inputs: list[int]
    targets: list[int]
    begin: int
    first: int


def _pieces(number: int, ids: list[int], context: int | None) -> Iterator[_Piece]:
    """Cut a text with START and STOP into pieces; each after the first slides on by half a context."""
    length = len(ids) - 1
    if context is None or length <= context:
        yield _Piece(number, ids[:-1], ids[1:], 0, 0)
        return
    yield _Piece(number, ids[:context], ids[1 : context + 1], 0, 0)
    stride = max(1, context // 2)
    done = context
    while done < length:
        end = min(done + stride, length)
        begin = end - context
        yield _Piece(number, ids[begin:end], ids[begin + 1 : end + 1], begin, done - begin)
        done = end


def _batches(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces of like length together, at most BATCH_TOKENS positions a batch, padding counted."""
    batch: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: len(piece.inputs)):
        if batch and (len(batch) + 1) * len(piece.inputs) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(piece)
    if batch:
        yield batch


@torch.inference_mode()
def _score_batch(model: LanguageModel, batch: list[_Piece]) -> Iterator[tuple[_Piece, Tensor]]:
    longest = max(len(piece.inputs) for piece in batch)
    # Padding on the right: no position looks at later ones, so any token will do.
    inputs = torch.tensor([piece.inputs + [model.stop_id] * (longest - len(piece.inputs)) for piece in batch])
    hidden = model.hidden(inputs)  # (B, T, H)
    for row, piece in enumerate(batch):
        wanted = hidden[row, piece.first : len(piece.inputs)]
        for_targets = torch.tensor(piece.targets[piece.first :], device=hidden.device)
        parts = [
            torch.log_softmax(model.output(wanted[i : i + BATCH_TOKENS]), -1)
            .gather(1, for_targets[i : i + BATCH_TOKENS, None])
            .squeeze(1)
            for i in range(0, len(wanted), BATCH_TOKENS)
        ]
        yield piece, torch.cat(parts).double().cpu()


def score(model: LanguageModel, texts: Sequence[str]) -> Iterator[tuple[int, ScoredText]]:
    """Score texts, one a line; yields (index, ScoredText) as they are done, shortest first.

    A text longer than the model's context is scored with a sliding window: every token has at least half a context
    before it. The log-probabilities of a text sum to ln P(w_1 ... w_n STOP | START).
    """
    encoded = [[model.start_id, *model.encode(text), model.stop_id] for text in texts]
    pieces = [piece for i, ids in enumerate(encoded) for piece in _pieces(i, ids, model.context_length)]
    waiting = [len(ids) - 1 for ids in encoded]
    found: list[dict[int, Tensor]] = [{} for _ in texts]
    for batch in _batches(pieces):
        for piece, logp in _score_batch(model, batch):
            i = piece.text
            # Pieces of one text may be done in any order; the number of positions left tells when it is whole.
            found[i][piece.begin + piece.first] = logp
            waiting[i] -= len(logp)
            if waiting[i] == 0:
                values = torch.cat([found[i][key] for key in sorted(found[i])]).tolist()
                symbols = tuple(model.symbol(token) for token in encoded[i][1:])
                yield i, ScoredText(texts[i], symbols, tuple(values), len(texts[i].encode()) + 1)


def perplexity_per_token(scored: Sequence[ScoredText]) -> float:
    """exp of the mean negative ln p over all tokens, STOP among them."""
    tokens = sum(len(text.logprobs) for text in scored)
    return math.exp(-math.fsum(text.logp for text in scored) / tokens)


def bits_per_byte(scored: Sequence[ScoredText]) -> float:
    """Mean negative log2 P over the UTF-8 bytes of the texts and their newlines."""
    return -math.fsum(text.logp for text in scored) / math.log(2) / sum(text.bytes for text in scored)
