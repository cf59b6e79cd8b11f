"""The descent page as a visitor meets it: every surface and view, odd rates, formulas, addresses and points."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from nlm_core.optim.points import Points, parse_csv
from nlm_core.optim.surfaces import SURFACES
from pages._shared.panels.descent_settings import OWN
from tests.pages.conftest import rest

APP = Path(__file__).resolve().parents[2] / "app.py"
PAGE = "pages/gradient_descent.py"
VIEWS = ("One step", "A thousand starts")


def visit(**query: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=300)
    for name, value in query.items():
        at.query_params[name] = value
    return at.run().switch_page(PAGE).run()


def clean(at: AppTest) -> AppTest:
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]
    return at


def written(at: AppTest) -> str:
    return " ".join(element.value for element in at.markdown if element.value.startswith(r"$\theta^"))


@pytest.fixture(scope="module")
def page() -> AppTest:
    return clean(visit())


def test_every_surface_with_its_own_start_and_rate(page: AppTest) -> None:
    for name in (*SURFACES, OWN):
        clean(page.selectbox("surface").set_value(name).run())
        for plot in ("3-D", "Contour"):
            clean(page.button_group("plot").set_value(plot).run())
    page.selectbox("surface").set_value("Ravine").run()
    assert page.number_input("alpha").value == 0.07
    assert (page.number_input("x0").value, page.number_input("y0").value) == (-4.5, 1)


@pytest.mark.parametrize("name", ["Logistic regression", "Himmelblau"])
def test_every_view(name: str) -> None:
    at = clean(visit(surface=name, T="20"))
    for view in VIEWS:
        for beside in ("Points", "Losses"):
            at.button_group("beside").set_value(beside)
            clean(rest(at.button_group("view").set_value(view).run()))
    text = " ".join(m.value for m in at.markdown)
    assert ("SGD ended lower" in text) == (name == "Logistic regression")


def test_the_update_is_written_with_the_rate() -> None:
    at = clean(visit(surface="Bowl", alpha="0.25", x0="4", y0="-2"))
    assert "0.25" in written(at)
    assert r"3 \\ -1.5" in written(at)


def test_slider_and_number_are_one_rate() -> None:
    at = clean(visit(surface="Bowl"))
    clean(at.slider("log_alpha").set_value(-2.0).run())
    assert at.number_input("alpha").value == pytest.approx(0.01)
    clean(at.number_input("alpha").set_value(0.5).run())
    assert at.slider("log_alpha").value == pytest.approx(-0.3)


@pytest.mark.parametrize(("name", "steep"), [("Bowl", False), ("Rosenbrock", True)])
def test_logarithmic_heights_are_told(name: str, steep: bool) -> None:
    at = clean(visit(surface=name))
    assert any("logarithmic" in caption.value for caption in at.caption) == steep


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_a_rate_that_is_none_keeps_the_last_one(rate: float) -> None:
    at = clean(visit(surface="Bowl", alpha="0.25"))
    at.number_input("alpha").set_value(rate).run()
    assert not at.exception
    assert len(at.error) == 1
    assert "above 0" in at.error[0].value
    assert "0.25" in written(at)


@pytest.mark.parametrize("alpha", ["nan", "inf", "-3", "0", "abc", "1e300"])
def test_any_rate_in_the_address(alpha: str) -> None:
    assert not visit(surface="Ravine", alpha=alpha).exception


def test_divergence_is_told_with_step_and_number() -> None:
    at = visit(surface="Ravine", alpha="0.5", T="100")
    clean(at)
    assert "diverged at step" in at.warning[0].value
    assert any("beyond it" in caption.value for caption in at.caption)


def test_the_largest_stable_rate() -> None:
    at = clean(visit(surface="Ravine"))
    assert any("2/25 = 0.08" in caption.value for caption in at.caption)


@pytest.mark.parametrize("text", ["__import__('os')", "1/0", "x^^y", "(" * 10_000 + "x" + ")" * 10_000, "", "<b>$x$"])
def test_what_is_no_formula_keeps_the_last_one(text: str) -> None:
    at = clean(visit(surface=OWN, formula="x^2 + 3*y^2"))
    before = written(at)
    at.text_input("formula").set_value(text).run()
    assert not at.exception
    assert len(at.error) == 1
    assert written(at) == before


def test_a_race_of_everything_on_data_and_on_a_formula() -> None:
    at = clean(visit(optimizer="SGD", B="2"))
    clean(at.multiselect("rivals").set_value(["GD", "Adam", "α × 10", "B = 1", "B = N"]).run())
    clean(at.selectbox("surface").set_value("Beale").run())


@pytest.mark.parametrize("name", ["SGD", "Momentum", "Nesterov", "RMSProp", "Adam"])
def test_every_optimiser_with_mini_batches(name: str) -> None:
    clean(visit(optimizer=name, B="3", schedule="Cosine", T="30"))


@pytest.mark.parametrize(
    "query",
    [
        {"surface": "no such", "T": "0", "view": "no such"},
        {"B": "1000", "optimizer": "SGD", "T": "99999"},
        {"i": "500", "x0": "1e99", "rivals": "no such"},
    ],
)
def test_odd_addresses(query: dict[str, str]) -> None:
    assert not visit(**query).exception


def test_points_of_a_file_are_used_and_bad_ones_are_refused() -> None:
    at = clean(visit(beside="Points", table="true"))
    at.file_uploader("points_csv").set_value(("p.csv", b"x,y\n0,1\n1,3\n2,5\n", "text/csv")).run()
    clean(at)
    assert "of N = 3" in clean(at.selectbox("optimizer").set_value("SGD").run()).slider("B").label
    points: Points = at.session_state["_descent_points"]["Linear regression"]
    assert points.y.tolist() == parse_csv("0,1\n1,3\n2,5").y.tolist()
    for content in (b"x,y\n0,one\n1,2\n", b"0,1\n", b"0,\n1,2\n", b"\xff\xfe"):
        at.file_uploader("points_csv").set_value(("bad.csv", content, "text/csv")).run()
        assert not at.exception
        assert len(at.error) == 1
        assert at.session_state["_descent_points"]["Linear regression"].y.tolist() == [1, 3, 5]


def _by_hand() -> None:
    """One move of the hand, as the plane of the points tells it, and what comes of it."""
    import streamlit as st

    from pages._shared.panels.descent_points import by_hand

    by_hand(st.session_state["name"], st.session_state["message"])


@pytest.mark.parametrize("name", ["Linear regression", "Logistic regression"])
def test_what_the_hand_does_is_checked(name: str) -> None:
    at = AppTest.from_function(_by_hand)
    at.session_state["name"] = name
    at.session_state["message"] = {"kind": "move", "i": 0, "x": 5, "y": 0.7}
    clean(at.run())
    points: Points = at.session_state["_descent_points"][name]
    assert (points.x[0], points.y[0]) == (5, 1 if name == "Logistic regression" else 0.7)
    for message in ({"kind": "move", "i": 99, "x": 0, "y": 0}, {"kind": "move", "i": 0, "x": "<b>", "y": None}, {}):
        at.session_state["message"] = message
        clean(at.run())
        assert at.session_state["_points_refused"]
        assert at.session_state["_descent_points"][name] is points


def test_a_refused_move_is_told_and_the_points_stay() -> None:
    at = clean(visit(beside="Points"))
    before = drawn(at, "points")
    at.session_state["_points_refused"] = "there is no point 99"
    at.run()
    assert "no point 99" in at.error[0].value
    assert drawn(at, "points") == before
    clean(at.run())


def drawn(at: AppTest, key: str) -> dict[str, object]:
    """What a plane was given to draw."""
    (found,) = (element for element in at.get("bidi_component") if element.key == key)
    return dict(json.loads(found.proto.json))


def test_points_and_surface_are_drawn_together() -> None:
    at = clean(visit(beside="Points"))
    before = drawn(at, "contour")
    at.session_state["_descent_points"] = {"Linear regression": parse_csv("0,1\n1,3\n2,5")}
    clean(at.run())
    after = drawn(at, "contour")
    assert after["marks"] == [pytest.approx([2, 1])]
    assert after["lines"] != before["lines"]
    assert drawn(at, "points")["movable"]
