"""Train an RNN: the next step of the run as a stage of the lesson shows it, or the run as far as it has come."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from pages._shared.snippets.lines import State, joined, lines

if TYPE_CHECKING:
    from nlm_core.lm.visitor_training import VisitorRun

_RUN = """\
from pathlib import Path
from nlm_core.lm.visitor_settings import Settings
from nlm_core.lm.visitor_training import VisitorRun
from nlm_core.text.visitor_text import read_text

text = read_text(Path($file).read_text(encoding="utf-8"))
"""
_GO_ON = """\
run.go_on($steps)
for step in run.steps():
    pass
"""
_BY_HAND = """\
run.go_on($steps)
by_hand = $by_hand  # sentences that were put first into the batch of a step
while not run.ended:
    run.step_on(by_hand.get(run.number))
"""
_CURVE = """\
for point in run.points[1 :: max(1, len(run.points) // 10)]:
    print(f"step {point.number:,}  loss {point.loss:.4f}")
last = [point.loss for point in run.points[1:][-10:]]
print(f"mean loss of the last {len(last)} batches {sum(last) / len(last):.3f}")
if run.text.held_out:
    print(f"held-out loss {run.held_out_loss():.3f}")
"""
_LESSON = """\
from nlm_core.lm.candidates import label
from nlm_core.lm.lesson import take_lesson

model = run.model("before the step")
lesson = take_lesson(run.trainer, run.batch($sentence))
"""
_PAIRS = """\
from nlm_core.lm.lesson import pairs

for pair in pairs(lesson.line):
    print("x =", " ".join(label(model, i) for i in pair.x), " y =", label(model, pair.y))
sizes = (lesson.rows.targets >= 0).sum(1)
print(f"the batch: {len(sizes)} sentences, {sizes.sum()} pairs: {sizes.tolist()}")
"""
_DISTRIBUTIONS = """\
t = min($t, len(lesson.targets) - 1)
p = lesson.p_before[t]  # softmax(y_t), over the whole vocabulary
for i in (-p).argsort(kind="stable")[:6]:
    print(f"{p[i]:.6f}  {label(model, int(i))}")
for s, true in enumerate(lesson.targets):
    print(f"position {s}: p of the true {label(model, true)} = {lesson.p_before[s, true]:.6f}")
"""
_LOSSES = """\
import math

for t, (true, loss) in enumerate(zip(lesson.targets, lesson.losses())):
    print(f"L_{t} = -ln p({label(model, true)}) = {loss:.6f}")
for name, loss in (("this sentence", lesson.losses().mean()), ("the batch", lesson.batch_before)):
    print(f"L of {name} = {loss:.3f}  perplexity = {math.exp(loss):,.1f}")
print(f"every token equally likely: {math.log(model.vocab_size):.3f} nats, perplexity {model.vocab_size:,}")
"""
_GRADIENTS = """\
import math

for name, norm in lesson.gradient_norms.items():
    print(f"|dL/d{name}| = {norm:.6f}")
print(f"of all parameters together {math.hypot(*lesson.gradient_norms.values()):.4g}")
time = lesson.through_time
for t, (whole, direct, part) in enumerate(zip(time.state_norms, time.direct_norms, time.recurrent_norms)):
    print(f"t = {t}: |dL/dh_t| = {whole:.6f}  through p_t alone {direct:.6f}  added to dL/dU_h {part:.6f}")
"""
_DESCENT = """\
before, after = lesson.target_p(), lesson.target_p(after=True)
for true, p, q in zip(lesson.targets, before, after):
    print(f"p before = {p:.6f}  p after = {q:.6f}  factor = {q / p:.3f}  {label(model, true)}")
print(f"L of this sentence {lesson.losses().mean():.3f} -> {lesson.losses(after=True).mean():.3f}")
print(f"L of the batch {lesson.batch_before:.3f} -> {lesson.batch_after:.3f}")
print(f"{(after > before).sum()} of {len(before)} true next tokens gained")
"""

_PARK, _OWN = "assets/data/park_sentences.txt", "your_text.txt"
_STAGES = {"1 Pairs": _PAIRS, "3 Loss": _LOSSES, "4 Backpropagate": _GRADIENTS, "5 Descend": _DESCENT}


def train_rnn(state: State) -> str:
    from nlm_core.lm.visitor_settings import Settings
    from nlm_core.text.visitor_text import MAX_SENTENCE_CHARACTERS

    run: VisitorRun | None = state.get("_training_run")
    # A run goes on as it began, whatever is chosen meanwhile.
    chosen = {name: type(value)(state.get(name, value)) for name, value in asdict(Settings()).items()}
    settings = asdict(run.settings) if run is not None else chosen
    usual = asdict(Settings())
    changed = ", ".join(f"{name}={value!r}" for name, value in settings.items() if value != usual[name])
    made = lines(_RUN, file=_file(state, run)) + f"run = VisitorRun(text, Settings({changed}))\n"
    done = run.number if run is not None else 0
    if state.get("view") == "Run":
        return joined(made + _steps(run, done or int(state.get("steps", 300))), _CURVE)
    sentence = state.get("sentence", "I went to the park.")[:MAX_SENTENCE_CHARACTERS]
    sentence = sentence.encode("utf-8", errors="replace").decode("utf-8")
    lesson = (_steps(run, done) if done else "") + lines(_LESSON, sentence=sentence)
    stage = _STAGES.get(state.get("stage", "1 Pairs"))
    return joined(made + lesson, lines(_DISTRIBUTIONS, t=state.get("t", 0)) if stage is None else stage)


def _file(state: State, run: "VisitorRun | None") -> str:
    """The text of the run; one that the visitor gave is to be put into a file."""
    if run is None:
        return _PARK if state.get("source", "Park sentences") == "Park sentences" else _OWN
    from pathlib import Path

    from nlm_core.text.visitor_text import read_text

    park = Path(__file__).resolve().parents[3] / _PARK
    return _PARK if run.text == read_text(park.read_text(encoding="utf-8")) else _OWN


def _steps(run: "VisitorRun | None", steps: int) -> str:
    if run is None or not run.by_hand:
        return lines(_GO_ON, steps=steps)
    return lines(_BY_HAND, steps=steps, by_hand=run.by_hand)
