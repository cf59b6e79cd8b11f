"""A drawn network: edges as wide as their weights, nodes with their activations; both can be clicked."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from nlm_core.nn.mlp import Forward, Parameters
from pages._shared.charts.bars import SVG
from pages._shared.charts.findings import finding, number
from pages._shared.charts.palette import BLUE, GREY, ORANGE, middle

NODE, EDGE = "node", "edge"
_NODES, _EDGES, _TITLES = "nodes", "edges", "titles"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_ROW_HEIGHT = 58
# What there is above and below the middles of the outermost nodes, in rows.
_ABOVE, _BELOW = 0.95, 0.45
_MOST_SIGNS = 6


def symbol(layer: int, layers: int) -> str:
    """What the nodes of a layer are called: x, h₂, h₄, …, ŷ; layer 0 is the input."""
    return "x" if layer == 0 else "ŷ" if layer == layers else f"h{2 * layer}".translate(_SUBSCRIPTS)


def _heights(size: int) -> list[float]:
    """Places of a layer's units, from the top, around 0."""
    return [(size - 1) / 2 - i for i in range(size)]


def _fitting(value: float) -> str:
    """A number to three digits, or to as many as find room in a node."""
    texts = [f"{value:.{digits}g}" for digits in (3, 2, 1)]
    return next((text for text in texts if len(text) <= _MOST_SIGNS), texts[-1])


def nodes_frame(parameters: Parameters, passed: Forward) -> pd.DataFrame:
    """One row a node: layer, row (from 0), name, the unit that a click opens, place, activation and its text, z."""
    layers = len(parameters.W)
    rows = []
    for layer, size in enumerate(parameters.sizes):
        values = passed.x if layer == 0 else passed.y_hat if layer == layers else passed.h[2 * layer - 1]
        z = [None] * size if layer in (0, layers) else passed.h[2 * layer - 2].tolist()
        for row, (y, value) in enumerate(zip(_heights(size), values.tolist(), strict=True)):
            name = f"{symbol(layer, layers)}[{row + 1}]"
            rows.append((layer, row, name, name if layer else "", float(layer), y, value, _fitting(value), z[row]))
    return pd.DataFrame(rows, columns=["layer", "row", "name", "unit", "x", "y", "value", "text", "z"])


def edges_frame(parameters: Parameters) -> pd.DataFrame:
    """One row a weight: layer (from 1), row and column (from 0), name, unit it leads to, two ends, value and size."""
    rows = []
    for layer, W in enumerate(parameters.W, start=1):
        tops, bottoms = _heights(W.shape[0]), _heights(W.shape[1])
        for row, weights in enumerate(W.tolist()):
            for column, weight in enumerate(weights):
                name = f"{f'W{layer}'.translate(_SUBSCRIPTS)}[{row + 1}, {column + 1}]"
                place = (layer - 1.0, bottoms[column], float(layer), tops[row])
                unit = f"{symbol(layer, len(parameters.W))}[{row + 1}]"
                rows.append(
                    (layer, row, column, name, unit, *place, weight, abs(weight), "≥ 0" if weight >= 0 else "< 0")
                )
    return pd.DataFrame(
        rows,
        columns=["layer", "row", "column", "name", "unit", "x", "y", "x2", "y2", "weight", "size", "sign"],
    )


def network_alt(nodes: pd.DataFrame, edges: pd.DataFrame) -> str:
    """What the network makes of its input, and its largest weight."""
    first, last = (nodes[nodes["layer"] == layer]["value"].tolist() for layer in (0, nodes["layer"].max()))
    inputs, outputs = (f"({', '.join(number(value) for value in values)})" for values in (first, last))
    sizes = "-".join(str(size) for size in nodes.groupby("layer").size())
    largest = edges.loc[edges["size"].idxmax()]
    return finding(
        "Network",
        f"{sizes}, x = {inputs} gives ŷ = {outputs}",
        f"the largest of {len(edges)} weights is {largest['name']} = {number(largest['weight'])}",
    )


def network_chart(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    headings: Sequence[str],
    chosen: tuple[int, int],
    *,
    ink: str,
    theme: str | None,
) -> dict[str, Any]:
    """The network from left to right, for ``st.vega_lite_chart``; ``chosen`` is (layer, row) of a unit.

    ``headings`` stand over the layers. Sizes and colours are shares of the largest, so that from one input to the next
    nothing but the data differs and the browser compiles nothing anew.
    """
    shares = nodes["value"] / max(float(nodes["value"].abs().max()), 1e-9)
    nodes = nodes.assign(share=shares, strong=shares.abs() > 0.5, chosen=_is_unit(nodes, chosen))
    widths = edges["size"] / max(float(edges["size"].max()), 1e-9)
    edges = edges.assign(width=widths, chosen=_is_unit(edges, chosen))
    sizes = tuple(nodes.groupby("layer").size())
    over = pd.DataFrame({"x": range(len(sizes)), "y": _span(sizes) + 0.75, "text": headings})
    return {**_network_spec(sizes, ink, theme), "datasets": {_NODES: nodes, _EDGES: edges, _TITLES: over}}


def _span(sizes: Sequence[int]) -> float:
    """How high the topmost nodes stand."""
    return (max(sizes) - 1) / 2


def _is_unit(frame: pd.DataFrame, unit: tuple[int, int]) -> pd.Series:
    return (frame["layer"] == unit[0]) & (frame["row"] == unit[1])


@lru_cache(maxsize=32)
def _network_spec(sizes: tuple[int, ...], ink: str, theme: str | None) -> dict[str, Any]:
    last, span = len(sizes) - 1, _span(sizes)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.35, last + 0.35], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-span - _BELOW, span + _ABOVE], nice=False))
    lines = (
        alt.Chart(alt.NamedData(_EDGES))
        .mark_rule(cursor="pointer", strokeCap="round")
        .encode(
            x=x,
            y=y,
            x2="x2:Q",
            y2="y2:Q",
            strokeWidth=alt.StrokeWidth("width:Q", scale=alt.Scale(domain=[0, 1], range=[0.6, 9]), legend=None),
            color=alt.Color(
                "sign:N",
                scale=alt.Scale(domain=["≥ 0", "< 0"], range=[BLUE, ORANGE]),
                legend=None,
            ),
            opacity=alt.condition("datum.chosen", alt.value(0.95), alt.value(0.45)),
            tooltip=[alt.Tooltip("name:N", title="weight"), alt.Tooltip("weight:Q", title="value", format=".4g")],
        )
        .add_params(alt.selection_point(name=EDGE, fields=["unit"], clear=False))
    )
    base = alt.Chart(alt.NamedData(_NODES)).encode(x=x, y=y)
    circles = (
        base.mark_circle(size=1500, opacity=1, cursor="pointer", strokeWidth=2)
        .encode(
            color=alt.Color(
                "share:Q",
                scale=alt.Scale(domain=[-1, 0, 1], range=[ORANGE, middle(theme), BLUE], interpolate="rgb"),
                legend=None,
            ),
            stroke=alt.condition("datum.chosen", alt.value(ink), alt.value(GREY)),
            tooltip=[
                alt.Tooltip("name:N", title="unit"),
                alt.Tooltip("value:Q", title="activation", format=".6g"),
                alt.Tooltip("z:Q", title="pre-activation", format=".6g"),
            ],
        )
        .add_params(alt.selection_point(name=NODE, fields=["unit"], clear=False))
    )
    values = base.mark_text(fontSize=12, fontWeight=600, tooltip=None).encode(
        text="text:N", color=alt.condition("datum.strong", alt.value("#ffffff"), alt.value(ink))
    )
    titles = alt.Chart(alt.NamedData(_TITLES)).mark_text(color=ink, fontSize=13).encode(x=x, y=y, text="text:N")
    spec: dict[str, Any] = (
        alt.layer(lines, circles, values, titles)
        .resolve_scale(color="independent", stroke="independent", strokeWidth="independent")
        .properties(height=max(210, round(_ROW_HEIGHT * (2 * span + _ABOVE + _BELOW))), usermeta=SVG)
        .configure_view(stroke=None)
        .to_dict()
    )
    return spec
