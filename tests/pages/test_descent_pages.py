"""The descent page as a visitor meets it: every surface and view, odd rates, formulas, addresses and points."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from nlm_core.optim.points import Points, parse_csv
from nlm_core.optim.surfaces import SURFACES
from pages._shared.panels.descent_settings import OWN
from tests.pages.conftest import act, drawn, rest

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


def touched(at: AppTest, **what: Any) -> AppTest:
    """After something was done by hand on the plane or its controls, and all of the page has followed."""
    return clean(act(at, "contour_plane", **what).run())


def address(at: AppTest) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[-1] for name, value in at.query_params.items()}


def shown(at: AppTest) -> dict[str, Any]:
    """What the drawing was given: rate, start, step and plane."""
    return drawn(at, "contour_plane")


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
    assert shown(page)["alpha"] == 0.07
    assert (shown(page)["x0"], shown(page)["y0"]) == (-4.5, 1)


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


def test_a_rate_that_is_set_by_hand_is_shown_written_and_in_the_address() -> None:
    at = touched(clean(visit(surface="Bowl")), alpha=0.01)
    assert shown(at)["alpha"] == pytest.approx(0.01)
    assert "0.01" in written(at)
    assert address(at)["alpha"] == "0.01"
    at = touched(at, alpha=50.0)
    assert shown(at)["alpha"] == 50
    # What a surface has anyway is in no address.
    at = touched(at, alpha=shown(visit(surface="Bowl"))["alpha"])
    assert "alpha" not in address(at)


@pytest.mark.parametrize(("name", "steep"), [("Bowl", False), ("Rosenbrock", True)])
def test_logarithmic_heights_are_told(name: str, steep: bool) -> None:
    at = clean(visit(surface=name))
    assert any("logarithmic" in note for note in shown(at)["notes"]) == steep


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_a_rate_that_is_none_keeps_the_last_one(rate: float) -> None:
    at = clean(visit(surface="Bowl", alpha="0.25"))
    at = act(at, "contour_plane", alpha=rate)
    assert not at.exception
    assert "above 0" in shown(at)["refused"]
    assert shown(at)["alpha"] == 0.25
    at.run()
    assert "0.25" in written(at)
    # It is said once.
    assert shown(at)["refused"] == ""


@pytest.mark.parametrize("alpha", ["nan", "inf", "-3", "0", "abc", "1e300"])
def test_any_rate_in_the_address(alpha: str) -> None:
    assert not visit(surface="Ravine", alpha=alpha).exception


def test_divergence_is_told_with_step_and_number() -> None:
    at = visit(surface="Ravine", alpha="0.5", T="100")
    clean(at)
    assert "diverged at step" in at.warning[0].value
    assert any("beyond it" in note for note in shown(at)["notes"])


def test_the_largest_stable_rate() -> None:
    at = clean(visit(surface="Ravine"))
    assert any("2/25 = 0.08" in note for note in shown(at)["notes"])


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
    before = drawn(at, "points_plane")
    at.session_state["_points_refused"] = "there is no point 99"
    at.run()
    assert "no point 99" in at.error[0].value
    assert drawn(at, "points_plane") == before
    clean(at.run())


def test_points_and_surface_are_drawn_together() -> None:
    at = clean(visit(beside="Points"))
    before = drawn(at, "contour_plane")["plane"]
    at.session_state["_descent_points"] = {"Linear regression": parse_csv("0,1\n1,3\n2,5")}
    clean(at.run())
    after = drawn(at, "contour_plane")["plane"]
    assert after["marks"] == [pytest.approx([2, 1])]
    assert after["lines"] != before["lines"]
    assert drawn(at, "points_plane")["movable"]


def test_a_dragged_point_moves_the_surface_and_not_the_rate() -> None:
    at = clean(visit(beside="Points"))
    numbers = ("alpha", "x0", "y0")
    before, rate = shown(at)["plane"], shown(at)["alpha"]
    kept = [shown(at)[name] for name in numbers]
    at = clean(act(at, "points_plane", kind="move", i=23, x=6.0, y=2.0).run())
    assert shown(at)["plane"]["marks"] != before["marks"]
    assert shown(at)["plane"]["ground"]["key"] != before["ground"]["key"]
    assert [shown(at)[name] for name in numbers] == kept
    # The rate is another than what is usual for these points, and so it is in the address with them.
    again = clean(visit(**address(at)))
    assert shown(again)["alpha"] == rate
    assert shown(again)["plane"]["marks"] == [pytest.approx(shown(at)["plane"]["marks"][0], rel=1e-4)]


@pytest.mark.parametrize(
    "acts",
    [
        [{"alpha": 0.03}, {"kind": "move", "i": 0, "x": -2.5, "y": 1.25}, {"go": 1}, {"go": 1}, {"go": 1}],
        [{"x0": 2.5}, {"y0": -0.75}, {"to": 7}, {"go": -1}, {"alpha": 0.3}],
    ],
)
def test_what_has_come_to_rest_is_what_a_cold_open_shows(acts: list[dict[str, Any]]) -> None:
    at = clean(visit(surface="Ravine", T="20"))
    for each in acts:
        at = act(at, "contour_plane", **each)
    clean(at.run())
    again = clean(visit(**address(at)))
    here, there = shown(at), shown(again)
    for message in (here, there):
        message.pop("live"), message.pop("done")
    assert here == there
    assert written(at) == written(again)


def test_every_step_by_key_counts() -> None:
    at = clean(visit(surface="Bowl", T="30"))
    at = clean(act(at, "contour_plane", *({"go": 1},) * 8))
    assert shown(at)["plane"]["step"] == 8
    at = clean(act(at, "contour_plane", *({"go": -1},) * 3, {"go": 1}))
    assert shown(at)["plane"]["step"] == 6
    # Not beyond either end.
    at = clean(act(at, "contour_plane", *({"go": 1},) * 40))
    assert shown(at)["plane"]["step"] == shown(at)["last"] == 29


HOSTILE = [float("nan"), float("inf"), -1, 0, "0.1", "<b>", [0.1], {"a": 1}, None, True, 10**400]


@pytest.mark.parametrize("value", HOSTILE, ids=[str(value)[:9] for value in HOSTILE])
def test_what_no_hand_does_changes_nothing(value: Any) -> None:
    at = clean(visit(surface="Ravine", alpha="0.05", i="3"))
    before = shown(at)["plane"]["lines"], shown(at)["plane"]["step"]
    bad = [] if value in (-1, 0) else [{"x0": value}, {"y0": value}, {"kind": "move", "x": value, "y": value}]
    bad += [{"go": value}] if value not in (-1, True) else []
    for what in ({"alpha": value}, *bad, {"to": value if not isinstance(value, int) else None}, {"ground": value}, {}):
        at = clean(act(at, "contour_plane", **what))
        assert (shown(at)["plane"]["lines"], shown(at)["plane"]["step"]) == before, what


def _answers() -> None:
    """One answer of the live part, without a run of the page around it."""
    import streamlit as st

    from nlm_core.optim.descent import Settings
    from nlm_core.optim.surfaces import surface
    from pages._shared.panels.descent_live import done, message
    from pages._shared.panels.descent_state import Plan, descent

    plan = Plan(surface(st.session_state["name"]), Settings(steps=5), (), contour=True)
    done(plan, st.session_state["act"])
    st.session_state["ground"] = message(descent(plan), plan)["plane"]["ground"]


def test_the_ground_is_sent_once_and_again_when_it_is_asked_for() -> None:
    at = AppTest.from_function(_answers)

    def answer(name: str = "Ravine", **what: Any) -> dict[str, Any]:
        at.session_state["name"], at.session_state["act"] = name, what
        return dict(clean(at.run()).session_state["ground"])

    whole = answer()
    assert whole["heights"]
    assert answer(alpha=0.03) == {"key": whole["key"]}
    assert answer(ground=True) == whole
    assert answer(alpha=0.04) == {"key": whole["key"]}
    assert answer("Bowl")["heights"] != whole["heights"]
    assert answer() == whole


def test_a_run_of_the_whole_page_sends_the_ground() -> None:
    at = clean(visit(surface="Ravine"))
    whole = shown(at)["plane"]["ground"]
    assert whole["heights"]
    # It may be that of a browser that has lost its connection.
    assert shown(clean(at.run()))["plane"]["ground"] == whole


def test_numbers_of_a_page_stay_with_it_and_a_link_is_followed_again() -> None:
    at = clean(visit(surface="Bowl", alpha="5"))
    assert shown(at)["alpha"] == 5
    at.query_params.clear()
    assert not at.switch_page("pages/loss_landscape.py").run().exception
    # A rate of 5 is beyond what that page's field takes.
    assert at.session_state["alpha"] == 0.1
    at.switch_page("pages/backpropagation.py").run()
    at.query_params["alpha"], at.query_params["surface"] = "5", "Bowl"
    assert shown(clean(at.switch_page(PAGE).run()))["alpha"] == 5


def test_a_number_that_an_address_cannot_hold_is_told() -> None:
    at = visit(surface="Ravine", alpha="-3", y0="1e99")
    assert not at.exception
    told = " ".join(info.value for info in at.info)
    assert "-3 must be a finite number above 0" in told and "y0 = 1e99 must be" in told
    assert shown(at)["alpha"] == 0.07
