"""One training step, walked through as the lecture numbers it: pairs, run, loss, backpropagate, descend."""

import copy
import math
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from nlm_core.lm.candidates import candidates, label
from nlm_core.lm.lesson import Lesson, pairs, take_lesson
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.rnn import RnnModel
from nlm_core.lm.training import Diverged
from nlm_core.lm.visitor_training import VisitorRun
from nlm_core.nn.losses import perplexity
from nlm_core.runtime import BusyError, gate
from nlm_core.text.visitor_text import MAX_SENTENCE_CHARACTERS
from pages._components.drawing import drawing
from pages._shared.charts.bars import bar_rows, bars_drawing
from pages._shared.charts.ledger_table import lecture_table
from pages._shared.charts.palette import ink
from pages._shared.charts.training import (
    before_after,
    before_after_alt,
    gradients_through_time,
    parameter_gradients,
    parameter_gradients_alt,
    position_losses,
    position_losses_alt,
    through_time_alt,
)
from pages._shared.controls import bounded_slider
from pages._shared.escape import as_sentence, plain
from pages._shared.glossary import hint
from pages._shared.panels.chart import chart
from pages._shared.panels.figures import figures
from pages._shared.style import notice

STAGES = ("1 Pairs", "2 Run", "3 Loss", "4 Backpropagate", "5 Descend")
_LESSON = "_training_lesson"
_TOP = 6
_NAMES = {"embedding": "E (embedding)"}


@dataclass(frozen=True)
class _Seen:
    """A lesson with the model before it; ``key`` is what it was made from."""

    key: tuple[int, int, str]
    model: RnnModel
    lesson: Lesson

    def inputs(self) -> list[str]:
        """x_t of every position, numbered, because two may be the same word."""
        return [f"{t} · {label(self.model, i, first=t == 0)}" for t, i in enumerate(self.lesson.line[:-1])]

    def targets(self) -> list[str]:
        return [f"{t} · {label(self.model, i)}" for t, i in enumerate(self.lesson.targets)]


def lesson_panel(run: VisitorRun) -> None:
    """A sentence, the five stages by button or arrow key, and the stage that is chosen."""
    if run.diverged is not None:
        st.error(as_sentence(run.diverged.message) + ".", icon=":material/trending_up:")
        return
    field, stages = st.columns([2, 3], vertical_alignment="bottom")
    sentence = field.text_input(
        "Sentence in the batch", "I went to the park.", key="sentence", bind="query-params",
        help=hint("Training pair", "Batch"),
    )  # fmt: skip
    if len(sentence) > MAX_SENTENCE_CHARACTERS:
        field.caption(f"It has {len(sentence):,} characters; the first {MAX_SENTENCE_CHARACTERS} are used.")
        sentence = sentence[:MAX_SENTENCE_CHARACTERS]
    seen = _seen(run, sentence.encode("utf-8", errors="replace").decode("utf-8"))
    with stages:
        stage: str = st.segmented_control(
            "Stage", STAGES, default=STAGES[0], key="stage", bind="query-params", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
    place = STAGES.index(stage)
    _walk(run, seen, place)
    (_pairs, _distributions, _loss, _gradients, _descent)[place](run, seen)


def _seen(run: VisitorRun, sentence: str) -> _Seen:
    """The next step of the run, taken on a copy: the run itself stays where it is."""
    key = (id(run), run.number, sentence)
    seen: _Seen | None = st.session_state.get(_LESSON)
    if seen is None or seen.key != key:
        with gate().slot():
            lesson = take_lesson(copy.deepcopy(run.trainer), run.batch(sentence))
        seen = _Seen(key, run.model("before the step"), lesson)
        st.session_state[_LESSON] = seen
    return seen


def _go(place: int) -> None:
    st.session_state["stage"] = STAGES[place]


def _take(run: VisitorRun, sentence: str) -> None:
    try:
        run.step_on(sentence)
    except (ValueError, BusyError) as error:
        notice(plain(as_sentence(str(error))))
        return
    _go(1)


def _walk(run: VisitorRun, seen: _Seen, place: int) -> None:
    last = place == len(STAGES) - 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Back", on_click=_go, args=(place - 1,), disabled=place == 0, icon=":material/arrow_back:", shortcut="Left"
        )
        if last:
            st.button(
                "Keep this step and run again", on_click=_take, args=(run, seen.key[2]), type="primary",
                icon=":material/repeat:", shortcut="Right",
                disabled=isinstance(seen.lesson.step, Diverged) or run.out_of_time,
            )  # fmt: skip
        else:
            st.button(
                STAGES[place + 1][2:], on_click=_go, args=(place + 1,), type="primary", icon=":material/arrow_forward:",
                shortcut="Right",
            )  # fmt: skip
        st.caption(f"This is step {run.number + 1:,} of the run. The arrow keys go on and back.", width="content")


def _pairs(run: VisitorRun, seen: _Seen) -> None:
    st.caption(
        "Every beginning of the sentence is an input x, the token after it the output y. "
        "The network reads the sentence once and answers all rows."
    )
    line, vocabulary = seen.lesson.line, run.vocabulary
    rows = [
        (" ".join(["START", *vocabulary.decode(pair.x[1:]).split()]), label(seen.model, pair.y)) for pair in pairs(line)
    ]
    left, right = st.columns([3, 2])
    left.dataframe(
        pd.DataFrame(rows, columns=["x (input)", "y (output)"]),
        height=35 * (min(len(rows), 12) + 1) + 3,
        hide_index=True,
        alt=f"Input and output pairs: {len(rows)} of the sentence",
    )
    unknown = getattr(vocabulary, "unknown_id", None)
    if unknown is not None and unknown in line:
        left.caption(f"Words outside the vocabulary, read as \\<UNK>: {line.count(unknown)}.")
    sizes = [int((row >= 0).sum()) for row in seen.lesson.rows.targets]
    right.markdown(f"**The batch**: {len(sizes)} sentences, {sum(sizes):,} pairs")
    inputs = seen.lesson.rows.inputs
    right.dataframe(
        pd.DataFrame(
            {"pairs": sizes, "sentence": [vocabulary.decode(inputs[i, 1:n].tolist()) for i, n in enumerate(sizes)]}
        ),
        column_config={"pairs": st.column_config.NumberColumn(width=60)},
        height=318,
        hide_index=True,
        alt=f"The batch: {len(sizes)} sentences with {sum(sizes):,} pairs",
    )


def _distributions(run: VisitorRun, seen: _Seen) -> None:
    # Here and below: in a line of text a formula that is too wide is broken instead of cut off.
    st.markdown(
        r"$h_t = \tanh(W_h x_t + U_h h_{t-1} + b_h),\quad y_t = W_y h_t + b_y,\quad p_t = \mathrm{softmax}(y_t)$"
    )
    with gate().slot():
        reading = PrefixReader(seen.model).read_ids(seen.lesson.line)
    top = min(_TOP, seen.model.vocab_size)
    # After STOP nothing is predicted.
    table = lecture_table(seen.model, reading, top).iloc[: top + 3, :-1]
    st.dataframe(
        table, height=35 * (len(table) + 1) + 3,
        alt=f"Distributions: the {top} most probable tokens at {table.shape[1]} positions, and the true next one",
    )  # fmt: skip
    left, right = st.columns([3, 2])
    with right:
        position = bounded_slider("Position t", 0, len(seen.lesson.targets) - 1, default=0, key="t")
        p, target = seen.lesson.p_before[position], seen.lesson.targets[position]
        st.caption(
            f"All {len(p):,} probabilities at position {position} sum to {p.sum():.6f}. ▸ and orange mark the true "
            f"next token, {plain(label(seen.model, target))}, with p = {p[target]:.4g}."
        )
    rows = bar_rows(candidates(seen.model, reading.columns[position], top), target)
    read = [label(seen.model, i, first=t == 0) for t, i in enumerate(seen.lesson.line[: position + 1])]
    with left:
        drawing("bars", bars_drawing("Most probable next tokens", rows, read), key="lesson_bars")


def _loss(run: VisitorRun, seen: _Seen) -> None:
    st.markdown(
        r"$\displaystyle L_t = -\sum_{i=1}^{|V|} y_{t,i} \ln p_{t,i} = -\ln p_t(w_{t+1}),\qquad "
        r"L = \frac{1}{n}\sum_t L_t$"
    )
    losses, V = seen.lesson.losses(), seen.model.vocab_size
    mean = float(losses.mean())
    figures(
        ("This sentence", f"{mean:.3f} nats", f"perplexity {perplexity(mean):,.1f}"),
        (
            "The whole batch",
            f"{seen.lesson.batch_before:.3f} nats",
            f"perplexity {perplexity(seen.lesson.batch_before):,.1f}",
        ),
        ("Every token equally likely", f"{math.log(V):.3f} nats", f"perplexity |V| = {V:,}"),
    )
    drawn = (seen.targets(), losses.tolist(), V)
    chart(position_losses(*drawn, ink(st.context.theme.type)), key="lesson_losses", alt=position_losses_alt(*drawn))


def _gradients(run: VisitorRun, seen: _Seen) -> None:
    lesson, time = seen.lesson, seen.lesson.through_time
    st.markdown(
        r"$\displaystyle \frac{\partial L}{\partial h_t} = W_y^\top \frac{\partial L}{\partial y_t} "
        r"+ U_h^\top \delta_{t+1},\quad "
        r"\delta_t = (1 - h_t^2) \odot \frac{\partial L}{\partial h_t},\quad "
        r"\frac{\partial L}{\partial U_h} = \sum_t \delta_t h_{t-1}^\top$"
    )
    left, right = st.columns(2)
    norms = {_NAMES.get(name, name): norm for name, norm in lesson.gradient_norms.items()}
    chart(
        parameter_gradients(norms, ink(st.context.theme.type)),
        parameter_gradients_alt(norms),
        left,
        key="lesson_parameters",
    )
    total = math.sqrt(sum(norm**2 for norm in lesson.gradient_norms.values()))
    clip = run.settings.clip
    cut = f"it is scaled by {clip / total:.3f} to the clip of {clip:g}." if 0 < clip < total else "nothing is clipped."
    left.caption(f"Over the whole batch; all parameters together have norm {total:.4g}: {cut}")
    states, direct, recurrent = (
        norms.tolist() for norms in (time.state_norms, time.direct_norms, time.recurrent_norms)
    )
    chart(
        gradients_through_time(seen.inputs(), states, direct, recurrent),
        through_time_alt(seen.inputs(), states, recurrent),
        right,
        key="lesson_time",
    )
    right.caption(
        "This sentence, read backwards in time: where the blue line lies above the orange one, later mistakes reach "
        "back to hₜ. At t = 0 nothing is added to ∂L/∂Uₕ, because h before START is 0."
    )


def _descent(run: VisitorRun, seen: _Seen) -> None:
    lesson = seen.lesson
    st.markdown(
        r"$\displaystyle \theta^{(i+1)} = \theta^{(i)} - \alpha\,\frac{\partial L}{\partial \theta}(\theta^{(i)})$"
    )
    if isinstance(lesson.step, Diverged):
        st.error(as_sentence(lesson.step.message) + ".", icon=":material/trending_up:")
        return
    if run.settings.optimizer != "SGD":
        st.caption(
            f"{run.settings.optimizer} takes this step with its own running means in place of the bare gradient."
        )
    before, after = float(lesson.losses().mean()), float(lesson.losses(after=True).mean())
    ups = int((lesson.target_p(after=True) > lesson.target_p()).sum())
    figures(
        ("This sentence", f"{before:.3f} → {after:.3f}", "nats a token"),
        ("The whole batch", f"{lesson.batch_before:.3f} → {lesson.batch_after:.3f}", "nats a token"),
        ("True next tokens that gained", f"{ups} of {len(lesson.targets)}", f"α = {lesson.step.learning_rate:g}"),
    )
    left, right = st.columns([3, 2])
    p, q = lesson.target_p(), lesson.target_p(after=True)
    drawn = (seen.targets(), p.tolist(), q.tolist())
    chart(before_after(*drawn), before_after_alt(*drawn), left, key="lesson_descent")
    right.dataframe(
        pd.DataFrame({"y": seen.targets(), "p before": p, "p after": q, "factor": q / p}),
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.5f" if name != "factor" else "%.2f")
            for name in ("p before", "p after", "factor")
        },
        alt=before_after_alt(*drawn),
    )
