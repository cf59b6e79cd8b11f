"""The values of widgets as a browser tells them: with each run it sends those of all widgets, changed or not."""

from collections.abc import Callable
from typing import Any

from streamlit.proto.NumberInput_pb2 import NumberInput
from streamlit.proto.WidgetStates_pb2 import WidgetState

Value = str | int | float | bool


def _text(sent: Any) -> dict[str, Any]:
    return {"string_value": sent.value if sent.set_value else sent.default}


def _switch(sent: Any) -> dict[str, Any]:
    return {"bool_value": sent.value if sent.set_value else sent.default}


def _number(sent: Any) -> dict[str, Any]:
    name = "value" if sent.set_value else "default"
    if not sent.HasField(name):
        return {}
    whole = sent.data_type == NumberInput.INT
    return {"int_value": int(getattr(sent, name))} if whole else {"double_value": getattr(sent, name)}


def _one_of(sent: Any) -> dict[str, Any]:
    if sent.set_value:
        return {"string_value": sent.raw_value} if sent.HasField("raw_value") else {}
    return {"string_value": sent.options[sent.default]} if sent.HasField("default") else {}


def _some_of(sent: Any) -> dict[str, Any]:
    options = [getattr(option, "content", option) for option in sent.options]
    chosen = list(sent.raw_values) if sent.set_value else [options[i] for i in sent.default]
    return {"string_array_value": {"data": chosen}}


def _slider(sent: Any) -> dict[str, Any]:
    if sent.options:
        return {"string_array_value": {"data": list(sent.raw_value)}} if sent.set_value else {}
    return {"double_array_value": {"data": list(sent.value if sent.set_value else sent.default)}}


# Of the other kinds a browser sends nothing before they have been used.
_KINDS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "text_input": _text,
    "text_area": _text,
    "checkbox": _switch,
    "number_input": _number,
    "selectbox": _one_of,
    "radio": _one_of,
    "multiselect": _some_of,
    "button_group": _some_of,
    "slider": _slider,
}


def as_sent(kind: str, sent: Any) -> WidgetState | None:
    """The state that an element gives its widget when it is shown; None where it has none of its own.

    Parameters
    ----------
    kind : str
        Of the element, as ``Element.WhichOneof("type")`` gives it.
    sent : message
        What the server sent of it.
    """
    value = _KINDS[kind](sent) if kind in _KINDS else {}
    return WidgetState(id=sent.id, **value) if value else None


def as_changed(widget_id: str, value: Value) -> WidgetState:
    """The state of a widget that a visitor has changed: a switch, a text, a whole number or another."""
    # True is an int too.
    if isinstance(value, bool):
        return WidgetState(id=widget_id, bool_value=value)
    if isinstance(value, str):
        return WidgetState(id=widget_id, string_value=value)
    if isinstance(value, int):
        return WidgetState(id=widget_id, int_value=value)
    return WidgetState(id=widget_id, double_value=value)
