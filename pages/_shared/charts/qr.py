"""An address as a QR code that a telephone reads from the screen."""

# A code of more is too fine to be read across a room; the standard itself ends at 2,953 bytes.
MAX_BYTES = 600


def qr_svg(address: str) -> str:
    """The QR code of an address as SVG, black on white in every theme, with the quiet zone that readers need.

    Raises
    ------
    ValueError
        If the address has more than ``MAX_BYTES`` bytes.
    """
    import segno

    size = len(address.encode())
    if size > MAX_BYTES:
        raise ValueError(
            f"The link has {size:,} bytes; a code of more than {MAX_BYTES} is too fine to be read from a screen."
        )
    svg: str = segno.make_qr(address, error="m").svg_inline(scale=4, border=4, dark="#000000", light="#ffffff")
    return svg
