"""Masked language models: p(x | the words on both sides of a blank), and how often their first guesses are right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from transformers import ModernBertForMaskedLM

from nlm_core.lm.base import ModelCard
from nlm_core.text.corpus import Source
from nlm_core.text.tokenizer import Tokenizer

_MEASURED_AT_ONCE = 64
GUESSES = 5


class MaskedModel:
    """An encoder that fills blanks (Devlin et al. 2019): every position looks at all the others.

    Parameters
    ----------
    card : ModelCard
    tokenizer : Tokenizer
    network : ModernBertForMaskedLM
        Frozen here.
    """

    def __init__(self, card: ModelCard, tokenizer: Tokenizer, network: ModernBertForMaskedLM) -> None:
        self.card, self.tokenizer = card, tokenizer
        self.network = network.eval().requires_grad_(False)
        self.vocab_size = tokenizer.vocab_size
        self.start_id, self.stop_id = tokenizer.start_id, tokenizer.stop_id
        self.context_length = int(network.config.max_position_embeddings)
        # Layers in which a position sees only its neighbourhood, as some of the large ModernBERT models have them.
        self.near_sighted_layers = sum(kind != "full_attention" for kind in network.config.layer_types)

    def framed(self, text: str) -> list[int]:
        """START w_1 ... w_n STOP as token ids."""
        return [self.start_id, *self.tokenizer.encode(text), self.stop_id]

    def symbol(self, token_id: int) -> str:
        """The token as the vocabulary writes it (``Ġthe``)."""
        return self.tokenizer.symbol(token_id)

    @torch.inference_mode()
    def logits(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """Logits of every position, of shape (n_rows, longest, vocab_size), float32; rows are padded on the right.

        Raises
        ------
        ValueError
            If there is no row, an empty one, or one longer than the context.
        """
        return self._output(self._hidden(rows))

    def _hidden(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """The last hidden states, of shape (n_rows, longest, H)."""
        lengths = [len(row) for row in rows]
        if not lengths or min(lengths) == 0 or max(lengths) > self.context_length:
            raise ValueError(
                f"rows of {lengths[:5]} tokens were given; there must be one, and each must have 1 to "
                f"{self.context_length}"
            )
        ids = torch.full((len(rows), max(lengths)), self.tokenizer.pad_id)
        for padded, row in zip(ids, rows, strict=True):
            padded[: len(row)] = torch.tensor(row)
        mask = torch.arange(max(lengths))[None, :] < torch.tensor(lengths)[:, None]
        device = self.network.device
        inputs, mask = ids.to(device), mask.long().to(device)
        states: Tensor = self.network.model(input_ids=inputs, attention_mask=mask).last_hidden_state
        return states

    def _output(self, hidden: Tensor) -> Tensor:
        logits: Tensor = self.network.decoder(self.network.head(hidden))
        return logits.float()

    @torch.inference_mode()
    def fill(self, rows: Sequence[Sequence[int]], positions: Sequence[int]) -> Tensor:
        """p over the vocabulary at one blank of each row, of shape (n_rows, vocab_size).

        Parameters
        ----------
        rows : sequence of token ids, see ``framed``
            What stands at the blank itself is not seen.
        positions : sequence of int
            Where the blank of each row is.
        """
        blanked = [list(row) for row in rows]
        for row, position in zip(blanked, positions, strict=True):
            row[position] = self.tokenizer.mask_id
        hidden = self._hidden(blanked)
        here = torch.arange(len(blanked), device=hidden.device)
        # The output layer is the dearest one, so it reads the blanks alone.
        return torch.softmax(self._output(hidden[here, torch.tensor(list(positions), device=hidden.device)]), dim=-1)

    def appended_logits(self, ids: Sequence[int]) -> Tensor:
        """Logits, of shape (vocab_size,), of one blank put behind ids that begin with START, STOP following it."""
        return self.logits([[*ids, self.tokenizer.mask_id, self.stop_id]])[0, len(ids)]


@dataclass(frozen=True)
class BlanksFilled:
    """One blank in each held-out line: how often the word is among the first guesses (shares of 0 to 1).

    ``perplexity`` is exp of the mean cross-entropy at the blanks; ``unigram_top_5`` the share that the five commonest
    tokens of the training text would get right.
    """

    blanks: int
    top_1: float
    top_5: float
    perplexity: float
    unigram_top_5: float


def measure_blanks(
    model: MaskedModel, sources: Sequence[Source], counts: Sequence[int], on_progress: Callable[[int, int], None]
) -> BlanksFilled:
    """Fill one blank, at a place drawn under a fixed seed, in every held-out line that the context holds.

    ``counts`` holds how often each token stands in the training text.

    Raises
    ------
    ValueError
        If no line is held out.
    """
    rng = np.random.default_rng(0)
    framed = [model.framed(line) for source in sources for line in source.held_out]
    rows = sorted((row for row in framed if 3 <= len(row) <= model.context_length), key=len)
    if not rows:
        raise ValueError("the corpus is too small: no line of it is held out")
    positions = [int(rng.integers(1, len(row) - 1)) for row in rows]
    commonest = set(np.argsort(counts)[-GUESSES:].tolist())
    first = among = common = 0
    nats = 0.0
    for begin in range(0, len(rows), _MEASURED_AT_ONCE):
        part = slice(begin, begin + _MEASURED_AT_ONCE)
        p = model.fill(rows[part], positions[part]).cpu()
        truth = torch.tensor([row[position] for row, position in zip(rows[part], positions[part], strict=True)])
        right = p.topk(GUESSES).indices == truth[:, None]
        first += int(right[:, 0].sum())
        among += int(right.sum())
        common += sum(token in commonest for token in truth.tolist())
        nats -= float(p[torch.arange(len(truth)), truth].clamp(min=1e-30).log().sum())
        on_progress(min(part.stop, len(rows)), len(rows))
    n = len(rows)
    return BlanksFilled(
        n, round(first / n, 4), round(among / n, 4), round(float(np.exp(nats / n)), 2), round(common / n, 4)
    )
