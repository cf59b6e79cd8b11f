"""A sentence word by word: which words a model sees, and which one was changed or blanked."""

from collections.abc import Collection, Sequence
from html import escape
from typing import Any

from pages._shared.charts.findings import finding, spoken

# More words than these would push the rest of the page away; what is left out is counted.
MAX_WORDS = 60


def words_html(
    labels: Sequence[str], seen_from: int = 0, changed: Collection[int] = (), *, seen_to: int | None = None
) -> str:
    """Chips of the words, escaped; those in ``changed`` are framed.

    Those before position ``seen_from`` are greyed, and those from ``seen_to`` on where it is given.

    Of a long sentence the last ``MAX_WORDS`` are shown.
    """
    first = max(0, len(labels) - MAX_WORDS)
    chips = [f"<span{_class(first > 0 and first - 1 < seen_from, False)}>… {first:,} earlier</span>"] if first else []
    for t, text in enumerate(labels[first:], start=first):
        unseen = t < seen_from or (seen_to is not None and t >= seen_to)
        title = f' title="{escape(text)}: not seen"' if unseen else f' title="{escape(text)}"'
        chips.append(f"<span{_class(unseen, t in changed)}{title}>{escape(text)}</span>")
    name = escape(words_alt(labels, seen_from, changed, seen_to))
    return f'<div class="nlm-words" role="group" aria-label="{name}">{"".join(chips)}</div>'


def words_drawing(labels: Sequence[str], seen_from: int = 0, changed: Collection[int] = ()) -> dict[str, Any]:
    """The same as the message of the drawing "words": a text and a kind ("", "unseen", "changed" or both) a chip."""
    first = max(0, len(labels) - MAX_WORDS)
    chips = [(f"… {first:,} earlier", _kind(first - 1 < seen_from, False))] if first else []
    chips += [(text, _kind(t < seen_from, t in changed)) for t, text in enumerate(labels[first:], start=first)]
    return {"chips": chips, "finding": words_alt(labels, seen_from, changed, None)}


def words_alt(labels: Sequence[str], seen_from: int, changed: Collection[int], seen_to: int | None) -> str:
    """How many of the words are seen and which, and which are framed."""
    seen = list(labels[seen_from:seen_to])
    some = f", from {spoken(seen[0])} to {spoken(seen[-1])}" if seen else ""
    framed = [spoken(labels[t]) for t in sorted(changed) if t < len(labels)]
    return finding(
        "The words that are seen",
        f"{len(seen):,} of {len(labels):,}{some}",
        f"framed {', '.join(framed[:3])}" if framed else "",
    )


def _class(unseen: bool, changed: bool) -> str:
    names = _kind(unseen, changed)
    return f' class="{names}"' if names else ""


def _kind(unseen: bool, changed: bool) -> str:
    return " ".join(name for name, holds in (("unseen", unseen), ("changed", changed)) if holds)
