"""Our own film reviews: enough of them, balanced, each one different, and a split that keeps the balance."""

import re
from collections import Counter
from pathlib import Path

FILE = Path(__file__).parents[3] / "assets" / "data" / "film_reviews.tsv"


def rows() -> list[tuple[str, str, str]]:
    header, *lines = FILE.read_text(encoding="utf-8").splitlines()
    assert header == "sentence\tlabel\tsplit"
    return [(sentence, label, split) for sentence, label, split in (line.split("\t") for line in lines)]


def words(sentence: str) -> list[str]:
    return re.sub(r"[^\w ]", "", sentence.lower()).split()


def test_there_are_enough_and_both_halves_are_balanced() -> None:
    counts = Counter((split, label) for _, label, split in rows())
    assert set(counts) == {("train", "0"), ("train", "1"), ("test", "0"), ("test", "1")}
    assert counts["train", "0"] == counts["train", "1"] >= 500
    assert counts["test", "0"] == counts["test", "1"] >= 100


def test_no_sentence_is_another_one_with_a_word_changed() -> None:
    bags = [frozenset(words(sentence)) for sentence, _, _ in rows()]
    alike = [(a, b) for i, a in enumerate(bags) for b in bags[:i] if len(a & b) > 0.6 * len(a | b)]
    assert not alike
    openings = Counter(" ".join(words(sentence)[:3]) for sentence, _, _ in rows())
    assert max(openings.values()) <= 10


def test_every_sentence_is_one_that_can_be_shown() -> None:
    for sentence, _, _ in rows():
        assert sentence == sentence.strip() and sentence.isprintable()
        assert 3 <= len(sentence.split()) <= 40
