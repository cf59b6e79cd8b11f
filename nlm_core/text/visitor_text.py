"""A visitor's text made into sentences to train on: bounded, cut into sentences, a fixed share held out."""

import re
import textwrap
from dataclasses import dataclass

MAX_CHARACTERS = 200_000
MAX_SENTENCE_CHARACTERS = 200
HELD_OUT_EVERY = 10

_SENTENCE_END = re.compile(r"(?:(?<=[.!?…])|(?<=[.!?…][\"”’')]))\s+")


@dataclass(frozen=True)
class VisitorText:
    """Sentences to train on and sentences that are only looked at.

    Attributes
    ----------
    train, held_out : tuple of str
        Every tenth of the different sentences is held out; none of the held-out ones stands in ``train``.
    notes : tuple of str
        What had to be said about the text that was given.
    """

    train: tuple[str, ...]
    held_out: tuple[str, ...]
    notes: tuple[str, ...]


def decode_upload(raw: bytes) -> str:
    """The text of an uploaded file.

    Raises
    ------
    ValueError
        If it is binary, or text in another encoding than UTF-8; says what to do.
    """
    if b"\0" in raw:
        raise ValueError("The file is not plain text (it holds zero bytes): save it as plain text in UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"The file is not UTF-8: byte {error.start:,} is 0x{raw[error.start]:02X}. Save it as plain text in UTF-8."
        ) from None


def sentences(text: str) -> list[str]:
    """One sentence for each line, and for each sentence end inside a line; what is very long is cut at a space."""
    found = []
    for line in text.splitlines():
        for sentence in _SENTENCE_END.split(line.strip()):
            found += textwrap.wrap(sentence, MAX_SENTENCE_CHARACTERS, break_on_hyphens=False)
    return found


def read_text(typed: str) -> VisitorText:
    """The sentences of a text; of a longer text than ``MAX_CHARACTERS``, of its beginning.

    Raises
    ------
    ValueError
        If there is no sentence in it.
    """
    notes = []
    # Half of a surrogate pair can be pasted, but is no text and cannot be written as UTF-8.
    text = typed[:MAX_CHARACTERS].encode("utf-8", errors="replace").decode("utf-8")
    if len(typed) > MAX_CHARACTERS:
        text = text[: max(text.rfind("\n"), text.rfind(" "))] if re.search(r"\s", text) else text
        notes.append(f"The text has {len(typed):,} characters; the first {len(text):,} are trained on.")
    found = sentences(text)
    if not found:
        raise ValueError("There is no text to train on: give at least one sentence, better a hundred.")
    different = list(dict.fromkeys(found))
    held_out = tuple(different[HELD_OUT_EVERY - 1 :: HELD_OUT_EVERY])
    if not held_out:
        notes.append(
            f"The text has {len(different)} different sentence{'s' * (len(different) > 1)}; with fewer than "
            f"{HELD_OUT_EVERY} none is held out, so nothing tells whether the model learns or only remembers."
        )
    aside = set(held_out)
    return VisitorText(tuple(s for s in found if s not in aside), held_out, tuple(notes))
