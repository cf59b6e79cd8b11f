"""Live numbers as LaTeX, in the notation of the lecture."""

import math

from torch import Tensor

# Longer sums and matrices are cut in the middle: a formula is read, not scrolled.
LONGEST = 6


def index(i: int) -> str:
    """An index for a formula; one of several digits needs braces."""
    return str(i) if 0 <= i < 10 else f"{{{i}}}"


def number(value: float, digits: int = 3) -> str:
    r"""A number for a formula: ``0.25``, ``-3``, ``1.2 \times 10^{-7}``, ``\infty``.

    Parameters
    ----------
    value : float
    digits : int
        Significant digits.
    """
    if math.isnan(value):
        return r"\mathrm{NaN}"
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        text = f"{value:.{places}f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return rf"{mantissa} \times 10^{{{int(exponent)}}}"


def signed(value: float, digits: int = 3) -> str:
    """A number as a factor or later term: in brackets where it begins with a minus."""
    text = number(value, digits)
    return f"({text})" if text.startswith("-") else text


def total(terms: list[str]) -> str:
    """The terms joined by plus signs; the middle of a long sum becomes dots."""
    if len(terms) > LONGEST:
        terms = [*terms[: LONGEST - 2], r"\cdots", terms[-1]]
    return " + ".join(terms)


def matrix(values: Tensor, digits: int = 3) -> str:
    """A matrix, or a vector as a column.

    Parameters
    ----------
    values : Tensor of shape (), (n,) or (m, n)
    """
    if values.ndim == 0:
        return number(float(values), digits)
    rows = values[:, None] if values.ndim == 1 else values
    body = r" \\ ".join(" & ".join(number(v, digits) for v in row) for row in rows.tolist())
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"


def shape(values: Tensor) -> str:
    r"""``\mathbb{R}^{4 \times 3}`` of the lecture."""
    return r"\mathbb{R}" + ("" if values.ndim == 0 else "^{" + r" \times ".join(map(str, values.shape)) + "}")
