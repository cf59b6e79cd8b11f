"""Parts of the lecture map: a stop with its picture, one live distribution, and what is in use."""

from base64 import b64encode
from pathlib import Path

import streamlit as st

from nlm_core.lm.base import ModelUnavailableError
from nlm_core.runtime import BusyError
from pages._components.drawing import drawing
from pages._shared import controls
from pages._shared.escape import plain
from pages._shared.lecture import Stop

PICTURES = Path(__file__).resolve().parents[3] / "assets" / "map"
_SHOWN = 5


def picture_of(file: str, theme: str | None) -> Path:
    """The prepared picture of a page; ``make screenshots`` makes them all."""
    return PICTURES / f"{Path(file).stem}-{'dark' if theme == 'dark' else 'light'}.webp"


def stop_card(stop: Stop) -> None:
    """A page with its picture and the links to the topics that it shows here."""
    entry, (left, right) = stop.entry, st.columns([1, 2])
    with left:
        picture = picture_of(entry.file, st.context.theme.type)
        if picture.exists():
            # Sent with the page: a file of its own would be gone for a browser that asks late, on its way to a link.
            address = f"data:image/webp;base64,{b64encode(picture.read_bytes()).decode()}"
            # The page's name stands beside it: to a screen reader the picture says nothing more.
            st.image(address, width="stretch", alt=f"The page {entry.title}: {entry.help}")
    with right, st.container(gap=None):
        st.page_link(entry.file, label=f"**{entry.title}**", icon=entry.icon, help=entry.help)
        for topic, parameters in stop.links:
            st.page_link(entry.file, label=topic, query_params=parameters)
        if stop.more:
            st.caption("Also:")
            for topic, parameters in stop.more:
                st.page_link(entry.file, label=topic, query_params=parameters)


def first_bars() -> None:
    """The distribution after the first example, computed here and now."""
    from nlm_core.lm.candidates import candidates
    from nlm_core.runtime import gate
    from pages._shared.charts.bars import bar_rows, bars_drawing
    from pages._shared.loaders import reader

    prefix = controls.PRESETS[0]
    try:
        found = reader(controls.DEFAULT_MODEL)
        with gate().slot():
            reading = found.read(prefix)
    except (ModelUnavailableError, BusyError) as error:
        st.info(plain(str(error)))
        return
    rows = bar_rows(candidates(found.model, reading.columns[-1], _SHOWN))
    with st.container(key="map_bars"):
        drawing(
            "bars",
            bars_drawing("Most probable next tokens", rows, ["START", *prefix.split()]),
            key="map_bars_drawing",
        )
    st.caption(f"p(x | START {prefix}), by {controls.DEFAULT_MODEL}, computed now.")


def in_use() -> None:
    """Device, models and data: what is loaded, what is at hand, what would be fetched and how large it is."""
    from nlm_core.inventory import device, inventory
    from pages._shared.loaders import loaded_names

    loaded, items = loaded_names(), inventory()

    def state(name: str, at_hand: bool) -> str:
        if name in loaded:
            return "loaded"
        return "at hand" if at_hand else "to be fetched"

    rows = [
        {
            "name": item.name,
            "what": item.kind,
            "state": state(item.name, item.at_hand),
            "size": f"{item.megabytes:,.1f} MB" if item.megabytes < 10 else f"{item.megabytes:,.0f} MB",
        }
        for item in items
    ]
    far = [item for item in items if not item.at_hand]
    st.subheader("What is in use", anchor=False)
    st.markdown(
        f"Computed on **{plain(device())}**. **{sum(row['state'] == 'loaded' for row in rows)}** loaded in this "
        f"session, **{len(items) - len(far)}** of {len(items)} at hand without a network; the other {len(far)} are "
        f"{sum(item.megabytes for item in far):,.0f} MB on the Hub, and nothing is fetched unless you ask for it."
    )
    with st.expander("Models and data"):
        st.dataframe(
            rows,
            hide_index=True,
            height=35 * (len(rows) + 1) + 3,
            alt=f"Models and data: {len(items)} with state and size, {len(far)} of them to be fetched",
        )
