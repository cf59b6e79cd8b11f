"""The pictures of the page with what saves each as PNG or SVG: the browser does it, from what is on the screen."""

from pages._shared.panels.component import component

_mount = component("pictures", "paint.js", "shapes.js", "boxes.js", "picture.js", "list.js")


def pictures() -> None:
    """List what is drawn on the page now; formulas and tables are not, they have their own copies and downloads."""
    _mount(key="tool_pictures_list")
