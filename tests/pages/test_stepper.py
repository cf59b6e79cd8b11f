"""One step after another: by slider, by button, or by a key that comes before the last step is drawn."""

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from pages._shared.panels.stepper import stepper

    last = int(st.number_input("last", 0, 9, 4))
    st.text(f"{stepper('Step', 0, last, key='s', forward='On')}")


def _open(address: str = "") -> AppTest:
    at = AppTest.from_function(_page)
    if address:
        at.query_params["s"] = address
    return at.run()


def _shown(at: AppTest) -> int:
    assert not at.exception
    assert [slider.value for slider in at.slider] == [int(at.text[0].value)]
    return int(at.text[0].value)


def test_a_page_opens_at_the_step_of_its_address() -> None:
    assert _shown(_open()) == 0
    assert _shown(_open("3")) == 3


def test_an_address_out_of_bounds_is_moved_and_told() -> None:
    at = _open("77")
    assert _shown(at) == 4
    assert "77" in at.info[0].value


def test_buttons_step_and_stop_at_the_ends() -> None:
    at = _open("3")
    at.button(key="go Back").click().run()
    assert _shown(at) == 2
    at.slider(key="s").set_value(4).run()
    assert _shown(at) == 4
    assert at.button(key="go On").disabled


def test_a_key_before_the_last_step_is_drawn_counts_too() -> None:
    at = _open()
    at.button(key="go On").click().run()
    # The browser has not been told of step 1 yet: it sends step 0 along with the next key.
    at.slider(key="s").set_value(0)
    at.button(key="go On").click().run()
    assert _shown(at) == 2
    # A step that was chosen on the slider is where the next key starts from.
    at.slider(key="s").set_value(0).run()
    at.button(key="go On").click().run()
    assert _shown(at) == 1


def test_the_stepper_keeps_its_place() -> None:
    at = _open("3")
    first = [element.type for element in at.main]
    assert first == [element.type for element in at.button(key="go Back").click().run().main]
    assert at.slider[0].value == 2


def test_a_step_beyond_a_shorter_text_is_moved_to_its_last() -> None:
    at = _open("4")
    at.number_input[0].set_value(2).run()
    assert _shown(at) == 2
    assert not at.info
