"""The table of the lecture: one column a position, with what really follows and the running product."""

import pandas as pd

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.candidates import candidates, label
from nlm_core.lm.ledger import chain_rule, product_text
from nlm_core.lm.reader import Reading
from pages._shared.charts.bars import percent

FOLLOWS = "▸"


def column_names(labels: list[str], dropped: int) -> list[str]:
    """p(x | START), p(x | START I), p(x | … went), …; numbered, because two may end in the same word."""
    names = []
    for t, text in enumerate(labels):
        shown = " ".join(labels[: t + 1]) if t < 2 and not dropped else f"… {text}"
        names.append(f"{t} · p(x | {shown})")
    return names


def lecture_table(model: LanguageModel, reading: Reading, top: int) -> pd.DataFrame:
    """One column for every position of the reading, the rows as the lecture stacks them.

    The candidates come first, the one that really follows marked with ▸; then that token with its p and rank, ln p,
    the running product and the perplexity so far. The last column has nothing after it yet.
    """
    labels = [label(model, i, first=t == 0) for t, i in enumerate(reading.ids)]
    entries = chain_rule(reading.followers)
    index = [*(str(rank) for rank in range(1, top + 1)), "next", "p", "rank", "ln p", "∏ p", "PPL"]
    table: dict[str, list[str]] = {}
    for t, name in enumerate(column_names(labels, reading.dropped)):
        following = reading.followers[t].token_id if t < len(reading.followers) else None
        cells = [
            f"{FOLLOWS + ' ' if c.token_id == following else ''}{c.text} {percent(c.p)}"
            for c in candidates(model, reading.columns[t], top).top
        ]
        if t < len(entries):
            entry = entries[t]
            cells += [
                labels[t + 1],
                percent(entry.p),
                f"{entry.rank:,}",
                f"{entry.logp:.3f}",
                product_text(entry.running_logp),
                f"{entry.perplexity:,.1f}",
            ]
        else:
            cells += ["?", "", "", "", "", ""]
        table[name] = cells
    return pd.DataFrame(table, index=index)
