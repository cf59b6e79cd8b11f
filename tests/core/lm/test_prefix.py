"""What is read of a typed text, tokens put behind it, and the bars."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.candidates import candidates, label
from nlm_core.lm.prefix import MAX_CHARACTERS, append_token, first_tokens, tidy
from nlm_core.lm.reader import PrefixReader


@given(st.text(st.characters(), max_size=200))
def test_any_text_becomes_valid_text(typed: str) -> None:
    prefix = tidy(typed)
    prefix.text.encode("utf-8")
    assert not prefix.text.endswith(" ")
    assert prefix.notes == ()


def test_half_a_character_is_replaced() -> None:
    assert tidy("a\ud83d b").text == "a? b"


def test_a_long_paste_is_cut_with_a_message() -> None:
    prefix = tidy("x" * 99_990 + " the park")
    assert len(prefix.text) == MAX_CHARACTERS
    assert prefix.text.endswith("the park")
    assert "99,999" in prefix.notes[0]
    assert f"{MAX_CHARACTERS:,}" in prefix.notes[0]


@pytest.mark.parametrize("text", ["I went to", "I went to ", ""])
def test_append_puts_the_token_behind_the_text(shipped: LanguageModel, text: str) -> None:
    (token,) = shipped.encode("the")
    appended = append_token(shipped, text, token)
    assert appended == ("I went to the" if text else "the")
    assert shipped.encode(appended) == [*shipped.encode(text.rstrip()), token]


def test_stop_and_parts_of_characters_cannot_be_appended(shipped: LanguageModel) -> None:
    with pytest.raises(ValueError, match="STOP"):
        append_token(shipped, "x", shipped.stop_id)
    part = shipped.encode("😀")[-1]
    with pytest.raises(ValueError, match="part of a character"):
        append_token(shipped, "x", part)


@pytest.mark.parametrize("k", [1, 10, 50])
def test_bars_and_the_others_are_everything(shipped: LanguageModel, k: int) -> None:
    column = PrefixReader(shipped).read("I went to the").columns[-1]
    found = candidates(shipped, column, k)
    assert len(found.top) == k
    assert found.others == shipped.vocab_size - k
    assert sum(c.p for c in found.top) + found.others_p == pytest.approx(1, abs=1e-6)
    assert [c.rank for c in found.top] == list(range(1, k + 1))


@pytest.mark.parametrize("k", [0, 51])
def test_a_k_out_of_range_is_refused(shipped: LanguageModel, k: int) -> None:
    with pytest.raises(ValueError, match="1 to 50"):
        candidates(shipped, PrefixReader(shipped).read("").columns[-1], k)


def test_start_and_stop_have_their_names(shipped: LanguageModel) -> None:
    assert label(shipped, shipped.start_id, first=True) == "START"
    assert label(shipped, shipped.stop_id) == "STOP"


@pytest.mark.parametrize("text", ["I went to the park.", "two  spaces", "a\nb c", ""])
def test_the_first_tokens_of_a_text_are_its_beginning(shipped: LanguageModel, text: str) -> None:
    ids = shipped.encode(text)
    for count in range(len(ids) + 2):
        kept = first_tokens(shipped, text, count)
        assert text.startswith(kept)
        # A space at the end is not read: it comes with the next word.
        assert shipped.encode(kept.rstrip(" ")) == shipped.encode(shipped.decode(ids[:count]).rstrip(" "))
    assert kept == text


def test_a_text_is_not_cut_within_a_character(shipped: LanguageModel) -> None:
    text = "a 😀"
    whole = len(shipped.encode(text))
    assert first_tokens(shipped, text, whole) == text
    with pytest.raises(ValueError, match="part of a character"):
        first_tokens(shipped, text, whole - 1)
