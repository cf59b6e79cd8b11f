"""What charts say of themselves holds the numbers that they draw, stays short, and is there for odd data too."""

import math
import re
from html import unescape

import numpy as np
import pandas as pd
import pytest
import torch

from nlm_core.lm.candidates import Candidate, Candidates
from nlm_core.lm.change import Moved
from nlm_core.lm.divergence import Alignment, Divergence, Gap
from nlm_core.lm.influence import Influence
from nlm_core.nn.losses import loss
from nlm_core.nn.mlp import forward, random_parameters
from nlm_core.optim.descent import Settings
from nlm_core.optim.path import Path, descend, descend_to_ends, grid_of_starts
from nlm_core.optim.surfaces import surface
from nlm_core.sentiment.classifier import Choice, Score
from nlm_core.sentiment.encoder import Encoded, Padded, Tokenised
from nlm_core.sentiment.projection import Projection
from pages._shared.charts import (
    activation_curve,
    attention,
    bars,
    cube,
    curves,
    descent_losses,
    loss_curves,
    moves,
    network,
    pieces,
    plane,
    probabilities,
    sentence,
    sentiment,
    states,
    surprise,
    training,
    unrolled,
)
from pages._shared.charts.findings import LONGEST, condition, course, finding, finding_html, name_of, number, spoken

HOSTILE = '"><img src=x onerror=alert(1)>: \n\x00\u202e' * 40
NAMES = ("negative", "positive")
SCORE = Score(np.array([0.9, 0.2, 0.8, 0.4]), np.array([1, 0, 0, 0]))


def found(*p: float, text: str = "store", others: int = 8182) -> Candidates:
    top = tuple(Candidate(i, text * (i < 3) or f"w{i}", value, i + 1) for i, value in enumerate(p))
    return Candidates(top, others, max(0.0, 1 - sum(p)))


def encoded(*tokens: str) -> Encoded:
    ids = np.arange(len(tokens))[None]
    hidden = np.linspace(-1, 2, 2 * len(tokens) * 4, dtype=np.float32).reshape(2, 1, len(tokens), 4)
    return Encoded((Tokenised("a", tuple(ids[0].tolist()), tokens, False),), Padded(ids, ids * 0 + 1), hidden, None)


def descent(steps: int = 20, rate: float | None = None, name: str = "Ravine") -> Path:
    chosen = surface(name)
    return descend(chosen, [chosen.start], Settings("GD", rate or chosen.rate, steps))


def gaps(*kl: float) -> Divergence:
    rows = tuple(Gap(i, None if i == 1 else 5, value, value / 2, 3, ()) for i, value in enumerate(kl, start=1))
    return Divergence(Alignment(1, (2,), (3,), (5,) * (len(kl) - 1)), rows, 10)


def looks(weights: np.ndarray, chosen: int | None, word: str = "park") -> pd.DataFrame:
    n = len(weights)
    return attention.attention_frame([word] * n, np.tri(n, dtype=bool), weights, chosen)


def numbers(text: str) -> set[str]:
    """Every number of a finding as it is written, percentages with their sign."""
    return set(re.findall(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?(?: ?%)?", text.partition(":")[2]))


def hostile_texts(word: str) -> list[str]:
    """A text of each kind that holds what a visitor typed, with ``word`` wherever it can stand."""
    ids = encoded(word, word)
    told = surprise.Told(word, 0.25, 3, prompt=True)
    points = sentiment.plane_frame(np.eye(2), ["a", "b"], [0, 1], (word, "b"))
    return [
        finding(word, spoken(word)),
        bars.bars_alt("Next", bars.bar_rows(found(0.4, 0.3, 0.1, text=word), 1, guessed=2), [word] * 30),
        bars.paired_alt("Sampling", [f"1  {word}", word], [0.4, 0.1], [1.0, 0.0]),
        attention.mask_alt("encoder", looks(np.eye(2), 1, word)),
        attention.attention_alt("encoder", "layer 1", looks(np.eye(2), 1, word)),
        moves.moves_alt("decoder", moves.moves_frame([Moved(1, 7, "left", 0.2, 8, 8)], [word])),
        curves.influence_alt(curves.influence_frame(Influence(7, -1.0, np.array([0.9, 0.5])), [word, word])),
        curves.gap_alt(curves.gap_frame({word: gaps(1.5, 0.0), "RNN": gaps(1.0, 0.5)}, [word] * 2), "KL"),
        probabilities.probabilities_alt("Softmax", [word] * 8, [0.125] * 8, 3),
        loss_curves.loss_alt("CE", 1.0, 0.3, -3.3, f"ŷ of {word}"),
        loss_curves.perplexity_alt(0.3, 3.3, -3.3, f"ŷ of {word}"),
        plane.descent_alt(surface("Ravine"), {f"{name} {word}": descent(3) for name in "abcdef"}),
        descent_losses.losses_alt({f"{name} {word}": descent(3) for name in "abcdef"}),
        sentence.words_alt([word] * 9, 2, {3, 4, 5, 6}, None),
        pieces.pieces_alt(ids.sentences[0]),
        states.states_alt(np.array([[0.1, -0.2], [0.5, 0.9]]), [0, 1], [word, word]),
        states.cosines_alt([word] * 9, np.linspace(-1, 1, 9).tolist(), 9),
        surprise.surprise_alt([told] * 3),
        unrolled.unrolled_alt([unrolled.Cell(4, word, (word, 0.5))], 4, 9),
        sentiment.plane_alt(points, np.array([0.2, 0.1]), Projection(np.zeros(2), np.eye(2), (0.4, 0.1))),
        sentiment.scores_alt([(word, SCORE)] * 4),
        sentiment.confusion_alt(SCORE.confusion, (word, word)),
        sentiment.attention_alt([word] * 5, [0.2] * 5, 3),
        training.position_losses_alt([word, word], [1.0, 2.0], 300),
        training.through_time_alt([word] * 2, [0.1, 0.2], [0.3, 0.1]),
        training.before_after_alt([word] * 2, [0.1, 0.2], [0.3, 0.1]),
    ]


@pytest.mark.parametrize("place", range(len(hostile_texts("w"))))
def test_a_finding_is_one_short_line_whatever_was_typed(place: int) -> None:
    for word in (HOSTILE, "\n", "", "␣", "ab" * 4000):
        text = hostile_texts(word)[place]
        name, colon, said = text.partition(": ")
        assert colon and said and len(text) <= LONGEST
        assert len(name) <= 60
        assert text.isprintable()


def test_a_finding_in_the_page_is_text() -> None:
    html = finding_html(finding("Bars", spoken(HOSTILE, 100)))
    assert html.count("<") == 2 and unescape(html).count("<img") > 0
    assert name_of("Bars: a: b") == "Bars" and name_of(finding("What: now", "1")) == "What now"


def test_the_highest_bars_the_marked_one_and_all_others() -> None:
    rows = bars.bar_rows(found(0.5, 0.2, 0.1, 0.05), 3, guessed=1)
    text = bars.bars_alt("Next tokens", rows, ["START", "I", "␣went"])
    told = [bars.percent(p) for _, _, p, _, _ in rows]
    assert numbers(text) == {*told, "8,182", "3"}
    assert text.startswith("Next tokens: after START I went, store 50.0 %, store 20.0 %, store 10.0 %; ")
    assert f"your guess is store, {told[1]}" in text and f"in the text stands w3, {told[3]}" in text
    assert f"all other 8,182 tokens together {told[4]}" in text


def test_one_bar_that_has_all_leaves_nothing_to_others() -> None:
    text = bars.bars_alt("Next tokens", bars.bar_rows(found(1.0, others=0)))
    assert text == f"Next tokens: store {bars.percent(1.0)}"


def test_what_was_read_is_told_from_its_end() -> None:
    assert condition(["START", "␣I"]) == "START I"
    assert condition([f"word{i}" for i in range(30)]) == "… word24 word25 word26 word27 word28 word29"
    assert condition([HOSTILE] * 9).startswith("… ") and len(condition([HOSTILE] * 9)) < 60


def test_sampling_tells_p_and_q_and_what_is_cut() -> None:
    text = bars.paired_alt("Sampling", ["1  a", "2  b", "3  c", "4  d"], [0.4, 0.3, 0.2, 0.1], [0.6, 0.4, 0.0, 0.0])
    assert "a 40.0 % to 60.0 %" in text and "c 20.0 % to 0.00 %" in text and "2 of these 4" in text
    assert "cut" not in bars.paired_alt("Sampling", ["1  a"], [0.4], [0.6])


@pytest.mark.parametrize("values", [[2.31, 1.0, 0.3, 0.2, 0.1, 0.04], [0.1, 0.9, 3.0], [5.0, 0.5, 4.0], [1.0, 1.0]])
def test_a_curve_runs_from_its_first_value_to_its_last(values: list[float]) -> None:
    text = course(values)
    assert number(values[0]) in text and number(values[-1]) in text and f"{len(values) - 1} steps" in text
    assert ("falls" in text) is (values[-1] < values[0]) and ("rises" in text) is (values[-1] > values[0])
    lowest = re.search(r"lowest ([\d.]+) at step (\d+)", text)
    assert bool(lowest) is (min(values) < min(values[0], values[-1]))
    if lowest:
        assert float(lowest[1]) == min(values) == values[int(lowest[2])]


def test_half_of_a_fall_is_told_where_it_comes_early() -> None:
    values = [10.0, 4.0, *np.linspace(3.9, 0.0, 40).tolist()]
    assert "half of it in the first 1" in course(values)
    assert "half" not in course(np.linspace(10, 0, 40).tolist())
    assert "in 300 steps" in course([3.0, 2.0, 1.0], at=[0, 10, 300])


def test_a_curve_without_a_course() -> None:
    assert course([math.nan, math.inf]) == "has no finite value" == course([])
    assert course([math.nan, 2.5]) == "is 2.5"
    assert course([1.0, math.nan, 0.25]).startswith("falls from 1 to 0.25 in 2 steps")


def test_numbers_that_are_none_say_so() -> None:
    assert [number(value) for value in (math.nan, math.inf, -math.inf, -0.0)] == [
        "not a number", "infinite", "minus infinite", "0",
    ]  # fmt: skip


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_the_unit_that_changes_most(steps: int) -> None:
    values = np.random.default_rng(3).uniform(-1, 1, size=(5, 30))
    units = [4, 25, 11]
    text = states.states_drawing(values, units, ["START", "I", "went", "to", "the"], steps - 1)["finding"]
    assert f"3 units over {steps} step" in text
    if steps == 1:
        unit = max(units, key=lambda i: abs(values[0, i]))
        assert f"unit {unit} is strongest, {number(values[0, unit])}" in text
        return
    t, unit = max(
        ((t, i) for t in range(1, steps) for i in units), key=lambda at: abs(np.diff(values, axis=0)[at[0] - 1, at[1]])
    )
    assert (
        f"unit {unit} changes most, from {number(values[t - 1, unit])} to {number(values[t, unit])} at step {t}" in text
    )


def test_states_that_do_not_change() -> None:
    text = states.states_drawing(np.zeros((3, 2)), [1], ["a", "b", "c"], 2)["finding"]
    assert "1 unit over 3 steps" in text and "from 0 to 0" in text


def test_cosines_name_the_nearest_and_the_farthest() -> None:
    text = states.cosines_alt(["0  START", "1  I", "2  went"], [0.1, 0.9, -0.5], 3)
    assert "step 3 is nearest to 1 I 0.9, 0 START 0.1" in text and "farthest from 2 went -0.5" in text
    assert "farthest" not in states.cosines_alt(["0  START"], [0.1], 1)


def test_attention_is_told_of_the_marked_word_and_of_all() -> None:
    weights = np.array([[1.0, 0, 0], [0.3, 0.7, 0], [0.25, 0.6, 0.15]])
    text = attention.attention_alt("decoder", "layer 2, head 1", looks(weights, 2))
    assert "layer 2, head 1" in text and "2 park takes most from 1 park, 0.600" in text
    assert "the largest weight is 1.000, 0 park from 0 park" in text
    assert "takes" not in attention.attention_alt("decoder", "layer 2", looks(weights, None))
    assert numbers(attention.mask_alt("decoder", looks(weights, 1))) == {"6", "9", "1", "2", "3"}
    assert numbers(attention.mask_alt("decoder", looks(weights, None))) == {"6", "9"}


def test_moves_tell_the_largest_of_each_side() -> None:
    moved = [Moved(1, 7, "left", 0.0, 8, 8), Moved(2, 8, "changed", 0.2, 8, 9), Moved(3, 8, "right", 0.1, 8, 9)]
    moved.append(Moved(4, 8, "right", 0.34, 8, 9))
    text = moves.moves_alt("decoder", moves.moves_frame(moved, ["I", "went", "to", "sea"]))
    assert "left of it exactly 0" in text and "right of it at most 0.34 at 4 sea" in text and "0.1 " not in text


def test_gaps_tell_both_ends_and_where_all_is_the_same() -> None:
    frame = curves.gap_frame(
        {"window, N = 2": gaps(1.5, 0.3, 0.0, 0.0), "RNN": gaps(1.2, 0.4, 0.1, 0.05)}, list("abcd")
    )
    text = curves.gap_alt(frame, "KL")
    assert "window, N = 2 1.5 at 1 and 0 at 4 words back, exactly 0 from 3 on" in text
    assert "RNN 1.2 at 1 and 0.05 at 4 words back" in text
    assert "at 1" in curves.gap_alt(curves.gap_frame({"RNN": gaps(math.inf)}, ["a"]), "KL")
    assert "exactly 0" not in curves.gap_alt(frame, "Top-k overlap")


def test_influence_tells_near_far_largest_and_zeros() -> None:
    frame = curves.influence_frame(Influence(7, -1.0, np.array([0.0, 0.81, 0.5])), ["START", "a", "b"])
    text = curves.influence_alt(frame)
    assert numbers(text) == {"0.5", "0", "2", "0.81", "1"} and "1 exactly 0" in text
    assert numbers(curves.influence_alt(frame.iloc[2:])) == {"0.5"}


def test_a_network_tells_its_output_and_its_largest_weight() -> None:
    parameters = random_parameters((3, 4, 2), torch.Generator().manual_seed(1))
    passed = forward(parameters, [1.0, -0.5, 2.0], "Tanh")
    text = network.network_alt(parameters, passed)
    weight = max((float(w) for W in parameters.W for w in W.flatten()), key=abs)
    assert "3-4-2, x = (1, -0.5, 2)" in text and f"= {number(weight)}" in text
    assert f"ŷ = ({', '.join(number(y) for y in passed.y_hat.tolist())})" in text


def test_a_large_network_stays_short() -> None:
    parameters = random_parameters((8, 8, 8), torch.Generator().manual_seed(1))
    passed = forward(parameters, [-1.23456e-5] * 8, "Tanh")
    assert len(network.network_alt(parameters, passed)) <= LONGEST


def test_an_activation_tells_where_it_is_steep() -> None:
    passed = forward(random_parameters((3, 4, 2), torch.Generator().manual_seed(1)), [1.0, -0.5, 2.0], "Tanh")
    marks = activation_curve.marks_frame("Tanh", passed)
    text = activation_curve.activation_alt("Tanh", marks)
    for column, ends in (("x", ("min", "max")), ("derivative", ("min", "max"))):
        assert all(number(getattr(marks[column], end)()) in text for end in ends)
    assert "1 pre-activations" in activation_curve.activation_alt("Tanh", marks.iloc[:1])


@pytest.mark.parametrize("name", ["CE", "L2", "L1", "BCE"])
def test_a_loss_tells_its_live_point(name: str) -> None:
    share = loss(name).value(torch.tensor([[1.0]]), torch.tensor([[0.25]])).item()
    text = loss_curves.loss_alt(name, 1.0, 0.25, -4.0, "ŷ of park")
    assert f"ŷ of park = 0.25 its share of L is {number(share)}, with slope -4" in text
    assert "infinite" in loss_curves.perplexity_alt(0.0, math.inf, -math.inf, "ŷ of park")


def test_probabilities_name_the_true_one() -> None:
    text = probabilities.probabilities_alt("Softmax", ["a", "b", "c", "d"], [0.1, 0.6, 0.25, 0.05], 3)
    assert text == "Softmax: b 60.0 %, c 25.0 %, a 10.0 %, of 4; the true one, d, has 5.00 %"
    assert probabilities.probabilities_alt("Softmax", ["a"], [1.0], None) == "Softmax: a 100.0 %"


def test_a_descent_tells_both_ends() -> None:
    path, slower = descent(), descent(20, 0.01)
    chosen = surface("Ravine")
    text = plane.descent_alt(chosen, {"GD": path, "slower": slower})
    for value in (*chosen.start, path.losses[0, 0], *path.positions[0, -1], path.losses[0, -1], slower.losses[0, -1]):
        assert number(float(value)) in text
    one, two = descent_losses.losses_alt({"GD": path}), descent_losses.losses_alt({"GD": path, "slower": slower})
    assert course(path.losses[0].tolist()) in one
    assert all(number(float(each.losses[0, -1])) in two for each in (path, slower))


def test_a_descent_that_diverges_says_where() -> None:
    path = descent(400, 5.0)
    (gone,) = path.diverged
    for text in (
        plane.descent_alt(surface("Ravine"), {"GD": path}),
        descent_losses.losses_alt({"GD": path, "b": path}),
    ):
        assert f"diverges at step {gone.step}" in text and len(text) <= LONGEST
    still = descent(1)
    assert "in 1 steps" in descent_losses.losses_alt({"GD": still})


@pytest.mark.parametrize("rate", [0.05, 1e9])
def test_ends_tell_the_spread_and_what_diverged(rate: float) -> None:
    chosen = surface("Ravine")
    ends = descend_to_ends(chosen, grid_of_starts(chosen, 16), Settings("GD", rate, 20), torch.Generator())
    kept = ends.losses[ends.diverged_at < 0]
    text, both = descent_losses.ends_alt("GD", ends), descent_losses.histogram_alt({"GD": ends, "SGD": ends})
    assert f"{len(kept)} of 16 starts" in text and f"SGD: {len(kept)} of 16 starts" in both
    for value in (kept.min(), kept.max(), np.median(kept)) if len(kept) else ():
        assert number(float(value)) in text and number(float(value)) in both


def test_examples_and_their_model() -> None:
    x, y = np.array([-1.0, 0.5, 2.0]), np.array([3.0, 4.0, 5.5])
    text = plane.points_alt(x, y, {"model at step 9": (x, 2 * x, "")})
    assert numbers(text) == {"3", "-1", "2", "5.5", "9", "-2", "4"}
    assert "1 example," in plane.points_alt(x[:1], y[:1], {})


def test_word_pieces_words_and_padding_are_counted() -> None:
    ids = encoded("[CLS]", "park", "[SEP]")
    assert pieces.pieces_alt(ids.sentences[0]) == "Word pieces and their ids: 3 pieces, [CLS] 0, park 1, [SEP] 2"
    assert 'aria-label="Word pieces and their ids: 3 pieces' in pieces.pieces_html(ids.sentences[0], ["[CLS]"])
    assert numbers(pieces.padding_alt(ids)) == {"1", "3", "0", "0%"}
    text = sentence.words_alt(["START", "I", "went", "home"], 2, {2}, None)
    assert text == "The words that are seen: 2 of 4, from went to home; framed went"
    assert "0 of 4" in sentence.words_alt(["START", "I", "went", "home"], 4, (), None)


def test_the_cube_tells_what_is_drawn() -> None:
    frame = cube.cube_frame(encoded("[CLS]", "park", "[SEP]"), 1)
    text = cube.cube_alt(frame, (1, 3, 4))
    first = frame[frame["token"] == 0]["value"].abs().max()
    assert all(number(value) in text for value in (frame["value"].min(), frame["value"].max(), first))
    assert "1 sentences by 1 positions" in cube.cube_alt(cube.cube_frame(encoded("[CLS]"), 0), (1, 1, 4))


def test_scores_and_their_errors() -> None:
    worse = Score(np.array([0.9, 0.9]), np.array([1, 0]))
    text = sentiment.scores_alt([("ours", worse), ("counts", SCORE)])
    assert "ours 50.0%, counts 75.0%" in text and "best is counts" in text
    assert all(f"{end:.1%}" in text for end in SCORE.interval)
    text = sentiment.confusion_alt(SCORE.confusion, NAMES)
    assert text == "Confusion: 3 of 4 right; 1 negative taken for positive, 0 positive for negative"


def test_the_best_the_worst_and_the_chosen_layer() -> None:
    choices = [Choice(0, "cls", 0.5, 0.01), Choice(3, "mean", 0.71, 0.01), Choice(6, "cls", 0.6, 0.01)]
    text = sentiment.sweep_alt(sentiment.sweep_frame(choices), (6, "cls"))
    assert "best is layer 3, mean of the tokens, 71.0%" in text
    assert "worst layer 0, [CLS], 50.0%" in text and "chosen layer 6, [CLS], 60.0%" in text
    assert "chosen" not in sentiment.sweep_alt(sentiment.sweep_frame(choices[:1]), (6, "cls"))


def test_contributions_tell_the_largest_on_each_side() -> None:
    parts = np.array([0.5, -1.25, 0.25])
    text = sentiment.contributions_alt(sentiment.contributions_frame(parts, np.ones(3), parts, NAMES, 2))
    assert (
        "x[0] adds most, +0.500" in text and "x[1] takes most, -1.250" in text and "the other 1 together +0.250" in text
    )
    up = sentiment.contributions_alt(sentiment.contributions_frame(abs(parts), np.ones(3), parts, NAMES))
    assert "takes" not in up and "+1.250" in up
    assert "[SEP] 0.6, [CLS] 0.4" in sentiment.attention_alt(["[CLS]", "[SEP]"], [0.4, 0.6], 2)


def test_the_plane_tells_whose_middle_is_near() -> None:
    places = np.array([[0.0, 0.0], [2.0, 0.0], [10.0, 0.0]])
    points = sentiment.plane_frame(places, list("abc"), [0, 0, 1], NAMES)
    text = sentiment.plane_alt(points, np.array([4.0, 0.0]), Projection(np.zeros(2), np.eye(2), (0.4, 0.125)))
    assert "3 sentences" in text and "52.5%" in text and "yours lies at (4, 0)" in text
    assert "negative 3, positive 6" in text


def test_surprise_is_told_in_bits() -> None:
    told = [surprise.Told("a", 0.5, 1, prompt=True), surprise.Told("b", 2**-7, 9, prompt=False)]
    text = surprise.surprise_alt(told)
    assert "2 tokens, 4 bits each on average; most surprising is b, number 2, with 7 bits" in text
    assert "0 tokens" in surprise.surprise_alt([])
    assert "infinite bits" in surprise.surprise_alt([surprise.Told("a", 0, 1, prompt=True)])
    assert "number 2" in surprise.surprise_html(told)


def test_the_unrolled_network_tells_its_step() -> None:
    cells = [unrolled.Cell(0, "START", ("I", 0.25)), unrolled.Cell(1, "I", None)]
    text = unrolled.unrolled_alt(cells, 0, 9)
    assert text == "The unrolled network: step 0 of 9 reads START; most probable next is I, 25.0 %; 9 still ahead"
    assert text == unrolled.unrolled_drawing(cells, 0, 9)["finding"]


def test_a_run_of_training_tells_both_curves() -> None:
    text = training.loss_curves_alt([0, 10, 20], [None, 4.0, 2.0], [5.0, None, 3.0], 300)
    assert "training batch falls from 4 to 2 in 10 steps" in text and "held-out sentences falls from 5 to 3" in text
    assert number(math.log(300)) in text
    assert "no step yet" in training.loss_curves_alt([], [], [], 300)
    assert "no finite value" in training.loss_curves_alt([1], [math.nan], [None], 300)


def test_one_step_of_training_in_numbers() -> None:
    labels = ["0 · I", "1 · went", "2 · home"]
    text = training.position_losses_alt(labels, [1.0, 4.0, 2.5], 100)
    assert "mean 2.5 nats" in text and "largest for 1 · went, 4" in text and "smallest for 0 · I, 1" in text
    assert number(math.log(100)) in text
    text = training.parameter_gradients_alt({"W_y": 0.25, "U_h": 0.5, "b_h": 0.125, "b_y": 0.0625})
    assert "U_h 0.5, W_y 0.25, b_h 0.125, of 4" in text
    text = training.through_time_alt(labels, [0.5, 0.25, 0.125], [0.0, 0.75, 0.5])
    assert "largest at 0 · I, 0.5" in text and "smallest at 2 · home, 0.125" in text and "1 · went adds most" in text
    text = training.before_after_alt(labels, [0.1, 0.2, 0.0], [0.2, 0.1, 0.0])
    assert "1 of 3 gained" in text and "0 · I moved most, from 0.1 to 0.2" in text
