"""Token symbols of byte-level vocabularies made readable: where the spaces are, and which tokens are partial bytes."""

from functools import cache

# Characters that would vanish, reorder the line or break it are written as their code point.
_NAMED = {"\n": "⏎", "\r": "␍", "\t": "⇥", "\u00a0": "⍽"}
SPACE = "␣"


@cache
def _byte_of_symbol() -> dict[str, int]:
    """The inverse of GPT-2's table from bytes to printable characters."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    table = {chr(b): b for b in printable}
    others = (b for b in range(256) if b not in set(printable))
    table.update({chr(256 + n): b for n, b in enumerate(others)})
    return table


def symbol_bytes(symbol: str) -> bytes | None:
    """The bytes that a byte-level symbol stands for; None where it is not one (``<STOP>``, SentencePiece)."""
    table = _byte_of_symbol()
    if not all(character in table for character in symbol):
        return None
    return bytes(table[character] for character in symbol)


def byte_symbol(raw: bytes) -> str:
    """The byte-level symbol of some bytes: the inverse of ``symbol_bytes``."""
    table = {byte: character for character, byte in _byte_of_symbol().items()}
    return "".join(table[byte] for byte in raw)


def _visible(character: str) -> str:
    if character == " ":
        return SPACE
    if character in _NAMED:
        return _NAMED[character]
    return character if character.isprintable() else f"⟨U+{ord(character):04X}⟩"


def readable(symbol: str, special: bool = False) -> str:
    """A token's text with every space and control character visible; bytes of a cut-up character as ⟨E2⟩⟨80⟩.

    ``special`` tokens (START, STOP) are given back without their brackets. The result never holds a raw space, so
    tokens can be told apart at a glance, and two different symbols never read the same.
    """
    if special:
        return symbol.strip("<>|")
    raw = symbol_bytes(symbol)
    if raw is None:
        return "".join(_visible(c) for c in symbol.replace("▁", " "))
    try:
        return "".join(_visible(c) for c in raw.decode("utf-8"))
    except UnicodeDecodeError:
        head = raw.decode("utf-8", errors="surrogateescape")
        return "".join(f"⟨{ord(c) - 0xDC00:02X}⟩" if 0xDC80 <= ord(c) <= 0xDCFF else _visible(c) for c in head)


def token_text(symbol: str) -> str:
    """A token as plain text, its leading space kept; bytes of a cut-up character as in ``readable``."""
    raw = symbol_bytes(symbol)
    if raw is None:
        return symbol.replace("▁", " ")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return readable(symbol)
