"""A recurrent network as it learns: curves of a run, and one step of it taken apart."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from pages._shared.charts.findings import course, finding, highest, number, spoken
from pages._shared.charts.palette import BLUE, GREEN, GREY, ORANGE

_SVG = {"embedOptions": {"renderer": "svg"}}
_HEIGHT = 280
_DASHES = [5, 4]
_CURVES = "curves"
_BATCH, _HELD_OUT = "training batch", "held-out sentences"


def _legend(columns: int = 0) -> alt.Legend:
    return alt.Legend(orient="top", title=None, labelLimit=400, columns=columns)


def loss_curves(
    steps: Sequence[int],
    losses: Sequence[float | None],
    held_out: Sequence[float | None],
    *,
    last_step: int,
    vocab_size: int,
    ink: str,
) -> dict[str, Any]:
    """Cross-entropy of each step's batch and of the held-out sentences, on axes that stand still while it learns.

    Only the data differs from one picture of a run to the next: the specification is made once, and the browser
    compiles it once.
    """
    blind = math.log(vocab_size)
    rows = [(step, loss, _BATCH) for step, loss in zip(steps, losses, strict=True) if loss is not None]
    rows += [(step, loss, _HELD_OUT) for step, loss in zip(steps, held_out, strict=True) if loss is not None]
    frame = pd.DataFrame(rows, columns=["step", "nats", "of"])
    frame["perplexity"] = np.exp(frame["nats"].clip(upper=700).astype(float))
    # The losses of the first steps fill the chart; what rises beyond is cut off rather than squeezing the rest.
    top = 1.3 * max([blind, *(loss for loss in losses[:2] if loss is not None)])
    return {**_curves_spec(last_step, top, blind, ink), "datasets": {_CURVES: frame}}


@lru_cache(maxsize=32)
def _curves_spec(last_step: int, top: float, blind: float, ink: str) -> dict[str, Any]:
    lines = (
        alt.Chart(alt.NamedData(_CURVES))
        .mark_line(clip=True)
        .encode(
            x=alt.X("step:Q", title="step", scale=alt.Scale(domain=[0, last_step], nice=False)),
            y=alt.Y("nats:Q", title="cross-entropy in nats a token", scale=alt.Scale(domain=[0, top], nice=False)),
            color=alt.Color(
                "of:N", scale=alt.Scale(domain=[_BATCH, _HELD_OUT], range=[BLUE, ORANGE]), legend=_legend()
            ),
            strokeWidth=alt.condition(alt.datum.of == _HELD_OUT, alt.value(3), alt.value(1.2)),
            tooltip=[
                "of:N",
                "step:Q",
                alt.Tooltip("nats:Q", format=".4f"),
                alt.Tooltip("perplexity:Q", format=",.2f"),
            ],
        )
    )
    blind_line = alt.Chart(
        alt.InlineData([{"nats": blind, "text": f"ln |V| = {blind:.2f}: every token equally likely"}])
    )
    rule = blind_line.mark_rule(strokeDash=_DASHES, color=GREY).encode(y="nats:Q")
    words = blind_line.mark_text(align="right", baseline="bottom", dx=-4, dy=-2, color=ink).encode(
        text="text:N", x=alt.value("width"), y="nats:Q"
    )
    spec: dict[str, Any] = (lines + rule + words).properties(height=_HEIGHT, usermeta=_SVG).to_dict()
    return spec


def loss_curves_alt(
    steps: Sequence[int], losses: Sequence[float | None], held_out: Sequence[float | None], vocab_size: int
) -> str:
    """How both curves run; before the first step where they are to begin from."""
    parts = []
    for name, values in ((_BATCH, losses), (_HELD_OUT, held_out)):
        known = [(step, value) for step, value in zip(steps, values, strict=True) if value is not None]
        if known:
            at, nats = zip(*known, strict=True)
            parts.append(f"{name} {course(nats, at=at)}")
    blind = f"a blind guess has {number(math.log(vocab_size))}"
    return finding("Loss in training", *(parts or ["no step yet"]), blind)


def position_losses(labels: Sequence[str], losses: Sequence[float], vocab_size: int, ink: str) -> alt.LayerChart:
    """L_t at every position, with the mean and the loss of a blind guess."""
    frame = pd.DataFrame({"target": labels, "nats": losses, "p": np.exp(-np.asarray(losses))})
    frame["shown"] = [f"{loss:.2f}" for loss in losses]
    base = alt.Chart(frame).encode(
        x=alt.X("target:N", sort=None, title="position · true next token", axis=alt.Axis(labelAngle=0, labelLimit=90)),
        y=alt.Y("nats:Q", title="−ln p of the true next token"),
    )
    drawn = base.mark_bar(color=BLUE).encode(
        tooltip=["target:N", alt.Tooltip("nats:Q", format=".5f"), alt.Tooltip("p:Q", format=".6f")]
    )
    # At the foot of its bar: over it, the two lines would go through the number.
    # A bar too low to hold it leaves it on the ground of the page.
    holds = f"datum.nats > {0.13 * max([*losses, math.log(vocab_size)])}"
    text = base.mark_text(baseline="bottom", dy=-5, fontWeight=600).encode(
        text="shown:N", y=alt.datum(0), color=alt.condition(holds, alt.value("#ffffff"), alt.value(ink))
    )
    blind, mean = math.log(vocab_size), float(np.mean(losses))
    levels = pd.DataFrame({"nats": [mean, blind], "level": [f"mean {mean:.3f}", f"ln |V| = {blind:.3f}"]})
    rules = (
        alt.Chart(levels)
        .mark_rule(strokeDash=_DASHES, strokeWidth=2)
        .encode(
            y="nats:Q",
            color=alt.Color(
                "level:N",
                sort=None,
                scale=alt.Scale(domain=levels["level"].tolist(), range=[ORANGE, GREY]),
                legend=_legend(),
            ),
        )
    )
    return (drawn + text + rules).properties(height=_HEIGHT, usermeta=_SVG)


def position_losses_alt(labels: Sequence[str], losses: Sequence[float], vocab_size: int) -> str:
    """The mean, the hardest and the easiest of the true next tokens."""
    most, least = int(np.argmax(losses)), int(np.argmin(losses))
    return finding(
        "Loss at each position",
        f"mean {number(float(np.mean(losses)))} nats, a blind guess has {number(math.log(vocab_size))}",
        f"largest for {spoken(labels[most])}, {number(losses[most])}",
        f"smallest for {spoken(labels[least])}, {number(losses[least])}",
    )


def parameter_gradients(norms: Mapping[str, float], ink: str) -> alt.LayerChart:
    """The norm of the gradient of each parameter."""
    frame = pd.DataFrame({"parameter": list(norms), "norm": list(norms.values())})
    frame["shown"] = [f"{norm:.4g}" for norm in frame["norm"]]
    base = alt.Chart(frame).encode(
        y=alt.Y("parameter:N", sort=None, title=None),
        x=alt.X(
            "norm:Q", title="‖∂L/∂θ‖", scale=alt.Scale(domainMin=0, domainMax=1.2 * max(norms.values(), default=1))
        ),
    )
    drawn = base.mark_bar(color=BLUE).encode(tooltip=["parameter:N", alt.Tooltip("norm:Q", format=".6g")])
    text = base.mark_text(align="left", dx=4, color=ink).encode(text="shown:N")
    return (drawn + text).properties(height=_HEIGHT, usermeta=_SVG)


def parameter_gradients_alt(norms: Mapping[str, float]) -> str:
    """The parameters with the largest gradients."""
    return finding("Gradient of each parameter", f"the largest norms are {highest(list(norms), list(norms.values()))}")


def through_time_alt(labels: Sequence[str], states: Sequence[float], recurrent: Sequence[float]) -> str:
    """Where the gradient of a hidden state is largest and smallest, and which step adds most to that of U_h."""
    most, least, part = int(np.argmax(states)), int(np.argmin(states)), int(np.argmax(recurrent))
    return finding(
        "Gradient through time",
        f"that of h is largest at {spoken(labels[most])}, {number(states[most])}",
        f"smallest at {spoken(labels[least])}, {number(states[least])}",
        f"step {spoken(labels[part])} adds most to that of U_h, {number(recurrent[part])}",
    )


def gradients_through_time(
    labels: Sequence[str], states: Sequence[float], direct: Sequence[float], recurrent: Sequence[float]
) -> alt.LayerChart:
    """At every step of a sentence: norms of dL/dh_t, of its direct part, and of the step's part of dL/dU_h."""
    names = ["‖∂L/∂h_t‖", "through p_t alone", "part of ∂L/∂U_h"]
    frame = pd.concat(
        pd.DataFrame({"step": labels, "norm": values, "of": name})
        for name, values in zip(names, (states, direct, recurrent), strict=True)
    )
    base = alt.Chart(frame).encode(
        x=alt.X("step:N", sort=None, title="step t · x_t", axis=alt.Axis(labelAngle=0, labelLimit=90)),
        y=alt.Y("norm:Q", title="norm"),
        color=alt.Color(
            "of:N", sort=None, scale=alt.Scale(domain=names, range=[BLUE, ORANGE, GREEN]), legend=_legend(columns=2)
        ),
        tooltip=["step:N", "of:N", alt.Tooltip("norm:Q", format=".6g")],
    )
    return (base.mark_line() + base.mark_point(filled=True, size=60)).properties(height=_HEIGHT, usermeta=_SVG)


def before_after(labels: Sequence[str], before: Sequence[float], after: Sequence[float]) -> alt.LayerChart:
    """p of each true next token before and after the step, on a logarithmic scale."""
    names = ["before the step", "after it"]
    frame = pd.DataFrame({"target": labels, names[0]: before, names[1]: after})
    long = frame.melt("target", var_name="when", value_name="p")
    # A logarithmic scale cannot show 0, which p becomes where it is smaller than any float.
    long["p"] = long["p"].clip(lower=1e-12)
    y = alt.Y("target:N", sort=None, title=None, axis=alt.Axis(labelLimit=160))
    x = alt.X(
        "p:Q",
        title="p of the true next token",
        scale=alt.Scale(type="log", nice=False, padding=12),
        axis=alt.Axis(format="~g", tickCount=4),
    )
    spans = alt.Chart(long).mark_line(color=GREY).encode(y=y, x=x, detail="target:N")
    points = (
        alt.Chart(long)
        .mark_point(filled=True, size=90, opacity=1)
        .encode(
            y=y,
            x=x,
            color=alt.Color("when:N", sort=None, scale=alt.Scale(domain=names, range=[GREY, ORANGE]), legend=_legend()),
            tooltip=["target:N", "when:N", alt.Tooltip("p:Q", format=".6f")],
        )
    )
    return (spans + points).properties(height=34 * len(labels) + 70, usermeta=_SVG)


def before_after_alt(labels: Sequence[str], before: Sequence[float], after: Sequence[float]) -> str:
    """How many true next tokens gained, and which one moved by the largest factor."""
    p, q = (np.clip(np.asarray(values, dtype=float), 1e-12, None) for values in (before, after))
    ups, most = int((q > p).sum()), int(np.abs(np.log(q / p)).argmax())
    return finding(
        "True next tokens before and after",
        f"{ups} of {len(labels)} gained",
        f"{spoken(labels[most])} moved most, from {number(before[most])} to {number(after[most])}",
    )
