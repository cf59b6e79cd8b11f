"""Steps of a drawing: of the session, taken from the address of a link, told to it at rest, and never lost."""

import pytest
from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from pages._app.steps import Steps

    steps = Steps("s", "step", from_end=st.session_state["from_end"], first=1)
    last = int(st.number_input("last", 1, 9, 4))
    steps.open()
    for act in st.session_state.pop("acts", ()):
        steps.follow(act, last)
    st.text(f"{steps.shown(last)}")
    steps.tell_address(last)


def _open(address: str = "", from_end: bool = False) -> AppTest:
    at = AppTest.from_function(_page)
    at.session_state["from_end"] = from_end
    if address:
        at.query_params["s"] = address
    return at.run()


def _shown(at: AppTest) -> str:
    assert not at.exception
    return at.text[0].value


@pytest.mark.parametrize(
    ("address", "from_end", "shown"),
    [
        ("", False, "1"), ("", True, "4"), ("3", False, "3"), ("1", True, "1"), ("99", False, "4"), ("-7", False, "1"),
        ("9" * 40, True, "4"), ("x", False, "1"), ("1.5", True, "4"), ("٣", False, "1"),
    ],
)  # fmt: skip
def test_a_page_opens_at_the_step_of_its_address(address: str, from_end: bool, shown: str) -> None:
    assert _shown(_open(address, from_end)) == shown


def test_a_step_beyond_either_end_is_told() -> None:
    assert "which is shown instead of 99" in _open("99").caption[0].value
    assert "There is no step -7" in _open("-7").info[0].value


def test_every_act_counts_and_none_leads_beyond_an_end() -> None:
    at = _open("2")
    for acts, shown in (
        ([{"go": 1}, {"go": 1}], "4"),
        ([{"go": 1}] * 5, "4"),
        ([{"go": -1}, {"to": 2}, {"go": -1}], "1"),
        ([{"go": -1}], "1"),
        ([{"go": 7}, {"go": "1"}, {"to": 9}, {"to": None}, {"go": True}, {}], "1"),
    ):
        at.session_state["acts"] = acts
        assert _shown(at.run()) == shown


def test_the_address_has_the_step_and_the_last_one_moves_on() -> None:
    at = _open(from_end=True)
    assert "s" not in at.query_params
    at.session_state["acts"] = [{"go": -1}]
    assert (_shown(at.run()), at.query_params["s"]) == ("3", "3")
    at.session_state["acts"] = [{"go": 1}]
    assert _shown(at.run()) == "4"
    assert "s" not in at.query_params
    assert _shown(at.number_input[0].set_value(9).run()) == "9"
