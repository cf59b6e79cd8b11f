"""The first values of widgets are those that a browser sends, read from pages that Streamlit itself ran."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from nlm_core.bench.widget_states import as_changed, as_sent


def page() -> None:
    import streamlit as st

    st.session_state.setdefault("set number", 7)
    st.text_input("t", "words", key="text_input")
    st.checkbox("c", True, key="checkbox")
    st.number_input("n", 0, 9, 3, key="whole")
    st.number_input("x", 0.0, 1.0, 0.5, key="real")
    st.number_input("e", 0, 9, None, key="empty")
    st.number_input("s", 0, 9, key="set number")
    st.selectbox("b", ["one", "two"], index=1, key="selectbox")
    st.radio("r", ["one", "two"], index=None, key="radio")
    st.multiselect("m", ["one", "two"], ["two"], key="multiselect")
    st.segmented_control("g", ["one", "two"], default="one", key="button_group")
    st.slider("l", 0.0, 1.0, 0.25, key="slider")


@pytest.fixture(scope="module")
def elements() -> dict[str, Any]:
    """What the server sends of every widget of the page, by user key."""
    ran = AppTest.from_function(page).run(timeout=60)
    return {node.proto.id.split("-", maxsplit=2)[-1]: node.proto for node in ran.main.children.values()}


@pytest.mark.parametrize(
    ("key", "kind", "name", "value"),
    [
        ("text_input", "text_input", "string_value", "words"),
        ("checkbox", "checkbox", "bool_value", True),
        ("whole", "number_input", "int_value", 3),
        ("real", "number_input", "double_value", 0.5),
        ("set number", "number_input", "int_value", 7),
        ("selectbox", "selectbox", "string_value", "two"),
        ("multiselect", "multiselect", "string_array_value", ["two"]),
        ("button_group", "button_group", "string_array_value", ["one"]),
        ("slider", "slider", "double_array_value", [0.25]),
    ],
)
def test_the_first_value_of_a_widget(elements: dict, key: str, kind: str, name: str, value: object) -> None:
    state = as_sent(kind, elements[key])
    assert state is not None and state.WhichOneof("value") == name
    found = getattr(state, name)
    assert (list(found.data) if name.endswith("array_value") else found) == value


@pytest.mark.parametrize(("key", "kind"), [("empty", "number_input"), ("radio", "radio"), ("radio", "button")])
def test_what_has_no_value_sends_none(elements: dict, key: str, kind: str) -> None:
    assert as_sent(kind, elements[key]) is None


@pytest.mark.parametrize(
    ("value", "name"), [(True, "bool_value"), ("I", "string_value"), (2, "int_value"), (2.0, "double_value")]
)
def test_a_changed_value_has_its_own_type(value: object, name: str) -> None:
    state = as_changed("id", value)
    assert state.WhichOneof("value") == name and getattr(state, name) == value
