"""P(w_1 ... w_n) as the product of what each model gave each word."""

from collections.abc import Mapping

import streamlit as st

from nlm_core.lm.candidates import label
from nlm_core.lm.ledger import chain_rule, product_text
from nlm_core.lm.reader import PrefixReader, Reading
from nlm_core.text.csv_export import to_csv
from pages._shared.charts.duel_table import duel_table, wins

_FORMULAS = {
    "window": r"P(w_1, \dots, w_n) = \prod_{t=1}^{n} P(w_t \mid w_{t-N} \dots w_{t-1})",
    "RNN": r"P(w_1, \dots, w_n) = \prod_{t=1}^{n} P(w_t \mid h_{t-1})",
}


def chain_panel(readers: Mapping[str, PrefixReader], readings: Mapping[str, Reading]) -> None:
    """The ledgers of both models in one table, and who gives the sentence more."""
    model = next(iter(readers.values())).model
    reading = next(iter(readings.values()))
    ledgers = {name: chain_rule(found.followers) for name, found in readings.items()}
    if not reading.followers:
        st.info("Type at least one word: the product has one factor for each.")
        return
    won = wins(ledgers)
    for (name, entries), column in zip(ledgers.items(), st.columns(2), strict=True):
        last = entries[-1]
        column.latex(_FORMULAS[name])
        column.markdown(
            f"**{name}**: P = **{product_text(last.running_logp, 3)}**, ln P = {last.running_logp:.3f}, "
            f"perplexity **{last.perplexity:,.2f}**; ahead at {won[name]} of {len(entries)} words."
        )
    table = duel_table([label(model, follower.token_id) for follower in reading.followers], ledgers)
    st.dataframe(
        table,
        hide_index=True,
        height=min(35 * (len(table) + 1) + 3, 500),
        alt=f"Chain rule in both models: {len(table)} words, "
        + ", ".join(f"{name} ahead at {count}" for name, count in won.items()),
    )
    st.caption(
        "A lower perplexity is a better guess: exp(−ln P / n) is how many equally likely words the model was choosing "
        "among, on average. Any length works: the product only gets longer."
    )
    if reading.dropped:
        limit = next(iter(readers.values())).limit
        st.caption(f"The last {limit:,} words are read; the first {reading.dropped:,} are left out.")
    st.download_button(
        "Table as CSV",
        lambda: to_csv(list(table.columns), table.itertuples(index=False)),
        "chain_rule.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
