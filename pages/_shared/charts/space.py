"""Losses over a plane as a surface in three dimensions: the ground that paths are drawn on."""

import numpy as np
import plotly.graph_objects as go

from pages._shared.charts.heights import Scale, colour_scale
from pages._shared.charts.palette import GREY, ink

_CONTOURS = 18
# So much of the surface's rise lies a path above it: on it, its triangles would hide the path.
_ABOVE = 0.02


def _single(values: np.ndarray) -> np.ndarray:
    """As float32, which halves what is sent; numbers too large for it are infinite."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32)


def _rise(losses: np.ndarray, scale: Scale) -> float:
    """How far the surface reaches from its lowest place to its highest; 1 where it is flat."""
    heights = scale.forward(losses)
    return float(np.nanmax(heights)) - float(np.nanmin(heights)) or 1.0


def lift(losses: np.ndarray, scale: Scale) -> float:
    """How far above the surface a path is drawn."""
    return _ABOVE * _rise(losses, scale)


def ground_in_space(
    sides: tuple[np.ndarray, np.ndarray],
    losses: np.ndarray,
    scale: Scale,
    *,
    axes: tuple[str, str],
    point: str,
    theme: str | None,
    revision: str,
) -> go.Figure:
    """The surface of ``losses`` (n, n) over two ``sides`` (n,), with axes in the colour of the page's text.

    ``axes`` are the titles of the axes, ``point`` what hovering says of a place, in Plotly's template. A visitor's
    view of the figure stays as long as ``revision`` does.
    """
    x, y = map(_single, sides)
    heights = scale.forward(losses)
    low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
    figure = go.Figure(
        go.Surface(
            x=x, y=y, z=_single(heights), customdata=_single(losses),
            colorscale=colour_scale(theme), showscale=False, opacity=0.95,
            hovertemplate=point + "<br>L = %{customdata:.4g}<extra></extra>",
            contours={"z": {"show": True, "color": GREY, "width": 1, "size": _rise(losses, scale) / _CONTOURS,
                            "start": low, "end": high}},
        )
    )  # fmt: skip
    colour = {"color": ink(theme)}
    ends = [[float(side[0]), float(side[-1])] for side in sides]
    heights_axis = {"tickvals": [h for h, _ in scale.ticks], "ticktext": [text for _, text in scale.ticks]}
    figure.update_layout(
        scene={
            name: {"title": {"text": text, "font": colour}, "tickfont": colour, **more}
            for name, text, more in (
                ("xaxis", axes[0], {"range": ends[0]}),
                ("yaxis", axes[1], {"range": ends[1]}),
                ("zaxis", "L", heights_axis),
            )
        },
        scene_aspectmode="manual",
        scene_aspectratio={"x": 1.2, "y": 1.2, "z": 0.75},
        scene_camera={"eye": {"x": -1.1, "y": -1.5, "z": 1.0}, "center": {"x": 0, "y": 0, "z": -0.15}},
        uirevision=revision,
    )
    return figure
