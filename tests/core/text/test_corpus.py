"""Corpora: what is held out, and rows that lose no token."""

import lzma
from pathlib import Path

import numpy as np
import pytest

from nlm_core.text.corpus import IGNORED, EncodedLines, packed_rows, read_corpus, weighted, with_spaced_marks
from nlm_core.text.tokenizer import Tokenizer

LINES = [f"Line number {i} tells of a walk in the park." for i in range(3000)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lines.txt").write_text("\n".join(LINES), encoding="utf-8")
    documents = "\n\n".join("\n".join(LINES[i : i + 10]) for i in range(0, 3000, 10))
    (tmp_path / "documents.txt.xz").write_bytes(lzma.compress(documents.encode()))
    return tmp_path


def test_about_one_percent_is_held_out_and_nothing_is_lost(folder: Path) -> None:
    documents, lines = read_corpus(folder)
    assert (documents.name, lines.name) == ("documents", "lines")
    for source in (documents, lines):
        assert len(source.train) + len(source.held_out) == 3000
        assert 5 <= len(source.held_out) <= 90
    assert set(lines.held_out) == set(LINES) - {line.replace(" .", ".") for line in lines.train}


def test_documents_are_held_out_whole(folder: Path) -> None:
    documents = read_corpus(folder)[0]
    numbers = sorted(int(line.split()[2]) for line in documents.held_out)
    assert numbers
    assert len(numbers) % 10 == 0
    assert all(numbers[i] + 1 == numbers[i + 1] for i in range(len(numbers) - 1) if numbers[i] % 10 != 9)


def test_the_same_lines_are_held_out_every_time(folder: Path) -> None:
    assert read_corpus(folder) == read_corpus(folder)


def test_one_line_in_fifty_has_its_marks_apart() -> None:
    spaced = with_spaced_marks(["Yes, I went to the park."] * 51)
    assert spaced[0] == spaced[50] == "Yes , I went to the park ."
    assert spaced[1:50] == ["Yes, I went to the park."] * 49


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"\.txt"):
        read_corpus(tmp_path)


def test_weights_repeat_lines(folder: Path, tokenizer: Tokenizer) -> None:
    sources = read_corpus(folder)
    assert len(weighted(sources, tokenizer, {"lines": 3})) == 3 * len(sources[1].train) + len(sources[0].train)


def test_rows_hold_every_token_once_and_predict_only_inside_lines(tokenizer: Tokenizer) -> None:
    corpus = EncodedLines.encode(LINES[:200], tokenizer)
    rows = list(packed_rows(corpus, 16, 4, np.random.default_rng(0)))
    inputs = np.concatenate([r.inputs.reshape(-1) for r in rows])
    targets = np.concatenate([r.targets.reshape(-1) for r in rows])
    lines = np.concatenate([r.lines.reshape(-1) for r in rows])
    # All but what did not fill the last block.
    assert len(corpus.ids) - 4 * 16 - 1 <= len(inputs) <= len(corpus.ids)
    for number in set(lines[:-200].tolist()):
        whole = corpus.ids[corpus.offsets[number] : corpus.offsets[number + 1]]
        assert inputs[lines == number].tolist() == whole.tolist()
    assert np.array_equal(targets == IGNORED, inputs == tokenizer.stop_id)
    inside = targets[:-1] != IGNORED
    assert np.array_equal(targets[:-1][inside], inputs[1:][inside])


def test_the_order_depends_on_the_generator_alone(tokenizer: Tokenizer) -> None:
    corpus = EncodedLines.encode(LINES[:100], tokenizer)

    def first(seed: int) -> list[int]:
        return next(packed_rows(corpus, 16, 4, np.random.default_rng(seed))).inputs.reshape(-1).tolist()

    assert first(0) == first(0)
    assert first(0) != first(1)
