"""Guess first on the next-token page: nothing is shown before the guess, and its surprise is added up."""

import math
import re

import pytest
from streamlit.testing.v1 import AppTest

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.guessing import score_guess
from nlm_core.lm.reader import PrefixReader
from pages._shared.panels.guessing import MAX_GUESSES
from tests.pages.conftest import OpenPage, drawn, settled

PAGE = "pages/next_token.py"
PREFIX = "I went to the"


def guess(at: AppTest, word: str) -> AppTest:
    at.text_input(key="guessed word").set_value(word)
    return next(button for button in at.button if button.label == "Reveal").click().run()


def shown(at: AppTest) -> str:
    return " ".join(block.value for block in (*at.markdown, *at.caption))


def bits_of(at: AppTest, name: str) -> float:
    return float(re.search(rf"{name}  \n\*\*([\d.]+)\*\*", shown(at)).group(1))


def test_bars_come_after_the_guess_and_the_score_adds_up(open_page: OpenPage, gpt: LanguageModel) -> None:
    at = open_page(PAGE, guess="true")
    assert not at.exception
    assert drawn(at, "bars")["rows"] == []
    assert not at.dataframe
    settled(guess(at, "wheelbarrow"))
    reader = PrefixReader(gpt)
    reading = reader.read(PREFIX)
    first = score_guess(reader, reading, len(reading.ids) - 1, "wheelbarrow")
    assert f"{first.bits:.2f} bits" in shown(at)
    assert f"It is {len(first.token_ids)} tokens here" in shown(at)
    rows = drawn(at, "bars")["rows"]
    assert sum(p for _, _, p, _, _ in rows) == pytest.approx(1)
    assert len(rows) == 11
    (own,) = (row for row in rows if row[0] == first.token_ids[0])
    assert own[2] == pytest.approx(math.exp(first.first_logp), abs=1e-6)
    assert own[4] == "your guess"
    settled(at.button(key="after the first choice").click().run())
    longer = at.text_input(key="prefix").value
    assert longer.startswith(PREFIX + " ")
    assert drawn(at, "bars")["rows"] == []
    settled(guess(at, "and"))
    reading = reader.read(longer)
    second = score_guess(reader, reading, len(reading.ids) - 1, "and")
    assert bits_of(at, "Your bits") == pytest.approx(first.bits + second.bits, abs=0.01)
    assert bits_of(at, "Model's best guess") == pytest.approx(first.best_bits + second.best_bits, abs=0.01)
    settled(at.button(key="after your guess").click().run())
    assert at.text_input(key="prefix").value == longer + " and"
    at.button(key="reset_guesses").click().run()
    assert "Your bits" not in shown(at)
    at.toggle(key="guess").set_value(False).run()
    assert len(drawn(at, "bars")["rows"]) == 11


@pytest.mark.parametrize("word", ["", "   ", "\u202e\u0000"])
def test_what_is_no_word_is_told_or_read_and_nothing_breaks(word: str, open_page: OpenPage) -> None:
    at = guess(open_page(PAGE, guess="true"), word)
    assert not at.exception
    assert at.toast or drawn(at, "bars")["rows"]


def test_a_hostile_word_stays_text(open_page: OpenPage) -> None:
    at = settled(guess(open_page(PAGE, guess="true"), "<b>[x](javascript:1)</b>"))
    assert not at.exception
    assert "[x](javascript" not in shown(at)


def test_the_oldest_guesses_leave_the_score(open_page: OpenPage) -> None:
    at = settled(guess(open_page(PAGE, guess="true"), "park"))
    kept = at.session_state["_guesses"]
    only = next(iter(kept.values()))
    kept.update({("nlm-gpt", (n,)): only for n in range(MAX_GUESSES - 1)})
    settled(at.text_input(key="prefix").set_value("She said").run())
    settled(guess(at, "that"))
    assert len(at.session_state["_guesses"]) == MAX_GUESSES
