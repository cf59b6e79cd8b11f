"""Nonsense in an address: every key that a page knows, with wrong values of all sorts: no crash."""

import pytest
from streamlit.testing.v1 import AppTest

from pages._shared.catalog import EVERY, HOME, PageEntry
from tests.pages.conftest import OpenPage, field_names

NONSENSE = (
    "",
    "nan",
    "-1e309",
    "inf",
    "99999999999999999999",
    "-1",
    "0.5",
    "true",
    "None",
    "[1, 2]",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "a\u0000b\u202ec",
    "x" * 5_000,
)


def _keys(entry: PageEntry, at: AppTest) -> list[str]:
    """The names that stand in addresses of this page: those of its links, and its widgets with such a key."""
    linked = {name for _, query in entry.topics for name in query}
    kinds = ("text_input", "number_input", "slider", "select_slider", "selectbox", "multiselect", "toggle", "checkbox")
    widgets = {widget.key for kind in (*kinds, "segmented_control", "button_group") for widget in at.get(kind)}
    beside = {"drawn", "points", "trained", "theta", "unit", "row"}
    return sorted(linked | beside | field_names(at) | {key for key in widgets if key and key.isidentifier()})


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.file)
def test_nonsense_in_every_key_of_a_page(entry: PageEntry, open_page: OpenPage) -> None:
    plain = open_page(entry.file)
    assert not plain.exception
    keys = _keys(entry, plain)
    assert "projector" in keys
    for turn, _ in enumerate(NONSENSE):
        # Every key gets another value in every turn, so that all meet all in as many visits as there are values.
        query = {key: NONSENSE[(turn + place) % len(NONSENSE)] for place, key in enumerate(keys)}
        at = open_page(entry.file, **query)
        assert not at.exception, f"{query}: {at.exception[0].message}"
        assert entry is HOME or entry.title in [heading.value for heading in at.subheader]


def test_an_infinite_number_is_refused_with_a_message_and_the_rest_of_the_link_holds(open_page: OpenPage) -> None:
    at = open_page("pages/next_token.py", prefix="inf", k="1e999", position="1")
    assert not at.exception
    assert any("k was infinite" in info.value for info in at.info)
    assert (at.session_state["prefix"], at.session_state["k"], at.session_state["position"]) == ("inf", 10, 1)
