"""What a visitor without a browser reads from the server's messages, and what it answers."""

import json

import pytest
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from nlm_core.bench.screen import MAX_LARGE, Screen, VisitError, Widget, rerun_message

DIGEST = "0123456789abcdef0123456789abcdef"


def element_id(key: str) -> str:
    return f"$$ID-{DIGEST}-{key}"


def delta(fragment_id: str = "", **elements: dict) -> ForwardMsg:
    """A message with one new element, its fields given by kind."""
    message = ForwardMsg()
    message.delta.fragment_id = fragment_id
    for kind, fields in elements.items():
        target = getattr(message.delta.new_element, kind)
        target.SetInParent()
        for name, value in fields.items():
            if name == "mixed":
                target.mixed.json = value
            else:
                setattr(target, name, value)
    return message


@pytest.fixture
def screen() -> Screen:
    found = Screen()
    found.take(delta("f1", text_input={"id": element_id("prefix")}))
    found.take(delta("f1", bidi_component={"id": element_id("bars"), "json": '{"text": ""}'}))
    return found


def test_widgets_are_known_by_their_key_with_their_fragment(screen: Screen) -> None:
    screen.take(delta(button={"id": element_id("a-key-with-dashes")}))
    screen.take(delta(button={"id": element_id("None")}))
    screen.take(delta(markdown={"body": "no id at all"}))
    assert screen.widgets == {
        "prefix": Widget(element_id("prefix"), "f1"),
        "bars": Widget(element_id("bars"), "f1"),
        "a-key-with-dashes": Widget(element_id("a-key-with-dashes"), ""),
    }


def test_a_component_shows_the_data_it_was_last_sent(screen: Screen) -> None:
    component = element_id("bars")
    screen.take(delta("f1", bidi_component={"id": component, "json": '{"text": "I"}'}))
    assert screen.shown["bars"] == {"text": "I"}
    screen.take(delta("f1", bidi_component={"id": component, "mixed": '{"text": "I went", "table": {}}'}))
    assert screen.shown["bars"]["text"] == "I went"


def test_a_reference_shows_the_large_message_once_more_and_an_unknown_one_is_a_fault(screen: Screen) -> None:
    large = delta("f1", bidi_component={"id": element_id("bars"), "json": '{"text": "large"}'})
    large.hash, large.metadata.cacheable = "h", True
    screen.take(large)
    screen.take(delta("f1", bidi_component={"id": element_id("bars"), "json": '{"text": "small"}'}))
    screen.take(ForwardMsg(ref_hash="h"))
    assert screen.shown["bars"] == {"text": "large"}
    assert screen.cached_hashes == ["h"]
    with pytest.raises(VisitError, match="not sent"):
        screen.take(ForwardMsg(ref_hash="never seen"))


def test_large_messages_are_kept_up_to_a_bound_those_used_last_longest(screen: Screen) -> None:
    for number in range(MAX_LARGE + 3):
        large = delta(markdown={"body": "large"})
        large.hash, large.metadata.cacheable = f"h{number}", True
        screen.take(large)
        screen.take(ForwardMsg(ref_hash="h0"))
    assert len(screen.cached_hashes) == MAX_LARGE
    assert "h0" in screen.cached_hashes and "h1" not in screen.cached_hashes


def test_runs_that_ended_are_counted_by_kind(screen: Screen) -> None:
    for status in (
        ForwardMsg.FINISHED_SUCCESSFULLY,
        ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
        ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
        ForwardMsg.FINISHED_EARLY_FOR_RERUN,
    ):
        screen.take(ForwardMsg(script_finished=status))
    assert (screen.runs, screen.fragment_runs, screen.exceptions) == (1, 2, [])


def test_the_address_that_the_page_sets_is_known(screen: Screen) -> None:
    assert screen.query is None
    message = ForwardMsg()
    message.page_info_changed.query_string = "prefix=I"
    screen.take(message)
    assert screen.query == "prefix=I"


def test_what_went_wrong_is_kept(screen: Screen) -> None:
    screen.take(delta(exception={"type": "ValueError", "message": "no such thing"}))
    screen.take(ForwardMsg(script_finished=ForwardMsg.FINISHED_WITH_COMPILE_ERROR))
    missing = ForwardMsg()
    missing.page_not_found.page_name = "nowhere"
    screen.take(missing)
    first, second, third = screen.exceptions
    assert first == "ValueError: no such thing"
    assert "compile" in second and "nowhere" in third


def test_a_run_is_asked_for_as_a_browser_does(screen: Screen) -> None:
    first = rerun_message(screen, page_name="next_token", query="").rerun_script
    assert (first.page_name, first.page_script_hash, first.fragment_id) == ("next_token", "", "")
    started = ForwardMsg()
    started.new_session.page_script_hash = "app"
    started.new_session.initialize.session_id = "visitor"
    screen.take(started)
    assert rerun_message(screen, page_name="next_token", query="").rerun_script.page_script_hash == "app"
    named = ForwardMsg()
    named.navigation.page_script_hash = "page"
    for message in (named, started):
        screen.take(message)
    screen.change("prefix", "I")
    message = rerun_message(
        screen,
        page_name="next_token",
        query="model=nlm-gpt",
        triggers={"bars": {"picked": 7}},
        fragment_id="f1",
    ).rerun_script
    assert (message.page_name, message.query_string, message.fragment_id) == ("", "model=nlm-gpt", "f1")
    assert (message.page_script_hash, screen.session_id) == ("page", "visitor")
    text, told = message.widget_states.widgets
    assert (text.id, text.string_value) == (element_id("prefix"), "I")
    # The id under which Streamlit itself looks for the events of a component.
    assert told.id == _make_trigger_id(element_id("bars"), "events")
    assert json.loads(told.json_trigger_value) == [{"event": "picked", "value": 7}]


def test_a_widget_that_is_not_there_cannot_be_changed(screen: Screen) -> None:
    with pytest.raises(VisitError, match="has no position; it has bars, prefix"):
        screen.change("position", 1.0)
    with pytest.raises(VisitError, match="has no position"):
        rerun_message(screen, page_name="", query="", triggers={"position": {"picked": 1}})


def test_what_a_visitor_changed_stays_until_the_page_sets_it(screen: Screen) -> None:
    screen.change("prefix", "typed")
    screen.take(delta("f1", text_input={"id": element_id("prefix"), "default": "first"}))
    assert screen.states[element_id("prefix")].string_value == "typed"
    screen.take(delta("f1", text_input={"id": element_id("prefix"), "value": "set", "set_value": True}))
    assert screen.states[element_id("prefix")].string_value == "set"
