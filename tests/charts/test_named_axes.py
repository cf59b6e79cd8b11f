"""Axes of names: each name stands at its own bar or row, the first one too."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from nlm_core.lm.candidates import Candidate, Candidates
from nlm_core.lm.change import Moved
from nlm_core.sentiment.classifier import Score
from nlm_core.sentiment.encoder import Encoded, Padded, Tokenised
from pages._shared.charts import attention, bars, moves, pieces, sentiment

NAMES = ("negative", "positive")
FOUND = Candidates((Candidate(7, "park", 0.6, 1), Candidate(8, "sea", 0.3, 2)), 8, 0.1)
LOOKS = attention.attention_frame(["START", "I"], np.tri(2, dtype=bool), np.eye(2), 1)
MOVED = [Moved(1, 7, "left", 0.0, 8, 8), Moved(2, 8, "changed", 0.2, 8, 9)]
SCORE = Score(np.array([0.9, 0.2, 0.8]), np.array([1, 0, 0]))
ENCODED = Encoded(
    (Tokenised("a", (1, 2), ("[CLS]", "[SEP]"), False),),
    Padded(np.array([[1, 2]]), np.array([[1, 1]])),
    np.zeros((1, 1, 2, 4), dtype=np.float32),
    None,
)
CONTRIBUTIONS = sentiment.contributions_frame(np.array([0.5, -1.0]), np.ones(2), np.array([0.5, -1.0]), NAMES)

CHARTS = {
    "paired bars": bars.paired_bars(["a", "b"], [0.6, 0.4], [0.5, 0.5]).to_dict(),
    "mask": attention.mask_chart(LOOKS, "light"),
    "heat map": attention.heat_chart(LOOKS, "light"),
    "moves": moves.moves_chart(moves.moves_frame(MOVED, ["I", "went"]), "light"),
    "padding": pieces.padding_chart(pieces.padding_frame(ENCODED, ["yours"]), "#000", "id").to_dict(),
    "scores": sentiment.scores_chart(sentiment.scores_frame([("ours", SCORE)]), "#000").to_dict(),
    "confusion": sentiment.confusion_chart(SCORE.confusion, NAMES, "#000").to_dict(),
    "contributions": sentiment.contributions_chart(CONTRIBUTIONS, NAMES, "#000").to_dict(),
    "attention of [CLS]": sentiment.attention_chart(["[CLS]", "[SEP]"], [0.6, 0.4], "#000").to_dict(),
}


def named_axes(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in (spec, *spec.get("layer", ())):
        for channel, encoding in part.get("encoding", {}).items():
            if channel in "xy" and encoding.get("type") in ("nominal", "ordinal"):
                yield encoding.get("axis", {})


@pytest.mark.parametrize("name", CHARTS)
def test_no_name_is_moved_to_the_end_of_the_axis(name: str) -> None:
    axes = list(named_axes(CHARTS[name]))
    assert axes
    assert all(axis.get("labelFlush") is False for axis in axes), axes
