"""What is on the page as files: a sheet to print, and each drawing as PNG or SVG. The browser makes them."""

from pages._shared.charts.qr import qr_svg
from pages._shared.panels.component import component

_mount = component("pictures", "paint.js", "shapes.js", "boxes.js", "picture.js", "handout.js", "list.js")


def pictures(address: str) -> None:
    """List what can be taken from the page as it is now; ``address``, which stands on the sheet, opens it again."""
    try:
        code = qr_svg(address)
    except ValueError:
        # Too long for a code; the address itself stands on the sheet all the same.
        code = ""
    _mount(key="tool_pictures_list", data={"address": address, "code": code})
