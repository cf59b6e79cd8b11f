"""Steps and other whole numbers that are chosen on a drawing: of the session, in the address when at rest.

It is no widget: a field would send its own, older number with every key and so take steps back.
"""

from dataclasses import dataclass

import streamlit as st

from pages._app.address import taken, tell
from pages._components.drawing import Act, whole

# More digits than these are not read: any such number is beyond any bound.
_DIGITS = 9


@dataclass(frozen=True)
class Steps:
    """A step from the first to the last one there is, which is told at every use.

    Attributes
    ----------
    key : str
        Its name in the session and in the address.
    name : str
        What it is called on the page.
    from_end : bool
        Whether nothing chosen means the last step, which moves on with what is typed; else it means the first.
    of : str
        What ends at the last step.
    first : int
        The number of the first step.
    """

    key: str
    name: str
    from_end: bool = False
    of: str = "text"
    first: int = 0

    def open(self) -> None:
        """Take the step that a link asks for; in a page's full run."""
        asked = taken(self.key)
        if asked is None:
            return
        known = asked.isascii() and asked.removeprefix("-").isdigit()
        step = int(asked[:_DIGITS]) if known else None
        if step is not None and step < self.first:
            st.info(f"There is no {self.name} {asked[:_DIGITS]}; {self.name} {self.first} is shown.")
            step = self.first
        self.choose(step)

    def shown(self, last: int) -> int:
        """The step to show."""
        step = st.session_state.get(self.key)
        if step is None:
            return last if self.from_end else self.first
        return max(self.first, min(int(step), last))

    def choose(self, step: int | None) -> None:
        """Go to a step; for use in callbacks."""
        if step is None:
            # Another page may have a field of this name, which could not show a step that is none.
            st.session_state.pop(self.key, None)
        else:
            st.session_state[self.key] = step

    def move(self, by: int, last: int) -> None:
        """Go on or back, not beyond either end; for use in callbacks."""
        self._go_to(self.shown(last) + by, last)

    def follow(self, act: Act, last: int) -> None:
        """Do what was done on a drawing's stepper: ``go`` on or back by some steps, or ``to`` one."""
        if (to := whole(act, "to", self.first, last)) is not None:
            self._go_to(to, last)
        elif (by := whole(act, "go", -1, 1)) is not None:
            self.move(by, last)

    def _go_to(self, step: int, last: int) -> None:
        step = min(last, max(self.first, step))
        self.choose(None if step == (last if self.from_end else self.first) else step)

    def tell_address(self, last: int) -> None:
        """Put the step into the address; says where one beyond the end was asked for."""
        step = st.session_state.get(self.key)
        if step is not None and step > last:
            st.caption(f"The {self.of} ends at {self.name} {last:,}, which is shown instead of {step:,}.")
        tell(self.key, None if step is None else str(self.shown(last)))


@dataclass(frozen=True)
class WholeNumber:
    """A whole number between two bounds that is chosen on a drawing.

    Attributes
    ----------
    key : str
        Its name in the session and in the address.
    low, high : int
        Both among its values.
    default : int
        What it is where nothing was chosen.
    """

    key: str
    low: int
    high: int
    default: int

    def open(self) -> None:
        """Take the number that a link asks for, moved to the nearest bound with a message; in a page's full run."""
        st.session_state.setdefault(self.key, self.default)
        asked = taken(self.key)
        if asked is None:
            return
        try:
            number = float(asked)
            self._choose(int(number))
        except (ValueError, OverflowError):
            return
        if not self.low <= number <= self.high:
            st.info(f"{self.key} = {number:g} is not between {self.low} and {self.high}; {self.value} is shown.")

    @property
    def value(self) -> int:
        number: int = st.session_state.get(self.key, self.default)
        return number

    def follow(self, act: Act) -> None:
        """Do what was done on a drawing's stepper; for use in callbacks."""
        if (to := whole(act, "to", self.low, self.high)) is not None:
            self._choose(to)
        elif (by := whole(act, "go", -1, 1)) is not None:
            self._choose(self.value + by)

    def _choose(self, number: int) -> None:
        st.session_state[self.key] = min(self.high, max(self.low, number))

    def tell_address(self) -> None:
        """Put the number into the address, where it is another than the usual one."""
        tell(self.key, None if self.value == self.default else str(self.value))
