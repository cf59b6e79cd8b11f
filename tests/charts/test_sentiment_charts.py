"""Charts of the sentiment page: what they draw are the numbers that they were given."""

import altair as alt
import numpy as np
import pytest

from nlm_core.sentiment.classifier import Choice, Score
from nlm_core.sentiment.encoder import Encoded, Padded, Tokenised
from nlm_core.sentiment.projection import project
from pages._shared.charts import sentiment as charts
from pages._shared.charts.cube import MAX_COLUMNS, cube_chart, cube_frame, units_drawn
from pages._shared.charts.pieces import padding_chart, padding_frame, pieces_html

NAMES = ("negative", "positive")
RNG = np.random.default_rng(0)


def encoded(lengths: tuple[int, ...] = (3, 5), hidden: int = 50) -> Encoded:
    sentences = tuple(
        Tokenised("x", tuple(range(1, n + 1)), ("[CLS]", *(f"<w{i}>" for i in range(n - 2)), "[SEP]"), False)
        for n in lengths
    )
    ids = np.zeros((len(lengths), max(lengths)), dtype=np.int64)
    for row, sentence in zip(ids, sentences, strict=True):
        row[: len(sentence.ids)] = sentence.ids
    states = RNG.normal(size=(3, *ids.shape, hidden)).astype(np.float32)
    return Encoded(sentences, Padded(ids, (ids > 0).astype(np.int64)), states, None)


@pytest.mark.parametrize("lengths", [(3, 5), (2,), (40, 2)])
def test_each_cell_of_the_block_holds_the_number_of_its_place(lengths: tuple[int, ...]) -> None:
    found = encoded(lengths)
    frame = cube_frame(found, 2)
    assert (frame.groupby("cell").size() == 4).all()
    for row in frame.drop_duplicates("cell").itertuples():
        assert row.value == pytest.approx(float(found.hidden[2, row.sentence, row.token, row.unit]))
    columns = min(max(lengths), MAX_COLUMNS)
    n, units = len(lengths), len(units_drawn(50))
    sides = 2 if columns > 1 else 1  # the slice and the rest of the block have a left side each
    assert frame["cell"].nunique() == n * columns + sides * n * units + columns * units
    assert set(frame.loc[frame["part"] == "slice", "token"]) == {0}
    assert isinstance(cube_chart(frame, "dark", "#fff").to_dict(), dict)


def test_units_are_spread_over_all_of_them() -> None:
    assert units_drawn(3) == [0, 1, 2]
    assert units_drawn(768)[0] == 0 and units_drawn(768)[-1] == 767


def test_padding_is_told_from_tokens() -> None:
    found = encoded()
    frame = padding_frame(found, ["yours", "row 1"])
    assert frame["mask"].tolist() == [1, 1, 1, 0, 0, 1, 1, 1, 1, 1]
    assert frame["piece"].tolist()[:4] == ["[CLS]", "<w0>", "[SEP]", "[PAD]"]
    assert padding_frame(found, ["yours", "row 1"], masked=False)["mask"].eq(1).all()
    assert isinstance(padding_chart(frame, "#000", "id").to_dict(), dict)


def test_word_pieces_are_escaped() -> None:
    html = pieces_html(Tokenised("", (1, 2), ("[CLS]", "<b>&"), False), ["[CLS]"])
    assert "<b>" not in html and "&lt;b&gt;&amp;" in html
    assert html.count('class="special"') == 1


def test_the_plane_shows_every_sentence_and_the_visitors() -> None:
    values = RNG.normal(size=(9, 4)).astype(np.float32)
    plane = project(values)
    frame = charts.plane_frame(plane.place(values), ["s" * 300] * 9, [0, 1, 0] * 3, NAMES)
    assert frame["label"].tolist()[:2] == ["negative", "positive"]
    assert frame["sentence"].str.len().max() == 120
    spec = charts.plane_chart(frame, np.array([9.0, -9.0]), plane, NAMES, "#000").to_dict()
    domain = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert domain[1] == 9 and domain[0] == pytest.approx(float(frame["x"].min()))


def test_scores_confusion_and_sweep_keep_their_numbers() -> None:
    score = Score(np.array([0.9, 0.2, 0.8]), np.array([1, 0, 0]))
    frame = charts.scores_frame([("ours", score)])
    assert frame.loc[0, "classifier"] == "ours: 66.7%"
    assert (frame.loc[0, "low"], frame.loc[0, "high"]) == score.interval
    confusion = charts.confusion_chart(score.confusion, NAMES, "#000").to_dict()
    assert sorted(row["count"] for rows in confusion["datasets"].values() for row in rows) == [0, 1, 1, 1]
    choices = [Choice(0, "cls", 0.5, 0.01), Choice(1, "mean", 0.7, 0.02)]
    swept = charts.sweep_frame(choices)
    assert swept["high"].tolist() == pytest.approx([0.51, 0.72])
    spec = charts.sweep_chart(swept, (1, "mean"), 1, "#000").to_dict()
    ringed = [row for rows in spec["datasets"].values() for row in rows if row.get("chosen")]
    assert [(row["layer"], row["accuracy"]) for row in ringed] == [(1, 0.7)]


def test_contributions_sum_to_the_logit_without_b() -> None:
    x, w = RNG.normal(size=40).astype(np.float32), RNG.normal(size=40)
    frame = charts.contributions_frame(x * w, x, w, NAMES)
    assert frame["value"].sum() == pytest.approx(float(x @ w))
    assert frame["dimension"].iloc[-1] == "the other 28"
    assert frame["value"].abs().iloc[0] == pytest.approx(np.abs(x * w).max())
    for chart in (
        charts.contributions_chart(frame, NAMES, "#000"),
        charts.attention_chart(["[CLS]", "a"], [0.25, 0.75], "#000"),
    ):
        assert isinstance(chart, alt.LayerChart)
        assert isinstance(chart.to_dict(), dict)
