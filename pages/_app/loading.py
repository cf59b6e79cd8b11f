"""Models and data of the Hub come in the background: the page goes on with others meanwhile, for all who wait alike."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from nlm_core.shared_loads import Load, Progress, shared_loads
from pages._app.jobs import LOOK_SECONDS, this_visitor
from pages._shared.escape import as_sentence, plain
from pages._shared.ticking import ticking


def arrived(
    kind: str, name: str, load: Callable[[Progress], Any], meanwhile: str, stop: Callable[[], None] | None = None
) -> bool:
    """Whether what was asked for is there to be taken; where it is not, it is on its way, and how far is shown here.

    Parameters
    ----------
    kind, name : str
    load : callable
        See ``nlm_core.shared_loads.SharedLoads.wanted``.
    meanwhile : str
        What is shown until then.
    stop : callable, optional
        What to do where the visitor no longer wants it; without it there is no button to say so.

    Raises
    ------
    BusyError
        If too many things are being loaded.
    """
    found = shared_loads().wanted((kind, name), load, this_visitor())
    if found.job.state == "done":
        return True
    ticking(
        lambda: _told(found, kind, name, meanwhile, stop),
        lambda: found.job.running,
        LOOK_SECONDS,
        going=found.job.state != "failed",
    )
    return False


def _told(found: Load[Any], kind: str, name: str, meanwhile: str, stop: Callable[[], None] | None) -> None:
    key, job = (kind, name), found.job
    if job.error is not None:
        st.error(plain(as_sentence(job.error)), icon=":material/error:")
        st.caption(f"Shown meanwhile: {meanwhile}.")
        st.button("Try again", key=f"again {kind} {name}", on_click=shared_loads().forget, args=(key,))
        return
    if not job.running:
        return
    doing, share = f"Loading {plain(name)} …", 0.0
    if job.waiting:
        doing = f"{plain(name)} waits until what others have asked for is loaded"
    elif found.fetched is not None:
        done, total, left = found.fetched.done, found.fetched.total, found.fetched.seconds_left
        share = min(1.0, done / max(total, 1))
        doing = f"Fetching {plain(name)}, {plain(found.fetched.what)}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB"
        if left is not None and share < 1:
            doing += f" · {left:,.0f} s left"
    st.progress(share, text=f"{doing}. Shown meanwhile: {meanwhile}.")
    if stop is not None:
        st.button("Stop", key=f"stop {kind} {name}", on_click=_stop, args=(key, stop), icon=":material/stop:")


def _stop(key: tuple[str, str], stop: Callable[[], None]) -> None:
    shared_loads().leave(this_visitor(), key)
    stop()
