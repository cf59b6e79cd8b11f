"""A drawing of our own, made by scripts in a folder of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

_SHARED = Path(__file__).resolve().parents[1]


def component(folder: str, *scripts: str) -> Callable[..., Any]:
    """What mounts the scripts of a folder of ``pages/_shared``, in this order, with the style sheet of its name.

    They become one module: what is handed to Streamlit as text cannot import its neighbours.
    """
    parts = _SHARED / folder
    mount: Callable[..., Any] = st.components.v2.component(
        f"nlm_{folder}",
        js="\n".join((parts / script).read_text(encoding="utf-8") for script in scripts),
        css=(parts / f"{folder}.css").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
    return mount
