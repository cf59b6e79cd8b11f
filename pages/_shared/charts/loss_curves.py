"""One component of a loss over its prediction, with the live point and its slope."""

import altair as alt
import pandas as pd

from nlm_core.nn.losses import loss
from nlm_core.nn.readings import loss_curve
from pages._shared.charts.palette import BLUE, ORANGE

_HEIGHT = 170
# How far the drawn piece of tangent reaches to either side, as a share of the axis.
_TANGENT = 0.12


def loss_chart(name: str, y: float, y_hat: float, slope: float, axis: str) -> alt.LayerChart:
    """The curve for the target y, a point at ŷ with a piece of tangent; ``axis`` names the component."""
    entry = loss(name)
    probability = entry.head != "none"
    reach = max(3.0, abs(y) * 1.1, abs(y_hat) * 1.1)
    low, high = (0.0, 1.0) if probability else (-reach, reach)
    found = loss_curve(name, y, low, high)
    (share,) = _share(name, y, y_hat)
    top = max(4.0 if probability else float(found.value.max()), 1.15 * min(share, 40.0))
    line = pd.DataFrame({"ŷ": found.y_hat, "L": found.value, "slope": found.gradient})
    line = line[line["L"] <= top]
    x = alt.X("ŷ:Q", title=axis, scale=alt.Scale(domain=[low, high], nice=False), axis=alt.Axis(tickCount=5))
    height = alt.Y("L:Q", title="its share of L", scale=alt.Scale(domain=[0, top]), axis=alt.Axis(tickCount=4))
    drawn = (
        alt.Chart(line)
        .mark_line(color=BLUE)
        .encode(x=x, y=height, tooltip=[alt.Tooltip(c + ":Q", format=".4g") for c in line])
    )
    live = pd.DataFrame({"ŷ": [y_hat], "L": [share], "slope": [slope]})
    point = (
        alt.Chart(live)
        .mark_point(filled=True, size=110, color=ORANGE, opacity=1)
        .encode(x=x, y=height, tooltip=[alt.Tooltip(c + ":Q", format=".4g") for c in live])
    )
    half = _TANGENT * (high - low)
    # A steep piece is cut where it leaves the drawing.
    half = min(half, 0.5 * top / abs(slope)) if slope else half
    ends = pd.DataFrame({"ŷ": [y_hat - half, y_hat + half], "L": [share - half * slope, share + half * slope]})
    tangent = alt.Chart(ends).mark_line(color=ORANGE, strokeWidth=2, strokeDash=[5, 3], clip=True).encode(x=x, y=height)
    return alt.layer(drawn, tangent, point).properties(height=_HEIGHT)


def _share(name: str, y: float, y_hat: float) -> list[float]:
    """The loss of this component alone."""
    import torch

    one, other = torch.tensor([[y]], dtype=torch.float64), torch.tensor([[y_hat]], dtype=torch.float64)
    values: list[float] = loss(name).value(one, other).tolist()
    return values
