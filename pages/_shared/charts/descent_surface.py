"""A surface in three dimensions with the paths that descend it, in frames that the browser plays by itself."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from nlm_core.optim.path import Path
from nlm_core.optim.surface import Grid, Surface
from pages._shared.charts.heights import HEIGHT, height_scale
from pages._shared.charts.palette import RUNS
from pages._shared.charts.space import ground_in_space, lift

MAX_FRAMES = 40
_FRAME_MS = 90


def frame_steps(steps: int, frames: int = MAX_FRAMES) -> list[int]:
    """The steps that frames show: all where they are few, else evenly spread, always with 0 and the last."""
    return sorted({round(i) for i in np.linspace(0, steps, min(steps, frames) + 1)})


def _play(labels: Sequence[str]) -> dict[str, object]:
    """Buttons and the slider of an animation whose frames are named ``labels``."""
    move = {"mode": "immediate", "transition": {"duration": 0}}
    going = {**move, "fromcurrent": True, "frame": {"duration": _FRAME_MS, "redraw": True}}
    still = {**move, "frame": {"duration": 0, "redraw": True}}
    return {
        "updatemenus": [
            {
                "type": "buttons", "direction": "left", "showactive": False, "x": 0, "y": 0, "xanchor": "left",
                "yanchor": "top", "pad": {"t": 46, "r": 8}, "font": {"color": "#0c1620"}, "bgcolor": "#dde5ec",
                "buttons": [
                    {"label": "▶ Play", "method": "animate", "args": [list(labels), {**going, "fromcurrent": False}]},
                    {"label": "❚❚", "method": "animate", "args": [[None], still]},
                ],
            }
        ],
        "sliders": [
            {
                "active": len(labels) - 1, "x": 0.27, "len": 0.73, "y": 0, "pad": {"t": 34, "b": 0},
                "currentvalue": {"prefix": "step ", "xanchor": "right", "offset": 4}, "ticklen": 0, "minorticklen": 0,
                "font": {"size": 11}, "tickcolor": "rgba(0,0,0,0)",
                "steps": [
                    {"label": label, "method": "animate", "args": [[label], still]} for label in labels
                ],
            }
        ],
    }  # fmt: skip


def _layout(figure: go.Figure, several: bool, labels: Sequence[str]) -> None:
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 30 if several else 8, "b": 8},
        showlegend=several,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        **_play(labels),
    )


def surface_figure(surface: Surface, grid: Grid, paths: Mapping[str, Path], theme: str | None) -> go.Figure:
    """The surface with one path a name; what lies outside of the shown range is left out."""
    losses = grid.losses.numpy()
    scale = height_scale(losses)
    x, y = (side.numpy() for side in (grid.x, grid.y))
    above = lift(losses, scale)
    figure = ground_in_space(
        (x, y), losses, scale,
        axes=surface.axes, point="θ = (%{x:.3g}, %{y:.3g})", theme=theme, revision=surface.name,
    )  # fmt: skip

    def traces(step: int) -> list[go.Scatter3d]:
        drawn = []
        for (name, path), colour in zip(paths.items(), RUNS, strict=False):
            shown = min(step, len(path.rates)) + 1
            xy = path.positions[0, :shown]
            inside = ((xy >= [x[0], y[0]]) & (xy <= [x[-1], y[-1]])).all(1)
            z = np.where(inside, scale.forward(path.losses[0, :shown]) + above, np.nan).astype(np.float32)
            xy = np.where(inside[:, None], xy, np.nan).astype(np.float32)
            drawn.append(
                go.Scatter3d(
                    x=xy[:, 0],
                    y=xy[:, 1],
                    z=z,
                    name=name,
                    mode="lines+markers",
                    hoverinfo="skip",
                    line={"color": colour, "width": 6},
                    marker={"color": colour, "size": 3},
                )
            )
        return drawn

    steps = max(len(path.rates) for path in paths.values())
    shown_steps = frame_steps(steps)
    figure.add_traces(traces(steps))
    moving = list(range(1, 1 + len(paths)))
    figure.frames = [go.Frame(name=str(s), data=traces(s), traces=moving) for s in shown_steps]
    _layout(figure, len(paths) > 1, [str(s) for s in shown_steps])
    return figure
