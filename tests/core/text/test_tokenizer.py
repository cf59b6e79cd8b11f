"""The shared tokenizer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlm_core.lm.registry import TOKENIZER_FOLDER
from nlm_core.text.tokenizer import VOCABULARY_SIZE, Tokenizer

TOKENIZER = Tokenizer.load(TOKENIZER_FOLDER)


@pytest.mark.parametrize(
    "text",
    [
        "I went to the park .",
        "I went to the park",
        "the students opened their books",
        "The students opened their books .",
    ],
)
def test_common_words_are_one_token_each(text: str) -> None:
    assert len(TOKENIZER.encode(text)) == len(text.split())


def test_size_and_special_tokens() -> None:
    assert TOKENIZER.vocab_size == VOCABULARY_SIZE
    assert len({TOKENIZER.pad_id, TOKENIZER.start_id, TOKENIZER.stop_id, TOKENIZER.mask_id}) == 4


@given(st.text(max_size=60))
def test_every_text_comes_back(text: str) -> None:
    ids = TOKENIZER.encode(text)
    # A text that begins with a space keeps it only if another was put before it.
    assert TOKENIZER.decode(ids) in {text, text.removeprefix(" ")}


@pytest.mark.parametrize("text", ["<START>", "<STOP>", "<pad>", "<mask> x"])
def test_special_tokens_that_are_typed_are_text(text: str) -> None:
    ids = TOKENIZER.encode(text)
    assert not {0, 1, 2, 3} & set(ids)
    assert TOKENIZER.decode(ids) == text


def test_case_is_kept() -> None:
    assert TOKENIZER.encode("The") != TOKENIZER.encode("the")


def test_training_keeps_the_special_tokens_and_needs_no_network(tmp_path) -> None:
    trained = Tokenizer.train(["I went to the park ."] * 20 + ["the students opened their books"] * 20, vocab_size=320)
    trained.save(tmp_path)
    again = Tokenizer.load(tmp_path)
    assert again.encode("the park") == trained.encode("the park")
    assert len(again.encode("the park")) == 2
    assert json.loads((tmp_path / "tokenizer.json").read_text())["model"]["type"] == "BPE"


def test_an_id_outside_the_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="8192"):
        TOKENIZER.symbol(8192)
