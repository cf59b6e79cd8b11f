"""The chain rule of two models side by side, word after word."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from nlm_core.lm.ledger import Entry, product_text
from pages._shared.charts.bars import percent

_COLUMNS: dict[str, Callable[[Entry], str]] = {
    "p": lambda entry: percent(entry.p),
    "ln p": lambda entry: f"{entry.logp:.3f}",
    "∏ p": lambda entry: product_text(entry.running_logp),
    "PPL": lambda entry: f"{entry.perplexity:,.1f}",
}


def duel_table(labels: Sequence[str], ledgers: Mapping[str, Sequence[Entry]]) -> pd.DataFrame:
    """One row a word: which model gave it more; then of each model p, ln p, the running product, perplexity so far."""
    names = list(ledgers)
    rows = []
    for t, word in enumerate(labels):
        entries = [ledgers[name][t] for name in names]
        best = max(entries, key=lambda entry: entry.logp)
        tied = all(entry.logp == best.logp for entry in entries)
        row: dict[str, str] = {"t": str(t + 1), "word": word}
        row["better"] = "both" if tied else names[entries.index(best)]
        for what, text in _COLUMNS.items():
            row |= {f"{what} {name}": text(entry) for name, entry in zip(names, entries, strict=True)}
        rows.append(row)
    return pd.DataFrame(rows)


def wins(ledgers: Mapping[str, Sequence[Entry]]) -> dict[str, int]:
    """At how many words each model gives the word more than every other model does."""
    found = dict.fromkeys(ledgers, 0)
    for entries in zip(*ledgers.values(), strict=True):
        best = max(entry.logp for entry in entries)
        leaders = [name for name, entry in zip(ledgers, entries, strict=True) if entry.logp == best]
        if len(leaders) == 1:
            found[leaders[0]] += 1
    return found
