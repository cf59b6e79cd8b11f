"""What a moment holds beside its fields stands in its address, and a page opened with it shows the same."""

from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

from nlm_core.optim.points import Points
from pages._shared.moment import MAX_CHARACTERS
from pages._shared.panels.training_link import AT_ONCE
from tests.pages.conftest import OpenPage, rest, visitor_jobs

LINE = "Linear regression"


def _address(at: AppTest) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[0] for name, value in at.query_params.items()}


def _press(at: AppTest, begin: str) -> None:
    next(button for button in at.button if button.label.startswith(begin)).click().run()


def _tokens(at: AppTest) -> list[Any]:
    return list(at.session_state["_branches"][1].tokens)


def test_a_generated_text_with_a_token_chosen_by_hand(open_page: OpenPage) -> None:
    at = open_page("pages/prompt.py", prompt="I went to the", seed="3", limit="4", temperature="0.8")
    assert "drawn" not in at.query_params
    _press(at, "Generate")
    rest(at)
    at.number_input(key="token").set_value(2).run()
    next(b for b in at.button if (b.key or "").startswith("alternative") and not b.disabled).click().run()
    _press(at, "One token")
    rest(at)
    tokens, address = _tokens(at), _address(at)
    assert len(tokens) == 3 and tokens[1].q is None
    again = open_page("pages/prompt.py", **address)
    assert not again.exception
    for token, same in zip(tokens, _tokens(again), strict=True):
        assert (token.token_id, token.rank) == (same.token_id, same.rank)
        assert same.p == pytest.approx(token.p, rel=1e-4)
        assert same.q is token.q is None or same.q == pytest.approx(token.q, rel=1e-4)
    assert _address(again) == address
    _press(again, "Undo")
    assert len(_tokens(again)) == 2
    assert _address(again)["drawn"] == ".".join(address["drawn"].split(".")[:2])


@pytest.mark.parametrize("text", ["zzzz", "1.2.<script>", "3." * 300 + "3"])
def test_a_text_that_no_model_wrote_is_refused(open_page: OpenPage, text: str) -> None:
    at = open_page("pages/prompt.py", drawn=text)
    assert not at.exception
    assert any("was not written by" in info.value for info in at.info)
    assert _tokens(at) == []
    assert "drawn" not in at.query_params


def test_points_that_were_moved(open_page: OpenPage) -> None:
    at = open_page("pages/gradient_descent.py", surface=LINE, beside="Points")
    assert "points" not in at.query_params
    own = Points(
        torch.tensor([0.0, 1.5, 2.25], dtype=torch.float64), torch.tensor([1.0, -3.0, 1e-3], dtype=torch.float64)
    )
    at.session_state["_descent_points"] = {LINE: own}
    at.run()
    address = _address(at)
    assert address["points"] == "0_1~1.5_-3~2.25_0.001"
    again = open_page("pages/gradient_descent.py", **address)
    assert not again.exception
    found = again.session_state["_descent_points"][LINE]
    assert found.x.tolist() == own.x.tolist() and found.y.tolist() == own.y.tolist()


def test_more_points_than_an_address_takes_are_left_out_and_that_is_said(open_page: OpenPage) -> None:
    at = open_page("pages/gradient_descent.py", surface=LINE)
    many = torch.linspace(-1, 1, MAX_CHARACTERS // 4).double()
    at.session_state["_descent_points"] = {LINE: Points(many, many)}
    at.session_state["tool_open"] = "share"
    at.run()
    assert not at.exception
    assert "points" not in at.query_params
    assert any("more points than an address takes" in caption.value for caption in at.caption)


@pytest.mark.parametrize("text", ["1_2", "a_b~1_2", "1_2_3~1_2", "nan_1~1_2", "~", "1e9_1~2_2"])
def test_points_that_cannot_be_used_are_refused(open_page: OpenPage, text: str) -> None:
    at = open_page("pages/gradient_descent.py", surface=LINE, points=text)
    assert not at.exception
    assert any("points in the address cannot be used" in info.value for info in at.info)
    assert LINE not in at.session_state["_descent_points"]


@pytest.mark.parametrize("view", ["Run", "Step by step"])
def test_a_run_of_training(open_page: OpenPage, view: str) -> None:
    settings = {"hidden": "8", "embedding": "4", "seed": "5"}
    at = open_page("pages/train_rnn.py", view="Run", steps="7", **settings)
    assert "trained" not in at.query_params
    _press(at, "Train 7 steps")
    rest(at)
    run = at.session_state["_training_run"]
    assert run.number == 7
    address = {**_address(at), "view": view}
    assert address["trained"] == "7"
    again = open_page("pages/train_rnn.py", **address)
    assert not again.exception
    same = again.session_state["_training_run"]
    assert same.number == 7
    assert [p.loss for p in same.points[1:]] == pytest.approx([p.loss for p in run.points[1:]], rel=1e-5)


@pytest.mark.parametrize("text", ["-3", "0", "1.5", "²", "x"])
def test_a_number_of_steps_that_is_none_trains_nothing(open_page: OpenPage, text: str) -> None:
    at = open_page("pages/train_rnn.py", view="Run", trained=text)
    assert not at.exception
    assert at.session_state["_training_run"].number == 0
    assert "trained" not in at.query_params


def test_a_long_run_waits_until_it_is_asked_for(open_page: OpenPage) -> None:
    settings = {"hidden": "8", "embedding": "4", "trained": f"{AT_ONCE + 1}"}
    at = open_page("pages/train_rnn.py", **settings)
    assert at.session_state["_training_run"].number == 0
    assert _address(at)["trained"] == settings["trained"]
    _press(at, f"Train {AT_ONCE + 1} steps")
    run = at.session_state["_training_run"]
    assert run.target == AT_ONCE + 1
    assert at.session_state["view"] == "Run"
    assert visitor_jobs(at).get("training").name is run
    assert rest(at).session_state["_training_run"].number == AT_ONCE + 1
    assert not at.exception
