"""The pages on networks, losses and backpropagation as a visitor meets them: sliders, odd addresses, guesses, steps."""

from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from nlm_core.nn.activations import ACTIVATIONS
from nlm_core.nn.backprop import ledger, take_step
from nlm_core.nn.losses import LOSSES
from nlm_core.nn.mlp import random_parameters
from nlm_core.nn.theta import from_text, to_text
from tests.pages.conftest import act, drawn, settled

APP = Path(__file__).resolve().parents[2] / "app.py"
NETWORK, LOSS, BACK = "pages/neural_network.py", "pages/losses.py", "pages/backpropagation.py"
X, Y = [1.0, -0.5, 2.0], [0.9, -1.2]
# What a browser may send as the value of a field of which nothing may come.
HOSTILE = (None, True, "3", "nan", [1], {}, 1e999, -1e999, float("nan"), 10**400, 10.001, -10.001)


def visit(file: str, **query: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=300)
    for name, value in query.items():
        at.query_params[name] = value
    return at.run().switch_page(file).run()


def clean(at: AppTest) -> AppTest:
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]
    return at


def text(at: AppTest) -> str:
    return " ".join(str(e.value) for kind in (at.markdown, at.latex, at.caption, at.info) for e in kind)


@pytest.mark.parametrize("view", ["Matrices", "One unit", "Weights", "Activation", "Softmax"])
def test_every_view_of_a_network_of_any_size(view: str) -> None:
    at = clean(visit(NETWORK, view=view))
    at.slider("layers").set_value(3).run()
    at.slider("k").set_value(1).run()
    at.slider("d2").set_value(8).run()
    clean(at)
    assert sum(len(layer["values"]) for layer in drawn(at, "network")["layers"][1:]) == 4 + 8 + 4 + 2


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation(name: str) -> None:
    assert "sigma" in text(clean(visit(NETWORK, sigma=name, view="Activation")))


def test_the_arithmetic_of_a_unit_follows_its_input() -> None:
    parameters = random_parameters((3, 4, 2), torch.Generator().manual_seed(7), decimals=1, bias=0.5)
    at = clean(visit(NETWORK, view="One unit", unit="h₂[2]"))
    at = act(at, "network", set="x1", value=0.0)
    z = float((parameters.W[0] @ torch.tensor([0.0, -0.5, 2.0], dtype=torch.float64) + parameters.b[0])[1])
    assert f"{z:.3g}" in text(clean(at))


@pytest.mark.parametrize("typed", ["1 2 3", "a " * 26, "nan " * 26, "<b>x</b>", "9e9 " * 26])
def test_numbers_that_are_no_network_are_told_and_left_alone(typed: str) -> None:
    at = visit(NETWORK, theta=typed)
    assert not at.exception and len(at.error) == 1 and "Those of the seed" in at.error[0].value.replace("\\", "")
    assert "<b>" not in at.error[0].value


def test_a_network_in_the_address() -> None:
    parameters = random_parameters((3, 4, 2), torch.Generator().manual_seed(3))
    again = from_text(to_text(parameters), (3, 4, 2))
    assert torch.allclose(again.W[0], parameters.W[0], atol=1e-9) and again.sizes == (3, 4, 2)
    at = clean(visit(NETWORK, theta=to_text(parameters)))
    at.slider("d").set_value(3).run()
    assert clean(at).text_input("theta_field").value == "" and "theta" not in at.query_params


def test_a_weight_moved_by_hand_is_that_of_the_unit_that_was_clicked() -> None:
    parameters = random_parameters((3, 4, 2), torch.Generator().manual_seed(7), decimals=1, bias=0.5)
    at = act(clean(visit(NETWORK)), "network", layer=2, row=1)
    assert (at.session_state["unit"], at.session_state["view"]) == ("ŷ[2]", "One unit")
    names = [number["name"] for number in drawn(at, "network")["above"]]
    assert names == ["W₂[2, 1]", "W₂[2, 2]", "W₂[2, 3]", "W₂[2, 4]", "b₂[2]"]
    at = act(at, "network", {"set": names[2], "value": 1.75}, {"set": names[4], "value": -40.5})
    wanted = parameters.with_weight(2, 1, 2, 1.75).with_bias(2, 1, -40.5)
    assert clean(at).query_params["theta"] == to_text(wanted) and at.query_params["unit"] == "ŷ[2]"
    assert drawn(at, "network")["weights"][1][1][2] == 1.75
    clean(at.button_group("view").set_value("Matrices").run())


def test_the_settled_network_is_that_of_a_cold_open() -> None:
    at = act(clean(visit(NETWORK)), "network", {"layer": 1, "row": 2}, {"set": "W₁[3, 1]", "value": 2.5})
    at = clean(act(at, "network", set="x2", value=-2.0))
    again = clean(visit(NETWORK, **at.query_params))
    assert {**drawn(again, "network"), "done": 0, "live": 0} == {**drawn(at, "network"), "done": 0, "live": 0}
    assert text(again) == text(at)


@pytest.mark.parametrize("value", HOSTILE[:-2], ids=lambda value: str(value)[:9])
def test_what_no_network_can_hold_changes_nothing(value: object) -> None:
    at = clean(visit(NETWORK))
    before, view = drawn(at, "network"), at.session_state["view"]
    hostile = [{"set": name, "value": value} for name in ("x1", "W₁[1, 1]", "b₁[1]")]
    hostile += [
        {"set": "W₁[2, 1]", "value": 1.0},
        {"set": "W₁[1, 1]", "value": 1_000_001},
        {"set": value, "value": 1.0},
    ]
    hostile += [{"layer": value, "row": 0}, {"layer": 1, "row": value}, {"layer": 0, "row": 0}, {"layer": 2, "row": 2}]
    at = clean(act(at, "network", *hostile))
    assert {**drawn(at, "network"), "done": 0, "live": 0} == {**before, "done": 0, "live": 0}
    assert at.session_state["view"] == view and not {"theta", "x1", "unit"} & set(at.query_params)


@pytest.mark.parametrize("problem", ["Multi-class classification", "2-way classification", "Regression"])
def test_every_problem_shows_its_losses(problem: str) -> None:
    shown = text(clean(visit(LOSS, problem=problem)))
    assert all(rf"**{name}**" in shown for name in (*LOSSES, "Perplexity"))


def test_perplexity_of_no_idea_is_the_number_of_words() -> None:
    at = clean(visit(LOSS))
    clean(act(at, "losses", situation="No idea"))
    assert "among 5 words" in drawn(at, "losses")["said"]


@pytest.mark.parametrize("problem", ["Multi-class classification", "2-way classification", "Regression"])
def test_what_is_moved_settles_as_a_cold_open_of_its_address(problem: str) -> None:
    at = clean(visit(LOSS, problem=problem))
    for number in drawn(at, "losses")["fields"][:3] + drawn(at, "losses")["above"]:
        at = clean(act(at, "losses", set=number["name"], value=number["low"] + 2.125))
    settled, again = drawn(at, "losses"), clean(visit(LOSS, **at.query_params))
    assert {**drawn(again, "losses"), "done": 0, "live": 0} == {**settled, "done": 0, "live": 0}
    assert text(again) == text(at)
    assert any(number["value"] == number["low"] + 2.125 for number in settled["fields"])


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: str(value)[:9])
def test_what_no_field_can_hold_changes_nothing(value: object) -> None:
    at = clean(visit(LOSS))
    before = drawn(at, "losses")
    for what in ({"set": "l1", "value": value}, {"set": value, "value": 1.0}, {"situation": value}, {"go": value}):
        at = clean(act(at, "losses", **what))
    assert {**drawn(at, "losses"), "done": 0, "live": 0} == {**before, "done": 0, "live": 0}
    assert "l1" not in at.query_params


def test_softmax_as_written_overflows_and_the_safe_form_does_not() -> None:
    at = clean(visit(LOSS, view="Softmax step by step", l1="10", tau="0.1"))
    table = at.dataframe[0].value
    assert table["as written"].iloc[0] == "not a number" and table["p, safe form"].iloc[0] == "1"
    assert at.warning


@pytest.mark.parametrize("words", ["", "one", "a b c d e f g h i j", "<b>a</b> :red[b]", "$x$ **y** \"q'\\"])
def test_any_words(words: str) -> None:
    at = visit(LOSS, words=words)
    assert not at.exception
    # What is drawn in the browser is text there.
    labels = [number["label"] for number in drawn(at, "losses")["fields"]]
    assert labels == [f"Logit of {word}" for word in at.session_state["true"] and at.selectbox("true").options]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("sigma", ["Sigmoid", "ReLU"])
def test_the_ledger_row_by_row(loss: str, sigma: str) -> None:
    at = clean(visit(BACK, loss=loss, sigma=sigma))
    rows = 11 + (loss in ("BCE", "CE"))
    for row in range(2, rows + 1):
        at = act(at, "ledger", go=1)
        assert drawn(clean(at), "ledger")["row"] == row
        assert any("✓" in success.value for success in at.success)
    assert drawn(at, "ledger")["last"] == rows
    assert drawn(clean(act(at, "ledger", go=1)), "ledger")["row"] == rows
    assert drawn(clean(act(at, "ledger", go=-1)), "ledger")["row"] == rows - 1


def test_the_slips_of_the_slides_are_named() -> None:
    assert "b₁, as in the derivation" in text(clean(visit(BACK, row="1")))
    assert "half" in text(clean(visit(BACK, row="4")))


def test_steps_by_key_are_all_done_and_hostile_ones_are_none() -> None:
    at = act(clean(visit(BACK)), "ledger", *[{"go": 1}] * 8)
    assert drawn(clean(at), "ledger")["row"] == 9 and at.query_params["row"] == "9"
    for what in (
        {"go": 2},
        {"go": True},
        {"go": "1"},
        {"to": 0},
        {"to": 12},
        {"to": 1.5},
        {"set": "row", "value": 1},
        {},
    ):
        assert drawn(clean(act(at, "ledger", **what)), "ledger")["row"] == 9
    again = clean(visit(BACK, **at.query_params))
    assert {**drawn(again, "ledger"), "done": 0, "live": 0} == {**drawn(at, "ledger"), "done": 0, "live": 0}
    assert text(again) == text(at)


def test_guess_first() -> None:
    parameters = random_parameters((3, 4, 2), torch.Generator().manual_seed(7), decimals=1, bias=0.5)
    at = clean(visit(BACK, row="4", guess="true"))
    value = ledger(parameters, X, Y, "Sigmoid", "L2").value
    assert not at.success and "boxed" in drawn(at, "ledger")["numbers"][-1]
    at = settled(at.number_input[-1].set_value(-value).run())
    assert any("sign" in warning.value for warning in at.warning)
    at = settled(at.number_input[-1].set_value(round(value, 3)).run())
    assert any("Right" in success.value for success in at.success)
    assert "boxed" not in "".join(drawn(at, "ledger")["numbers"])


def test_a_step_changes_the_network_and_lowers_the_loss() -> None:
    parameters = random_parameters((3, 4, 2), torch.Generator().manual_seed(7), decimals=1, bias=0.5)
    taken = take_step(ledger(parameters, X, Y, "Sigmoid", "L2"), 0.1)
    at = clean(visit(BACK, view="Take the step"))
    assert f"{taken.loss_after:.5g}" in text(at)
    clean(at.button("take").click().run())
    assert f"**{taken.loss_after:.5g}**" in text(at)
    assert at.text_input("theta_field").value == to_text(taken.parameters)


@pytest.mark.parametrize(("file", "key", "asked", "shown"), [(NETWORK, "k", "99", 8), (BACK, "row", "-3", 1)])
def test_an_address_out_of_bounds_is_moved_with_a_message(file: str, key: str, asked: str, shown: int) -> None:
    at = clean(visit(file, **{key: asked}))
    assert (at.slider(key).value if file == NETWORK else drawn(at, "ledger")[key]) == shown
    assert any(asked in info.value.replace("\\", "") for info in at.info)
