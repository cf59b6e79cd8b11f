"""The visitor's prefix: what of it is read, and how a token is put behind it."""

from dataclasses import dataclass

from nlm_core.lm.base import LanguageModel
from nlm_core.text.display import symbol_bytes, token_text

MAX_CHARACTERS = 4000
# What decoders write for bytes that are no character.
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class Prefix:
    """The text that a model reads, and what had to be said about the text that was typed."""

    text: str
    notes: tuple[str, ...]


def tidy(typed: str) -> Prefix:
    """The part of a typed text that is read: its last ``MAX_CHARACTERS`` characters, no spaces at the end."""
    notes = []
    # Half of a surrogate pair can be pasted, but is no text and cannot be written as UTF-8.
    text = typed.encode("utf-8", errors="replace").decode("utf-8")
    if len(text) > MAX_CHARACTERS:
        notes.append(f"The text has {len(text):,} characters; the last {MAX_CHARACTERS:,} are read.")
        text = text[-MAX_CHARACTERS:]
    return Prefix(text.rstrip(" "), tuple(notes))


def first_tokens(model: LanguageModel, text: str, count: int) -> str:
    """The part of a text that its first ``count`` tokens are, START not counted; all of it where it has no more.

    Raises
    ------
    ValueError
        If the text would end in a part of a character.
    """
    ids = model.encode(text)
    if count >= len(ids):
        return text
    kept = model.decode(ids[:count])
    if kept.count(_REPLACEMENT) > text.count(_REPLACEMENT):
        raise ValueError("there the text would end in a part of a character")
    return kept


def append_token(model: LanguageModel, text: str, token_id: int) -> str:
    """The text with a token put behind it.

    Raises
    ------
    ValueError
        If the token is STOP, which ends a text, or a part of a character, which no text can end in.
    """
    if token_id == model.stop_id:
        raise ValueError("STOP ends the sentence: there is nothing to put behind it")
    symbol = model.symbol(token_id)
    raw = symbol_bytes(symbol)
    if raw is not None:
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            raise ValueError("this token is only a part of a character; it cannot stand in a text alone") from None
    appended = text.rstrip(" ") + token_text(symbol)
    return appended if text.strip() else appended.lstrip(" ")
