"""One component of a loss over its prediction, with the live point and its slope."""

import math

import altair as alt
import pandas as pd

from nlm_core.nn.losses import loss
from nlm_core.nn.readings import LossCurve, loss_curve, perplexity_curve
from pages._shared.charts.findings import finding, number, spoken
from pages._shared.charts.palette import BLUE, ORANGE

_HEIGHT = 170
# How far the drawn piece of tangent reaches to either side, as a share of the axis.
_TANGENT = 0.12


def loss_alt(name: str, y: float, y_hat: float, slope: float, axis: str) -> str:
    """The live point of ``loss_chart``: its place, the component's share of the loss, its slope."""
    (share,) = _share(name, y, y_hat)
    return finding(
        f"{name} over the prediction", _live(axis, y_hat, "its share of L", share, slope), f"the target is {number(y)}"
    )


def perplexity_alt(y_hat: float, value: float, slope: float, axis: str) -> str:
    """The live point of ``perplexity_chart``."""
    return finding("Perplexity over the prediction", _live(axis, y_hat, "the perplexity", value, slope))


def _live(axis: str, y_hat: float, what: str, value: float, slope: float) -> str:
    return f"at {spoken(axis, 30)} = {number(y_hat)} {what} is {number(value)}, with slope {number(slope)}"


def loss_chart(name: str, y: float, y_hat: float, slope: float, axis: str) -> alt.LayerChart:
    """The curve for the target y, a point at ŷ with a piece of tangent; ``axis`` names the component."""
    probability = loss(name).head != "none"
    reach = max(3.0, abs(y) * 1.1, abs(y_hat) * 1.1)
    low, high = (0.0, 1.0) if probability else (-reach, reach)
    found = loss_curve(name, y, low, high)
    (share,) = _share(name, y, y_hat)
    top = max(4.0 if probability else float(found.value.max()), 1.15 * min(share, 40.0))
    return _curve(found, (y_hat, share, slope), (low, high), top, (axis, "its share of L"))


def perplexity_chart(y: float, y_hat: float, value: float, slope: float, axis: str) -> alt.LayerChart:
    """The same of the perplexity ``value``, while the other components stay."""
    (share,) = _share("CE", y, y_hat)
    others = value / math.exp(share) if math.isfinite(value) else math.inf
    top = max(10.0, 1.15 * min(value, 1_000.0))
    return _curve(perplexity_curve(y, others), (y_hat, value, slope), (0.0, 1.0), top, (axis, "perplexity"))


def _curve(
    found: LossCurve, live: tuple[float, float, float], ends: tuple[float, float], top: float, titles: tuple[str, str]
) -> alt.LayerChart:
    """A curve up to ``top``, and on it ``live``: place, value and slope."""
    y_hat, value, slope = live
    low, high = ends
    line = pd.DataFrame({"ŷ": found.y_hat, "L": found.value, "slope": found.gradient})
    line = line[line["L"] <= top]
    x = alt.X("ŷ:Q", title=titles[0], scale=alt.Scale(domain=[low, high], nice=False), axis=alt.Axis(tickCount=5))
    height = alt.Y("L:Q", title=titles[1], scale=alt.Scale(domain=[0, top]), axis=alt.Axis(tickCount=4))
    drawn = (
        alt.Chart(line)
        .mark_line(color=BLUE)
        .encode(x=x, y=height, tooltip=[alt.Tooltip(c + ":Q", format=".4g") for c in line])
    )
    here = pd.DataFrame({"ŷ": [y_hat], "L": [value], "slope": [slope]})
    point = (
        alt.Chart(here)
        .mark_point(filled=True, size=110, color=ORANGE, opacity=1)
        .encode(x=x, y=height, tooltip=[alt.Tooltip(c + ":Q", format=".4g") for c in here])
    )
    half = _TANGENT * (high - low)
    # A steep piece is cut where it leaves the drawing.
    half = min(half, 0.5 * top / abs(slope)) if slope else half
    piece = pd.DataFrame({"ŷ": [y_hat - half, y_hat + half], "L": [value - half * slope, value + half * slope]})
    tangent = (
        alt.Chart(piece).mark_line(color=ORANGE, strokeWidth=2, strokeDash=[5, 3], clip=True).encode(x=x, y=height)
    )
    return alt.layer(drawn, tangent, point).properties(height=_HEIGHT)


def _share(name: str, y: float, y_hat: float) -> list[float]:
    """The loss of this component alone."""
    import torch

    one, other = torch.tensor([[y]], dtype=torch.float64), torch.tensor([[y_hat]], dtype=torch.float64)
    values: list[float] = loss(name).value(one, other).tolist()
    return values
