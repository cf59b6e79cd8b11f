"""The table of the lecture with a choice of column, and its export."""

from collections.abc import Callable

import streamlit as st

from nlm_core.lm.ledger import chain_rule, product_text
from nlm_core.lm.reader import PrefixReader, Reading
from nlm_core.text.csv_export import to_csv
from pages._app.live import answer_now
from pages._shared.charts.ledger_table import lecture_table
from pages._shared.charts.table_svg import table_svg

_ROWS = 6


def table_panel(reader: PrefixReader, reading: Reading, choose: Callable[[int | None], None]) -> None:
    """Draws the table; a click on a column's head gives ``choose`` the position whose bars are to be shown."""
    table = lecture_table(reader.model, reading, _ROWS)
    entries = chain_rule(reading.followers)
    st.dataframe(
        table,
        key="lecture_table",
        on_select=lambda: _choose(choose),
        selection_mode="single-column",
        height=35 * (len(table) + 1) + 3,
        alt=f"Table of the lecture: {table.shape[1]} positions with their {_ROWS} most probable tokens"
        + (f", perplexity {entries[-1].perplexity:,.2f}" if entries else ""),
    )
    st.caption("Click the head of a column to see that position's bars. ▸ marks the token that really follows.")
    if entries:
        # What slid out of the context is no condition of anything on the screen.
        what = "P(what is seen | its first token)" if reading.dropped else "P(text | START)"
        st.markdown(
            f"{what} = **{product_text(entries[-1].running_logp, 3)}**, "
            f"ln P = **{entries[-1].running_logp:.3f}**, perplexity **{entries[-1].perplexity:,.2f}** a token."
        )
    with st.container(horizontal=True):
        st.download_button(
            "Table as CSV",
            lambda: to_csv(["row", *table.columns], ([row, *table.loc[row]] for row in table.index)),
            "table.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
        st.download_button(
            "Table as picture",
            lambda: table_svg(table),
            "table.svg",
            "image/svg+xml",
            on_click="ignore",
            icon=":material/image:",
        )


def _choose(choose: Callable[[int | None], None]) -> None:
    columns = st.session_state["lecture_table"]["selection"]["columns"]
    choose(int(columns[0].split(" ")[0]) if columns else None)
    answer_now()
