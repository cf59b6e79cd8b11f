"""The examples behind a data problem: moved by hand beside the fitted model, edited in a table, or read from a file."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
import torch

from nlm_core.optim.path import Path
from nlm_core.optim.point_edits import MAX_BY_HAND, edited
from nlm_core.optim.points import MAX_ROWS, Points, PointsError, parse_csv, points_from_cells, to_text
from nlm_core.optim.problems import prediction
from nlm_core.optim.surface import DataSurface
from nlm_core.optim.surfaces import default_points, surface
from pages._components.drawing import drawing
from pages._shared.charts.plane import points_alt, points_plane
from pages._shared.escape import plain
from pages._shared.panels.descent_settings import RATE, START, named_surface, points_by_surface, usual_start

_VERSION, _BASE, _FILE, _REFUSED = "_points_version", "_points_base", "_points_file", "_points_refused"
_LABELS = "Logistic regression"


def _take(name: str, points: Points) -> None:
    """Use these points from now on; another key gives the table a fresh start with them."""
    points_by_surface()[name] = points
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1


def _reset(name: str) -> None:
    points_by_surface().pop(name, None)
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1


def by_hand(name: str, message: dict[str, Any]) -> None:
    """What the hand did, where it can be used; else the points stay, and why is said beside them.

    Rate and start stay too, though other points may have others that are usual: what moves is the minimum.
    """
    before = named_surface(name)
    try:
        points = edited(points_by_surface().get(name) or default_points(name), message, labels=name == _LABELS)
        surface(name, points)
    except PointsError as error:
        st.session_state[_REFUSED] = str(error)
    else:
        for number, usual in zip((RATE, *START), (before.rate, *usual_start(before)), strict=True):
            number.choose(number.shown(usual))
        _take(name, points)


def fit_plane(chosen: DataSurface, path: Path) -> None:
    """The examples, which can be moved, with the model at the start and at the end of the path."""
    x, y = chosen.x.numpy(), chosen.y.numpy()
    movable = len(x) <= MAX_BY_HAND
    along = np.linspace(float(x.min()), float(x.max()), 120)
    curves = {}
    for step, dash in ((0, "3 4"), (len(path.rates), "")):
        theta = torch.from_numpy(path.positions[0, step])
        curves[f"model at step {step}"] = (along, prediction(chosen.name, theta, torch.from_numpy(along)).numpy(), dash)
    plane = points_plane(
        x, y, curves, output="y, and p(class 1)" if chosen.name == _LABELS else "y", movable=movable,
        labels=chosen.name == _LABELS, alt=points_alt(x, y, curves),
    )  # fmt: skip
    drawing("plane", plane, key="points_plane", on_act=lambda act: by_hand(chosen.name, act))
    refused = st.session_state.pop(_REFUSED, None)
    if refused:
        st.error(f"{plain(refused)}. The points stay as they were.")
    if movable:
        st.caption(
            "Drag a point: surface and path follow. Double-click adds one. With keys: arrows move the point in focus, "
            "Page Up and Page Down choose another, Delete removes it."
        )
    else:
        st.caption(f"{len(x):,} points: more than {MAX_BY_HAND} are not moved by hand, but in the table.")


def _read_file(name: str) -> None:
    """A message where the file cannot be used; a file is taken once, so that the table can be edited after it."""
    file = st.file_uploader("Or load a CSV of two columns, x and y", type=["csv", "txt", "tsv"], key="points_csv")
    if file is None:
        return
    try:
        points = parse_csv(file.getvalue())
        surface(name, points)
    except PointsError as error:
        st.error(f"{plain(file.name)}: {plain(str(error))}. The points stay as they were.")
        return
    if st.session_state.get(_FILE) != (file.file_id, name):
        st.session_state[_FILE] = (file.file_id, name)
        _take(name, points)
    st.caption(f"{plain(file.name)}: {len(points):,} points.")


def points_editor(name: str) -> None:
    """Table and file; what is typed counts only where all of it can be used."""
    _read_file(name)
    key = f"points {name} {st.session_state.get(_VERSION, 0)}"
    if key not in st.session_state:
        now = points_by_surface().get(name) or default_points(name)
        st.session_state[_BASE] = pd.DataFrame({"x": now.x.numpy(), "y": now.y.numpy()})
    edited_table = st.data_editor(
        st.session_state[_BASE],
        num_rows="dynamic",
        key=key,
        height=250,
        hide_index=True,
        alt="Examples: x and y, each cell to be typed into",
    )
    try:
        points = points_from_cells(edited_table[["x", "y"]].itertuples(index=False, name=None))
        surface(name, points)
    except PointsError as error:
        st.error(f"{plain(str(error))}. The last usable points are shown.")
    else:
        if name in points_by_surface() or to_text(points) != to_text(default_points(name)):
            points_by_surface()[name] = points
    st.button("Reset points", on_click=_reset, args=(name,), icon=":material/restart_alt:")
    st.caption(f"Up to {MAX_ROWS:,} points; logistic regression wants y to be 0 or 1.")
