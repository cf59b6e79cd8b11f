"""A small network of the visitor's: its sizes, its numbers, its input, all of it kept in the address."""

import math
from collections.abc import Callable

import streamlit as st
import torch

from nlm_core.nn.mlp import LECTURE_SIZES, Parameters, random_parameters
from nlm_core.nn.theta import LARGEST, from_text, to_text
from pages._app.address import taken, tell
from pages._app.live import answer_now
from pages._app.numbers import Number
from pages._shared import controls
from pages._shared.charts.network import subscript
from pages._shared.escape import plain
from pages._shared.glossary import hint

MAX_UNITS, MAX_LAYERS = 8, 3
INPUTS = (1.0, -0.5, 2.0)
REACH = 3.0
# All numbers of the network as text, "" for random ones: no widget, because weights are moved by hand.
_THETA = "theta"
_FIELD = "theta_field"
_LAST = "_network_sizes"
_TOLD = "_network_told"
_VERSION = "_network_version"


def drawn_field() -> Parameters:
    """A network of random numbers, by its sizes and seed; in a page's full run, which takes the numbers of a link."""
    with st.popover("Sizes and numbers", icon=":material/tune:"):
        sizes = _sizes()
        seed = controls.bounded_slider("Seed of the random numbers", 0, 99, default=7, key="seed")
    if st.session_state.setdefault(_LAST, (sizes, seed)) != (sizes, seed):
        st.session_state[_LAST] = (sizes, seed)
        st.session_state[_THETA] = ""
    asked = taken(_THETA)
    if asked is not None:
        st.session_state[_THETA] = asked
    st.session_state.setdefault(_THETA, "")
    return random_parameters(sizes, torch.Generator().manual_seed(seed), decimals=1, bias=0.5)


def network_of(drawn: Parameters) -> Parameters:
    """The network as it is now: the numbers that were set, or those of ``drawn`` where they cannot be used."""
    try:
        return from_text(st.session_state[_THETA], drawn.sizes) if st.session_state[_THETA] else drawn
    except ValueError:
        return drawn


def put_parameters(parameters: Parameters) -> None:
    """Make these the numbers of the network; for use in callbacks."""
    st.session_state[_THETA] = to_text(parameters)


def numbers_field(drawn: Parameters, then: Callable[[], None] = lambda: None) -> None:
    """The numbers as text: what cannot be used is told and left alone; ``then`` ends the callback of a change."""
    theta: str = st.session_state[_THETA]
    tell(_THETA, theta or None, "the numbers of the network")
    st.session_state[_FIELD] = theta
    st.text_input(
        f"Set all {drawn.count} parameters: W₁ row by row, b₁, W₂, …",
        key=_FIELD,
        placeholder=to_text(drawn),
        on_change=_typed,
        args=(then,),
        help=hint(
            "Parameters",
            "Weights and bias",
            said="This is how a network is kept in the address. Empty: random numbers of the seed.",
        ),
    )
    st.button("Restore random parameters", on_click=_restart, args=(then,), disabled=not theta)
    if theta:
        try:
            from_text(theta, drawn.sizes)
        except ValueError as error:
            st.error(plain(f"The numbers of the network cannot be used: {error}. Those of the seed are shown."))


def _typed(then: Callable[[], None]) -> None:
    st.session_state[_THETA] = st.session_state[_FIELD]
    then()


def _restart(then: Callable[[], None]) -> None:
    st.session_state[_THETA] = ""
    then()


def _sizes() -> tuple[int, ...]:
    k = controls.bounded_slider("k, size of the input", 1, MAX_UNITS, default=LECTURE_SIZES[0], key="k")
    layers = controls.bounded_slider("Hidden layers", 1, MAX_LAYERS, default=1, key="layers", help=hint("Hidden layer"))
    hidden = [
        controls.bounded_slider(f"Units of hidden layer {i}", 1, MAX_UNITS, default=LECTURE_SIZES[1], key=f"d{i}")
        for i in range(1, layers + 1)
    ]
    d = controls.bounded_slider("d, size of the output", 1, MAX_UNITS, default=LECTURE_SIZES[2], key="d")
    return (k, *hidden, d)


def inputs(k: int) -> tuple[Number, ...]:
    """The components of x, moved in a drawing."""
    return tuple(
        Number(f"x{i}", f"x{subscript(i)}", -REACH, REACH, INPUTS[(i - 1) % len(INPUTS)]) for i in range(1, k + 1)
    )


def inputs_field(k: int) -> list[float]:
    """x, one slider a component."""
    return [
        controls.bounded_slider(f"$x_{i}$", -REACH, REACH, default=INPUTS[(i - 1) % len(INPUTS)], key=f"x{i}")
        for i in range(1, k + 1)
    ]


def weights_editor(parameters: Parameters, layer: int, names: list[str]) -> None:
    """Cells with W and b of one layer to type into; a cell without a number is told, and the old number stays."""
    W, b = parameters.W[layer - 1], parameters.b[layer - 1]
    table: dict[str, list[str] | list[float]] = {"unit": [f"{row + 1}" for row in range(len(b))]}
    table |= {name: W[:, i].tolist() for i, name in enumerate(names)}
    table[f"b_{layer}"] = b.tolist()
    # A new key for new numbers: an editor that is kept would put its old edits on top of them.
    version = st.session_state.setdefault(_VERSION, 0)
    key = f"edit {layer} {version}"
    st.data_editor(
        table,
        key=key,
        hide_index=True,
        disabled=["unit"],
        num_rows="fixed",
        on_change=_edited,
        args=(key, parameters, layer, tuple(table)),
        column_config={
            "unit": st.column_config.TextColumn("row", width=45),
            **{name: st.column_config.NumberColumn(format="%.4g", width=65) for name in list(table)[1:]},
        },
        alt=f"W_{layer} and b_{layer}: {len(b)} by {len(names)} weights and {len(b)} of b, to be typed over",
    )
    told = st.session_state.get(_TOLD)
    if told and told[0] == layer:
        st.error(plain(told[1]))


def _edited(key: str, parameters: Parameters, layer: int, columns: tuple[str, ...]) -> None:
    st.session_state.pop(_TOLD, None)
    st.session_state[_VERSION] += 1
    before = parameters
    for place, cells in st.session_state[key]["edited_rows"].items():
        row = int(place)
        for name, value in cells.items():
            column = columns.index(name) - 1
            is_bias = column == len(columns) - 2
            cell = f"b_{layer}[{row + 1}]" if is_bias else f"W_{layer}[{row + 1}, {column + 1}]"
            try:
                number = float(value)
            except (TypeError, ValueError):
                number = math.nan
            if not math.isfinite(number) or abs(number) > LARGEST:
                said = "an empty cell" if value is None else repr(str(value)[:40])
                st.session_state[_TOLD] = (
                    layer, f"{cell} takes a number between -1,000,000 and 1,000,000, not {said}; the old one is kept."
                )  # fmt: skip
                continue
            parameters = (
                parameters.with_bias(layer, row, number)
                if is_bias
                else parameters.with_weight(layer, row, column, number)
            )
    if parameters is not before:
        put_parameters(parameters)
        answer_now()
