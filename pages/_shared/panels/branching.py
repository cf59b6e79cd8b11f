"""Generated text in branches: drawn, coloured by surprise, taken apart at one token, branched off there."""

import math

import streamlit as st

from nlm_core.lm import branches
from nlm_core.lm.branches import Branches, alternatives
from nlm_core.lm.candidates import label
from nlm_core.lm.reader import PrefixReader, Reading
from nlm_core.lm.retrace import from_text, retrace, to_text
from nlm_core.lm.sampling import MAX_NEW_TOKENS, Drawn, Sampling, generate, generator_after
from nlm_core.runtime import gate
from nlm_core.text.csv_export import to_csv
from nlm_core.text.display import SPACE
from pages._app import jobs
from pages._components.drawing import drawing
from pages._shared import moment
from pages._shared.charts.bars import bar_rows, bars_drawing
from pages._shared.charts.surprise import Told, surprise, surprise_html
from pages._shared.escape import plain
from pages._shared.frame import errors_told
from pages._shared.glossary import hint
from pages._shared.panels.sampling import speed_of_generation
from pages._shared.report import at_work
from pages._shared.style import notice

_JOB = "text generation"
# The branches of one prompt under one model, with what they belong to.
_TREE = "_branches"
# Those of other prompts and models of this visitor, to be found again when the prompt is put back.
_LEFT, MAX_LEFT = "_branches left", 10
_HEAD = 24
# The text of the current branch, in the address.
_ADDRESS = "drawn"


def branching_panel(reader: PrefixReader, reading: Reading, sampling: Sampling, seed: int, limit: int) -> None:
    _open(reader, reading.ids)
    going = jobs.running(_JOB)
    _take_in()
    _read_address(reader, reading.ids, sampling)
    if st.session_state[_LEFT]:
        count = len(st.session_state[_LEFT])
        st.caption(
            f"The texts behind {count} other {'prompts are' if count > 1 else 'prompt is'} kept (at most {MAX_LEFT}): "
            "put the prompt back to see them."
        )
    _buttons(reader, reading.ids, sampling, seed=seed, limit=limit, running=going)
    if reading.dropped:
        st.caption(f"The context holds {reader.limit} tokens: the first {reading.dropped} are no longer seen.")
    jobs.watch(_JOB, lambda: _text(reader, reading), going=going)
    if not going:
        moment.keep(_ADDRESS, to_text(_tree().tokens))
        _branch_list(reader)
        if _tree().tokens:
            _one_token(reader)
        st.download_button(
            "Tokens as CSV",
            lambda: to_csv(["part", "token", "p", "rank", "bits"], _rows(reader, reading)),
            "tokens.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/download:",
        )


def _open(reader: PrefixReader, ids: tuple[int, ...]) -> None:
    """Texts of another prompt or model do not belong behind this one: they are put aside."""
    owner = (reader.model.card.name, ids)
    before = st.session_state.get(_TREE)
    left: dict[tuple[str, tuple[int, ...]], Branches] = st.session_state.setdefault(_LEFT, {})
    if before is not None and before[0] == owner:
        return
    if before is not None:
        # What has been drawn since the page was last looked at belongs to the text that is put aside.
        _take_in()
        before = st.session_state[_TREE]
    jobs.forget(_JOB)
    if before is not None and any(branch.tokens for branch in before[1].all):
        left[before[0]] = before[1]
        while len(left) > MAX_LEFT:
            del left[next(iter(left))]
    st.session_state[_TREE] = (owner, left.pop(owner, Branches()))


def _read_address(reader: PrefixReader, ids: tuple[int, ...], sampling: Sampling) -> None:
    """A link holds the text that was seen: its tokens are read again, each with its p."""
    text = moment.asked(_ADDRESS)
    if not text:
        return
    try:
        traces = from_text(text, reader.model)
    except ValueError as error:
        st.info(f"The text in the address was not written by {plain(reader.model.card.name)}: {plain(str(error))}.")
        return
    with at_work("Reading the text of the link …"):
        found = retrace(reader, ids, traces, sampling)
        for _ in traces:
            with gate().slot():
                _keep(branches.extend(_tree(), next(found)))


def _tree() -> Branches:
    tree: Branches = st.session_state[_TREE][1]
    return tree


def _keep(tree: Branches) -> None:
    st.session_state[_TREE] = (st.session_state[_TREE][0], tree)


def _start(
    reader: PrefixReader, ids: tuple[int, ...], sampling: Sampling, *, seed: int, count: int, pace: float
) -> None:
    _take_in()
    drawn = [drawn.token_id for drawn in _tree().tokens]
    generator = generator_after(seed, len(drawn), reader.model.vocab_size)
    # A reader of its own: that of the page goes on reading the prompt meanwhile.
    own = PrefixReader(reader.model)
    jobs.start(
        _JOB,
        ids,
        lambda: generate(own, [*ids, *drawn], sampling, generator, count),
        keep=MAX_NEW_TOKENS,
        pace=pace,
    )


def _take_in() -> None:
    """Put what has been drawn since the last look behind the text."""
    for drawn in jobs.fresh(_JOB):
        _keep(branches.extend(_tree(), drawn))


def _buttons(
    reader: PrefixReader, ids: tuple[int, ...], sampling: Sampling, *, seed: int, limit: int, running: bool
) -> None:
    tokens, drawing = _tree().tokens, (reader, ids, sampling)
    ended = bool(tokens) and tokens[-1].token_id == reader.model.stop_id
    closed = running or ended or len(tokens) >= MAX_NEW_TOKENS
    room = min(limit, MAX_NEW_TOKENS) - len(tokens)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        pace = speed_of_generation()
        jobs.keep_pace(_JOB, pace)
        st.button(
            "Generate", on_click=_start, args=drawing, kwargs={"seed": seed, "count": room, "pace": pace},
            type="primary", icon=":material/play_arrow:", disabled=closed or room < 1,
        )  # fmt: skip
        st.button(
            "One token", shortcut="Right", on_click=_start, args=drawing,
            kwargs={"seed": seed, "count": 1, "pace": 0.0}, disabled=closed,
        )  # fmt: skip
        st.button(
            "Undo", on_click=lambda: _keep(branches.undo(_tree())), icon=":material/undo:", shortcut="Left",
            disabled=running or branches.undo(_tree()) == _tree(),
        )  # fmt: skip
        st.button(
            "From the prompt again", on_click=_restart, disabled=running or not tokens,
            help="An empty branch beside the others, say for another seed. The same seed gives the same text.",
        )  # fmt: skip


def _restart() -> None:
    try:
        _keep(branches.restart(_tree()))
    except ValueError as error:
        notice(str(error))


def _branch_off(position: int, token_id: int) -> None:
    try:
        _keep(branches.branch_off(_tree(), position, token_id))
    except ValueError as error:
        notice(str(error))


@errors_told
def _text(reader: PrefixReader, reading: Reading) -> None:
    jobs.stop_button(_JOB)
    _take_in()
    jobs.how_it_goes(_JOB)
    st.html(surprise_html(_told(reader, reading)))


def prompt_told(reader: PrefixReader, reading: Reading) -> list[Told]:
    """The tokens of the prompt, each with its p."""
    return [Told(_shown(reader, f.token_id), math.exp(f.logp), f.rank, prompt=True) for f in reading.followers]


def _shown(reader: PrefixReader, token_id: int) -> str:
    return label(reader.model, token_id).replace(SPACE, " ")


def _told(reader: PrefixReader, reading: Reading) -> list[Told]:
    drawn = [Told(_shown(reader, d.token_id), d.p, d.rank, prompt=False, by_hand=d.q is None) for d in _tree().tokens]
    return prompt_told(reader, reading) + drawn


def _rows(reader: PrefixReader, reading: Reading) -> list[tuple[str, str, float, int, float]]:
    return [
        ("prompt" if told.prompt else "output", told.text, told.p, told.rank, surprise(told.p))
        for told in _told(reader, reading)
    ]


def _name(reader: PrefixReader, number: int) -> str:
    texts = [label(reader.model, drawn.token_id).replace(SPACE, " ") for drawn in _tree().all[number].tokens]
    text = "".join(texts).strip()
    return plain(f"{number + 1}: {text[:_HEAD]}{'…' * (len(text) > _HEAD)}")


def _branch_list(reader: PrefixReader) -> None:
    tree = _tree()
    if len(tree.all) == 1:
        return
    st.caption(f"Branches, at most {branches.MAX_BRANCHES}:")
    with st.container(horizontal=True, gap="xsmall"):
        for number in range(len(tree.all)):
            st.button(
                _name(reader, number), key=f"branch {number}", disabled=number == tree.current,
                on_click=lambda number=number: _keep(branches.switch(_tree(), number)),
            )  # fmt: skip


def _one_token(reader: PrefixReader) -> None:
    """The distribution at one generated token, and what else could have stood there."""
    tokens = _tree().tokens
    chosen = st.number_input(
        "Generated token", 1, None, None, key="token", bind="query-params", placeholder="last", width=160,
        help=hint("Surprise", said="Counted from 1. Empty: the last one."),
    )  # fmt: skip
    position = len(tokens) - 1 if chosen is None else min(int(chosen), len(tokens)) - 1
    drawn = tokens[position]
    st.markdown(_said(reader, position, drawn))
    rows = bar_rows(alternatives(reader.model, drawn), drawn.token_id)
    drawing("bars", bars_drawing("What else could stand there", rows), key="alternatives")
    st.caption("Put another token there: it begins a branch, and this text stays.")
    with st.container(horizontal=True, gap="xsmall"):
        for number, (token_id, _) in enumerate(drawn.top, start=1):
            st.button(
                plain(label(reader.model, token_id)), key=f"alternative {number}", on_click=_branch_off,
                args=(position, token_id), disabled=token_id == drawn.token_id,
            )  # fmt: skip


def _said(reader: PrefixReader, position: int, drawn: Drawn) -> str:
    how = "chosen by hand" if drawn.q is None else f"drawn with q = {drawn.q:.3g}"
    text = plain(label(reader.model, drawn.token_id))
    return f"Token {position + 1}, **{text}**: p = {drawn.p:.3g}, rank {drawn.rank:,}, {how}. In orange below."
