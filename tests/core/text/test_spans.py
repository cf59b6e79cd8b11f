"""Where tokens stand in a text, whatever their vocabulary."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlm_core.lm.registry import TOKENIZER_FOLDER
from nlm_core.text.spans import token_spans
from nlm_core.text.tokenizer import Tokenizer
from nlm_core.text.word_vocabulary import WordVocabulary

TOKENIZER = Tokenizer.load(TOKENIZER_FOLDER)


def spans(text: str) -> list[tuple[int, int]] | None:
    return token_spans([TOKENIZER.symbol(i) for i in TOKENIZER.encode(text)], text)


@given(st.text(st.characters(codec="utf-8"), max_size=30))
@settings(deadline=None)
def test_spans_lie_in_order_and_leave_out_only_spaces(text: str) -> None:
    found = spans(text)
    assert found is not None
    written = text.encode()
    end = 0
    for begin, last in found:
        assert end <= begin <= last
        assert written[end:begin].strip(b" ") == b""
        end = last
    assert end == len(written)


def test_words_of_a_sentence() -> None:
    text = "I went to the park."
    assert [text[a:b] for a, b in spans(text) or ()] == ["I", "went", "to", "the", "park", "."]


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [
        (["I", "Ġwent"], [(0, 1), (2, 6)]),
        (["▁I", "▁went"], [(0, 1), (2, 6)]),
        (["ĠI", "Ġw", "ent"], [(0, 1), (2, 3), (3, 6)]),
        (["<UNK>", "Ġwent"], None),
    ],
    ids=["gpt2", "sentencepiece", "pieces", "unknown"],
)
def test_other_vocabularies(symbols: list[str], expected: list[tuple[int, int]] | None) -> None:
    assert token_spans(symbols, "I went") == expected


def test_a_vocabulary_that_changes_the_text_has_no_spans() -> None:
    words = WordVocabulary.learn(["I went home"], 10)
    assert token_spans([words.symbol(i) for i in words.encode("I went away")], "I went away") is None
