"""The messages of the live drawings: what they hold is what was computed."""

import math

import pytest
import torch

from nlm_core.nn.backprop import Ledger, ledger
from nlm_core.nn.losses import MULTI_CLASS, REGRESSION
from nlm_core.nn.mlp import random_parameters
from nlm_core.nn.readings import readings
from nlm_core.sentiment.encoder import Tokenised
from pages._app.numbers import Number, field, is_number
from pages._shared.charts.findings import LONGEST
from pages._shared.charts.ledger_drawing import ledger_drawing
from pages._shared.charts.losses_drawing import figures_of, perplexity_said
from pages._shared.charts.pieces import pieces_drawing
from pages._shared.charts.surprise import Told
from pages._shared.charts.tokens import Seen, seen_drawing, surprisal_drawing


@pytest.fixture
def done() -> Ledger:
    small = random_parameters((3, 4, 2), torch.Generator().manual_seed(7), decimals=1, bias=0.5)
    return ledger(small, [1.0, -0.5, 2.0], [0.9, -1.2], "Sigmoid", "L2")


def test_every_row_of_the_ledger_is_told_and_one_that_is_guessed_hides_its_number(done: Ledger) -> None:
    for row, this in enumerate(done.rows, start=1):
        shown, hidden = (ledger_drawing(done, row, guessing) for guessing in (False, True))
        assert shown["where"] == f"{this.phase} · row {row} of 11" and shown["symbols"] == [this.formula, this.shapes]
        assert "boxed" not in "".join(shown["numbers"]) and "boxed" in hidden["numbers"][-1]
        assert len(shown["finding"]) <= LONGEST and this.key in shown["finding"]
        assert "to be guessed" in hidden["finding"] and "=" not in hidden["finding"]


def test_figures_are_the_losses_and_a_dash_stands_where_there_is_none() -> None:
    one, sure = torch.tensor([1.0, 0.0]).double(), torch.tensor([0.25, 0.75]).double()
    figures = figures_of(readings(one, sure))
    assert [name for name, *_ in figures] == ["L2", "L1", "BCE", "CE", "Perplexity = exp(CE)"]
    assert figures[3][1:] == (f"{math.log(4):.4g}", "nats") and figures[4][1] == "4"
    assert "among 4 words" in perplexity_said(MULTI_CLASS, readings(one, sure)["CE"])
    numbers = readings(torch.tensor([1.5, -2.0]).double(), torch.tensor([0.5, 3.0]).double())
    assert [value for _, value, _ in figures_of(numbers)] == ["13", "6", "—", "—", "—"]
    assert "needs a distribution" in perplexity_said(REGRESSION, numbers["CE"])


def test_word_pieces_stand_over_their_ids() -> None:
    drawn = pieces_drawing(Tokenised("rumination", (101, 7, 8), ("[CLS]", "rum", "##ination"), False), ["[CLS]"])
    (row,) = drawn["rows"]
    assert [token[:2] for token in row["tokens"]] == [("[CLS]", "101"), ("rum", "7"), ("##ination", "8")]
    assert [token[2] for token in row["tokens"]] == ["special", "piece", "piece"] and not row["picks"]


def test_the_more_surprising_the_stronger() -> None:
    (row,) = surprisal_drawing([Told(" a", 0.5, 1, prompt=True), Told(" b", 2**-9, 80, prompt=True)])["rows"]
    assert [token[1] for token in row["tokens"]] == ["1.0", "9.0"]
    assert row["tokens"][1][3] == pytest.approx(9 * row["tokens"][0][3])


def test_a_causal_model_sees_nothing_right_of_the_chosen_word() -> None:
    labels = ["START", "I", "went", "home"]
    both = Seen("BERT", [*labels, "STOP"], 2, causal=False), Seen("GPT", labels, 2, causal=True)
    drawn = seen_drawing(both, 2, 3)
    first, second = ([token[2] for token in row["tokens"]] for row in drawn["rows"])
    assert first == ["", "", "chosen", "", ""] and second == ["", "", "chosen", "unseen"]
    assert drawn["rows"][1]["title"] == "GPT: went can attend to 3 of 4 tokens"
    assert [row["picks"] for row in drawn["rows"]] == [True, False]


@pytest.mark.parametrize("value", [None, True, "1", [1], math.nan, math.inf, 10**400])
def test_what_is_no_finite_number_is_none(value: object) -> None:
    assert not is_number(value)


def test_a_field_reaches_from_bound_to_bound_in_a_hundred_round_steps() -> None:
    number = Number("tau", "Temperature τ", 0.1, 5.1, 1.0)
    assert is_number(3) and is_number(-0.5)
    told = field(number.key, number.label, 2.0, (number.low, number.high))
    assert (told["ends"], told["step"]) == ((0.1, 5.1), pytest.approx(0.05))
    assert [field("", "", 0.0, (-end, end))["step"] for end in (3.0, 10.0)] == pytest.approx([0.05, 0.2])
    assert field("w", "w", 9.0, (-3.0, 3.0), 1e6)["ends"] == (-1e6, 1e6)
