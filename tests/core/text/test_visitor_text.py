"""A visitor's text: sentences, what is held out, and what is refused."""

from pathlib import Path

import pytest

from nlm_core.text.visitor_text import (
    HELD_OUT_EVERY,
    MAX_CHARACTERS,
    MAX_SENTENCE_CHARACTERS,
    decode_upload,
    read_text,
    sentences,
)

PARK = Path(__file__).resolve().parents[3] / "assets" / "data" / "park_sentences.txt"


def test_our_own_sentences() -> None:
    text = PARK.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(lines) >= 300 and len(set(lines)) == len(lines)
    assert sentences(text) == lines
    assert "I went to the park." in read_text(text).train


def test_prose_is_cut_into_sentences() -> None:
    assert sentences('He ran. “Why?” she asked! Well…\n\n  Then he "stopped." No end') == [
        "He ran.", "“Why?”", "she asked!", "Well…", 'Then he "stopped."', "No end",
    ]  # fmt: skip


def test_what_is_very_long_is_cut() -> None:
    for text in ("word " * 1000, "x" * 5000):
        found = sentences(text)
        assert max(map(len, found)) <= MAX_SENTENCE_CHARACTERS
        assert "".join(found).replace(" ", "") == text.replace(" ", "")


def test_every_tenth_different_sentence_is_held_out_and_not_trained_on() -> None:
    lines = [f"sentence {i}." for i in range(25)]
    text = read_text("\n".join(lines + lines))
    assert text.held_out == (lines[9], lines[19])
    assert len(text.train) == 46 and not set(text.train) & set(text.held_out) and not text.notes


def test_few_sentences_hold_nothing_out() -> None:
    text = read_text("one word " * 3)
    assert text.held_out == () and any(f"fewer than {HELD_OUT_EVERY}" in note for note in text.notes)


def test_five_megabytes_are_cut_with_a_note() -> None:
    text = read_text("A short line.\n" * 360_000)
    assert sum(len(s) + 1 for s in text.train) <= MAX_CHARACTERS + 1
    assert any("5,040,000 characters" in note for note in text.notes)
    assert read_text("x" * 5_000_000).notes


@pytest.mark.parametrize("text", ["", "  \n\t \n"])
def test_no_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no text"):
        read_text(text)


def test_half_a_surrogate_pair_is_survived() -> None:
    assert read_text("a\ud83db c").train == ("a?b c",)


def test_uploads() -> None:
    assert decode_upload("\ufeffça va\n".encode()) == "ça va\n"
    with pytest.raises(ValueError, match="zero bytes"):
        decode_upload(b"\x89PNG\r\n\0\0")
    with pytest.raises(ValueError, match="byte 3 is 0xE9"):
        decode_upload("caf\xe9".encode("latin-1"))
    with pytest.raises(ValueError, match="UTF-8"):
        decode_upload("text".encode("utf-16"))
