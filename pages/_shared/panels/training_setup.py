"""What to train on and how: the text, the settings, and the run that is made of them."""

from dataclasses import fields
from pathlib import Path

import streamlit as st

from nlm_core.lm.visitor_settings import MAX_SECONDS, MAX_STEPS, RANGES, VISITOR_OPTIMIZERS, VOCABULARIES, Settings
from nlm_core.lm.visitor_training import VisitorRun
from nlm_core.runtime import gate
from nlm_core.text.visitor_text import HELD_OUT_EVERY, MAX_CHARACTERS, VisitorText, decode_upload, read_text
from pages._app import jobs
from pages._shared.controls import bounded_number
from pages._shared.escape import plain
from pages._shared.glossary import hint

PARK = Path(__file__).resolve().parents[3] / "assets" / "data" / "park_sentences.txt"
SOURCES = ("Park sentences", "Own text", "Upload")
_RUN, _TEXT = "_training_run", "_training_text"
# The job that trains the run.
TRAINING = "training"
_DEFAULTS = Settings()


def text_field(source: str) -> str:
    """The raw text of the chosen source; an upload that is no text is refused with a message.

    Raises
    ------
    ValueError
        If the upload is not plain text in UTF-8.
    """
    if source == "Own text":
        typed = st.text_area(
            "Text to train on",
            key="own_text",
            height=160,
            persist_state="session",
            placeholder="One sentence a line, or prose; a hundred sentences or more teach something.",
            help=f"At most {MAX_CHARACTERS:,} characters are read.",
        )
        return typed or ""
    if source == "Upload":
        uploaded = st.file_uploader(
            f"Plain text in UTF-8; the first {MAX_CHARACTERS:,} characters are read", type=["txt"], key="upload"
        )
        return decode_upload(uploaded.getvalue()) if uploaded is not None else ""
    return PARK.read_text(encoding="utf-8")


def sentences_of(typed: str) -> VisitorText:
    """The sentences of a text; cut up once, as long as the text stays the same."""
    kept: tuple[str, VisitorText] | None = st.session_state.get(_TEXT)
    if kept is None or kept[0] != typed:
        kept = (typed, read_text(typed))
        st.session_state[_TEXT] = kept
    return kept[1]


def _choice(name: str, options: tuple[str, ...]) -> str:
    chosen: str = st.selectbox(
        name.capitalize(), options, index=options.index(getattr(_DEFAULTS, name)), key=name, bind="query-params"
    )
    return chosen


def _number(label: str, name: str, help: str | None = None) -> float:
    allowed = RANGES[name]
    return bounded_number(label, allowed.low, allowed.high, default=getattr(_DEFAULTS, name), key=name, help=help)


def settings_field() -> Settings:
    """All settings, behind a button."""
    with st.popover("Settings", icon=":material/tune:", key="settings"):
        first, second, third = st.columns(3)
        with first:
            vocabulary = _choice("vocabulary", tuple(VOCABULARIES))
            size = _number(
                "Tokens at most",
                "vocabulary_size",
                hint("Vocabulary", said="|V|: how many words are kept, or how many tokens BPE merges up to."),
            )
            min_count = _number(
                "Words seen at least", "min_count", "Rarer words are read as <UNK>, the unknown word. BPE has none."
            )
        with second:
            embedding = _number("Embedding size E", "embedding", hint("Embedding"))
            hidden = _number("Hidden size H", "hidden", hint("Hidden state"))
            batch = _number("Sentences a batch", "batch", hint("Batch", "Epoch"))
        with third:
            optimizer = _choice("optimizer", VISITOR_OPTIMIZERS)
            rate = _number(
                "Learning rate α", "learning_rate",
                hint("Learning rate", said="About 0.005 for Adam, 0.5 for SGD, 0.1 with momentum."),
            )  # fmt: skip
            clip = _number("Clip the gradient at", "clip", "The largest norm of the gradient; 0 clips nothing.")
        seed = _number("Seed", "seed", "Of the first weights, the order of the sentences and the samples.")
        st.caption(
            f"Bounds: {MAX_CHARACTERS:,} characters, {MAX_STEPS:,} steps, {MAX_SECONDS:.0f} seconds of computing. "
            f"Every {HELD_OUT_EVERY}th different sentence is held out."
        )
    return Settings(
        vocabulary, int(size), int(min_count), int(embedding), int(hidden), optimizer, rate, int(batch), clip, int(seed)
    )


def current_run(text: VisitorText, settings: Settings) -> VisitorRun:
    """This visitor's run; a new one where there is none yet, or where the present one has not taken a step."""
    run: VisitorRun | None = st.session_state.get(_RUN)
    untouched = run is not None and run.number == 0 and run.diverged is None and not training(run)
    if run is None or (untouched and (run.text, run.settings) != (text, settings)):
        with gate().slot():
            run = VisitorRun(text, settings)
        st.session_state[_RUN] = run
    return run


def training(run: VisitorRun) -> bool:
    """Whether the run is on: begun or resumed, neither paused nor at its end."""
    job = jobs.job(TRAINING)
    return job is not None and job.running and job.name is run


def train(run: VisitorRun, pace: float) -> bool:
    """Begin to train the run to its target, or go on with it; says whether it is on now. For use in callbacks."""
    job = jobs.job(TRAINING)
    if job is not None and job.state == "paused" and job.name is run:
        return jobs.resume(TRAINING)
    # The run has a bound of its own, in seconds of all of its stretches.
    return training(run) or jobs.start(
        TRAINING, run, run.steps, share=lambda step: run.share_of(step.number), pace=pace
    )


def reset() -> None:
    """Forget the run; the next one begins from fresh weights with what is chosen now. For use in callbacks."""
    jobs.forget(TRAINING)
    st.session_state.pop(_RUN, None)


def describe(run: VisitorRun, text: VisitorText, settings: Settings) -> None:
    """What the run is made of, and whether other things are chosen meanwhile."""
    vocabulary, parameters = run.vocabulary, sum(p.numel() for p in run.trainer.network.parameters())
    chosen = run.settings
    st.caption(
        plain(
            f"{len(run.text.train):,} sentences and {len(run.text.held_out):,} held out · "
            f"|V| = {vocabulary.vocab_size:,} ({chosen.vocabulary}) · E = {chosen.embedding}, H = {chosen.hidden}: "
            f"{parameters:,} parameters · {chosen.optimizer}, α = {chosen.learning_rate:g}"
        )
    )
    changed = [
        f.name.replace("_", " ") for f in fields(Settings) if getattr(settings, f.name) != getattr(chosen, f.name)
    ]
    changed += ["text"] * (text != run.text)
    if changed:
        st.info(
            f"The run goes on as it began; changed since: {', '.join(changed)}. Reset begins anew with what is chosen.",
            icon=":material/info:",
        )
