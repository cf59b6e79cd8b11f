"""The stepper that is drawn behind the step it leads to."""

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from pages._shared.panels.stepper import stepper_behind

    last = int(st.number_input("last", 0, 9, 4))
    known = st.session_state.get("s")
    step, draw = stepper_behind("Step", 0, last, key="s", forward="On")
    # A number that stands before the slider was there, and the one it then has.
    st.text(f"{known} {step}")
    st.session_state["drawn"] = draw()


def _open(address: str = "") -> AppTest:
    at = AppTest.from_function(_page)
    if address:
        at.query_params["s"] = address
    return at.run()


def _known_and_shown(at: AppTest) -> str:
    assert not at.exception
    known, shown = at.text[0].value.split()
    # Drawn behind, the slider agrees with the step that was shown before it.
    assert at.session_state["drawn"] in (None, int(shown))
    assert [slider.value for slider in at.slider] == [int(shown)]
    return f"{known} {shown}"


def test_a_page_opens_at_the_step_of_its_address() -> None:
    assert _known_and_shown(_open()) == "None 0"
    assert _known_and_shown(_open("3")) == "None 3"


def test_an_address_out_of_bounds_is_moved_and_told() -> None:
    at = _open("77")
    assert _known_and_shown(at) == "None 4"
    assert "77" in at.info[0].value


def test_a_step_is_shown_before_the_slider_is_drawn() -> None:
    at = _open("3")
    at.button(key="go Back").click().run()
    assert _known_and_shown(at) == "2 2"
    assert at.session_state["drawn"] == 2
    at.slider(key="s").set_value(4).run()
    assert _known_and_shown(at) == "4 4"
    assert at.button(key="go On").disabled


def test_the_stepper_keeps_its_place() -> None:
    at = _open("3")
    first = [element.type for element in at.main]
    assert first == [element.type for element in at.button(key="go Back").click().run().main]
    assert at.slider[0].value == 2


def test_a_step_beyond_a_shorter_text_is_moved_to_its_last() -> None:
    at = _open("4")
    at.number_input[0].set_value(2).run()
    assert _known_and_shown(at) == "4 2"
    assert not at.info
