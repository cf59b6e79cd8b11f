"""The run: train for some steps, watch the curves and the samples, pause, go on."""

import streamlit as st

from nlm_core.lm.visitor_settings import MAX_SECONDS, MAX_STEPS
from nlm_core.lm.visitor_training import VisitorRun
from nlm_core.nn.losses import perplexity
from nlm_core.runtime import BusyError
from pages._shared.charts.palette import ink
from pages._shared.charts.training import loss_curves, loss_curves_alt
from pages._shared.controls import bounded_number
from pages._shared.escape import as_sentence
from pages._shared.panels.chart import chart
from pages._shared.panels.figures import figures
from pages._shared.panels.training_setup import TRAINING, reset, training
from pages._shared.style import notice
from pages._shared.ticking import ticking

_TICK_SECONDS = 0.3
# A run is shown in about this many pictures, so that also a short one can be watched as it learns.
_PICTURES = 25
DEFAULT_STEPS = 300


def _train(run: VisitorRun, steps: int) -> None:
    try:
        if run.ended:
            run.go_on(steps)
        st.session_state[TRAINING] = True
    except ValueError as error:
        notice(str(error))


def _pause() -> None:
    st.session_state[TRAINING] = False


def run_panel(run: VisitorRun) -> None:
    """Controls on top; below them a part of the page that trains one slice a tick while the run is on."""
    on = training(run)
    paused = not on and not run.ended
    with st.container(horizontal=True, vertical_alignment="bottom"):
        steps = bounded_number(
            "Steps", 1, MAX_STEPS, default=DEFAULT_STEPS, key="steps", width=140,
            help=f"How many steps to train for. A run takes at most {MAX_STEPS:,} in all.",
        )  # fmt: skip
        st.button(
            "Resume" if paused else f"Train {steps:,} steps" if run.number == 0 else f"Train {steps:,} more",
            key="train", on_click=_train, args=(run, int(steps)), type="primary", icon=":material/play_arrow:",
            disabled=on or run.diverged is not None or run.out_of_time,
        )  # fmt: skip
        st.button("Pause", on_click=_pause, icon=":material/pause:", disabled=not on)
        st.button(
            "Reset",
            on_click=reset,
            icon=":material/restart_alt:",
            disabled=not (on or run.number or run.diverged),
        )
    ticking(lambda: _live(run, int(steps)), lambda: training(run), _TICK_SECONDS)


def _live(run: VisitorRun, steps: int) -> None:
    if training(run):
        try:
            run.advance(most_steps=max(1, run.stretch // _PICTURES))
        except BusyError:
            st.caption("Other visitors are computing; the run goes on in a moment.")
    _picture(run, steps)


def _picture(run: VisitorRun, steps: int) -> None:
    if run.diverged is not None:
        st.error(as_sentence(run.diverged.message) + ".", icon=":material/trending_up:")
    elif run.out_of_time:
        st.warning(f"The run has used its {MAX_SECONDS:.0f} seconds of computing; what it learned is kept.")
    done = run.number / run.target if run.target else 0.0
    st.progress(
        min(1.0, done),
        text=f"step {run.number:,} of {run.target or steps:,} · {run.trainer.seconds:.1f} s of computing",
    )
    curves, side = st.columns([3, 2])
    with side:
        _figures(run)
        _samples(run)
    losses = (
        [p.number for p in run.points], [p.loss for p in run.points], [p.held_out for p in run.points]
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


def _figures(run: VisitorRun) -> None:
    """The last losses with their perplexities; the training loss is the mean of the last ten batches."""
    recent = [p.loss for p in run.points[-10:] if p.loss is not None]
    held_out = next((p.held_out for p in reversed(run.points) if p.held_out is not None), None)
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
    if run.samples:
        st.markdown("**Drawn from the model**, newest first")
    with st.container(height=210, border=False, key="samples"):
        for samples in reversed(run.samples):
            st.caption(f"after {samples.number:,} steps")
            st.text("\n".join(text or "(STOP at once)" for text in samples.texts))
