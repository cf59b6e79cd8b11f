"""Where each token stands in a text, so that models with different vocabularies can be asked about the same word."""

from collections.abc import Sequence

from nlm_core.text.display import symbol_bytes, token_text


def token_spans(symbols: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """Begin and end of each token in the UTF-8 bytes of a text, the spaces before it left out.

    Parameters
    ----------
    symbols : sequence of str
        The tokens of the text as their vocabulary writes them (``Ġthe``), START and STOP not among them.
    text : str

    Returns
    -------
    list of (int, int) or None
        None where the tokens do not spell the text, say because the vocabulary changes it.
    """
    pieces = [_bytes(symbol) for symbol in symbols]
    spelled, written = b"".join(pieces), text.encode()
    # Many vocabularies put a space before the first word.
    shift = 0 if spelled == written else 1
    if spelled[shift:] != written:
        return None
    spans, end = [], -shift
    for piece in pieces:
        begin, end = end + len(piece) - len(piece.lstrip(b" ")), end + len(piece)
        spans.append((max(0, begin), max(0, end)))
    return spans


def _bytes(symbol: str) -> bytes:
    raw = symbol_bytes(symbol)
    return token_text(symbol).encode() if raw is None else raw
