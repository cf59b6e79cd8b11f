"""What charts show, in words: the text that stands for a drawing where it cannot be seen.

Every text reads ``short name: finding``. The name stays as long as the chart; the finding follows the drawn data.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from html import escape

import numpy as np

from nlm_core.text.display import SPACE

# A screen reader says these texts in one go.
LONGEST = 250
_LONGEST_NAME = 60
_LONGEST_TOKEN, _LONGEST_CONDITION, _MOST_LABELS, _LISTED = 18, 48, 6, 3


def finding(name: str, *parts: str) -> str:
    """``name: part; part; …``, in at most ``LONGEST`` characters; parts that are empty are left out."""
    called = spoken(name.replace(":", " "), _LONGEST_NAME)
    return spoken(f"{called}: {'; '.join(part for part in parts if part)}", LONGEST)


def name_of(text: str) -> str:
    """The name that a finding begins with."""
    return text.partition(":")[0]


def finding_html(text: str) -> str:
    """A finding as an element that is heard and not seen; ``assets/findings.js`` makes it the name of its chart."""
    return f'<p class="nlm-finding">{escape(text)}</p>'


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def spoken(text: str, most: int = _LONGEST_TOKEN) -> str:
    """A visitor's text or a token as a part of a sentence: one line, nothing that is not seen, cut where it is long."""
    seen = "".join(c if c.isprintable() else " " for c in text.replace(SPACE, " "))
    return shortened(" ".join(seen.split()) or "space", most)


def condition(labels: Sequence[str]) -> str:
    """The end of what was read, as what stands behind the bar of p(x | …)."""
    words = [spoken(text) for text in labels[-_MOST_LABELS:]]
    while len(words) > 1 and len(" ".join(words)) > _LONGEST_CONDITION:
        words = words[1:]
    return ("… " if len(words) < len(labels) else "") + " ".join(words)


def number(value: float) -> str:
    """To three digits; what is no number says so."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    return f"{value + 0.0:.3g}" if value else "0"


def listed(pairs: Iterable[tuple[str, str]]) -> str:
    """``a 12 %, b 9 %``."""
    return ", ".join(f"{name} {value}" for name, value in pairs)


def highest(labels: Sequence[str], values: Sequence[float], shown: Callable[[float], str] | None = None) -> str:
    """The largest values with their labels, and of how many they are the largest."""
    order = np.argsort(-np.asarray(values, dtype=float), kind="stable")[:_LISTED].tolist()
    text = listed((spoken(labels[i]), (shown or number)(values[i])) for i in order)
    return f"{text}, of {len(labels):,}" if len(labels) > len(order) else text


def course(values: Sequence[float], at: Sequence[int] | None = None) -> str:
    """How a curve runs from its first value to its last: up, down or not at all, and when half of that was done.

    ``at`` are the steps of the values, by default 0, 1, 2, …; values that are no finite numbers are left out.
    """
    known = np.asarray(values, dtype=float)
    places = np.arange(len(known)) if at is None else np.asarray(at, dtype=int)
    finite = np.isfinite(known)
    known, places = known[finite], places[finite]
    if not len(known):
        return "has no finite value"
    first, last, steps = float(known[0]), float(known[-1]), int(places[-1] - places[0])
    if len(known) == 1:
        return f"is {number(first)}"
    gone, below = last - first, _lowest(known, places)
    if abs(gone) <= 1e-9 * max(abs(first), abs(last)):
        return f"is {number(last)} at the start and {steps:,} steps later{below}"
    half = int(places[int(np.argmax((known - first) / gone >= 0.5))] - places[0])
    when = f", half of it in the first {half:,}" if 1 <= half < steps / 2 else ""
    return f"{'falls' if gone < 0 else 'rises'} from {number(first)} to {number(last)} in {steps:,} steps{when}{below}"


def _lowest(values: np.ndarray, places: np.ndarray) -> str:
    """The lowest value on the way, where the curve ends well above it."""
    least = int(values.argmin())
    low, high = float(values[least]), float(values.max())
    if least == 0 or values[-1] - low <= 0.05 * (high - low):
        return ""
    return f", lowest {number(low)} at step {int(places[least]):,}"
