"""What a page shows, read from the messages of Streamlit's server, and the messages that a browser answers with.

A ``Screen`` takes the server's messages and knows what a browser would know of them: which widgets there are, which
fragment each belongs to, what the drawn components last showed, which runs have ended and what went wrong.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from nlm_core.bench.widget_states import Value, as_changed, as_sent

# Of large messages, which the server need not send twice, so many are kept.
MAX_LARGE = 64


class VisitError(RuntimeError):
    """The page could not be opened, or the connection was lost; the message says what came instead."""


@dataclass(frozen=True)
class Widget:
    """An input of the page: its id for the server, and the fragment that it reruns ("" for the whole page)."""

    id: str
    fragment_id: str


@dataclass
class Screen:
    """What the messages of the server say, kept by user key.

    Attributes
    ----------
    widgets : dict
        Every element with an id and a user key that was sent so far.
    states : dict
        The value of every widget that has one, by its id: what a browser sends with each run.
    shown : dict
        The data that each component was last sent, parsed from JSON.
    exceptions : list of str
        Kind and message of every exception that the page showed.
    runs, fragment_runs : int
        Runs that came to an end: of the whole page, and of a fragment. One that gave way to the next is in neither.
    page_script_hash, session_id : str
        What the server calls this page and this visitor.
    query : str or None
        Of the address, once the page has set it.
    """

    widgets: dict[str, Widget] = field(default_factory=dict)
    states: dict[str, WidgetState] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)
    exceptions: list[str] = field(default_factory=list)
    runs: int = 0
    fragment_runs: int = 0
    page_script_hash: str = ""
    session_id: str = ""
    query: str | None = None
    _large: dict[str, ForwardMsg] = field(default_factory=dict, repr=False)

    @property
    def cached_hashes(self) -> list[str]:
        """Of the large messages that the server need not send again."""
        return list(self._large)

    def take(self, message: ForwardMsg) -> None:
        """Take one message; a reference stands for the message of that hash, at its own place of the page.

        Raises
        ------
        VisitError
            If the server refers to a message that it never sent.
        """
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            if message.ref_hash not in self._large:
                raise VisitError("the server refers to a message that it has not sent")
            self.take(self._large[message.ref_hash])
        elif kind == "delta":
            if message.metadata.cacheable:
                self._keep(message)
            if message.delta.WhichOneof("type") == "new_element":
                self._element(message.delta.new_element, message.delta.fragment_id)
        elif kind == "new_session":
            self.page_script_hash = self.page_script_hash or message.new_session.page_script_hash
            self.session_id = message.new_session.initialize.session_id or self.session_id
        elif kind == "script_finished":
            self.runs += message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            self.fragment_runs += message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
            if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                self.exceptions.append("the script does not compile")
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "navigation":
            # Which of the pages of the app this is; a new session names the script of the whole app.
            self.page_script_hash = message.navigation.page_script_hash
        elif kind == "page_not_found":
            self.exceptions.append(f"no page is called {message.page_not_found.page_name!r}")

    def _keep(self, message: ForwardMsg) -> None:
        """Keep a large message, those used last longest."""
        self._large.pop(message.hash, None)
        self._large[message.hash] = message
        while len(self._large) > MAX_LARGE:
            del self._large[next(iter(self._large))]

    def _element(self, element: Any, fragment_id: str) -> None:
        kind = element.WhichOneof("type")
        sent: Any = getattr(element, kind) if kind else None
        if kind == "exception":
            self.exceptions.append(f"{sent.type}: {sent.message}")
        widget_id = str(getattr(sent, "id", ""))
        if not kind or not widget_id.startswith("$$ID-"):
            return
        # What the visitor has changed stays, unless the page sets it.
        if widget_id not in self.states or getattr(sent, "set_value", False):
            state = as_sent(kind, sent)
            if state is not None:
                self.states[widget_id] = state
        # "$$ID-", a digest, "-" and the key that the page gave; elements without a key are called None.
        key = widget_id.split("-", maxsplit=2)[-1]
        if key == "None":
            return
        self.widgets[key] = Widget(widget_id, fragment_id)
        if kind == "bidi_component":
            held = sent.WhichOneof("data")
            text = sent.json if held == "json" else sent.mixed.json if held == "mixed" else ""
            if text:
                self.shown[key] = json.loads(text)

    def widget(self, key: str) -> Widget:
        """The widget of a user key.

        Raises
        ------
        VisitError
            If the page has none.
        """
        if key not in self.widgets:
            raise VisitError(f"the page has no {key}; it has {', '.join(sorted(self.widgets))}")
        return self.widgets[key]

    def change(self, key: str, value: Value) -> None:
        """Change a widget, as its visitor would; the server is told with the next run. Errors as of ``widget``."""
        found = self.widget(key)
        self.states[found.id] = as_changed(found.id, value)


def rerun_message(
    screen: Screen,
    *,
    page_name: str,
    query: str,
    triggers: Mapping[str, Mapping[str, Any]] | None = None,
    fragment_id: str = "",
    url: str = "",
) -> BackMsg:
    """The message with which a browser asks for a run, with the values of all widgets.

    Parameters
    ----------
    screen : Screen
    page_name, query : str
        Of the address, without a slash in front and without a question mark.
    triggers : mapping, optional
        What components tell just this once: {user key: {event: value}}.
    fragment_id : str, optional
        The fragment to run; the whole page by default.
    url : str, optional
        Of the page as the browser has it.

    Raises
    ------
    VisitError
        If the page has no such widget.
    """
    message = BackMsg()
    run = message.rerun_script
    # Before its first run a page is called by its name, later by what the server calls it.
    run.page_script_hash, run.page_name = screen.page_script_hash, "" if screen.page_script_hash else page_name
    run.query_string, run.fragment_id = query, fragment_id
    run.cached_message_hashes.extend(screen.cached_hashes)
    run.context_info.timezone, run.context_info.timezone_offset = "UTC", 0
    run.context_info.locale, run.context_info.url = "en-US", url
    run.context_info.color_scheme, run.context_info.is_embedded = "light", False
    run.widget_states.widgets.extend(screen.states.values())
    for key, told in (triggers or {}).items():
        events = [{"event": event, "value": value} for event, value in told.items()]
        # Streamlit gathers all events of a component under an id of their own.
        gathered = f"$$STREAMLIT_INTERNAL_KEY_{screen.widget(key).id}__events"
        run.widget_states.widgets.append(WidgetState(id=gathered, json_trigger_value=json.dumps(events)))
    return message
