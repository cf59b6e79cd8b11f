"""Charts and formulas of the pages on networks, losses and backpropagation: what they hold is what was computed."""

import math

import pytest
import torch

from nlm_core.nn.activations import ACTIVATIONS, activation
from nlm_core.nn.backprop import Ledger, ledger
from nlm_core.nn.losses import LOSSES
from nlm_core.nn.mlp import Parameters, forward, random_parameters
from nlm_core.nn.readings import perplexity_reading
from nlm_core.nn.theta import from_text, to_text
from pages._shared.charts.activation_curve import activation_chart, marks_frame
from pages._shared.charts.ledger_formula import entry_name, factors_text, guess_holds, hidden_entry, result_text
from pages._shared.charts.loss_curves import loss_chart, perplexity_chart
from pages._shared.charts.network import network_drawing, weight_name
from pages._shared.charts.probabilities import probabilities_drawing

X = [1.0, -0.5, 2.0]


@pytest.fixture
def parameters() -> Parameters:
    return random_parameters((3, 4, 5, 2), torch.Generator().manual_seed(1))


def test_nodes_and_edges_are_the_network(parameters: Parameters) -> None:
    passed = forward(parameters, X, "Tanh")
    drawn = network_drawing(parameters, passed, (2, 4))
    layers = drawn["layers"]
    assert [len(layer["values"]) for layer in layers] == [3, 4, 5, 2] and drawn["unit"] == [2, 4]
    assert [layer["symbol"] for layer in layers] == ["x", "h₂", "h₄", "ŷ"]
    assert layers[2]["values"] == pytest.approx(passed.h[3].tolist(), rel=1e-6)
    assert layers[2]["z"] == pytest.approx(passed.h[2].tolist(), rel=1e-6)
    assert layers[3]["values"] == pytest.approx(passed.y_hat.tolist(), rel=1e-6)
    assert layers[0]["z"] is None and layers[3]["z"] is None
    for W, weights in zip(drawn["weights"], parameters.W, strict=True):
        assert torch.allclose(torch.tensor(W, dtype=torch.float64), weights, rtol=1e-6)


def test_weights_are_named_by_their_places_from_one_on() -> None:
    assert weight_name(1, 1, 2) == "W₁[2, 3]" and weight_name(2, 0, None) == "b₂[1]"


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_pre_activation_is_marked_inside_the_curve(name: str, parameters: Parameters) -> None:
    passed = forward(parameters, [3.0, -3.0, 3.0], name)
    marks = marks_frame(name, passed)
    assert marks["x"].tolist() == [*passed.h[0].tolist(), *passed.h[2].tolist()]
    assert marks["value"].tolist() == [*passed.h[1].tolist(), *passed.h[3].tolist()]
    assert marks["derivative"].tolist()[:4] == activation(name).derivative(passed.h[0]).tolist()
    low, high = activation_chart(name, marks, "#123456").to_dict()["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert low <= marks["x"].min() and marks["x"].max() <= high


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize(("y", "y_hat"), [(1.0, 0.3), (0.0, 0.999999), (1.0, 1e-30)])
def test_the_live_point_lies_on_the_curve_and_in_the_drawing(name: str, y: float, y_hat: float) -> None:
    one, other = torch.tensor([y], dtype=torch.float64), torch.tensor([y_hat], dtype=torch.float64)
    slope = float(LOSSES[name].gradient(one, other)[0])
    spec = loss_chart(name, y, y_hat, slope, "ŷ").to_dict()
    low, high = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    live = spec["datasets"][spec["layer"][2]["data"]["name"]][0]
    assert low <= live["ŷ"] <= high and math.isclose(live["L"], float(LOSSES[name].value(one, other)), abs_tol=1e-12)


@pytest.mark.parametrize("y_hat", [0.3, 0.999999, 1e-30, 1e-300])
def test_the_perplexity_of_now_lies_in_its_drawing(y_hat: float) -> None:
    found = perplexity_reading(torch.tensor([1.0, 0.0]).double(), torch.tensor([y_hat, 1 - y_hat], dtype=torch.float64))
    assert found.gradient is not None
    spec = perplexity_chart(1.0, y_hat, found.value, float(found.gradient[0]), "ŷ").to_dict()
    live = spec["datasets"][spec["layer"][2]["data"]["name"]][0]
    assert live["L"] == pytest.approx(1 / y_hat)
    curve = spec["datasets"][spec["layer"][0]["data"]["name"]]
    assert all(row["L"] == pytest.approx(1 / row["ŷ"]) for row in curve)


def test_words_in_the_bars_stay_words() -> None:
    rows = probabilities_drawing("Softmax", words := ['a"b', "c\\d", "<b>"], [0.2, 0.3, 0.5], 1)["rows"]
    assert [label for _, label, *_ in rows] == words
    assert [kind for *_, kind, _ in rows] == ["token", "follows", "token"]
    assert [p for _, _, p, *_ in rows] == [
        0.2,
        0.3,
        0.5,
    ]


@pytest.fixture(params=LOSSES)
def done(request: pytest.FixtureRequest) -> Ledger:
    small = random_parameters((3, 4, 2), torch.Generator().manual_seed(7), decimals=1, bias=0.5)
    return ledger(small, X, [1.0, 0.0], "Sigmoid", request.param)


def test_every_row_can_be_written_with_its_numbers(done: Ledger) -> None:
    for row in done.rows:
        written = factors_text(done, row)
        assert written.count("{") == written.count("}") and "nan" not in written.lower()
        if row.upstream is not None and row.phase == "Backward pass":
            assert "upstream" in written and ("local" in written) == (row.local is not None)


def test_the_hidden_number_is_not_in_the_result(done: Ledger) -> None:
    for row in done.rows:
        entry = hidden_entry(row)
        assert result_text(row, entry).count("boxed") == 1 and "boxed" not in result_text(row)
        assert abs(float(row.result.flatten()[entry])) == float(row.result.abs().max())


def test_places_are_counted_from_one(done: Ledger) -> None:
    assert entry_name(done.row("dL/dW_1"), 5) == "2, 3"
    assert entry_name(done.row("h_1"), 3) == "4" and entry_name(done.row("L"), 0) == ""


@pytest.mark.parametrize(
    ("guess", "value", "right"), [(1.87, 1.868, True), (1.8, 1.868, False), (-1.868, 1.868, False)]
)
def test_a_guess_is_right_to_two_digits(guess: float, value: float, right: bool) -> None:
    assert guess_holds(guess, value) is right


def test_a_network_as_text_and_back(parameters: Parameters) -> None:
    again = from_text(to_text(parameters), parameters.sizes)
    for one, other in zip((*parameters.W, *parameters.b), (*again.W, *again.b), strict=True):
        assert torch.allclose(one, other, rtol=1e-9)
    for wrong in ("", "1", to_text(parameters) + " 1", to_text(parameters).replace("-", "x", 1)):
        with pytest.raises(ValueError, match="number"):
            from_text(wrong, parameters.sizes)
