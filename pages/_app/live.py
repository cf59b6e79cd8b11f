"""The live path: what answers every input at once, and what follows when the input has come to rest.

A live input stands in a fragment that holds only it and one drawing (``pages._components.drawing``). Everything else
that depends on it stands in a fragment ``at_rest``: the browser asks for its run when nothing has been pressed for a
quarter of a second, so that it never delays the next key.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st

from pages._components.drawing import Act, drawing

P = ParamSpec("P")
_LIVE, _REVISION = "live", "_live_revision"


def live(part: Callable[P, None]) -> Callable[P, None]:
    """The part of a page that answers its inputs: the fields and one ``live_drawing``. A page has one."""
    return st.fragment(part, key=_LIVE)


def answer_now() -> None:
    """Run the live part and nothing else; the end of a callback of a control that stands elsewhere on the page."""
    st.rerun(_LIVE)


def live_drawing(kind: str, data: dict[str, Any], *, key: str, on_act: Callable[[Act], None] | None = None) -> None:
    """A drawing that answers an input; what stands ``at_rest`` on the page follows it."""
    st.session_state[_REVISION] = st.session_state.get(_REVISION, 0) + 1
    drawing(kind, {**data, "live": st.session_state[_REVISION]}, key=key, on_act=on_act)


def answer_after(part: str, wanted: str) -> None:
    """Have the live part run after another one that has changed what it shows; at the end of that part.

    A part may not run another by itself: the browser asks for it, once for each ``wanted`` state; "" is none.
    """
    drawing("after", {"wanted": wanted}, key=f"after {part}", on_act=lambda _: answer_now())


def at_rest(part: Callable[P, None]) -> Callable[P, None]:
    """A part of the page that follows its live inputs: a fragment that runs again when they have come to rest."""

    @wraps(part)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        follows = st.session_state.get(_REVISION, 0)
        # The act itself says nothing more than that the part is to run.
        drawing("rest", {"follows": follows}, key=f"rest {part.__qualname__}", on_act=lambda _: None)
        part(*args, **kwargs)

    return st.fragment(run)
