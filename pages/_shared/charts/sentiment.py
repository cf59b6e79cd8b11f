"""Features and what a classifier makes of them: the plane, accuracies, the confusion matrix, contributions."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from nlm_core.sentiment.classifier import Choice, Score
from nlm_core.sentiment.projection import Projection
from pages._shared.charts.bars import BANDS
from pages._shared.charts.findings import finding, highest, listed, number, spoken
from pages._shared.charts.palette import BLUE, GREY, ORANGE

YOURS = "yours"
# More points than these hide one another.
MAX_POINTS = 2000
_POOLINGS = {"cls": "[CLS]", "mean": "mean of the tokens"}


def plane_frame(
    places: np.ndarray, sentences: Sequence[str], labels: Sequence[int], names: Sequence[str]
) -> pd.DataFrame:
    """One row a point: x, y, its sentence (cut) and its label's name; places have the shape (n, 2)."""
    n = min(len(sentences), MAX_POINTS)
    return pd.DataFrame(
        {
            "x": places[:n, 0],
            "y": places[:n, 1],
            "sentence": [_cut(text) for text in sentences[:n]],
            "label": [names[label] for label in labels[:n]],
        }
    )


def plane_alt(points: pd.DataFrame, yours: np.ndarray, projection: Projection) -> str:
    """Where the visitor's sentence lies, and the middle of which label's points is nearer to it."""
    middles = points.groupby("label")[["x", "y"]].mean()
    away = ((middles - yours) ** 2).sum(axis=1).pow(0.5)
    distances = listed((spoken(str(name)), number(value)) for name, value in away.sort_values().items())
    return finding(
        "Features in the plane",
        f"{len(points):,} sentences in two directions with {sum(projection.shares):.1%} of their variance",
        f"yours lies at ({', '.join(number(value) for value in yours.tolist())}), away from the middle of {distances}",
    )


def plane_chart(
    points: pd.DataFrame, yours: np.ndarray, projection: Projection, names: Sequence[str], ink: str
) -> alt.LayerChart:
    """The training sentences in the plane, and where the visitor's lands: ``yours`` is of shape (2,)."""
    reach = [
        (min(points[axis].min(), place), max(points[axis].max(), place))
        for axis, place in zip("xy", yours.tolist(), strict=True)
    ]
    titles = [f"direction {i + 1}: {share:.1%} of the variance" for i, share in enumerate(projection.shares)]
    x, y = (
        scale(f"{axis}:Q", title=title, scale=alt.Scale(domain=list(ends), nice=True, zero=False))
        for scale, axis, title, ends in zip((alt.X, alt.Y), "xy", titles, reach, strict=True)
    )
    legend, kinds = alt.Legend(orient="top", title=None), [*names, YOURS]
    encoding = {
        "x": x,
        "y": y,
        "color": alt.Color("label:N", scale=alt.Scale(domain=kinds, range=[ORANGE, BLUE, ink]), legend=legend),
        "shape": alt.Shape(
            "label:N", scale=alt.Scale(domain=kinds, range=["triangle-down", "circle", "cross"]), legend=legend
        ),
    }
    cloud = (
        alt.Chart(points)
        .mark_point(filled=True, size=42, opacity=0.45)
        .encode(**encoding, tooltip=["sentence:N", "label:N"])
    )
    mine = pd.DataFrame({"x": yours[:1], "y": yours[1:], "label": [YOURS]})
    star = alt.Chart(mine).mark_point(filled=True, size=420, opacity=1, stroke=GREY, strokeWidth=2)
    return (cloud + star.encode(**encoding)).properties(height=400)


def scores_frame(scores: Sequence[tuple[str, Score]]) -> pd.DataFrame:
    """One row a classifier: its name with the accuracy, the accuracy, the ends of its interval, its place."""
    rows = [(f"{name}: {score.accuracy:.1%}", score.accuracy, *score.interval) for name, score in scores]
    frame = pd.DataFrame(rows, columns=["classifier", "accuracy", "low", "high"])
    return frame.assign(place=range(len(frame)))


def scores_alt(scores: Sequence[tuple[str, Score]]) -> str:
    """Every accuracy, and the best."""
    best, score = max(scores, key=lambda entry: entry[1].accuracy)
    return finding(
        "Accuracy",
        listed((spoken(name, 40), f"{score.accuracy:.1%}") for name, score in scores),
        f"best is {spoken(best, 40)}, with a 95 % interval from {score.interval[0]:.1%} to {score.interval[1]:.1%}",
    )


def scores_chart(frame: pd.DataFrame, ink: str) -> alt.LayerChart:
    """Accuracies on the whole scale from 0 to 1, each with its 95 % interval."""
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "classifier:N",
            sort=alt.EncodingSortField("place", op="min"),
            title=None,
            axis=alt.Axis(**BANDS, labelLimit=240),
        )
    )
    tooltip = ["classifier:N", *(alt.Tooltip(f"{name}:Q", format=".4f") for name in ("accuracy", "low", "high"))]
    drawn = base.mark_bar(height={"band": 0.6}).encode(
        x=alt.X(
            "accuracy:Q",
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format=".0%", titleAnchor="end", tickCount=5),
            title="accuracy, with its 95 % interval",
        ),
        color=alt.condition("datum.place === 0", alt.value(BLUE), alt.value(GREY)),
        tooltip=tooltip,
    )
    interval = base.mark_rule(color=ink, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    return (drawn + interval).properties(height=48 * len(frame) + 50)


def confusion_chart(confusion: np.ndarray, names: Sequence[str], ink: str) -> alt.LayerChart:
    """Counts of shape (2, 2), the true label's row, the predicted label's column."""
    frame = pd.DataFrame(
        [
            (names[i], names[j], int(confusion[i, j]), confusion[i, j] / max(1, confusion[i].sum()), i == j)
            for i in range(2)
            for j in range(2)
        ],
        columns=["true", "predicted", "count", "share", "right"],
    )
    base = alt.Chart(frame).encode(
        x=alt.X("predicted:N", sort=list(names), axis=alt.Axis(**BANDS, orient="top", labelAngle=0), title="predicted"),
        y=alt.Y("true:N", sort=list(names), axis=alt.Axis(**BANDS), title="true"),
    )
    cells = base.mark_rect(stroke=GREY).encode(
        color=alt.condition("datum.right", alt.value(BLUE), alt.value(ORANGE)),
        opacity=alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.06, 0.6]), legend=None),
        tooltip=["true:N", "predicted:N", "count:Q", alt.Tooltip("share:Q", format=".1%", title="of the true label")],
    )
    text = base.mark_text(fontSize=20, fontWeight=600, color=ink).encode(text="count:Q")
    return (cells + text).properties(height=220)


def confusion_alt(confusion: np.ndarray, names: Sequence[str]) -> str:
    """How many were right, and how many of each label were taken for the other."""
    right, total = int(np.trace(confusion)), int(confusion.sum())
    no, yes = (spoken(name) for name in names)
    return finding(
        "Confusion",
        f"{right:,} of {total:,} right",
        f"{int(confusion[0, 1]):,} {no} taken for {yes}, {int(confusion[1, 0]):,} {yes} for {no}",
    )


def sweep_frame(choices: Sequence[Choice]) -> pd.DataFrame:
    """One row a layer and pooling: layer, pooling, accuracy, and one deviation of the folds below and above."""
    return pd.DataFrame(
        [
            (c.layer, _POOLINGS[c.pooling], c.accuracy, c.accuracy - c.deviation, c.accuracy + c.deviation)
            for c in choices
        ],
        columns=["layer", "pooling", "accuracy", "low", "high"],
    )


def sweep_chart(frame: pd.DataFrame, chosen: tuple[int, str], n_layers: int, ink: str) -> alt.LayerChart:
    """Accuracy by cross-validation against the layer, a line a pooling; ``chosen`` is ringed."""
    shown = frame.assign(chosen=(frame["layer"] == chosen[0]) & (frame["pooling"] == _POOLINGS[chosen[1]]))
    names = list(_POOLINGS.values())
    legend = alt.Legend(orient="top", symbolType="stroke", symbolSize=500, symbolStrokeWidth=2.5, symbolOpacity=1)
    base = alt.Chart(shown).encode(
        x=alt.X(
            "layer:Q",
            scale=alt.Scale(domain=[0, n_layers], padding=12),
            axis=alt.Axis(values=list(range(n_layers + 1)), format="d"),
            title="layer (0: the embeddings)",
        ),
        color=alt.Color("pooling:N", scale=alt.Scale(domain=names, range=[ORANGE, BLUE]), legend=legend),
    )
    y = alt.Y(
        "accuracy:Q",
        scale=alt.Scale(
            domain=[max(0.0, min(0.5, frame["low"].min())), min(1.0, frame["high"].max() + 0.02)], zero=False
        ),
        axis=alt.Axis(format=".0%"),
        title="accuracy by cross-validation",
    )
    tooltip = ["layer:Q", "pooling:N", alt.Tooltip("accuracy:Q", format=".4f"), alt.Tooltip("low:Q", format=".4f"),
               alt.Tooltip("high:Q", format=".4f")]  # fmt: skip
    spread = (
        base.mark_rule(opacity=0.5, strokeWidth=2).encode(y=y, y2="high:Q").transform_calculate(accuracy="datum.low")
    )
    lines = base.mark_line(strokeWidth=2.5).encode(
        y=y, strokeDash=alt.StrokeDash("pooling:N", sort=names, legend=legend)
    )
    points = base.mark_point(filled=True, size=80, opacity=1).encode(y=y, tooltip=tooltip)
    ring = base.transform_filter("datum.chosen").mark_point(size=320, strokeWidth=2.5).encode(y=y, color=alt.value(ink))
    return (spread + lines + points + ring).properties(height=340)


def sweep_alt(frame: pd.DataFrame, chosen: tuple[int, str]) -> str:
    """The best layer and pooling, the worst, and the chosen one."""
    best, worst = frame.loc[frame["accuracy"].idxmax()], frame.loc[frame["accuracy"].idxmin()]
    mine = frame[(frame["layer"] == chosen[0]) & (frame["pooling"] == _POOLINGS[chosen[1]])]

    def said(row: pd.Series) -> str:
        return f"layer {row['layer']}, {row['pooling']}, {row['accuracy']:.1%}"

    return finding(
        "Accuracy by layer",
        f"the best is {said(best)}",
        f"the worst {said(worst)}",
        f"chosen {said(mine.iloc[0])}" if len(mine) else "",
    )


def contributions_frame(
    contributions: np.ndarray, feature: np.ndarray, w: np.ndarray, names: Sequence[str], count: int = 12
) -> pd.DataFrame:
    """The largest w_i x_i of shape (hidden,) and the sum of all the others: name, value, x, w, side, place."""
    order = np.argsort(-np.abs(contributions), kind="stable")[:count]
    rows = [(f"x[{i}]", float(contributions[i]), float(feature[i]), float(w[i])) for i in order.tolist()]
    others = float(contributions.sum() - contributions[order].sum())
    rows.append((f"the other {len(contributions) - len(order):,}", others, np.nan, np.nan))
    frame = pd.DataFrame(rows, columns=["dimension", "value", "x", "w"])
    return frame.assign(side=[names[value > 0] for value in frame["value"]], place=range(len(frame)))


def contributions_alt(frame: pd.DataFrame) -> str:
    """What adds most to the logit, what takes most from it, and the rest."""
    named, rest = frame.iloc[:-1], frame.iloc[-1]
    up, down = named.loc[named["value"].idxmax()], named.loc[named["value"].idxmin()]
    return finding(
        "Parts of the logit",
        f"{up['dimension']} adds most, {up['value']:+.3f}" if up["value"] > 0 else "",
        f"{down['dimension']} takes most, {down['value']:+.3f}" if down["value"] < 0 else "",
        f"{rest['dimension']} together {rest['value']:+.3f}",
    )


def contributions_chart(frame: pd.DataFrame, names: Sequence[str], ink: str) -> alt.LayerChart:
    """What pushes the logit up and what pulls it down."""
    reach = float(frame["value"].abs().max()) * 1.25 or 1.0
    base = alt.Chart(frame).encode(
        y=alt.Y("dimension:N", sort=alt.EncodingSortField("place", op="min"), title=None, axis=alt.Axis(**BANDS)),
        x=alt.X("value:Q", title="part of the logit, w[i] x[i]", scale=alt.Scale(domain=[-reach, reach])),
    )
    drawn = base.mark_bar(height={"band": 0.7}).encode(
        color=alt.Color(
            "side:N",
            scale=alt.Scale(domain=list(names), range=[ORANGE, BLUE]),
            legend=alt.Legend(orient="top", title="speaks for"),
        ),
        tooltip=["dimension:N", alt.Tooltip("x:Q", format=".5f"), alt.Tooltip("w:Q", format=".5f"),
                 alt.Tooltip("value:Q", format=".5f")],
    )  # fmt: skip
    right = base.transform_filter("datum.value >= 0").mark_text(align="left", dx=4, color=ink)
    left = base.transform_filter("datum.value < 0").mark_text(align="right", dx=-4, color=ink)
    text = alt.Text("value:Q", format="+.3f")
    return (drawn + right.encode(text=text) + left.encode(text=text)).properties(height=23 * len(frame) + 70)


def attention_alt(tokens: Sequence[str], weights: Sequence[float], layer: int) -> str:
    """Which tokens [CLS] takes most from."""
    return finding("Attention of [CLS]", f"in layer {layer} most to {highest(tokens, weights)}")


def attention_chart(tokens: Sequence[str], weights: Sequence[float], ink: str) -> alt.LayerChart:
    """How much [CLS] takes from each token, on the scale 0 to 1."""
    frame = pd.DataFrame(
        {"token": [f"{i} {text}" for i, text in enumerate(tokens)], "weight": weights, "place": range(len(tokens))}
    )
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "token:N",
            sort=alt.EncodingSortField("place", op="min"),
            title=None,
            axis=alt.Axis(**BANDS, labelLimit=140),
        ),
        x=alt.X("weight:Q", title="attention of [CLS]", scale=alt.Scale(domain=[0, 1])),
    )
    drawn = base.mark_bar(height={"band": 0.7}, color=BLUE).encode(
        tooltip=["token:N", alt.Tooltip("weight:Q", format=".5f")]
    )
    text = base.mark_text(align="left", dx=4, color=ink).encode(text=alt.Text("weight:Q", format=".3f"))
    return (drawn + text).properties(height=22 * len(frame) + 50)


def _cut(text: str, most: int = 120) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
