"""The sentences of the landscape of nlm-rnn are held out: the text that it was trained on has none of them."""

import re
from pathlib import Path

import pytest

from nlm_core.text.corpus import read_corpus

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT.parent / "shared" / "corpus"
SENTENCES = (ROOT / "assets" / "data" / "held_out_sentences.txt").read_text(encoding="utf-8").splitlines()


def words(text: str) -> str:
    """Only letters and digits, so that case and marks make no difference."""
    return f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "


def test_there_are_several_different_sentences() -> None:
    assert len({words(sentence) for sentence in SENTENCES}) == len(SENTENCES) >= 4
    assert all(sentence == sentence.strip() != "" for sentence in SENTENCES)


@pytest.mark.needs_corpus
@pytest.mark.skipif(not CORPUS.exists(), reason="the training text does not lie beside the repository")
def test_none_of_them_occurs_in_the_training_text() -> None:
    asked = {sentence: words(sentence) for sentence in SENTENCES}
    lines = 0
    for source in read_corpus(CORPUS):
        lines += len(source.train)
        text = words("\n".join(source.train))
        assert not [sentence for sentence, found in asked.items() if found in text], source.name
    assert lines > 100_000
