"""BERT for sentiment: the numbers of every stage are those of a plain script, and odd input loses nothing."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from streamlit.testing.v1 import AppTest
from transformers import AutoModel, AutoTokenizer

from nlm_core.jobs import Job
from nlm_core.sentiment.datasets import film_reviews
from nlm_core.sentiment.minilm import minilm_folder
from pages._shared import loaders
from tests.pages.conftest import TIMEOUT_S, OpenPage, rest

PAGE = "pages/bert_sentiment.py"
STAGES = ("1 Data", "2 Tokens", "3 Padding", "4 Encoder", "5 Features", "6 Classifier", "7 Prediction")
SENTENCE = "a visually stunning rumination on love"


def texts(at: AppTest) -> str:
    return "\n".join(str(element.value) for element in [*at.markdown, *at.caption, *at.get("html"), *at.info])


def last_cls(sentences: list[str]) -> np.ndarray:
    """The lecture's notebook: tokenise, pad, encode, [:, 0, :]."""
    tokenizer, model = AutoTokenizer.from_pretrained(minilm_folder()), AutoModel.from_pretrained(minilm_folder()).eval()
    found = []
    for i in range(0, len(sentences), 50):
        tokens = tokenizer(sentences[i : i + 50], padding=True, return_tensors="pt")
        with torch.no_grad():
            found.append(model(**tokens).last_hidden_state[:, 0, :])
    return torch.cat(found).numpy()


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_opens(stage: str, open_page: OpenPage) -> None:
    at = open_page(PAGE, stage=stage)
    assert not at.exception
    assert not at.error
    assert at.text_input(key="sentence").value == SENTENCE


def test_prediction_and_score_equal_a_plain_script(open_page: OpenPage) -> None:
    reviews = film_reviews()
    train = [i for i, side in enumerate(reviews.split or ()) if side == "train"]
    test = [i for i, side in enumerate(reviews.split or ()) if side == "test"]
    values = last_cls([*reviews.sentences, SENTENCE, "dull and bad"])
    values = values.astype(np.float64)
    model = LogisticRegression(max_iter=1000, tol=1e-6).fit(values[train], reviews.labels[train])
    accuracy = model.score(values[test], reviews.labels[test])

    at = open_page(PAGE, stage="7 Prediction")
    for sentence, row in ((SENTENCE, -2), ("dull and bad", -1)):
        at.text_input(key="sentence").set_value(sentence).run()
        p = model.predict_proba(values[row][None])[0, 1]
        shown = float(re.search(r"σ\(logit\) = ([\d.]+)\.", texts(at)).group(1))  # type: ignore[union-attr]
        assert shown == pytest.approx(p, abs=5e-4)
    told = re.search(rf"([\d.]+)% of {len(test)} others right", texts(at))
    assert told is not None
    # One row may lie within rounding of p = 1/2.
    assert float(told.group(1)) / 100 == pytest.approx(accuracy, abs=1.2 / len(test))


def test_the_visitors_sentence_is_in_every_stage(open_page: OpenPage) -> None:
    at = open_page(PAGE, stage="2 Tokens", sentence="tremendously <b>odd</b>")
    tokenizer = AutoTokenizer.from_pretrained(minilm_folder())
    ids = tokenizer.encode("tremendously <b>odd</b>", add_special_tokens=True)
    assert f"{len(ids)} tokens" in texts(at)
    assert all(f"<small>{number}</small>" in texts(at) for number in ids)
    assert "<b>odd" not in texts(at)


def test_another_layer_and_a_drawn_split(open_page: OpenPage) -> None:
    at = open_page(PAGE, stage="6 Classifier", split="Drawn", test_share="0.5", seed="3", C="0.1")
    assert not at.exception and not at.error
    assert "**650** · sentences, Drawn" in texts(at)
    at = open_page(PAGE, stage="3 Padding", mask="false", layer="2", pooling="mean")
    assert "layer 2, mean" in texts(at)
    assert not at.exception


@pytest.mark.parametrize(
    "query",
    [
        {"sentence": ""},
        {"sentence": "word " * 2000},
        {"sentence": "<script>alert(1)</script> $x$ **b**"},
        {"layer": "99", "pooling": "max", "stage": "9", "encoder": "no such", "data": "x"},
        {"encoder": "../../etc/passwd"},
        {"split": "Drawn", "test_share": "7", "seed": "-1", "C": "nan"},
        {"data": "SST-2"},
        {"data": "Own table"},
    ],
    ids=["empty", "long", "hostile", "range", "path", "split", "download", "no table"],
)
@pytest.mark.parametrize("stage", ["4 Encoder", "7 Prediction"])
def test_odd_addresses_work(query: dict[str, str], stage: str, open_page: OpenPage) -> None:
    at = open_page(PAGE, **{"stage": stage, **query})
    assert not at.exception


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "empty"),
        ("one.csv", b"sentence,label\ngood,1\nfine,1\n", "All rows have the label"),
        ("three.csv", b"sentence,label\na,0\nb,1\nc,2\n", "more than two labels"),
        ("latin.csv", "sentence,label\ncaf\u00e9,1\n".encode("latin-1"), "has a byte 0xE9"),
        ("zip.csv", b"PK\x03\x04rest", "zip"),
    ],
)
def test_a_table_that_cannot_be_used_is_told_and_the_reviews_stay(
    name: str, content: bytes, words: str, open_page: OpenPage
) -> None:
    at = open_page(PAGE, stage="1 Data", data="Own table")
    at.get("file_uploader")[0].set_value((name, content, "text/csv")).run()
    assert not at.exception
    assert words in at.error[0].value
    assert "1,300" in texts(at)


def test_a_table_of_the_visitors_own(open_page: OpenPage) -> None:
    rows = [
        "id;text;mood",
        *(f"{i};{'good' if i % 2 else 'bad'} film {i};{'up' if i % 2 else 'down'}" for i in range(40)),
    ]
    at = open_page(PAGE, stage="1 Data", data="Own table")
    at.get("file_uploader")[0].set_value(("mine.csv", "\n".join(rows).encode(), "text/csv")).run()
    at.selectbox(key="label column").select_index(2).run()
    assert not at.exception
    assert not at.error
    assert "Label 1, up" in texts(at) and "**40**" in texts(at)


def test_prepared_features_are_shown_at_once_and_give_way_to_computed_ones(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    loaders.first_results.clear()
    at = open_page(PAGE, stage="5 Features")
    (job,) = (job for job in loaders.first_results().values() if isinstance(job, Job))
    while True:
        told = re.search(r"come prepared.*: ([\d,]+) of 1,300 sentences", texts(at))
        assert told is not None and job.running
        if 0 < int(told.group(1).replace(",", "")) < 1300:
            break
        at.run()
    prepared = next(values for key, values in at.session_state["_sentiment_results"].items() if key[0] == "features")
    assert job.wait(TIMEOUT_S)
    at.run()
    apart = re.search(r"Computed on this machine; .* at most ([\d.e-]+)\.", texts(at))
    assert apart is not None and float(apart.group(1)) < 1e-4
    computed = next(values for key, values in at.session_state["_sentiment_results"].items() if key[0] == "features")
    assert computed is not prepared
    np.testing.assert_allclose(computed, prepared, atol=1e-4)
    assert "were computed on this machine" in texts(open_page(PAGE, stage="6 Classifier"))


def test_features_that_have_to_be_computed_are_waited_for_with_the_last_picture_dimmed(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    at = open_page(PAGE, stage="6 Classifier")
    before = re.search(r"\*\*([\d.]+%)\*\*", texts(at))
    assert before is not None
    at.slider(key="layer").set_value(2).run()
    jobs = at.session_state["_jobs"]
    assert jobs.running("features of all sentences")
    # What is shown is the last result, and how far the next one is.
    assert at.get("progress") and before.group(0) in texts(at)
    rest(at)
    assert not at.exception and not at.error
    after = re.search(r"\*\*([\d.]+%)\*\*", texts(at))
    assert after is not None and after.group(0) != before.group(0)
    # Every layer was computed: another one is there at once.
    at.slider(key="layer").set_value(3).run()
    assert not jobs.all_running() and not at.get("progress")


def test_the_cost_of_no_mask_is_measured_by_a_job(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    at = open_page(PAGE, stage="3 Padding", mask="false")
    at.button(key="cost").click().run()
    rest(at)
    assert not at.exception and not at.error
    assert any("without it" in str(element.value) for element in at.get("html"))
