"""What is on the page as files: a sheet to print, and each drawing as PNG or SVG. The browser makes them."""

from pathlib import Path

import streamlit as st

from pages._shared.charts.qr import qr_svg

_PARTS = Path(__file__).resolve().parents[1] / "pictures"
# They become one module: what is handed to Streamlit as text cannot import its neighbours.
_SCRIPTS = ("paint.js", "shapes.js", "boxes.js", "picture.js", "handout.js", "list.js")

_mount = st.components.v2.component(
    "nlm_pictures",
    js="\n".join((_PARTS / script).read_text(encoding="utf-8") for script in _SCRIPTS),
    css=(_PARTS / "pictures.css").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def pictures(address: str) -> None:
    """List what can be taken from the page as it is now; ``address``, which stands on the sheet, opens it again."""
    try:
        code = qr_svg(address)
    except ValueError:
        # Too long for a code; the address itself stands on the sheet all the same.
        code = ""
    _mount(key="tool_pictures_list", data={"address": address, "code": code})
