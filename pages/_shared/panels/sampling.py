"""The sampling distribution apart from p, and generation token by token."""

import contextlib

import pandas as pd
import streamlit as st
import torch

from nlm_core.lm.candidates import candidates, label
from nlm_core.lm.prefix import append_token
from nlm_core.lm.reader import TOP, PrefixReader, Reading
from nlm_core.lm.sampling import MAX_NEW_TOKENS, MAX_TEMPERATURE, MIN_TEMPERATURE, Sampling, draw
from nlm_core.runtime import gate
from pages._shared.charts.bars import paired_bars
from pages._shared.controls import set_prefix
from pages._shared.frame import errors_told
from pages._shared.ticking import ticking

_RUN = "_generation"
_TICK_SECONDS = 0.25


def sampling_field() -> Sampling:
    """Temperature, top-k and top-p."""
    first, second, third = st.columns(3)
    temperature = first.slider(
        "Temperature", MIN_TEMPERATURE, MAX_TEMPERATURE, 1.0, 0.05, key="temperature", bind="query-params"
    )
    top_k = second.slider("Top-k (0: no cut)", 0, 100, 0, key="top_k", bind="query-params")
    top_p = third.slider("Top-p (1: no cut)", 0.05, 1.0, 1.0, 0.05, key="top_p", bind="query-params")
    return Sampling(temperature, top_k, top_p)


def sampling_panel(reader: PrefixReader, reading: Reading, position: int, k: int) -> None:
    st.caption(
        "p is what the model says; q is what is drawn from: the same logits, divided by the temperature and cut."
    )
    sampling = sampling_field()
    logits = reader.logits([position])[0]
    q = sampling.distribution(logits)
    found = candidates(reader.model, reading.columns[position], min(k, TOP))
    chart = paired_bars(
        [f"{c.rank}  {c.text}" for c in found.top], [c.p for c in found.top], [float(q[c.token_id]) for c in found.top]
    )
    left, right = st.columns([3, 2])
    left.altair_chart(chart, alt="The model's p and the sampling distribution q, token by token")
    with right:
        kept = int((q > 0).sum())
        st.metric("Tokens that can be drawn", f"{kept:,} of {reader.model.vocab_size:,}")
        _generation_controls()
        ticking(lambda: _generation(reader, reading.ids, sampling), _running, _TICK_SECONDS)
        if st.session_state.get(_RUN) and not _running():
            st.button("Put it into the prefix", on_click=_take_over, icon=":material/keyboard_return:")


def _generation_controls() -> None:
    first, second = st.columns(2)
    first.number_input("Seed", 0, 2**31 - 1, 0, key="seed", bind="query-params")
    second.number_input(
        "At most", 1, MAX_NEW_TOKENS, 30, key="limit", bind="query-params", help="New tokens, unless STOP comes first."
    )
    # Stands outside the fragment that ticks: the timer of a fragment is set where the fragment is called.
    st.button("Generate", on_click=_start, type="primary", icon=":material/play_arrow:", disabled=_running())


def _stop() -> None:
    st.session_state[_RUN]["left"] = 0


def _take_over() -> None:
    set_prefix(st.session_state.pop(_RUN)["text"])


def _start() -> None:
    st.session_state[_RUN] = {
        "text": st.session_state["prefix"].rstrip(" "),
        "ids": None,
        "generator": torch.Generator().manual_seed(int(st.session_state["seed"])),
        "left": int(st.session_state["limit"]),
        "drawn": [],
    }


def _running() -> bool:
    run = st.session_state.get(_RUN)
    return run is not None and run["left"] > 0


@errors_told
def _generation(reader: PrefixReader, ids: tuple[int, ...], sampling: Sampling) -> None:
    """One token a tick, so that a click on Stop comes between two tokens."""
    run = st.session_state.get(_RUN)
    if run is None:
        return
    st.button("Stop", on_click=_stop, icon=":material/stop:", disabled=not _running())
    if run["left"] > 0:
        run["ids"] = run["ids"] or list(ids)
        with gate().slot():
            reading = reader.read_ids(run["ids"])
            drawn = draw(reader.logits([len(reading.ids) - 1])[0], sampling, run["generator"])
        run["ids"].append(drawn.token_id)
        run["drawn"].append((label(reader.model, drawn.token_id), drawn.p, drawn.q))
        run["left"] = 0 if drawn.token_id == reader.model.stop_id else run["left"] - 1
        with contextlib.suppress(ValueError):
            run["text"] = append_token(reader.model, run["text"], drawn.token_id)
    st.text(run["text"])
    table = pd.DataFrame(run["drawn"], columns=["drawn", "p", "q"])
    st.dataframe(table.iloc[::-1], height=180, hide_index=False, alt="The tokens drawn, newest first, with p and q")
