"""What the live drawing "tokens" is told: a text token by token, by surprisal or by what can be attended to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pages._shared.charts.findings import finding, spoken
from pages._shared.charts.surprise import FULL_BITS, STRONGEST, Told, surprise, surprise_alt

# Text, what is said below it, kinds (piece, special, unseen, chosen), share of the colour, title.
Token = tuple[str, str, str, float, str]


def surprisal_drawing(tokens: Sequence[Told]) -> dict[str, Any]:
    """Each token over its surprisal in bits, the stronger coloured the more surprising."""
    told: list[Token] = [
        (
            token.text, f"{bits:.1f}", "", STRONGEST * min(bits, FULL_BITS) / FULL_BITS,
            f"{token.text}: p = {token.p:.3g}, rank {token.rank:,}, {bits:.2f} bits",
        )
        for token in tokens
        for bits in (surprise(token.p),)
    ]  # fmt: skip
    title = "Surprisal of each token, −log₂ p in bits" if told else ""
    return {"finding": surprise_alt(tokens), "rows": [{"title": title, "tokens": told, "picks": False}]}


@dataclass(frozen=True)
class Seen:
    """A sentence as one model reads it, and the position of the chosen word there, None where it has no such word.

    A causal model sees the tokens up to that position, another one all of them.
    """

    name: str
    labels: Sequence[str]
    chosen: int | None
    causal: bool

    @property
    def visible(self) -> int:
        """How many tokens the chosen word can attend to; without one, how many the last one can."""
        return self.chosen + 1 if self.causal and self.chosen is not None else len(self.labels)


def seen_drawing(both: Sequence[Seen], word: int, words: int) -> dict[str, Any]:
    """What the chosen word can attend to in each model; in the first of the rows words are chosen."""
    rows = []
    for i, side in enumerate(both):
        tokens: list[Token] = [
            (label, "", " ".join(_kinds(side, t)), 0.0, f"{t}: {label}") for t, label in enumerate(side.labels)
        ]
        title = side.name
        if side.chosen is not None:
            title += f": {side.labels[side.chosen]} can attend to {side.visible} of {len(side.labels)} tokens"
        rows.append({"title": title, "tokens": tokens, "picks": i == 0})
    return {"finding": seen_alt(both, word, words), "rows": rows, "word": word, "words": words}


def _kinds(side: Seen, t: int) -> list[str]:
    return ["chosen"] * (t == side.chosen) + ["unseen"] * (t >= side.visible)


def seen_alt(both: Sequence[Seen], word: int, words: int) -> str:
    """How many tokens the chosen word can attend to in each model."""
    parts = [
        f"in {spoken(side.name, 40)} {spoken(side.labels[side.chosen])} can attend to {side.visible} of "
        f"{len(side.labels)} tokens"
        for side in both
        if side.chosen is not None
    ]
    return finding("What the chosen word can attend to", f"word {word} of {words}", *parts)
