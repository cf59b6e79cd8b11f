"""A text coloured token by token by surprise, -log2 p."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pages._shared.charts.findings import finding, number, spoken

# From here on the colour is the strongest; 12 bits are a probability of 1 in 4,096.
FULL_BITS = 12.0
# More would hide the ink of the text, on white as on black.
STRONGEST = 0.6
_COLOUR = "213, 94, 0"


@dataclass(frozen=True)
class Told:
    """A token as it is shown: its text, p and rank, whether it belongs to the prompt, whether a hand chose it."""

    text: str
    p: float
    rank: int
    prompt: bool
    by_hand: bool = False


def surprise(p: float) -> float:
    """-log2 p in bits; infinite for 0."""
    return math.inf if p <= 0 else max(0.0, -math.log2(p))


def surprise_html(tokens: Sequence[Told]) -> str:
    """The text as HTML, escaped: prompt and output in a frame each with its name, rank and p in each token's title."""
    parts = []
    for name, of_prompt in (("Prompt", True), ("Output", False)):
        spans = "".join(_span(token) for token in tokens if token.prompt is of_prompt)
        frame = "dashed" if of_prompt else "solid"
        parts.append(
            f'<div style="border-left: 4px {frame} #8a949e; padding-left: 0.6rem; margin: 0.3rem 0; '
            f'white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.8"><b>{name}:</b>{spans or " –"}</div>'
        )
    name = escape(surprise_alt(tokens))
    return f'<div class="nlm-surprise" role="group" aria-label="{name}">{"".join(parts)}{_legend()}</div>'


def surprise_alt(tokens: Sequence[Told]) -> str:
    """How surprising the text is on average, and its most surprising token."""
    if not tokens:
        return finding("The text coloured by surprise", "0 tokens")
    bits = [surprise(token.p) for token in tokens]
    most = max(range(len(tokens)), key=bits.__getitem__)
    return finding(
        "The text coloured by surprise",
        f"{len(tokens):,} token{'s' * (len(tokens) > 1)}, {number(sum(bits) / len(bits))} bits each on average",
        f"most surprising is {spoken(tokens[most].text)}, number {most + 1:,}, with {number(bits[most])} bits",
    )


def _style(bits: float) -> str:
    return f"background: rgba({_COLOUR}, {STRONGEST * min(bits, FULL_BITS) / FULL_BITS:.3f}); border-radius: 0.2rem"


def _span(token: Told) -> str:
    bits = surprise(token.p)
    title = f"{token.text}: p = {token.p:.3g}, rank {token.rank:,}, {bits:.2f} bits"
    style = _style(bits)
    if token.by_hand:
        title += ", chosen by hand"
        style += "; outline: 2px solid #0072b2"
    return f'<span title="{escape(title)}" style="{style}">{escape(token.text)}</span>'


def _legend() -> str:
    steps = [f'<span style="{_style(bits)}; padding: 0 0.4rem">{bits:g}</span>' for bits in (0, 3, 6, 9)]
    steps.append(f'<span style="{_style(FULL_BITS)}; padding: 0 0.4rem">{FULL_BITS:g} or more</span>')
    name = "surprise −log<sub>2</sub> p in bits: "
    return f'<div style="font-size: 0.85rem; margin-top: 0.5rem">{name}{"".join(steps)}</div>'
