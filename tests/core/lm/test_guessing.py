"""A guessed word: which tokens it is, and the model's probability of it."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.guessing import MAX_WORD_CHARACTERS, read_guess, score_guess
from nlm_core.lm.reader import PrefixReader

PREFIX = "I went to the"


def whole(model: LanguageModel, ids: list[int]) -> torch.Tensor:
    """ln p after every token, in one pass without any state."""
    with torch.inference_mode():
        return torch.log_softmax(model.output(model.hidden(torch.tensor([ids])))[0].double(), -1)


@pytest.mark.parametrize("word", ["park", "wheelbarrow", ".", "don't", "STOP", "zzqx", "  shop and more"])
def test_a_guess_has_the_probability_of_its_tokens_by_the_chain_rule(word: str, gpt: LanguageModel) -> None:
    reader = PrefixReader(gpt)
    reading = reader.read(PREFIX)
    guess = score_guess(reader, reading, len(reading.ids) - 1, word)
    logp = whole(gpt, [*reading.ids, *guess.token_ids])
    places = range(len(reading.ids) - 1, len(reading.ids) - 1 + len(guess.token_ids))
    expected = sum(float(logp[t, i]) for t, i in zip(places, guess.token_ids, strict=True))
    assert guess.logp == pytest.approx(expected, abs=1e-4)
    row = logp[len(reading.ids) - 1]
    assert guess.rank == int((row > row[guess.token_ids[0]] + 1e-6).sum()) + 1
    assert guess.bits == pytest.approx(-expected / math.log(2), abs=1e-3)
    assert guess.best_bits == pytest.approx(-float(row.max()) / math.log(2), abs=1e-3)


def test_the_tokens_are_those_of_the_text_that_goes_on(gpt: LanguageModel) -> None:
    before = gpt.encode(PREFIX)
    for word in ("park", "wheelbarrow", ".", "'s", "Park", "7"):
        text, ids = read_guess(gpt, word, first=False)
        assert gpt.encode(PREFIX + text) == [*before, *ids]
    assert read_guess(gpt, "I", first=True) == ("I", tuple(gpt.encode("I")))
    assert read_guess(gpt, "STOP", first=False) == ("STOP", (gpt.stop_id,))


def test_the_reader_stays_where_it_was(rnn: LanguageModel) -> None:
    reader = PrefixReader(rnn)
    reading = reader.read(PREFIX)
    hidden = reader.hidden_states().clone()
    guess = score_guess(reader, reading, 1, "wheelbarrow")
    assert len(guess.token_ids) > 1
    assert torch.allclose(reader.hidden_states(), hidden, atol=1e-5)
    again = reader.read(PREFIX)
    assert [f.token_id for f in again.followers] == [f.token_id for f in reading.followers]


@pytest.mark.parametrize("typed", ["", "   ", "\n\t", "x" * (MAX_WORD_CHARACTERS + 1)])
def test_what_is_no_guess_is_told(typed: str, gpt: LanguageModel) -> None:
    with pytest.raises(ValueError, match=r"word|characters"):
        read_guess(gpt, typed, first=False)


@settings(max_examples=60, deadline=None)
@given(typed=st.text(min_size=1, max_size=MAX_WORD_CHARACTERS).filter(lambda text: bool(text.split())))
def test_any_text_is_read_as_at_least_one_token(typed: str, gpt: LanguageModel) -> None:
    _, ids = read_guess(gpt, typed, first=False)
    assert ids
    assert all(0 <= i < gpt.vocab_size for i in ids)
