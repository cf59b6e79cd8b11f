"""What descents come to: losses over steps and examples, and ends of many starts."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from nlm_core.optim.path import Ends, Path
from nlm_core.optim.surface import Surface
from pages._shared.charts.findings import course, finding, number
from pages._shared.charts.heights import HEIGHT
from pages._shared.charts.palette import BLUE, ORANGE, RUNS

_BINS = 40
_SMALL = 300
_WIDE = 100


def loss_figure(paths: Mapping[str, Path], has_examples: bool) -> go.Figure:
    """Losses over steps, and below over the examples whose gradients were computed: the cost."""
    several = len(paths) > 1
    figure = make_subplots(rows=2, cols=1, vertical_spacing=0.2)
    finite = np.concatenate([path.losses[0][np.isfinite(path.losses[0])] for path in paths.values()])
    # A logarithm shows what a wide range of losses hides, and clutters a narrow one.
    wide = len(finite) > 0 and finite.min() > 0 and finite.max() > _WIDE * finite.min()
    for (name, path), colour in zip(paths.items(), RUNS, strict=False):
        gone = path.diverged[0].step if path.diverged else None
        losses = path.losses[0][:gone] if gone else path.losses[0]
        for row, x in ((1, np.arange(len(losses))), (2, path.examples_seen[: len(losses)])):
            figure.add_scatter(
                x=x, y=losses, name=name, legendgroup=name, showlegend=several and row == 1, row=row, col=1,
                mode="lines", line={"color": colour, "width": 2},
                hovertemplate="%{x:,}: L = %{y:.5g}",
            )  # fmt: skip
            if gone and len(losses):
                figure.add_scatter(
                    x=x[-1:], y=losses[-1:], mode="markers", row=row, col=1, showlegend=False, hoverinfo="skip",
                    marker={"symbol": "x", "size": 9, "color": colour},
                )  # fmt: skip
    figure.update_xaxes(title="steps", row=1, title_standoff=2)
    figure.update_xaxes(title="examples seen" if has_examples else "gradients computed", row=2, title_standoff=2)
    if wide:
        every = max(1, round(np.log10(finite.max() / finite.min()) / 4))
        figure.update_yaxes(type="log", dtick=every, exponentformat="power")
    figure.update_yaxes(title="loss L", title_standoff=4)
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 30 if several else 8, "b": 8},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        hovermode="x",
    )
    return figure


def losses_alt(paths: Mapping[str, Path]) -> str:
    """How the loss of each path runs, and where one diverged."""
    if len(paths) == 1:
        (path,) = paths.values()
        return finding("Loss over steps", f"it {course(_kept(path))}", _gone(path))
    ends = [f"{name} from {number(_kept(path)[0])} to {number(_kept(path)[-1])}" for name, path in paths.items()]
    steps = max(len(path.rates) for path in paths.values())
    gone = [f"{name} {_gone(path)}" for name, path in paths.items() if path.diverged]
    return finding("Loss over steps", f"in {steps:,} steps {', '.join(ends)}", *gone)


def _kept(path: Path) -> np.ndarray:
    """The losses that are drawn: up to where the path diverged."""
    gone = path.diverged[0].step if path.diverged else None
    return path.losses[0][:gone] if gone else path.losses[0]


def _gone(path: Path) -> str:
    return f"diverges at step {path.diverged[0].step:,}" if path.diverged else ""


def ends_alt(name: str, ends: Ends) -> str:
    """Between which losses the starts ended, and how many of them diverged."""
    return finding(f"Ends of {name}", _spread(ends.losses[ends.diverged_at < 0], len(ends.losses)))


def histogram_alt(found: Mapping[str, Ends]) -> str:
    """The range and the middle of each descent's final losses."""
    return finding(
        "Final losses",
        *(f"{name}: {_spread(ends.losses[ends.diverged_at < 0], len(ends.losses))}" for name, ends in found.items()),
    )


def _spread(kept: np.ndarray, count: int) -> str:
    """What became of ``count`` starts of which those of the losses ``kept`` did not diverge."""
    ended = f"{len(kept):,} of {count:,} starts ended"
    if not len(kept):
        return ended
    middle = number(float(np.median(kept)))
    return f"{ended} at losses from {number(kept.min())} to {number(kept.max())}, half of them at most at {middle}"


def ends_figure(ends: Ends, surface: Surface, theme: str | None, bounds: tuple[float, float]) -> go.Figure:
    """Each start of a lattice coloured by the loss where it ended, white where it diverged; the ends as points."""
    side = round(len(ends.losses) ** 0.5)
    kept = ends.diverged_at < 0
    losses = np.where(kept, ends.losses, np.nan).reshape(side, side).T
    x, y = (np.unique(ends.starts[:, k]).astype(np.float32) for k in (0, 1))
    figure = go.Figure(
        go.Heatmap(
            x=x, y=y, z=losses.astype(np.float32), colorscale="Cividis", zmin=bounds[0], zmax=bounds[1],
            colorbar={"thickness": 8, "title": {"text": "L", "side": "top"}, "nticks": 5},
            hovertemplate="start (%{x:.3g}, %{y:.3g})<br>ends at L = %{z:.4g}<extra></extra>",
        )
    )  # fmt: skip
    figure.add_scatter(
        x=ends.ends[kept, 0].astype(np.float32), y=ends.ends[kept, 1].astype(np.float32), mode="markers",
        marker={"size": 4, "color": ORANGE, "opacity": 0.6}, hoverinfo="skip",
    )  # fmt: skip
    figure.update_xaxes(title=surface.axes[0], range=list(surface.x_range), title_standoff=2, showgrid=False)
    figure.update_yaxes(title=surface.axes[1], range=list(surface.y_range), title_standoff=2, showgrid=False)
    figure.update_layout(
        height=_SMALL, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False, dragmode=False, hovermode="closest"
    )
    return figure


def histogram_figure(found: Mapping[str, Ends]) -> go.Figure:
    """How many of the starts end at which loss, for all descents in the same bins; diverged ones are left out."""
    kept = {name: ends.losses[ends.diverged_at < 0] for name, ends in found.items()}
    everything = np.concatenate([*kept.values(), [0.0]] if not any(map(len, kept.values())) else list(kept.values()))
    edges = np.linspace(float(everything.min()), float(everything.max()) or 1.0, _BINS + 1)
    if edges[0] == edges[-1]:
        edges = np.linspace(edges[0] - 0.5, edges[0] + 0.5, _BINS + 1)
    figure = go.Figure()
    for (name, losses), colour in zip(kept.items(), (BLUE, ORANGE), strict=False):
        figure.add_bar(
            x=(edges[1:] + edges[:-1]) / 2, y=np.histogram(losses, edges)[0], width=edges[1] - edges[0], name=name,
            marker={"color": colour, "line": {"width": 0}}, opacity=0.65,
            hovertemplate="L ≈ %{x:.4g}: %{y:,} starts",
        )  # fmt: skip
    figure.update_xaxes(title="final loss L", title_standoff=2)
    figure.update_yaxes(title="starts")
    figure.update_layout(
        height=_SMALL,
        barmode="overlay",
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
    )
    return figure
