"""Curves over distance: how much of a difference is left, and how much an earlier word still matters."""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from nlm_core.lm.divergence import Divergence
from nlm_core.lm.influence import Influence
from pages._shared.charts.findings import finding, number, spoken
from pages._shared.charts.palette import BLUE, GREY, ORANGE

# Name in the address and on the page -> column, axis title.
MEASURES: dict[str, tuple[str, str]] = {
    "KL": ("kl", "KL(p ‖ q) in nats"),
    "Largest difference": ("largest", "max |p − q|"),
    "Top-k overlap": ("overlap", "tokens in both top-k"),
}
# KL and the largest difference lie on a scale that shows small values and also 0.
_TICKS = [0, 0.001, 0.01, 0.1, 1, 10]
_HEIGHT = 290


def gap_frame(found: Mapping[str, Divergence], names: Sequence[str]) -> pd.DataFrame:
    """One row a model and distance; ``names[i]`` is the word just read at distance i + 1."""
    return pd.DataFrame(
        [
            (model, gap.back, names[gap.back - 1], gap.kl, gap.largest, gap.overlap)
            for model, divergence in found.items()
            for gap in divergence.gaps
        ],
        columns=["model", "back", "word", "kl", "largest", "overlap"],
    )


def gap_alt(frame: pd.DataFrame, measure: str) -> str:
    """The measure of each model at the nearest distance and at the farthest, and from where on it is exactly 0."""
    column, _ = MEASURES[measure]
    parts = []
    for model, rows in frame.groupby("model", sort=False):
        values, back = rows[column].tolist(), rows["back"].tolist()
        text = f"{model} {number(values[0])} at {back[0]}"
        if len(values) > 1:
            text += f" and {number(values[-1])} at {back[-1]} words back"
        same = next((i for i in range(len(values)) if not any(values[i:])), None)
        if column != "overlap" and same is not None:
            text += f", exactly 0 from {back[same]} on"
        parts.append(text)
    return finding(f"{measure} over distance", *parts)


def gap_chart(frame: pd.DataFrame, measure: str, window: int, k: int) -> alt.LayerChart:
    """A measure of ``MEASURES`` over the distance to the differing word; beyond the window the ground is grey."""
    column, title = MEASURES[measure]
    farthest = int(frame["back"].max())
    if column == "overlap":
        y = alt.Y(f"{column}:Q", title=title, scale=alt.Scale(domain=[0, k]), axis=alt.Axis(tickMinStep=1))
    else:
        top = 1.0 if column == "largest" else max(1.0, float(frame[column].max()))
        y = alt.Y(
            f"{column}:Q",
            title=title,
            scale=alt.Scale(type="symlog", constant=0.001, domain=[0, top]),
            axis=alt.Axis(values=[tick for tick in _TICKS if tick <= top], format="~g", labelOverlap="greedy"),
        )
    x = alt.X(
        "back:Q",
        title="how many words back the differing word stands",
        scale=alt.Scale(domain=[0.5, max(farthest, 2) + 0.5], nice=False, zero=False),
        axis=alt.Axis(values=list(range(1, farthest + 1)), format="d", grid=False),
    )
    models = list(dict.fromkeys(frame["model"]))
    lines = (
        alt.Chart(frame)
        .mark_line(point=alt.OverlayMarkDef(size=60, filled=True), clip=False)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "model:N",
                scale=alt.Scale(domain=models, range=[BLUE, ORANGE][: len(models)]),
                legend=alt.Legend(orient="top", title=None),
            ),
            shape=alt.Shape("model:N", scale=alt.Scale(domain=models), legend=None),
            tooltip=[
                "model:N",
                alt.Tooltip("back:Q", title="words back"),
                alt.Tooltip("word:N", title="just read"),
                alt.Tooltip("kl:Q", title="KL in nats", format=".3g"),
                alt.Tooltip("largest:Q", title="max |p − q|", format=".3g"),
                alt.Tooltip("overlap:Q", title=f"in both top {k}"),
            ],
        )
    )
    if farthest <= window:
        return alt.layer(lines).properties(height=_HEIGHT)
    beyond = (
        alt.Chart(pd.DataFrame({"from": [window + 0.5], "to": [max(farthest, 2) + 0.5]}))
        .mark_rect(color=GREY, opacity=0.18)
        .encode(x="from:Q", x2="to:Q")
    )
    return alt.layer(beyond, lines).properties(height=_HEIGHT)


def influence_frame(found: Influence, labels: Sequence[str]) -> pd.DataFrame:
    """One row a word that was read: its step, distance and gradient norm; ``seen`` is False where the norm is 0."""
    return pd.DataFrame(
        {
            "distance": found.distances,
            "step": range(len(found.norms)),
            "word": list(labels),
            "norm": found.norms,
            "seen": found.norms > 0,
        }
    )


def influence_alt(frame: pd.DataFrame) -> str:
    """The norm of the word just read, of the first one and of the strongest, and how many are exactly 0."""
    near, far, most = frame.iloc[-1], frame.iloc[0], frame.loc[frame["norm"].idxmax()]
    zeros = int((~frame["seen"]).sum())
    far_off = f"{number(far['norm'])} for {spoken(far['word'])}, {far['distance']} back"
    return finding(
        "Influence of each word",
        f"gradient norm {number(near['norm'])} for {spoken(near['word'])}, just read",
        far_off if len(frame) > 1 else "",
        f"largest {number(most['norm'])} for {spoken(most['word'])}, {most['distance']} back"
        if most["distance"]
        else "",
        f"{zeros} exactly 0" if zeros else "",
    )


def influence_chart(frame: pd.DataFrame, ink: str) -> alt.LayerChart:
    """Gradient norms over distance on a logarithmic scale, each point with its word.

    Norms of exactly 0 have no place on that scale and are left out.
    """
    base = alt.Chart(frame[frame["seen"]]).encode(
        x=alt.X(
            "distance:Q",
            title="steps back from the word just read",
            scale=alt.Scale(domain=[-0.4, max(2, int(frame["distance"].max())) + 0.6], nice=False),
            axis=alt.Axis(tickMinStep=1, format="d", grid=False),
        ),
        y=alt.Y(
            "norm:Q",
            title="‖∂ ln p(target) / ∂ x‖",
            scale=alt.Scale(type="log"),
            axis=alt.Axis(format="~g", tickCount=5),
        ),
        tooltip=[
            alt.Tooltip("word:N"),
            alt.Tooltip("step:Q"),
            alt.Tooltip("distance:Q", title="steps back"),
            alt.Tooltip("norm:Q", format=".6g"),
        ],
    )
    line = base.mark_line(color=BLUE, point=alt.OverlayMarkDef(color=BLUE, size=60))
    if len(frame) > 24:
        return alt.layer(line).properties(height=_HEIGHT)
    text = base.mark_text(color=ink, align="left", dx=6, dy=-8, limit=110).encode(text="word:N")
    return (line + text).properties(height=_HEIGHT)
