"""What is done by hand on the drawing of a network: an input or a weight moved, another unit opened."""

from typing import Any

import streamlit as st

from nlm_core.nn.mlp import Parameters
from nlm_core.nn.theta import LARGEST
from pages._app.address import taken, tell
from pages._app.numbers import field, is_number, move
from pages._components.drawing import Act, whole
from pages._shared.charts.network import symbol, weight_name
from pages._shared.panels.network_setup import REACH, inputs, network_of, put_parameters

FIRST = "h₂[1]"
_UNIT = "unit"
# The view to be opened when what was clicked has come to rest: its field still shows, and sends, the old one.
_OPENED = "_view_opened"


def unit_names(sizes: tuple[int, ...]) -> dict[str, tuple[int, int]]:
    """(layer, row) of every unit by its name; the input has none."""
    layers = len(sizes) - 1
    return {
        f"{symbol(layer, layers)}[{row + 1}]": (layer, row)
        for layer in range(1, layers + 1)
        for row in range(sizes[layer])
    }


def open_unit(sizes: tuple[int, ...]) -> None:
    """Take the unit of a link, or the first where the network has no such unit; in a page's full run."""
    asked = taken(_UNIT)
    if asked is not None:
        st.session_state[_UNIT] = asked
    if st.session_state.get(_UNIT) not in unit_names(sizes):
        st.session_state[_UNIT] = FIRST


def chosen_unit(sizes: tuple[int, ...]) -> tuple[int, int]:
    """(layer, row) of the unit that is taken apart."""
    return unit_names(sizes)[st.session_state[_UNIT]]


def tell_unit() -> None:
    """Put the unit into the address, where it is not the first."""
    unit = st.session_state[_UNIT]
    tell(_UNIT, None if unit == FIRST else unit)


def opened_view() -> str | None:
    """The view that a click asks for; once."""
    view: str | None = st.session_state.pop(_OPENED, None)
    return view


def unit_fields(parameters: Parameters, unit: tuple[int, int]) -> list[dict[str, Any]]:
    """The weights and the bias of a unit as fields of the drawing, by their names."""
    layer, row = unit
    values = [*parameters.W[layer - 1][row].tolist(), float(parameters.b[layer - 1][row])]
    return [
        field(name, name, value, (-REACH, REACH), LARGEST)
        for name, value in zip(_weights(parameters, unit), values, strict=True)
    ]


def _weights(parameters: Parameters, unit: tuple[int, int]) -> dict[str, int | None]:
    """The columns of a unit's weights by their names; the bias has none."""
    layer, row = unit
    columns = [*range(parameters.sizes[layer - 1]), None]
    return {weight_name(layer, row, column): column for column in columns}


def done(drawn: Parameters, act: Act) -> None:
    """Do what an act asks for; what it cannot mean changes nothing."""
    if "set" in act:
        move(inputs(drawn.sizes[0]), act)
        _set_weight(network_of(drawn), act.get("set"), act.get("value"))
        return
    layer = whole(act, "layer", 1, len(drawn.W))
    row = None if layer is None else whole(act, "row", 0, drawn.sizes[layer] - 1)
    if layer is not None and row is not None:
        st.session_state[_UNIT] = f"{symbol(layer, len(drawn.W))}[{row + 1}]"
        st.session_state[_OPENED] = "One unit"


def _set_weight(parameters: Parameters, name: Any, value: Any) -> None:
    layer, row = unit = chosen_unit(parameters.sizes)
    weights = _weights(parameters, unit)
    if not isinstance(name, str) or name not in weights or not is_number(value) or abs(value) > LARGEST:
        return
    column = weights[name]
    put_parameters(
        parameters.with_bias(layer, row, float(value))
        if column is None
        else parameters.with_weight(layer, row, column, float(value))
    )
