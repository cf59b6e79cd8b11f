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
    """A step from 0 to the last one there is, which is told at every use.

    Attributes
    ----------
    key : str
        Its name in the session and in the address.
    name : str
        What it is called on the page.
    from_end : bool
        Whether nothing chosen means the last step, which moves on with what is typed; else it means step 0.
    of : str
        What ends at the last step.
    """

    key: str
    name: str
    from_end: bool = False
    of: str = "text"

    def open(self) -> None:
        """Take the step that a link asks for; in a page's full run."""
        st.session_state.setdefault(self.key, None)
        asked = taken(self.key)
        if asked is not None:
            self.choose(int(asked[:_DIGITS]) if asked.isascii() and asked.isdigit() else None)

    def shown(self, last: int) -> int:
        """The step to show."""
        step = st.session_state.get(self.key)
        return min(int(step), last) if step is not None else last if self.from_end else 0

    def choose(self, step: int | None) -> None:
        """Go to a step; for use in callbacks."""
        st.session_state[self.key] = step

    def move(self, by: int, last: int) -> None:
        """Go on or back, not beyond either end; for use in callbacks."""
        step = min(last, max(0, self.shown(last) + by))
        self.choose(None if step == (last if self.from_end else 0) else step)

    def tell_address(self, last: int) -> None:
        """Put the step into the address; says where one beyond the end was asked for."""
        step = st.session_state.get(self.key)
        if step is not None and step > last:
            st.caption(f"The {self.of} ends at {self.name} {last:,}; that one is shown.")
        tell(self.key, None if step is None else str(min(step, last)))
