"""Steps that are chosen by keys and buttons of a drawing: a number of the session, in the address when at rest.

It is no widget: a field would send its own, older number with every key and so take steps back.
"""

from dataclasses import dataclass

import streamlit as st

from pages._app.address import taken, tell

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
    first : int
        The number of the first step.
    """

    key: str
    name: str
    from_end: bool = False
    first: int = 0

    def open(self) -> None:
        """Take the step that a link asks for; in a page's full run."""
        st.session_state.setdefault(self.key, None)
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
        st.session_state[self.key] = step

    def move(self, by: int, last: int) -> None:
        """Go on or back, not beyond either end; for use in callbacks."""
        step = min(last, max(self.first, self.shown(last) + by))
        self.choose(None if step == (last if self.from_end else self.first) else step)

    def tell_address(self, last: int) -> None:
        """Put the step into the address; says where one beyond the end was asked for."""
        step = st.session_state.get(self.key)
        if step is not None and step > last:
            st.caption(f"The text ends at {self.name} {last:,}; that one is shown.")
        tell(self.key, None if step is None else str(self.shown(last)))
