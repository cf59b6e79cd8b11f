"""A vocabulary of words: what a word is, what is unknown, and the way back to the text."""

import pytest

from nlm_core.text.display import byte_symbol, readable, symbol_bytes
from nlm_core.text.vocabulary import Vocabulary
from nlm_core.text.word_vocabulary import SPECIAL_WORDS, UNKNOWN, WordVocabulary, words

TEXTS = ["I went to the park.", "I like the park, don't you?", "The dog ran to the park."]


def test_words_keep_the_space_before_them() -> None:
    assert words("I  went\tto the park.") == [" I", " went", " to", " the", " park", "."]
    assert words("don't stop well-known “x”") == [" don't", " stop", " well-known", " “", "x", "”"]
    assert words(" \n ") == []


def test_special_words_come_first_and_frequent_ones_next() -> None:
    vocabulary: Vocabulary = WordVocabulary.learn(TEXTS, 100)
    assert [vocabulary.symbol(i) for i in range(3)] == list(SPECIAL_WORDS)
    assert (vocabulary.start_id, vocabulary.stop_id) == (0, 1)
    assert [readable(vocabulary.symbol(i)) for i in (3, 4)] == ["␣the", "␣park"]


@pytest.mark.parametrize("text", TEXTS)
def test_known_text_comes_back(text: str) -> None:
    vocabulary = WordVocabulary.learn(TEXTS, 100)
    assert vocabulary.decode(vocabulary.encode(text)) == text
    assert vocabulary.encode_batch([text, ""]) == [vocabulary.encode(text), []]


def test_rare_words_and_those_beyond_the_bound_are_unknown() -> None:
    assert WordVocabulary.learn(TEXTS, 100, min_count=2).vocab_size == 3 + len([" I", " to", " the", " park", "."])
    few = WordVocabulary.learn(TEXTS, 2)
    assert few.decode(few.encode("the dog in the park")) == f"the {UNKNOWN} {UNKNOWN} the park"


def test_a_mark_is_known_with_or_without_its_space() -> None:
    vocabulary = WordVocabulary.learn(TEXTS, 100)
    assert vocabulary.encode("to the park .") == vocabulary.encode("to the park.")


def test_special_words_cannot_be_typed() -> None:
    vocabulary = WordVocabulary.learn(TEXTS, 100)
    assert not {0, 1} & set(vocabulary.encode("<START> the <STOP> park"))


def test_symbols_are_byte_level() -> None:
    vocabulary = WordVocabulary.learn(["Où est l'été 中文 🙂"], 100)
    for i in range(3, vocabulary.vocab_size):
        raw = symbol_bytes(vocabulary.symbol(i))
        assert raw is not None and byte_symbol(raw) == vocabulary.symbol(i)
        assert vocabulary.decode([i]) == raw.decode().removeprefix(" ")


def test_json_and_back() -> None:
    vocabulary = WordVocabulary.learn(TEXTS, 100)
    again = WordVocabulary.from_json(vocabulary.to_json())
    assert again.encode(TEXTS[1]) == vocabulary.encode(TEXTS[1]) and again.vocab_size == vocabulary.vocab_size


@pytest.mark.parametrize("text", ["{}", '["a"]', '["<START>", "<STOP>", "<UNK>", "a", "a"]', "no json"])
def test_another_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        WordVocabulary.from_json(text)


@pytest.mark.parametrize("token_id", [-1, 10_000])
def test_an_id_outside_is_refused(token_id: int) -> None:
    with pytest.raises(ValueError, match="outside the vocabulary"):
        WordVocabulary.learn(TEXTS, 100).symbol(token_id)
