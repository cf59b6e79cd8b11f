"""Tokens as they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlm_core.lm.registry import TOKENIZER_FOLDER
from nlm_core.text.csv_export import safe_cell, to_csv
from nlm_core.text.display import readable, symbol_bytes, token_text
from nlm_core.text.tokenizer import Tokenizer

TOKENIZER = Tokenizer.load(TOKENIZER_FOLDER)


@pytest.mark.parametrize(
    ("symbol", "shown"),
    [
        ("Ġthe", "␣the"),
        (".", "."),
        ("Ċ", "⏎"),
        ("Ã©", "é"),
        ("ð", "⟨F0⟩"),
        ("▁the", "␣the"),
        ("Ģ", "⟨80⟩"),
    ],
)
def test_spaces_and_bytes_are_visible(symbol: str, shown: str) -> None:
    assert readable(symbol) == shown


def test_different_tokens_never_read_the_same() -> None:
    shown = [readable(TOKENIZER.symbol(i)) for i in range(4, TOKENIZER.vocab_size)]
    assert len(set(shown)) == len(shown)
    assert not any(" " in text or "\n" in text for text in shown)


@given(st.text(min_size=1, max_size=20))
def test_symbols_of_a_text_hold_its_bytes(text: str) -> None:
    raw = b"".join(symbol_bytes(TOKENIZER.symbol(i)) or b"" for i in TOKENIZER.encode(text))
    assert raw.removeprefix(b" ") == text.encode().removeprefix(b" ")


def test_right_to_left_controls_are_written_out() -> None:
    assert all(c.isprintable() for c in readable("â̮"))
    assert readable("".join(chr(c) for c in (0x202E,))) == "⟨U+202E⟩"


def test_plain_token_text_keeps_its_space() -> None:
    assert token_text("Ġthe") == " the"
    assert token_text("ð") == "⟨F0⟩"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_cells_are_no_formulas(cell: str) -> None:
    assert safe_cell(cell) == "'" + cell


def test_numbers_stay_numbers() -> None:
    assert to_csv(["=a", "p"], [["x", -0.5]]) == "'=a,p\r\nx,-0.5\r\n"
