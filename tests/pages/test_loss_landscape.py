"""The landscape page as a visitor meets it: every source, plot and kind of direction, and odd addresses."""

import pytest
from streamlit.testing.v1 import AppTest

from nlm_core.lm.registry import load
from tests.pages.conftest import OpenPage, rest

PAGE = "pages/loss_landscape.py"
SMALL = {"depth": "2", "width": "6", "T": "40", "n": "17"}


def clean(at: AppTest) -> AppTest:
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]
    return at


def said(at: AppTest) -> str:
    return " ".join(element.value for element in (*at.markdown, *at.caption))


def test_directions_and_plots(open_page: OpenPage) -> None:
    at = clean(open_page(PAGE, **SMALL))
    assert "Variance of the path held" in said(at)
    assert "40 steps" in said(at)
    clean(rest(at.button_group("plot").set_value("3-D").run()))
    clean(rest(at.button_group("directions").set_value("Random").run()))
    assert "Every filter" in said(at)
    clean(rest(at.number_input("reach").set_value(0.2).run()))
    clean(rest(at.toggle("skip").set_value(True).run()))


def test_nothing_is_computed_twice(open_page: OpenPage) -> None:
    at = clean(open_page(PAGE, **SMALL))
    kept = at.session_state["_landscape_fit"], dict(at.session_state["_landscapes"])
    clean(rest(at.button_group("plot").set_value("3-D").run()))
    assert at.session_state["_landscape_fit"] is kept[0]
    assert all(at.session_state["_landscapes"][key] is seen for key, seen in kept[1].items())
    for reach in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7):
        rest(at.button_group("directions").set_value("Random").run())
        clean(rest(at.number_input("reach").set_value(reach).run()))
    assert len(at.session_state["_landscapes"]) == 6


def test_nlm_rnn_on_sentences(open_page: OpenPage) -> None:
    at = clean(open_page(PAGE, source="nlm-rnn", sentences="1", n_rnn="5"))
    assert "The dog ran across the grass." in said(at)
    assert "only random directions" in said(at)
    assert f"{load('nlm-rnn').card.parameters:,}" in said(at)


def test_a_training_that_overflows_is_told(open_page: OpenPage) -> None:
    at = open_page(PAGE, data="Spirals", depth="20", width="32", skip="true", T="200", alpha="1", n="17")
    assert not at.exception
    if at.error:
        assert "a rate below 1" in at.error[0].value
    else:
        assert "steps" in said(at)


@pytest.mark.parametrize(
    "query",
    [
        {"source": "no such", "data": "<b>", "directions": "x", "n": "4", "plot": "4-D"},
        {"depth": "-3", "width": "1e9", "T": "999999", "alpha": "nan", "seed": "-1"},
        {"directions": "Random", "reach": "1e99", "direction_seed": "abc", "skip": "perhaps"},
    ],
)
def test_odd_addresses(open_page: OpenPage, query: dict[str, str]) -> None:
    at = open_page(PAGE, **{**SMALL, **query})
    assert not at.exception
    assert not at.error


def test_what_the_page_opens_with_is_computed_once_for_all(open_page: OpenPage) -> None:
    first = clean(open_page(PAGE)).session_state["_landscapes"]
    second = clean(open_page(PAGE)).session_state["_landscapes"]
    assert list(first) == list(second)
    assert all(first[key] is second[key] for key in first)
    changed = clean(open_page(PAGE, **SMALL)).session_state["_landscapes"]
    assert not set(changed) & set(first)
