"""Model cards of our own models: what was trained, on what, and how well it does on held-out lines."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from nlm_core.lm.base import LanguageModel, ModelCard
from nlm_core.lm.scoring import ScoredText, bits_per_byte, perplexity_per_token, score
from nlm_core.text.corpus import Source

CARD_FILE = "card.json"
READABLE_FILE = "README.md"

LICENCE = (
    "Weights: MIT, as the rest of this project. The training text keeps its own licences: public domain, CC0, CC BY, "
    "CC BY-SA and CDLA-Sharing, as listed under training data."
)
TRAINING_DATA = (
    "About 17 million words of English: Tatoeba (CC BY 2.0 FR), the Tanaka and JEC corpora (CC BY-SA 4.0), Common "
    "Voice sentences (CC0), COCO captions (CC BY 4.0), African Storybook, StoryWeaver and Book Dash stories (CC BY), "
    "TinyStories (CDLA-Sharing-1.0), children's and classic fiction from Standard Ebooks (public domain), Synthetic "
    "Persona Chat (CC BY 4.0), Topical-Chat (CDLA-Sharing-1.0), Schema-Guided Dialogue (CC BY-SA 4.0), Taskmaster-4 "
    "(CC BY 4.0), OpenStax textbooks (CC BY 4.0), English Wikipedia (CC BY-SA 3.0), MedQuAD (CC BY 4.0), State of "
    "the Union addresses and the World Factbook (public domain)."
)


def read_card(folder: Path) -> ModelCard:
    """The card that lies beside a model's weights."""
    return ModelCard(**json.loads((folder / CARD_FILE).read_text(encoding="utf-8")))


@dataclass(frozen=True)
class HeldOut:
    """Held-out figures: over all lines, and bits per byte of each source."""

    lines: int
    perplexity_per_token: float
    bits_per_byte: float
    by_source: dict[str, float]


def measure_held_out(
    model: LanguageModel, sources: Sequence[Source], on_progress: Callable[[int, int], None]
) -> HeldOut:
    """Score every held-out line.

    Raises
    ------
    ValueError
        If no source holds any line out.
    """
    named = [(source.name, line) for source in sources for line in source.held_out]
    if not named:
        raise ValueError("the corpus is too small: no line of it is held out")
    scored: list[ScoredText | None] = [None] * len(named)
    for done, (i, text) in enumerate(score(model, [line for _, line in named]), start=1):
        scored[i] = text
        on_progress(done, len(named))
    whole = [text for text in scored if text is not None]
    by_source: dict[str, list[ScoredText]] = {}
    for (name, _), text in zip(named, whole, strict=True):
        by_source.setdefault(name, []).append(text)
    return HeldOut(
        len(whole),
        round(perplexity_per_token(whole), 2),
        round(bits_per_byte(whole), 4),
        {name: round(bits_per_byte(texts), 4) for name, texts in sorted(by_source.items())},
    )


def unigram_bits_per_byte(
    counts: Sequence[int], sources: Sequence[Source], encode: Callable[[str], list[int]]
) -> float:
    """Bits per byte of held-out lines under token frequencies with add-one smoothing: the floor to be far above.

    ``counts`` holds how often each token stands in the training text, STOP among them.
    """
    total = sum(counts) + len(counts)
    logs = [math.log2((count + 1) / total) for count in counts]
    lines = [line for source in sources for line in source.held_out]
    bits = -math.fsum(logs[token] for line in lines for token in encode(line))
    return bits / sum(len(line.encode()) + 1 for line in lines)


def write_card(folder: Path, card: ModelCard) -> None:
    """Write ``card.json`` for the program and ``README.md`` for people."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD_FILE).write_text(json.dumps(asdict(card), indent=2) + "\n", encoding="utf-8")
    rows = "\n".join(f"| {name.replace('_', ' ')} | {_shown(value)} |" for name, value in card.figures.items())
    text = f"""# {card.name}

{card.describes}

| | |
|---|---|
| kind | {card.kind} |
| parameters | {card.parameters:,} |
| source | {card.source} |
{rows}

## Training data

{card.training_data}

## Licence

{card.licence}

## Use and limits

Made for teaching how language models work. It {"fills blanks in" if card.kind == "masked" else "writes"} short, simple
English, knows next to nothing about the world, and repeats the biases of its training text. Not for advice, facts or
any decision.
"""
    (folder / READABLE_FILE).write_text(text, encoding="utf-8")


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)
