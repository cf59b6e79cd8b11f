"""A landscape on the page: the chart, what it shows in numbers, and how the network came to be."""

from collections.abc import Sequence

import streamlit as st

from nlm_core.optim.classifier import class_probability
from nlm_core.optim.subject import Subject, local_minima, rnn_subject
from nlm_core.runtime import gate
from pages._app import jobs
from pages._components.drawing import drawing
from pages._shared.charts import landscape as charts
from pages._shared.controls import DEFAULT_RNN
from pages._shared.loaders import language_model
from pages._shared.panels.figures import figures
from pages._shared.panels.landscape_work import JOB, Found, Making, last_found

_BARE = {"displayModeBar": False}
_REACH = 1.8


def rnn(sentences: Sequence[str]) -> Subject:
    """Our recurrent model with its loss on sentences."""
    from nlm_core.lm.rnn import RnnModel

    model = language_model(DEFAULT_RNN)
    assert isinstance(model, RnnModel)
    return rnn_subject(model, sentences)


def on_the_way(plot: str) -> None:
    """How far the landscape has come, and as much as there is of it; before that the last one, dimmed."""
    job = jobs.job(JOB)
    jobs.how_it_goes(JOB)
    now: Making | None = job.latest if job is not None else None
    jobs.progress_bar(JOB, now.doing if now is not None else "Beginning …")
    found = now.found if now is not None else None
    shown = found or last_found()
    if shown is not None:
        with jobs.dimmed("landscape", last=found is None):
            draw(shown, plot)


def draw(found: Found, plot: str) -> None:
    """The chart; each refinement takes the place of the one before."""
    seen, steps = found.seen, found.subject.steps
    n, theme = len(seen.stage.a), st.context.theme.type
    alt = charts.landscape_alt(seen.stage, seen.plane, steps)
    if plot == "Contour":
        drawn = charts.landscape_plane(seen.stage, seen.plane, steps, theme=theme, alt=alt)
        drawing("plane", drawn, key=f"landscape_{n}_plane")
    else:
        figure = charts.surface_figure(seen.stage, seen.plane, steps, theme)
        st.plotly_chart(figure, key=f"landscape_3d_{n}", theme="streamlit", config=_BARE, alt=alt)


def told(found: Found) -> None:
    """What the plane is, what it holds of the path, and how its heights are to be read."""
    subject, stage, at = found.subject, found.seen.stage, found.seen.plane
    middle = len(stage.a) // 2
    finite = stage.losses[stage.losses.isfinite()]
    shown = [
        ("Parameters", f"{subject.count:,}", ""),
        ("Loss on this grid", f"{float(finite.min()):.3g} to {float(finite.max()):.4g}", "nats"),
        ("Local minima", f"{local_minima(stage.losses)}", "below all 8 neighbours"),
    ]
    if at.path is not None:
        shown.insert(1, ("Variance of the path held", f"{at.path.share:.2%}", ""))
    elif at.directions.kind == "Random":
        shown.insert(1, ("Loss at θ*", f"{float(stage.losses[middle, middle]):.4g}", "nats"))
    figures(*shown)
    notes = [
        r"Shown is $L(\theta^* + a\, d_1 + b\, d_2)$; the ring is the trained network $\theta^*$.",
    ]
    if at.path is not None:
        first, second = at.path.shares
        notes.append(
            f"Of the variance of the training path the two directions hold {first:.2%} and {second:.2%}; what is left "
            "takes place outside of the plane, so a point of the path here is not quite the network of that step."
        )
    else:
        notes.append("The path of its training was not kept, so only random directions can be shown.")
    if at.directions.kind == "Random":
        notes.append("Every filter of a random direction is as long as the network's own (Li et al. 2018).")
    if charts.scale_of(stage).logarithmic:
        notes.append("This surface is steep: heights and colours are logarithmic, the numbers beside them are losses.")
    if len(finite) < stage.losses.numel():
        notes.append(f"At {stage.losses.numel() - len(finite)} points the network overflows; they are left blank.")
    st.caption(" ".join(notes))


def training(found: Found) -> None:
    """The loss of every step and what the network has learned."""
    fit, subject = found.fit, found.subject
    assert fit is not None
    with gate().slot():
        chance = class_probability(fit.network, _REACH)
    loss, classes = st.columns(2)
    last = subject.steps[-1]
    with loss:
        st.caption(f"Training: L = {last.loss:.4g} after {last.number:,} steps, {last.accuracy:.1%} of examples right")
        st.plotly_chart(
            charts.training_figure(subject.steps), key="landscape_training", theme="streamlit", config=_BARE,
            alt=charts.training_alt(subject.steps),
        )  # fmt: skip
    with classes:
        st.caption("What it learned: the examples over p(class 1)")
        st.plotly_chart(
            charts.classes_figure(fit.data, chance.numpy(), _REACH, st.context.theme.type), key="landscape_classes",
            theme="streamlit", config=_BARE, alt=charts.classes_alt(fit.data, chance.numpy()),
        )  # fmt: skip
