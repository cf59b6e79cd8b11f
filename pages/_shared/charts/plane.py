"""What a drawn plane shows, as plain data for the browser: a surface with paths on it, or examples with a model."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

from nlm_core.optim.path import Path
from nlm_core.optim.surface import Surface
from pages._shared.charts.findings import finding, number
from pages._shared.charts.heights import HEIGHT, Scale, colour_scale
from pages._shared.charts.palette import GREY, RUNS

_BANDS = 22
_PAD = 0.08
# Below the plane there is room for the player and a line of numbers.
PLANE_HEIGHT = HEIGHT - 70


def packed(values: np.ndarray) -> str:
    """Numbers as base64 of little-endian float32, which is read back at once; what is too large for it is infinite."""
    with np.errstate(over="ignore"):
        return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode("ascii")


def ground(losses: np.ndarray, scale: Scale, theme: str | None, key: str | None = None) -> dict[str, Any]:
    """A surface from above, of shape (rows, columns) with the lowest row first, as bands of equal height.

    By the ``key`` of this surface and theme the browser knows it again: later messages need hold nothing else.
    """
    return {
        "key": key,
        "heights": packed(scale.forward(losses)),
        "columns": losses.shape[1],
        "span": [scale.ticks[0][0], scale.ticks[-1][0]],
        "ticks": [list(tick) for tick in scale.ticks],
        "low": scale.low,
        "unit": scale.unit if scale.logarithmic else None,
        "bands": _BANDS,
        "colours": [str(colour) for _, colour in colour_scale(theme)],
        "line": GREY,
    }


def descent_alt(surface: Surface, paths: Mapping[str, Path]) -> str:
    """Where the paths start and where each ends, with the losses there."""
    first = next(iter(paths.values()))
    ends = []
    for name, path in paths.items():
        gone = f", diverges at step {path.diverged[0].step:,}" if path.diverged else ""
        ends.append(
            f"{name}, ends at {_at(path.positions[0, path.last])}, L = {number(path.losses[0, path.last])}{gone}"
        )
    steps = max(len(path.rates) for path in paths.values())
    start = f"from {_at(first.positions[0, 0])}, L = {number(first.losses[0, 0])}"
    return finding(f"Surface {surface.name}", f"{start}, in {steps:,} steps", *ends)


def _at(point: np.ndarray) -> str:
    return f"({', '.join(number(value) for value in point.tolist())})"


def points_alt(x: np.ndarray, y: np.ndarray, curves: Mapping[str, tuple[np.ndarray, np.ndarray, str]]) -> str:
    """How many examples there are and where, and what the model says at both ends."""
    ends = [
        f"{name} from {number(predicted[0])} to {number(predicted[-1])}" for name, (_, predicted, _) in curves.items()
    ]
    where = f"x from {number(x.min())} to {number(x.max())}, y from {number(y.min())} to {number(y.max())}"
    return finding("Examples and model", f"{len(x):,} example{'s' * (len(x) != 1)}, {where}", *ends)


def contour_plane(
    surface: Surface,
    paths: Mapping[str, Path],
    *,
    ground: Mapping[str, Any] | None,
    alt: str,
    step: int | None = None,
    unseen: bool = False,
) -> dict[str, Any]:
    """The surface from above with one path a name, and the start of the first as a dot that can be moved.

    Paths end where they diverged. The ``step`` that is written out elsewhere is ringed, if it is not the start. The
    ``ground`` is one of ``ground`` over all that is shown of the surface, or only the key of one that the browser has.
    Where the plane is ``unseen``, another picture stands for it, and only its steps are shown.
    """
    first = next(iter(paths.values()))
    return {
        "finding": alt,
        "height": PLANE_HEIGHT,
        "unseen": unseen,
        "x": {"title": surface.axes[0], "range": [float(end) for end in surface.x_range]},
        "y": {"title": surface.axes[1], "range": [float(end) for end in surface.y_range]},
        "point": "θ",
        "ground": ground,
        "marks": [list(minimum) for minimum in surface.minima],
        "lines": [
            {
                "name": name,
                "colour": colour,
                "xy": packed(path.positions[0, : path.last + 1]),
                "losses": packed(path.losses[0, : path.last + 1]),
                "arrows": True,
            }
            for (name, path), colour in zip(paths.items(), RUNS, strict=False)
        ],
        "step": step,
        "legend": len(paths) > 1,
        "dots": packed(first.positions[0, 0]),
        "dot_name": "Start",
        "rings": True,
        "movable": True,
        "picks": True,
        "grows": False,
        "snap": None,
        "hint": "Click to start here.",
    }


def points_plane(
    x: np.ndarray,
    y: np.ndarray,
    curves: Mapping[str, tuple[np.ndarray, np.ndarray, str]],
    *,
    output: str,
    movable: bool,
    labels: bool,
    alt: str,
) -> dict[str, Any]:
    """The examples as dots, and what the model says; ``curves`` holds x, prediction and dash by name.

    With ``labels`` every y is 0 or 1, and a dot that is moved stays on one of them.
    """
    return {
        "finding": alt,
        "height": PLANE_HEIGHT,
        "x": {"title": "x", "range": _padded(x)},
        "y": {"title": output, "range": _padded(y)},
        "point": "θ",
        "ground": None,
        "marks": [],
        "lines": [
            {
                "name": name,
                "colour": RUNS[0],
                "xy": packed(np.c_[along, predicted]),
                "dash": dash,
                "steady": True,
            }
            for name, (along, predicted, dash) in curves.items()
        ],
        "legend": True,
        "dots": packed(np.c_[x, y]),
        "dot_name": "Example",
        "rings": False,
        "movable": movable,
        "picks": False,
        "grows": movable,
        "snap": [0, 1] if labels else None,
        "hint": "",
    }


def _padded(values: np.ndarray) -> list[float]:
    low, high = float(values.min()), float(values.max())
    pad = _PAD * (high - low) or 1.0
    return [low - pad, high + pad]
