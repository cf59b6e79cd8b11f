"""The chain rule as a ledger: P(w_1 ... w_n) = p(w_1 | START) p(w_2 | START w_1) ... with the running product."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nlm_core.lm.reader import Follower
from nlm_core.nn.losses import perplexity


@dataclass(frozen=True)
class Entry:
    """One factor of the product.

    Attributes
    ----------
    token_id, rank : int
    p, logp : float
        p(w_t | START ... w_{t-1}) and its natural logarithm.
    running_logp : float
        ln P(w_1 ... w_t), the sum of the logarithms so far. The product itself may be smaller than any float.
    perplexity : float
        exp(-running_logp / t), the perplexity of the first t tokens.
    """

    token_id: int
    rank: int
    p: float
    logp: float
    running_logp: float
    perplexity: float


def chain_rule(followers: Sequence[Follower]) -> tuple[Entry, ...]:
    """The ledger of the tokens that really follow; empty for an empty text."""
    entries = []
    running = 0.0
    for t, follower in enumerate(followers, start=1):
        running += follower.logp
        entries.append(
            Entry(
                token_id=follower.token_id,
                rank=follower.rank,
                p=math.exp(follower.logp),
                logp=follower.logp,
                running_logp=running,
                perplexity=perplexity(-running / t),
            )
        )
    return tuple(entries)


def product_text(logp: float, digits: int = 2) -> str:
    """exp(logp) in scientific notation, also where it is smaller than any float (``3.1e-412``)."""
    if logp == -math.inf:
        return "0"
    exponent = math.floor(logp / math.log(10))
    mantissa = math.exp(logp - exponent * math.log(10))
    if round(mantissa, digits) >= 10:
        mantissa, exponent = mantissa / 10, exponent + 1
    return f"{mantissa:.{digits}f}" if exponent == 0 else f"{mantissa:.{digits}f}e{exponent}"
