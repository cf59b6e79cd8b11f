"""The sampling distribution apart from p, and generation token by token."""

import contextlib

import pandas as pd
import streamlit as st
import torch

from nlm_core.lm.candidates import candidates, label
from nlm_core.lm.prefix import append_token
from nlm_core.lm.reader import TOP, PrefixReader, Reading
from nlm_core.lm.sampling import MAX_NEW_TOKENS, MAX_TEMPERATURE, MIN_TEMPERATURE, Sampling, generate
from pages._app import jobs
from pages._app.live import answer_now
from pages._shared.charts.bars import paired_alt, paired_bars
from pages._shared.controls import set_prefix
from pages._shared.frame import errors_told
from pages._shared.glossary import hint
from pages._shared.panels.chart import chart

_RUN = "_generation"
_JOB = "generation"
# Seconds a token takes where it is to be watched.
WATCHED_SECONDS = 0.25


def sampling_field() -> Sampling:
    """Temperature, top-k and top-p."""
    first, second, third = st.columns(3)
    temperature = first.slider(
        "Temperature", MIN_TEMPERATURE, MAX_TEMPERATURE, 1.0, 0.05, key="temperature", bind="query-params",
        help=hint("Temperature", "Softmax"),
    )  # fmt: skip
    top_k = second.slider("Top-k (0: no cut)", 0, 100, 0, key="top_k", bind="query-params", help=hint("Top-k"))
    top_p = third.slider(
        "Top-p (1: no cut)", 0.05, 1.0, 1.0, 0.05, key="top_p", bind="query-params", help=hint("Top-p")
    )
    return Sampling(temperature, top_k, top_p)


def seed_and_length() -> tuple[int, int]:
    """The seed, and the most tokens to draw."""
    first, second = st.columns(2)
    seed = first.number_input("Seed", 0, 2**31 - 1, 0, key="seed", bind="query-params")
    limit = second.number_input(
        "At most", 1, MAX_NEW_TOKENS, 30, key="limit", bind="query-params", help="New tokens, unless STOP comes first."
    )
    return int(seed), int(limit)


def sampling_panel(reader: PrefixReader, reading: Reading, position: int, k: int) -> None:
    st.caption(
        "p is what the model says; q is what is drawn from: the same logits, divided by the temperature and cut."
    )
    sampling = sampling_field()
    logits = reader.logits([position])[0]
    q = sampling.distribution(logits)
    found = candidates(reader.model, reading.columns[position], min(k, TOP))
    bars = (
        [f"{c.rank}  {c.text}" for c in found.top], [c.p for c in found.top], [float(q[c.token_id]) for c in found.top]
    )  # fmt: skip
    left, right = st.columns([3, 2])
    chart(paired_bars(*bars), paired_alt("Sampling distribution", *bars), left)
    with right:
        kept = int((q > 0).sum())
        st.metric("Tokens that can be drawn", f"{kept:,} of {reader.model.vocab_size:,}")
        going = jobs.running(_JOB)
        _generation_controls(reader, reading.ids, sampling, going)
        jobs.watch(_JOB, _generation, going=going)
        if st.session_state.get(_RUN) and not going:
            st.button("Put it into the prefix", on_click=_take_over, icon=":material/keyboard_return:")


def _generation_controls(reader: PrefixReader, ids: tuple[int, ...], sampling: Sampling, going: bool) -> None:
    seed_and_length()
    pace = speed_of_generation()
    jobs.keep_pace(_JOB, pace)
    # Stands outside the part that is drawn again as the text grows: what it is given is of the prefix, not of the text.
    st.button(
        "Generate", on_click=_start, args=(reader, ids, sampling, pace),
        type="primary", icon=":material/play_arrow:", disabled=going,
    )  # fmt: skip


def speed_of_generation() -> float:
    """The seconds that a token takes at least, 0 for as fast as it is computed."""
    return jobs.speed_field(WATCHED_SECONDS, f"{1 / WATCHED_SECONDS:.0f} tokens a second")


def _take_over() -> None:
    set_prefix(st.session_state.pop(_RUN)["text"])
    answer_now()


def _start(reader: PrefixReader, ids: tuple[int, ...], sampling: Sampling, pace: float) -> None:
    generator = torch.Generator().manual_seed(int(st.session_state["seed"]))
    limit = int(st.session_state["limit"])
    # A reader of its own: that of the page goes on reading the prefix meanwhile.
    own = PrefixReader(reader.model)
    begun = jobs.start(
        _JOB, ids, lambda: generate(own, list(ids), sampling, generator, limit), keep=MAX_NEW_TOKENS, pace=pace
    )
    if begun:
        text = st.session_state["prefix"].rstrip(" ")
        st.session_state[_RUN] = {"text": text, "model": reader.model, "drawn": []}


@errors_told
def _generation() -> None:
    run = st.session_state.get(_RUN)
    if run is None:
        return
    jobs.stop_button(_JOB)
    for drawn in jobs.fresh(_JOB):
        run["drawn"].append((label(run["model"], drawn.token_id), drawn.p, drawn.q))
        with contextlib.suppress(ValueError):
            run["text"] = append_token(run["model"], run["text"], drawn.token_id)
    jobs.how_it_goes(_JOB)
    st.text(run["text"])
    table = pd.DataFrame(run["drawn"], columns=["drawn", "p", "q"])
    st.dataframe(
        table.iloc[::-1], height=180, hide_index=False, alt=f"Tokens drawn: {len(table)}, newest first, with p and q"
    )
