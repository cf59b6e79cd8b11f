"""Guess first: the next word is guessed before the bars are shown, and the surprise of the guesses is added up."""

import math

import streamlit as st

from nlm_core.lm.candidates import Candidate, Candidates, among, label
from nlm_core.lm.guessing import MAX_WORD_CHARACTERS, STOP_WORD, WordGuess, score_guess
from nlm_core.lm.prefix import append_token, tidy
from nlm_core.lm.reader import PrefixReader, Reading
from nlm_core.runtime import BusyError, gate
from pages._app.live import answer_now
from pages._shared import controls
from pages._shared.charts.bars import percent
from pages._shared.escape import as_sentence, plain
from pages._shared.panels.figures import figures
from pages._shared.style import notice

# Guesses of one visitor, by model and prefix; older ones leave the score.
MAX_GUESSES = 50
_GUESSES, _FIELD = "_guesses", "guessed word"
Key = tuple[str, tuple[int, ...]]


def _guesses() -> dict[Key, WordGuess]:
    found: dict[Key, WordGuess] = st.session_state.setdefault(_GUESSES, {})
    return found


def guess_of(reader: PrefixReader, reading: Reading, position: int) -> WordGuess | None:
    """The guess of the word after a position; None as long as there is none."""
    return _guesses().get((reader.model.card.name, reading.ids[: position + 1]))


def guess_field(reader: PrefixReader, reading: Reading, position: int) -> None:
    """Ask for the word after a position, or tell what became of the guess."""
    guesses, guess = _guesses(), guess_of(reader, reading, position)
    if guess is None:
        with st.form("guess_form", clear_on_submit=True, border=False):
            st.text_input(
                "Your next word", key=_FIELD, max_chars=MAX_WORD_CHARACTERS,
                help=f"One word or mark. {STOP_WORD} is the end of the sentence.",
            )  # fmt: skip
            st.form_submit_button("Reveal", type="primary", on_click=_take, args=(reader, reading, position))
    else:
        _told(reader, guess, last=position + 1 == len(reading.ids), top=int(reading.columns[position].top_ids[0]))
    if guesses:
        _score(guesses)


def _take(reader: PrefixReader, reading: Reading, position: int) -> None:
    try:
        with gate().slot():
            guess = score_guess(reader, reading, position, st.session_state[_FIELD])
    except (ValueError, BusyError) as error:
        notice(plain(as_sentence(str(error))))
        return
    guesses = _guesses()
    guesses[reader.model.card.name, reading.ids[: position + 1]] = guess
    while len(guesses) > MAX_GUESSES:
        del guesses[next(iter(guesses))]
    answer_now()


def _told(reader: PrefixReader, guess: WordGuess, *, last: bool, top: int) -> None:
    model = reader.model
    tokens = [plain(label(model, i)) for i in guess.token_ids]
    p = percent(math.exp(guess.logp))
    st.markdown(f"Your guess **{plain(guess.text.strip())}**: p = **{p}**, −log₂ p = **{guess.bits:.2f} bits**")
    if len(tokens) > 1:
        st.caption(
            f"It is {len(tokens)} tokens here: {' · '.join(tokens)}. p is their product by the chain rule; the first, "
            f"which the bars show, has rank {guess.rank:,} of {model.vocab_size:,}."
        )
    else:
        st.caption(f"Rank {guess.rank:,} of {model.vocab_size:,} tokens.")
    if last:
        with st.container(horizontal=True, gap="xsmall"):
            for name, token_ids in (("your guess", guess.token_ids), ("the first choice", (top,))):
                st.button(
                    f"Next, after {name}", key=f"after {name}", on_click=_append, args=(reader, token_ids),
                    disabled=model.stop_id in token_ids,
                )  # fmt: skip


def _append(reader: PrefixReader, token_ids: tuple[int, ...]) -> None:
    text = tidy(st.session_state["prefix"]).text
    try:
        for token_id in token_ids:
            text = append_token(reader.model, text, token_id)
    except ValueError as error:
        notice(plain(str(error)))
        return
    controls.set_prefix(text)
    st.session_state["position"] = None
    answer_now()


def _score(guesses: dict[Key, WordGuess]) -> None:
    figures(
        ("Your bits", f"{sum(guess.bits for guess in guesses.values()):.2f}", ""),
        ("Model's best guess", f"{sum(guess.best_bits for guess in guesses.values()):.2f}", ""),
        ("Guesses", f"{len(guesses)}", ""),
    )
    st.caption(
        f"Surprise of your guesses added up, beside that of the model's most probable token each time; fewer bits are "
        f"better. The last {MAX_GUESSES} guesses count."
    )
    st.button("Reset the score", key="reset_guesses", on_click=guesses.clear, type="tertiary")


def marked(found: Candidates, reader: PrefixReader, guess: WordGuess) -> Candidates:
    """The bars with that of the guess among them."""
    token_id = guess.token_ids[0]
    return among(found, Candidate(token_id, label(reader.model, token_id), math.exp(guess.first_logp), guess.rank))
