"""Tables of visitors: what is read, how labels become 0 and 1, and what is refused."""

import csv
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlm_core.sentiment import datasets
from nlm_core.sentiment.datasets import columns, film_reviews, label_numbers, read_table, stream
from nlm_core.sentiment.tables import MAX_LINE_CHARACTERS, MAX_SENTENCE_CHARACTERS

ROWS = [("a good film", 1), ("a bad one", 0), ("neither , really", 0)]


def table(text: str, **options: object) -> list[tuple[str, int]]:
    found = read_table(text.encode(), **options)  # type: ignore[arg-type]
    return list(zip(found.sentences, found.labels.tolist(), strict=True))


def test_the_bundled_reviews_come_with_their_split() -> None:
    reviews = film_reviews()
    assert len(reviews) >= 1200 and set(reviews.labels.tolist()) == {0, 1}
    parts = [reviews.part("train"), reviews.part("test")]
    assert sum(map(len, parts)) == len(reviews)
    assert reviews.labels[reviews.sentences.index(parts[1].sentences[3])] == parts[1].labels[3]
    with pytest.raises(ValueError, match="no part called 'dev'"):
        reviews.part("dev")


@pytest.mark.parametrize(
    "text",
    [
        "sentence\tlabel\na good film\t1\na bad one\t0\nneither , really\t0\n",
        "a good film\t1\r\na bad one\t0\r\n\r\nneither , really\t0",
        '\ufefflabel,sentence\n1,a good film\n0,a bad one\n0,"neither , really"\n',
        'a good film,positive\na bad one,negative\n"neither , really",Negative\n',
        'what;how\na good film;pos\na bad one;neg\n"neither , really";neg\n',
        "id\tsentence\tlabel\n7\ta good film\t1\n8\ta bad one\t-1\n9\tneither , really\t-1\n",
    ],
)
def test_the_ways_in_which_a_table_is_written(text: str) -> None:
    assert table(text) == ROWS


def test_columns_by_name_and_by_number() -> None:
    text = 'a,b,c,d\n1,x,a good film,1\n2,y,a bad one,0\n1,z,"neither , really",0\n'
    assert table(text, sentence="c", label="d") == ROWS
    assert table(text, sentence=3, label="4", header=True) == ROWS
    assert [label for _, label in table(text, sentence="c", label="a")] == [0, 1, 0]
    assert columns(text.encode(), header=True).names == ("a", "b", "c", "d")
    for choice in ("e", 0, 5):
        with pytest.raises(ValueError, match=r"no column .*'a', 'b', 'c', 'd'"):
            table(text, sentence=choice, label="d", header=True)
    with pytest.raises(ValueError, match="both 'c'"):
        table(text, sentence="c", label="c")


def test_quotes_and_tabs_inside() -> None:
    unpaired = '" a good film\t1\nhe said "no\t0\n"so" they said\t1\n"with a\ttab, and ""quotes"""\t0\n'
    assert table(unpaired) == [
        ('" a good film', 1),
        ('he said "no', 0),
        ('"so" they said', 1),
        ('with a\ttab, and "quotes"', 0),
    ]
    assert table('text,label\n"two\nlines, and a\ttab",1\nplain,0\n')[0] == ("two\nlines, and a\ttab", 1)


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("reviews.csv", "a,1\nb,0\n")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"sentence,label\n", "no rows"),
        (b"a,1\nb,1\n", "All rows have the label '1'"),
        (b"a,1\nb,2\nc,3\n", "more than two labels \\('1', '2', '3'"),
        ("sch\u00f6n,1\nschlecht,0\n".encode("latin-1"), "not UTF-8 .*0xF6 near line 1"),
        ("a,1\nb,0\n".encode("utf-16"), "not UTF-8"),
        ("a,1\nb,0\n".encode("utf-16-le"), "zero byte"),
        (archive(), "zip archive"),
        (b"just a sentence\nand another\n", "single column"),
        (b"a,1\nb,0,0\nc,1\n", "Line 2 has 3 columns"),
        (b"a\t1\n\t0\n", "Line 2 has no sentence"),
        (b"a\t1\nb\t \n", "Line 2 has no label"),
        (b'a,1\n"b" c,0\n', "Line 2 cannot be read as CSV"),
        (b'a,1\n"b,0\nc,1\n', "cannot be read as CSV"),
        (b'"a,1\n', "first row cannot be read"),
        (b"a" * (MAX_SENTENCE_CHARACTERS + 1) + b",1\nb,0\n", "sentence in line 1 has 10,001 characters"),
        (b"a" * (MAX_LINE_CHARACTERS + 1), "Line 1 has more than 100,000 characters"),
        (b"a,1\nb,0\n" * 6_250_000, "50.0 MB; at most 20 MB"),
    ],
)
def test_what_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message) as failure:
        read_table(content)
    assert "\n" not in str(failure.value)


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "MAX_ROWS", 3)
    assert len(read_table(b"a,1\nb,0\nc,0\n")) == 3
    with pytest.raises(ValueError, match="more than 3 rows"):
        read_table(b"a,1\nb,0\nc,0\nd,0\n")


def test_labels_in_sorted_order() -> None:
    assert label_numbers(["10", "2"]) == {"2": 0, "10": 1}
    assert label_numbers(["Pos", "neg", "pos"]) == {"neg": 0, "pos": 1}
    assert read_table(b"a,Yes\nb,no\nc,Yes\n").label_names == ("no", "Yes")
    assert read_table(b"a,1\nb,0\n").label_names == ("negative", "positive")


text_cells = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30).filter(str.strip)


@given(st.lists(st.tuples(text_cells, st.sampled_from(["0", "1"])), min_size=2, max_size=30), st.sampled_from("\t,;"))
def test_what_the_csv_module_writes_is_read_back(rows: list[tuple[str, str]], delimiter: str) -> None:
    rows = [*rows, ("the end", "0"), ("the end", "1")]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerows([("sentence", "label"), *rows])
    found = read_table(buffer.getvalue().encode())
    assert [*zip(found.sentences, map(str, found.labels), strict=True)] == [(s.strip(), label) for s, label in rows]


def test_a_long_file_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "long.tsv"
    with path.open("w", encoding="utf-8") as file:
        for i in range(200_000):
            file.write(f"sentence number {i} of a file that is long\t{i % 2}\n")
    assert path.stat().st_size > 9e6
    tracemalloc.start()
    try:
        count = sum(label == "1" for _, label in stream(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 100_000
    assert peak < 2e6


def test_streaming_refuses_as_reading_does(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(archive())
    with pytest.raises(ValueError, match="zip archive"):
        next(stream(path))
    path.write_bytes(b"a good film\nanother\n")
    assert list(stream(path)) == [("a good film", ""), ("another", "")]
    path.write_bytes(b"a,1\nb,0\n" * 20_000 + b"c\n")
    with pytest.raises(ValueError, match="Line 40,001 has 1 columns"):
        list(stream(path))
    with pytest.raises(FileNotFoundError):
        next(stream(tmp_path / "none.csv"))
