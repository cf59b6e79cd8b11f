"""Losses as heights and colours: linear where that shows the shape, logarithmic where walls would hide the floor."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# Of a chart of a surface, in pixels.
HEIGHT = 380
# From this ratio between high and low places on, a linear scale would show walls only.
_STEEP = 100


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
        Whether a height is log10(1 + (loss - low) / unit); else it is the loss.
    low, unit : float
    """

    forward: Callable[[np.ndarray], np.ndarray]
    ticks: tuple[tuple[float, str], ...]
    logarithmic: bool
    low: float
    unit: float


def height_scale(losses: np.ndarray) -> Scale:
    """Linear where that shows the shape; where walls dwarf the floor, log10 of the height above the lowest place."""
    finite = losses[np.isfinite(losses)].astype(float)
    if not len(finite):
        raise ValueError("The loss has no value at any point of the grid that is drawn.")
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
    return Scale(
        forward, tuple((float(h), f"{loss:.3g}") for h, loss in zip(heights, back, strict=True)), steep, low, unit
    )


def colour_scale(theme: str | None) -> list[list[object]]:
    return [[0, "#3d7ab0"], [1, "#1b242d"]] if theme == "dark" else [[0, "#4b83b5"], [1, "#f2f5f8"]]
