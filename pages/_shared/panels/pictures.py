"""The pictures of the page with what saves each as PNG or SVG: the browser does it, from what is on the screen."""

from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).resolve().parents[1] / "pictures"
# One module: what is handed to Streamlit as text cannot import its neighbours.
_PARTS = ("paint.js", "shapes.js", "boxes.js", "picture.js", "list.js")
_mount = st.components.v2.component(
    "nlm_pictures",
    js="\n".join((_FOLDER / part).read_text(encoding="utf-8") for part in _PARTS),
    css=(_FOLDER / "pictures.css").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def pictures() -> None:
    """List what is drawn on the page now; formulas and tables are not, they have their own copies and downloads."""
    _mount(key="tool_pictures_list")
