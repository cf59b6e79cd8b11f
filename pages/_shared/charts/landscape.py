"""Loss landscapes of trained networks: the plane from above and in 3-D with the training path, and what was learned."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from nlm_core.optim.classifier import TrainingStep
from nlm_core.optim.landscape import Stage
from nlm_core.optim.subject import Plane
from nlm_core.optim.toy_data import ToyData
from pages._shared.charts.findings import course, finding, number
from pages._shared.charts.heights import HEIGHT, Scale, height_scale
from pages._shared.charts.palette import BLUE, ORANGE, middle
from pages._shared.charts.plane import PLANE_HEIGHT, ground, packed
from pages._shared.charts.space import ground_in_space, lift

_SMALL = 190
_MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}
# A wider range of training losses is shown on a logarithmic axis.
_WIDE = 100


def scale_of(stage: Stage) -> Scale:
    """How the losses of a landscape become heights and colours."""
    return height_scale(stage.losses.numpy())


def axis_titles(plane: Plane) -> tuple[str, str]:
    """What the two axes are, with the share of the path's variance that each holds."""
    names = ("first component", "second component") if plane.directions.kind == "PCA" else ("d₁", "d₂")
    if plane.path is None:
        return f"a, along {names[0]}", f"b, along {names[1]}"
    first, second = plane.path.shares
    return f"a, along {names[0]} ({first:.1%})", f"b, along {names[1]} ({second:.1%})"


def _path(plane: Plane, steps: Sequence[TrainingStep]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coordinates (T, 2) and losses in the plane (T,) with NaN outside of the window; what hovering shows (T, 2)."""
    assert plane.path is not None and plane.path_losses is not None
    ab, losses = plane.path.coordinates.numpy().copy(), plane.path_losses.numpy().astype(float).copy()
    low, high = np.array([plane.a_range, plane.b_range]).T
    outside = ~((ab >= low) & (ab <= high)).all(1)
    ab[outside], losses[outside] = np.nan, np.nan
    return ab, losses, np.array([[step.number, step.loss] for step in steps])


def landscape_alt(stage: Stage, plane: Plane, steps: Sequence[TrainingStep]) -> str:
    """Between which losses the plane lies, where it is lowest, and how the loss runs along the drawn path."""
    losses = stage.losses.numpy().astype(float)
    known = np.where(np.isfinite(losses), losses, np.inf)
    row, column = np.unravel_index(int(known.argmin()), known.shape)
    lowest = f"lowest at ({number(float(stage.a[column]))}, {number(float(stage.b[row]))})"
    name = "Loss landscape"
    if not np.isfinite(losses).any():
        return finding(name, f"none of {len(losses)} by {len(losses)} points has a finite loss")
    low, high = known.min(), losses[np.isfinite(losses)].max()
    along = ""
    if plane.path is not None:
        _, in_plane, told = _path(plane, steps)
        along = f"along the path of training L {course(in_plane, at=told[:, 0].astype(int))}"
    grid = f"{len(losses)} by {len(losses)} points"
    return finding(name, f"L from {number(low)} to {number(high)} on {grid}, {lowest}", along)


def training_alt(steps: Sequence[TrainingStep]) -> str:
    """How the loss over all examples runs, and how many are right at the end."""
    losses, numbers = [step.loss for step in steps], [step.number for step in steps]
    return finding(
        "Loss in training", f"it {course(losses, at=numbers)}", f"{steps[-1].accuracy:.1%} of the examples are right"
    )


def classes_alt(data: ToyData, chance: np.ndarray) -> str:
    """How many examples of each class there are, and in how much of the square class 1 is the more probable."""
    ones = int((data.y == 1).sum())
    return finding(
        "What the network learned",
        f"{len(data.y) - ones:,} examples of class 0 and {ones:,} of class 1",
        f"p(class 1) from {number(float(chance.min()))} to {number(float(chance.max()))}, above one half in "
        f"{float((chance > 0.5).mean()):.1%} of the square",
    )


def landscape_plane(
    stage: Stage, plane: Plane, steps: Sequence[TrainingStep], *, theme: str | None, alt: str
) -> dict[str, Any]:
    """The landscape from above, the path to theta* as far as it lies in the window, and theta* as a ring."""
    titles = axis_titles(plane)
    lines = []
    if plane.path is not None:
        ab, in_plane, told = _path(plane, steps)
        lines.append(
            {
                "name": "training path",
                "colour": ORANGE,
                "xy": packed(ab),
                "losses": packed(in_plane),
                "numbers": packed(told[:, 0]),
                "trained": packed(told[:, 1]),
                "arrows": True,
            }
        )
    return {
        "finding": alt,
        "height": PLANE_HEIGHT,
        "x": {"title": titles[0], "range": [float(end) for end in plane.a_range]},
        "y": {"title": titles[1], "range": [float(end) for end in plane.b_range]},
        "point": "(a, b)",
        "ground": ground(stage.losses.numpy(), scale_of(stage), theme),
        "marks": [],
        "lines": lines,
        "legend": False,
        "dots": packed(np.zeros(2)),
        "dot_name": "θ*",
        "rings": True,
        "movable": False,
        "picks": False,
        "grows": False,
        "snap": None,
        "hint": "",
    }


def surface_figure(stage: Stage, plane: Plane, steps: Sequence[TrainingStep], theme: str | None) -> go.Figure:
    """The same in three dimensions; the path lies at its loss in the plane, so that it runs on the surface."""
    scale = scale_of(stage)
    a, b, losses = (part.numpy() for part in (stage.a, stage.b, stage.losses))
    titles = [title.split(" (")[0] for title in axis_titles(plane)]
    figure = ground_in_space(
        (a, b), losses, scale,
        axes=(titles[0], titles[1]), point="a = %{x:.3g}, b = %{y:.3g}", theme=theme, revision="landscape",
    )  # fmt: skip
    if plane.path is not None:
        ab, in_plane, told = _path(plane, steps)
        figure.add_scatter3d(
            x=ab[:, 0], y=ab[:, 1], z=scale.forward(in_plane) + lift(losses, scale), mode="lines+markers",
            customdata=np.c_[told, in_plane], line={"color": ORANGE, "width": 6}, marker={"color": ORANGE, "size": 3},
            hovertemplate="step %{customdata[0]:.0f}<br>loss in training %{customdata[1]:.4g}"
            "<br>loss in this plane %{customdata[2]:.4g}<extra></extra>",
        )  # fmt: skip
    # Where the network came to rest: the end of its path, or the middle of the grid.
    height = float(in_plane[-1] if plane.path is not None else losses[len(b) // 2, len(a) // 2])
    figure.add_scatter3d(
        x=[0], y=[0], z=scale.forward(np.array([height])) + lift(losses, scale), mode="markers",
        marker={"size": 7, "color": "#ffffff", "line": {"color": ORANGE, "width": 4}},
        hovertemplate=f"θ*, the trained network: L = {number(height)}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(height=HEIGHT, margin=_MARGIN, showlegend=False)
    return figure


def training_figure(steps: Sequence[TrainingStep]) -> go.Figure:
    """The loss over all examples, step by step."""
    numbers, losses = [step.number for step in steps], [step.loss for step in steps]
    figure = go.Figure(
        go.Scatter(
            x=numbers, y=losses, customdata=[step.accuracy for step in steps], mode="lines",
            line={"color": ORANGE, "width": 2},
            hovertemplate="step %{x:,}: L = %{y:.4g}, %{customdata:.1%} right<extra></extra>",
        )
    )  # fmt: skip
    figure.update_xaxes(title="step", title_standoff=2)
    figure.update_yaxes(title="loss L", title_standoff=2)
    if min(losses) > 0 and max(losses) > _WIDE * min(losses):
        figure.update_yaxes(type="log", dtick=1, exponentformat="power")
    figure.update_layout(height=_SMALL, margin=_MARGIN)
    return figure


def classes_figure(data: ToyData, chance: np.ndarray, reach: float, theme: str | None) -> go.Figure:
    """The examples over the probability of class 1, of shape (n, n) over the square from -reach to reach."""
    side = np.linspace(-reach, reach, len(chance))
    figure = go.Figure(
        go.Heatmap(
            x=side, y=side, z=chance, zmin=0, zmax=1, colorscale=[[0, BLUE], [0.5, middle(theme)], [1, ORANGE]],
            opacity=0.6, showscale=False, hovertemplate="p(class 1) = %{z:.3f}<extra></extra>",
        )
    )  # fmt: skip
    x, y = data.x.numpy(), data.y.numpy()
    for label, colour, shape in ((0, BLUE, "circle"), (1, ORANGE, "square")):
        figure.add_scatter(
            x=x[y == label, 0], y=x[y == label, 1], mode="markers", name=f"class {label}", hoverinfo="skip",
            marker={"size": 5, "symbol": shape, "color": colour, "line": {"width": 0.5, "color": "#ffffff"}},
        )  # fmt: skip
    figure.update_xaxes(range=[-reach, reach], showgrid=False, zeroline=False, showticklabels=False)
    figure.update_yaxes(range=[-reach, reach], showgrid=False, zeroline=False, showticklabels=False)
    figure.update_layout(height=_SMALL, margin=_MARGIN, showlegend=False, dragmode=False)
    return figure
