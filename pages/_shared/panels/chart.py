"""A chart of Vega with what it shows in words, so that both move together and the chart is not built anew for it."""

from typing import Any

import altair
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages._shared.charts.findings import finding_html, name_of


def chart(
    drawn: altair.TopLevelMixin | dict[str, Any], alt: str, place: DeltaGenerator | None = None, **how: Any
) -> None:
    """Draw a chart, or its specification, with ``alt`` of ``charts.findings`` as what is said of it.

    Streamlit's own ``alt`` is a part of the specification, in the browser: a number in it that changes would build the
    chart anew. So the chart is given its name alone.
    """
    where = place or st
    draw = where.vega_lite_chart if isinstance(drawn, dict) else where.altair_chart
    draw(drawn, alt=name_of(alt), **how)
    tell(alt, place)


def tell(alt: str, place: DeltaGenerator | None = None) -> None:
    """What the chart just before shows; by itself where the chart has to be sent first."""
    (place or st).html(finding_html(alt))
