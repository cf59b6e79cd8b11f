"""What the live drawing "losses" is told: the number of each loss, what the perplexity means, fields and bars."""

import math
from collections.abc import Sequence
from typing import Any

from nlm_core.nn.losses import TWO_WAY, perplexity
from nlm_core.nn.readings import Reading
from pages._shared.charts.findings import finding, listed, number

# Name, value and unit as they are shown.
Figure = tuple[str, str, str]
_NONE = "—"


def figures_of(found: dict[str, Reading]) -> list[Figure]:
    """The losses of one prediction, and its perplexity; a dash where a loss does not take such a prediction."""
    units = ("", "", "nats", "nats")
    entries = [
        (name, _NONE, "") if reading.why_not else (name, f"{abs(reading.value):.4g}", unit)
        for (name, reading), unit in zip(found.items(), units, strict=True)
    ]
    ce = found["CE"]
    return [*entries, ("Perplexity = exp(CE)", _NONE if ce.why_not else f"{perplexity(ce.value):,.4g}", "")]


def perplexity_said(problem: str, ce: Reading) -> str:
    """The perplexity as a number of choices, or why there is none."""
    if ce.why_not:
        return "Perplexity needs a distribution; numbers that are no probabilities have none."
    outcomes = "classes" if problem == TWO_WAY else "words"
    return f"As uncertain as a uniform choice among {perplexity(ce.value):,.3g} {outcomes}."


def figures_alt(found: dict[str, Reading]) -> str:
    """Those of the losses that there are, and the perplexity."""
    pairs = [(name, number(abs(reading.value))) for name, reading in found.items() if not reading.why_not]
    ppl = math.nan if found["CE"].why_not else perplexity(found["CE"].value)
    return finding("Losses", listed(pairs), "" if math.isnan(ppl) else f"perplexity {number(ppl)}")


def losses_drawing(
    problem: str,
    found: dict[str, Reading],
    bars: dict[str, Any] | None,
    fields: Sequence[dict[str, Any]],
    *,
    above: Sequence[dict[str, Any]] = (),
    situations: Sequence[str] = (),
    note: str = "",
) -> dict[str, Any]:
    """The message; ``above`` are the fields over the bars, ``situations`` the names of buttons below them."""
    return {
        "finding": figures_alt(found),
        "figures": figures_of(found),
        "said": perplexity_said(problem, found["CE"]),
        "fields": list(fields),
        "above": list(above),
        "bars": bars,
        "situations": list(situations),
        "note": note,
    }
