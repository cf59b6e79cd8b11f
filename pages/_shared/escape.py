"""The visitor's text where Streamlit would read Markdown: every character that could mean something is escaped."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=\"'/@])")


def as_sentence(text: str) -> str:
    """A message that begins with a capital letter; what a visitor wrote in it stays as it was."""
    return text[:1].upper() + text[1:]


def plain(text: str) -> str:
    """Text that Markdown shows as it is: no markup, link, colour, icon, formula or HTML; line breaks become spaces."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))
