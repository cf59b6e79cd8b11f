"""A table as a picture: SVG text, sharp at any size and without a drawing library."""

from html import escape

import pandas as pd

_CHARACTER, _ROW, _PAD = 7.6, 24, 8


def table_svg(table: pd.DataFrame) -> str:
    """The table with its index and header as an SVG document; every cell is escaped text.

    Column widths follow the longest text of each column.
    """
    header = ["", *(str(name) for name in table.columns)]
    rows = [header, *([str(name), *map(str, table.loc[name])] for name in table.index)]
    widths = [max(len(row[j]) for row in rows) * _CHARACTER + 2 * _PAD for j in range(len(header))]
    width, height = sum(widths), _ROW * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        'font-family="sans-serif" font-size="13" fill="#0c1620">',
        f'<rect width="{width:.0f}" height="{height}" fill="#ffffff"/>',
    ]
    for i, row in enumerate(rows):
        y = _ROW * i
        parts.append(f'<line x1="0" y1="{y + _ROW}" x2="{width:.0f}" y2="{y + _ROW}" stroke="#c9d1d8"/>')
        x = 0.0
        for j, text in enumerate(row):
            weight = ' font-weight="bold"' if i == 0 or j == 0 else ""
            parts.append(f'<text x="{x + _PAD:.1f}" y="{y + 17}"{weight}>{escape(_printable(text))}</text>')
            x += widths[j]
    return "\n".join([*parts, "</svg>"])


def _printable(text: str) -> str:
    """Control characters are not allowed in XML, not even escaped."""
    return "".join(c if c.isprintable() else "�" for c in text)
