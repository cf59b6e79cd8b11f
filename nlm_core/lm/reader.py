"""One visitor's prefix read by one model: every column p(x | START w_1 ... w_t), recomputing only what changed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nlm_core.lm.base import LanguageModel

# The table keeps this many candidates of each column; bars of the chosen column come from its full distribution.
TOP = 50
# Columns whose logits are held at once while summarising: 32 x 50,000 float32 values are 6 MB.
_BLOCK = 32
# On a CPU W_y h costs a fifth for one h of what it costs for two at once: so few, as a keystroke needs, go one by one.
_BY_ROW = 4
# A reader keeps hidden states and columns for at most this many tokens, also where a model has no limit itself.
MAX_TOKENS = 1024


@dataclass(frozen=True)
class Column:
    """The distribution after one prefix, summarised.

    Attributes
    ----------
    top_ids : int64 array of shape (min(TOP, V),)
        The most probable tokens, most probable first.
    top_logp : float64 array of the same shape
        Their natural log-probabilities over the whole vocabulary.
    entropy : float
        In nats.
    """

    top_ids: np.ndarray
    top_logp: np.ndarray
    entropy: float

    @property
    def top_p(self) -> list[float]:
        return [float(p) for p in np.exp(self.top_logp)]


@dataclass(frozen=True)
class Follower:
    """The token that really follows a column: its id, ln p and rank (1 is the most probable)."""

    token_id: int
    logp: float
    rank: int


@dataclass(frozen=True)
class Reading:
    """A prefix as one model sees it.

    Attributes
    ----------
    ids : tuple of int
        The tokens that were read; START is the first unless the beginning slid out of the context.
    columns : tuple of Column, one for each token
        ``columns[t]`` is p(x | ids[0] ... ids[t]).
    followers : tuple of Follower, one fewer than columns
        ``followers[t]`` is ``ids[t + 1]`` as column t ranks it.
    dropped : int
        How many tokens of the text, START included, are left of the context and are not seen.
    computed : int
        How many tokens this reading cost; the others were kept from the reading before.
    """

    ids: tuple[int, ...]
    columns: tuple[Column, ...]
    followers: tuple[Follower, ...]
    dropped: int
    computed: int


def fit_to_context(ids: Sequence[int], limit: int) -> int:
    """How many tokens to drop from the left so that at most ``limit`` remain.

    Drops a quarter of the context at a time: the next keystrokes then find their prefix where it was.
    """
    if len(ids) <= limit:
        return 0
    stride = max(1, limit // 4)
    return -(-(len(ids) - limit) // stride) * stride


class PrefixReader:
    """Reads prefixes with one model, keeping the state of the last one; for one visitor.

    After ``read(a)``, ``read(b)`` computes only the tokens of b after the longest common beginning of a and b.
    """

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.limit = min(model.context_length or MAX_TOKENS, MAX_TOKENS)
        self._forget()

    def _forget(self) -> None:
        self._ids: list[int] = []
        self._state: object = None
        # Embedding rows (n_tokens, E) and hidden states (n_tokens, H) of the tokens in ``_ids``.
        self._vectors: tuple[Tensor, Tensor] | None = None
        self._columns: list[Column] = []
        # ln p of the last two columns by their positions: the token behind one of them is what typing changes.
        self._last_logp: dict[int, Tensor] = {}
        self._followers: list[Follower] = []

    def read(self, text: str) -> Reading:
        """Read a text from START on; the empty text gives the one column p(x | START)."""
        return self.read_ids([self.model.start_id, *self.model.encode(text)])

    def read_ids(self, ids: Sequence[int]) -> Reading:
        """Read token ids, the first of which is usually START.

        Raises
        ------
        ValueError
            If there are none.
        """
        if not ids:
            raise ValueError("there is no token to read; a prefix has at least START")
        dropped = fit_to_context(ids, self.limit)
        seen = list(ids[dropped:])
        try:
            computed = self._read(seen)
        except BaseException:
            # Whatever went wrong half-way (memory, an interrupt), the next reading must not build on it.
            self._forget()
            raise
        return Reading(tuple(seen), tuple(self._columns), tuple(self._followers), dropped, computed)

    def _read(self, seen: list[int]) -> int:
        common = 0
        while common < min(len(seen), len(self._ids)) and seen[common] == self._ids[common]:
            common += 1
        if common < len(self._ids):
            self._state = self.model.crop(self._state, common)
            if self._state is None:
                self._forget()
                common = 0
        self._ids = seen
        self._columns = self._columns[:common]
        self._followers = self._followers[: max(0, common - 1)]
        self._last_logp = {t: logp for t, logp in self._last_logp.items() if t < common}
        vectors = self._vectors and (self._vectors[0][:common], self._vectors[1][:common])
        if common < len(seen):
            forward = self.model.extend(self._state, seen[common:])
            self._state = forward.state
            new = (forward.embeddings, forward.hidden)
            vectors = (torch.cat([vectors[0], new[0]]), torch.cat([vectors[1], new[1]])) if vectors else new
        self._vectors = vectors
        if common < len(seen):
            self._summarise(common)
        return len(seen) - common

    def _summarise(self, begin: int) -> None:
        """Columns from ``begin`` on; the one before them only ranks the token that now follows it."""
        last = len(self._ids) - 1
        if begin > 0:
            kept = self._last_logp.get(begin - 1)
            logp = self.log_probabilities([begin - 1])[0] if kept is None else kept
            self._followers.append(follower_of(logp, self._ids[begin]))
        for first in range(begin, last + 1, _BLOCK):
            block = range(first, min(first + _BLOCK, last + 1))
            for t, logp in zip(block, self.log_probabilities(block), strict=True):
                self._columns.append(column_of(logp))
                if t < last:
                    self._followers.append(follower_of(logp, self._ids[t + 1]))
                if t >= last - 1:
                    self._last_logp[t] = logp.clone()

    def log_probabilities(self, positions: Sequence[int]) -> Tensor:
        """ln p(x | ids[0] ... ids[t]) for some positions t of the last reading, of shape (n, vocab_size), float32."""
        return torch.log_softmax(self.logits(positions), dim=-1)

    def logits(self, positions: Sequence[int]) -> Tensor:
        """Logits y_t for some positions of the last reading, of shape (n, vocab_size), float32."""
        hidden = self.hidden_states()
        if len(positions) <= _BY_ROW:
            return torch.cat([self.model.output(hidden[t : t + 1]) for t in positions])
        return self.model.output(hidden[list(positions)])

    def hidden_states(self) -> Tensor:
        """h_t of every position of the last reading, of shape (n_tokens, H)."""
        if self._vectors is None:
            raise ValueError("nothing has been read yet")
        return self._vectors[1]

    def embeddings(self) -> Tensor:
        """The embedding rows of the last reading, of shape (n_tokens, E)."""
        if self._vectors is None:
            raise ValueError("nothing has been read yet")
        return self._vectors[0]


def column_of(logp: Tensor) -> Column:
    """The summary of ln p over the whole vocabulary, of shape (vocab_size,)."""
    top = torch.topk(logp, min(TOP, len(logp)))
    entropy = -(logp.exp() * logp.clamp(min=-1e4)).sum()
    return Column(top.indices.cpu().numpy(), top.values.double().cpu().numpy(), float(entropy))


def follower_of(logp: Tensor, token_id: int) -> Follower:
    """How ln p, of shape (vocab_size,), ranks one token."""
    own = logp[token_id]
    return Follower(token_id, float(own), int((logp > own).sum()) + 1)
