"""Surfaces with the paths that descend them: contours and 3-D, with frames that the browser plays by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from nlm_core.optim.path import Path
from nlm_core.optim.surface import Grid, Surface
from pages._shared.charts.palette import GREEN, GREY, ORANGE, PURPLE

# The first is the visitor's own run, the others are those that it is raced against.
COLOURS = (ORANGE, GREEN, PURPLE, "#B8860B", "#CC3377", GREY)
# Points a side that can be clicked; a click takes the nearest.
CLICKABLE = 31
MAX_FRAMES = 40
MAX_ARROWS = 80
HEIGHT = 400
# From this ratio between high and low places on, a linear scale would show walls only.
_STEEP = 100
_FRAME_MS = 90


def _single(values: np.ndarray) -> np.ndarray:
    """As float32, which halves what is sent; numbers too large for it are infinite."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32)


@dataclass(frozen=True)
class Scale:
    """How losses are turned into heights and colours.

    Attributes
    ----------
    forward : callable
        Losses to heights; NaN where a loss has no finite value.
    ticks : tuple of (float, str)
        Heights with the loss that each stands for.
    logarithmic : bool
    """

    forward: Callable[[np.ndarray], np.ndarray]
    ticks: tuple[tuple[float, str], ...]
    logarithmic: bool


def height_scale(losses: np.ndarray) -> Scale:
    """Linear where that shows the shape; where walls dwarf the floor, log10 of the height above the lowest place."""
    finite = losses[np.isfinite(losses)].astype(float)
    low, high = float(finite.min()), float(finite.max())
    floor = float(np.quantile(finite, 0.05)) - low
    steep = high - low > _STEEP * floor and high > low
    unit = max(floor, 1e-9 * (high - low)) if steep else 1.0

    def forward(values: np.ndarray) -> np.ndarray:
        known = np.where(np.isfinite(values), values, np.nan)
        return np.log10(1 + np.maximum(known - low, 0) / unit) if steep else known

    heights = np.linspace(*(float(v) for v in forward(np.array([low, high]))), 5)
    back = low + unit * (10**heights - 1) if steep else heights
    back = np.where(np.abs(back) < 1e-9 * (high - low), 0.0, back)
    return Scale(forward, tuple((float(h), f"{loss:.3g}") for h, loss in zip(heights, back, strict=True)), steep)


def colour_scale(theme: str | None) -> list[list[object]]:
    return [[0, "#3d7ab0"], [1, "#1b242d"]] if theme == "dark" else [[0, "#4b83b5"], [1, "#f2f5f8"]]


def frame_steps(steps: int, frames: int = MAX_FRAMES) -> list[int]:
    """The steps that frames show: all where they are few, else evenly spread, always with 0 and the last."""
    return sorted({round(i) for i in np.linspace(0, steps, min(steps, frames) + 1)})


def _arrow_sizes(steps: int, shown: int) -> list[int]:
    """Arrow heads at most ``MAX_ARROWS`` times along a path of which ``shown`` steps are drawn; 0 hides one."""
    every = max(1, -(-steps // MAX_ARROWS))
    return [0, *(9 if i % every == 0 or i == shown else 0 for i in range(1, shown + 1))]


def _play(labels: Sequence[str], three_d: bool) -> dict[str, object]:
    """Buttons and the slider of an animation whose frames are named ``labels``."""
    move = {"mode": "immediate", "transition": {"duration": 0}}
    going = {**move, "fromcurrent": True, "frame": {"duration": _FRAME_MS, "redraw": three_d}}
    still = {**move, "frame": {"duration": 0, "redraw": three_d}}
    return {
        "updatemenus": [
            {
                "type": "buttons", "direction": "left", "showactive": False, "x": 0, "y": 0, "xanchor": "left",
                "yanchor": "top", "pad": {"t": 46, "r": 8}, "font": {"color": "#14202b"}, "bgcolor": "#dde5ec",
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


def _layout(figure: go.Figure, several: bool, labels: Sequence[str], three_d: bool) -> None:
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 30 if several else 8, "b": 8},
        showlegend=several,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        **_play(labels, three_d),
    )


def contour_figure(surface: Surface, grid: Grid, paths: Mapping[str, Path], theme: str | None) -> go.Figure:
    """The surface from above with one path a name; an invisible lattice of points takes hover and clicks."""
    losses = grid.losses.numpy()
    scale = height_scale(losses)
    x, y = (side.numpy().astype(np.float32) for side in (grid.x, grid.y))
    heights = scale.forward(losses).astype(np.float32)
    every = max(1, (len(x) - 1) // (CLICKABLE - 1))
    columns, rows = np.meshgrid(x[::every], y[::every])
    figure = go.Figure(
        [
            go.Contour(
                x=x, y=y, z=heights, colorscale=colour_scale(theme), ncontours=22, hoverinfo="skip",
                line={"width": 0.6, "color": GREY}, showlegend=False,
                colorbar={
                    "thickness": 10, "title": {"text": "L", "side": "top"}, "tickmode": "array",
                    "tickvals": [h for h, _ in scale.ticks], "ticktext": [text for _, text in scale.ticks],
                },
            ),
            go.Scatter(
                x=columns.ravel(), y=rows.ravel(), customdata=_single(losses[::every, ::every].ravel()),
                mode="markers", marker={"opacity": 0, "size": 9}, showlegend=False,
                selected={"marker": {"opacity": 0}}, unselected={"marker": {"opacity": 0}},
                hovertemplate="θ = (%{x:.3g}, %{y:.3g})<br>L = %{customdata:.4g}<br>click to start here<extra></extra>",
            ),
        ]
    )  # fmt: skip
    if surface.minima:
        figure.add_scatter(
            x=[m[0] for m in surface.minima], y=[m[1] for m in surface.minima], mode="markers", hoverinfo="skip",
            marker={"symbol": "x-thin", "size": 11, "line": {"width": 2.5, "color": _ink(theme)}}, showlegend=False,
            unselected={"marker": {"opacity": 1}},
        )  # fmt: skip
    still = len(figure.data)

    def traces(step: int) -> list[go.Scatter]:
        drawn = []
        for (name, path), colour in zip(paths.items(), COLOURS, strict=False):
            T = len(path.rates)
            shown = min(step, T)
            xy = path.positions[0, : shown + 1].astype(np.float32)
            drawn.append(
                go.Scatter(
                    x=xy[:, 0],
                    y=xy[:, 1],
                    name=name,
                    mode="lines+markers",
                    line={"color": colour, "width": 2},
                    marker={"symbol": "arrow", "angleref": "previous", "size": _arrow_sizes(T, shown), "color": colour},
                    unselected={"marker": {"opacity": 1}},
                    hoverinfo="skip",
                )
            )
        return drawn

    steps = max(len(path.rates) for path in paths.values())
    shown_steps = frame_steps(steps)
    figure.add_traces(traces(steps))
    first = next(iter(paths.values()))
    figure.add_scatter(
        x=first.positions[0, :1, 0], y=first.positions[0, :1, 1], mode="markers", hoverinfo="skip", showlegend=False,
        marker={"size": 12, "color": "#ffffff", "line": {"width": 3, "color": COLOURS[0]}},
        unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    moving = list(range(still, still + len(paths)))
    figure.frames = [go.Frame(name=str(s), data=traces(s), traces=moving) for s in shown_steps]
    _layout(figure, len(paths) > 1, [str(s) for s in shown_steps], three_d=False)
    axis = {"showgrid": False, "zeroline": False}
    figure.update_xaxes(title=surface.axes[0], range=[float(x[0]), float(x[-1])], title_standoff=2, **axis)
    figure.update_yaxes(title=surface.axes[1], range=[float(y[0]), float(y[-1])], title_standoff=2, **axis)
    figure.update_layout(dragmode=False, hovermode="closest")
    return figure


def _ink(theme: str | None) -> str:
    return "#eef3f7" if theme == "dark" else "#14202b"


def surface_figure(surface: Surface, grid: Grid, paths: Mapping[str, Path], theme: str | None) -> go.Figure:
    """The same in three dimensions; what lies outside of the shown range is left out."""
    losses = grid.losses.numpy()
    scale = height_scale(losses)
    x, y = (side.numpy() for side in (grid.x, grid.y))
    heights = scale.forward(losses)
    top = float(np.nanmax(heights)) - float(np.nanmin(heights)) or 1.0
    figure = go.Figure(
        go.Surface(
            x=x.astype(np.float32), y=y.astype(np.float32), z=heights.astype(np.float32),
            colorscale=colour_scale(theme), showscale=False, opacity=0.95,
            customdata=_single(losses),
            hovertemplate="θ = (%{x:.3g}, %{y:.3g})<br>L = %{customdata:.4g}<extra></extra>",
            contours={"z": {"show": True, "color": GREY, "width": 1, "size": top / 18,
                            "start": float(np.nanmin(heights)), "end": float(np.nanmax(heights))}},
        )
    )  # fmt: skip

    def traces(step: int) -> list[go.Scatter3d]:
        drawn = []
        for (name, path), colour in zip(paths.items(), COLOURS, strict=False):
            shown = min(step, len(path.rates)) + 1
            xy = path.positions[0, :shown]
            inside = ((xy >= [x[0], y[0]]) & (xy <= [x[-1], y[-1]])).all(1)
            # A little above the surface, so that its triangles do not hide the path.
            z = np.where(inside, scale.forward(path.losses[0, :shown]) + 0.02 * top, np.nan).astype(np.float32)
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
    _layout(figure, len(paths) > 1, [str(s) for s in shown_steps], three_d=True)
    figure.update_layout(
        scene={
            "xaxis": {"title": {"text": surface.axes[0]}, "range": [float(x[0]), float(x[-1])]},
            "yaxis": {"title": {"text": surface.axes[1]}, "range": [float(y[0]), float(y[-1])]},
            "zaxis": {
                "title": {"text": "L"},
                "tickvals": [h for h, _ in scale.ticks],
                "ticktext": [text for _, text in scale.ticks],
            },
            "aspectmode": "manual",
            "aspectratio": {"x": 1.2, "y": 1.2, "z": 0.75},
            "camera": {"eye": {"x": -1.1, "y": -1.5, "z": 1.0}, "center": {"x": 0, "y": 0, "z": -0.15}},
        },
        # A visitor's view of it stays when the path is drawn anew.
        uirevision=surface.name,
    )
    return figure
