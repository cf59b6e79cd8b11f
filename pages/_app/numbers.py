"""Numbers that are moved by hand in a live drawing: each a value of the session, in the address when at rest.

None is a widget: a slider sends its own, older value with every act and so takes moves back, and one that is bound
writes the address at every move.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages._app.address import taken, tell
from pages._components.drawing import Act
from pages._shared.escape import plain

# Moves from one end of a range to the other, at least.
_MOVES = 100


@dataclass(frozen=True)
class Number:
    """A real number with bounds.

    Attributes
    ----------
    key : str
        Its name in the session and in the address.
    label : str
        What it is called on the page, as plain text.
    low, high : float
        Its bounds, both allowed.
    default : float
        What it is until it is moved; not told to the address.
    """

    key: str
    label: str
    low: float
    high: float
    default: float

    def open(self) -> None:
        """Take the number that a link asks for, moved into its bounds with a message; in a page's full run."""
        st.session_state.setdefault(self.key, self.default)
        asked = taken(self.key)
        if asked is None:
            return
        number = _read(asked)
        value = self.default if number is None else min(self.high, max(self.low, number))
        if number is not None and value != number:
            st.info(
                f"{plain(self.key)} = {number:g} is not between {self.low:g} and {self.high:g}; {value:g} is shown."
            )
        st.session_state[self.key] = value

    def value(self) -> float:
        """The number as it is now."""
        value: float = st.session_state.get(self.key, self.default)
        return value

    def choose(self, asked: Any) -> None:
        """Take a number that the browser sends, of which nothing is sure: one that is not in bounds is not taken."""
        if is_number(asked) and self.low <= asked <= self.high:
            st.session_state[self.key] = float(asked)

    def tell_address(self) -> None:
        """Put the number into the address, where it is not the default."""
        value = self.value()
        tell(self.key, None if value == self.default else f"{value:.10g}")

    def field(self) -> dict[str, Any]:
        """The field of a drawing that moves it."""
        return field(self.key, self.label, self.value(), (self.low, self.high))


def field(
    name: str, label: str, value: float, bounds: tuple[float, float], most: float | None = None
) -> dict[str, Any]:
    """What a field of a drawing is told: a slider between two bounds, and a number to be typed.

    With ``most``, numbers between -most and most can be typed beyond the ends of the slider.
    """
    low, high = bounds
    ends = bounds if most is None else (-most, most)
    return {
        "name": name,
        "label": label,
        "value": value,
        "low": low,
        "high": high,
        "ends": ends,
        "step": _step(high - low),
    }


def _step(reach: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that makes enough moves: round numbers are met."""
    power = 10.0 ** math.floor(math.log10(reach / _MOVES))
    return max(step for step in (power, 2 * power, 5 * power) if step <= 1.001 * reach / _MOVES)


def move(numbers: Iterable[Number], act: Act) -> None:
    """Do what an act of a field asks for: ``{"set": key, "value": number}``."""
    for number in numbers:
        if number.key == act.get("set"):
            number.choose(act.get("value"))


def is_number(value: Any) -> bool:
    """Whether what a browser sent is a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _read(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number
