"""The report of the hall: what a lost word does to it, and what is typed."""

import random
from itertools import islice

import pytest

from nlm_core.bench.hall import bars, nearest_rank, report
from nlm_core.bench.process import Usage
from nlm_core.bench.screen import Screen
from nlm_core.bench.typist import Word, answered, waiting, words_of

USED = (Usage(0.0, 400 * 2**20), Usage(10.0, 500 * 2**20), Usage(12.0, 510 * 2**20))


def words(settled: list[float | None]) -> list[Word]:
    return [Word(began=float(i), keys=5, settled=seconds, late=0.001) for i, seconds in enumerate(settled)]


def test_the_rank_is_that_of_a_time_that_was_measured_and_lost_ones_come_last() -> None:
    assert nearest_rank([3.0, 1.0, 2.0], 0.5) == 2.0
    assert nearest_rank([float(n) for n in range(1, 101)], 0.95) == 95.0
    assert nearest_rank([1.0] * 95 + [None] * 5, 0.95) == 1.0
    assert nearest_rank([1.0] * 94 + [None] * 6, 0.95) is None
    assert nearest_rank([], 0.5) is None


def test_all_that_was_typed_and_used_is_told() -> None:
    found = report(words([0.02] * 19 + [0.4]), [], USED, took=4.0)
    assert found["settle_ms"] == {"median": 20.0, "p95": 20.0, "longest": 400.0}
    assert (found["words"], found["keys"], found["lost_words"], found["exceptions"]) == (20, 100, 0, 0)
    assert found["cpu_ms_a_key"] == 20.0
    assert found["server_cpu_cores"] == 0.5
    assert found["memory_mb"] == {"one_visitor": 400, "all_visitors": 500, "at_the_end": 510}
    assert [bar["holds"] for bar in bars(found)] == [True, True, True]


def test_lost_words_and_exceptions_do_not_hold() -> None:
    found = report(words([0.02] * 9 + [None]), ["ValueError: x"], USED, took=4.0)
    assert found["lost_words"] == 1
    assert [(bar["value"], bar["holds"]) for bar in bars(found)] == [(None, False), (1, False), (1, False)]


def test_a_hall_in_which_nobody_typed_was_not_measured() -> None:
    found = report([], [], USED, took=4.0)
    assert [(bar["value"], bar["holds"]) for bar in bars(found)] == [(None, False)] * 3


def test_sentences_are_typed_word_by_word_and_begin_anew() -> None:
    typed = list(islice(words_of(["I went to the park."], random.Random(0)), 7))
    assert typed == [
        ("", "I"), ("I ", "went"), ("I went ", "to"), ("I went to ", "the"), ("I went to the ", "park."),
        ("", "I"), ("I ", "went"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "is_answer"), [({"text": "I went"}, True), ({"text": "I wen"}, False), ({}, False), (["I went"], False)]
)
def test_only_the_bars_of_the_whole_text_are_its_answer(shown: object, is_answer: bool) -> None:
    assert answered(Screen(shown={"bars": shown}), "I went") is is_answer
    assert not answered(Screen(), "I went")


def test_what_follows_the_live_input_is_asked_for_once_it_is_behind() -> None:
    screen = Screen(
        shown={
            "bars": {"kind": "bars", "text": "I", "live": 7},
            "rest below": {"kind": "rest", "follows": 5, "done": 3},
            "rest beside": {"kind": "rest", "follows": 7, "done": 4},
            "table": ["no", "drawing"],
        }
    )
    assert waiting(screen) == {"rest below": {"acts": [{"follows": 7, "n": 4}]}}
    assert waiting(Screen()) == {}
