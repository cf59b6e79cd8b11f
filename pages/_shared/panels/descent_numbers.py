"""Numbers of a descent that are set in its live drawing: what is usual for them depends on the problem.

Of the session, in the address when at rest, and no widgets, as those of ``pages._app.numbers``.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages._app.address import taken, tell
from pages._shared.escape import plain

# What an address holds of a number is shown at most so far where it cannot be used.
_SHOWN = 60


@dataclass(frozen=True)
class ProblemNumber:
    """A number between two bounds; what is usual where none was chosen is told at every use.

    Attributes
    ----------
    key : str
        Its name in the session and in the address.
    low, high : float
        Both can be chosen.
    must : str
        What it must be, for the sentence that refuses another: "must be a number above 0".
    """

    key: str
    low: float
    high: float
    must: str

    def open(self) -> None:
        """Take the number that a link asks for, and say where it cannot be used; in a page's full run."""
        asked = taken(self.key)
        if asked is None:
            return
        try:
            self.choose(float(asked))
        except ValueError:
            st.session_state.pop(self.key, None)
            st.info(f"{plain(self.key)} = {plain(asked[:_SHOWN])} {self.must}; the usual value is shown.")

    def shown(self, usual: float) -> float:
        """The number to use."""
        chosen = st.session_state.get(self.key)
        return float(chosen) if self.is_usable(chosen) else usual

    def choose(self, value: Any) -> None:
        """Set the number; for use in callbacks.

        Raises
        ------
        ValueError
            If it is no such number. The old one stays.
        """
        if not self.is_usable(value):
            raise ValueError(self.must)
        st.session_state[self.key] = float(value)

    def reset(self) -> None:
        """Go back to what is usual; for use in callbacks."""
        st.session_state.pop(self.key, None)

    def tell_address(self, usual: float) -> None:
        """Put the number into the address, where it is another than the usual one."""
        number = self.shown(usual)
        tell(self.key, None if number == usual else f"{number!r}".removesuffix(".0"))

    def is_usable(self, value: Any) -> bool:
        """Whether this is a number within the bounds, of whatever type it may be."""
        # Python compares whole numbers of any size with a bound; only those within it become floats.
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high
