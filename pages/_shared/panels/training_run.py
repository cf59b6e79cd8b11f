"""The run: train for some steps, watch the curves and the samples, pause, go on."""

from collections.abc import Sequence

import streamlit as st

from nlm_core.lm.visitor_settings import MAX_SECONDS, MAX_STEPS
from nlm_core.lm.visitor_training import Point, VisitorRun
from nlm_core.nn.losses import perplexity
from pages._app import jobs
from pages._shared.charts.palette import ink
from pages._shared.charts.training import loss_curves, loss_curves_alt
from pages._shared.controls import bounded_number
from pages._shared.escape import as_sentence
from pages._shared.panels.chart import chart
from pages._shared.panels.figures import figures
from pages._shared.panels.training_setup import TRAINING, reset, train, training
from pages._shared.style import notice

# What a stretch of training takes where it is to be watched, however many steps it has.
_WATCHED_SECONDS = 10.0
DEFAULT_STEPS = 300


def _train(run: VisitorRun, steps: int, pace: float) -> None:
    try:
        if run.ended:
            run.go_on(steps)
    except ValueError as error:
        notice(str(error))
        return
    train(run, pace)


def run_panel(run: VisitorRun, going: bool) -> None:
    """Controls on top; below them a part of the page that is drawn again and again while the run is on."""
    paused = not going and not run.ended
    with st.container(horizontal=True, vertical_alignment="bottom"):
        steps = bounded_number(
            "Steps", 1, MAX_STEPS, default=DEFAULT_STEPS, key="steps", width=140,
            help=f"How many steps to train for. A run takes at most {MAX_STEPS:,} in all.",
        )  # fmt: skip
        pace = jobs.speed_field(
            _WATCHED_SECONDS / (steps if run.ended else run.stretch),
            f"{_WATCHED_SECONDS:.0f} seconds for all steps, so that every stage can be seen",
        )
        jobs.keep_pace(TRAINING, pace)
        st.button(
            "Resume" if paused else f"Train {steps:,} steps" if run.number == 0 else f"Train {steps:,} more",
            key="train", on_click=_train, args=(run, int(steps), pace), type="primary", icon=":material/play_arrow:",
            disabled=going or run.diverged is not None or run.out_of_time,
        )  # fmt: skip
        st.button("Pause", on_click=jobs.pause, args=(TRAINING,), icon=":material/pause:", disabled=not going)
        st.button(
            "Reset",
            on_click=reset,
            icon=":material/restart_alt:",
            disabled=not (going or run.number or run.diverged),
        )
    jobs.watch(TRAINING, lambda: _picture(run, int(steps)), going=going)


def on_the_way(run: VisitorRun) -> None:
    """All that the other view shows while the run is on: it takes a step apart once the run rests or has ended."""
    st.button("Pause", on_click=jobs.pause, args=(TRAINING,), icon=":material/pause:")
    jobs.watch(TRAINING, lambda: _progress(run, run.target), going=True)


def _progress(run: VisitorRun, steps: int) -> None:
    jobs.how_it_goes(TRAINING)
    job = jobs.job(TRAINING)
    left = job.seconds_left if job is not None and training(run) else None
    st.progress(
        min(1.0, run.number / run.target if run.target else 0.0),
        text=f"step {run.number:,} of {run.target or steps:,} · {run.trainer.seconds:.1f} s of computing"
        + (f" · {left:.0f} s left" if left is not None else ""),
    )


def _picture(run: VisitorRun, steps: int) -> None:
    if run.diverged is not None:
        st.error(as_sentence(run.diverged.message) + ".", icon=":material/trending_up:")
    elif run.out_of_time:
        st.warning(f"The run has used its {MAX_SECONDS:.0f} seconds of computing; what it learned is kept.")
    _progress(run, steps)
    curves, side = st.columns([3, 2])
    # All of one moment: the run may take steps while it is drawn.
    points = tuple(run.points)
    with side:
        _figures(points)
        _samples(run)
    losses = (
        [p.number for p in points], [p.loss for p in points], [p.held_out for p in points]
    )  # fmt: skip
    with curves:
        chart(
            loss_curves(
                *losses,
                last_step=max(run.target, run.number) or steps,
                vocab_size=run.vocabulary.vocab_size,
                ink=ink(st.context.theme.type),
            ),
            key="loss_curves",
            alt=loss_curves_alt(*losses, run.vocabulary.vocab_size),
        )
        st.caption(
            "Where the held-out loss rises while the training loss still falls, the network begins to learn its "
            "sentences by heart."
        )


def _figures(points: Sequence[Point]) -> None:
    """The last losses with their perplexities; the training loss is the mean of the last ten batches."""
    recent = [p.loss for p in points[-10:] if p.loss is not None]
    held_out = next((p.held_out for p in reversed(points) if p.held_out is not None), None)
    mean = sum(recent) / len(recent) if recent else None
    figures(
        *(
            (
                name,
                "–" if loss is None else f"{loss:.3f}",
                f"perplexity {'–' if loss is None else f'{perplexity(loss):,.1f}'}",
            )
            for name, loss in (("Training loss", mean), ("Held-out loss", held_out))
        )
    )


def _samples(run: VisitorRun) -> None:
    drawn = tuple(run.samples)
    if drawn:
        st.markdown("**Drawn from the model**, newest first")
    with st.container(height=210, border=False, key="samples"):
        for samples in reversed(drawn):
            st.caption(f"after {samples.number:,} steps")
            st.text("\n".join(text or "(STOP at once)" for text in samples.texts))
