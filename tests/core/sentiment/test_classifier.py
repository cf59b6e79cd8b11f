"""Splitting, fitting and scoring beside plain scikit-learn."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split

from nlm_core.sentiment.classifier import Score, baselines, best, fit, split, sweep
from nlm_core.sentiment.features import Features


def rows(n: int = 120, hidden: int = 6) -> tuple[np.ndarray, list[int]]:
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, n)
    return (rng.normal(size=(n, hidden)) + 0.7 * y[:, None]).astype(np.float32), y.tolist()


@pytest.mark.parametrize("C", [0.01, 1.0, 50.0])
def test_fit_and_score_are_those_of_scikit_learn(C: float) -> None:
    x, y = rows()
    places = split(y, 0.3, seed=5)
    train, test, train_y, test_y = train_test_split(x, y, test_size=0.3, random_state=5)
    assert sorted(map(tuple, x[places.test].tolist())) == sorted(map(tuple, test.tolist()))
    plain = LogisticRegression(C=C, max_iter=1000, tol=1e-8).fit(train.astype(np.float64), train_y)
    ours = fit(x[places.train], [y[i] for i in places.train], C)
    score = ours.score(test, test_y)
    np.testing.assert_allclose(score.p, plain.predict_proba(test)[:, 1], atol=1e-4)
    np.testing.assert_allclose(ours.w, plain.coef_[0], atol=1e-3)
    assert score.accuracy == plain.score(test, test_y)
    assert score.confusion.tolist() == confusion_matrix(test_y, plain.predict(test)).tolist()
    logits = ours.contributions(test).sum(1) + ours.b
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), score.p, rtol=1e-6)


def test_coefficients_as_json() -> None:
    x, y = rows()
    model = fit(x, y)
    told = json.loads(model.to_json(encoder="minilm", layer=4))
    assert told["encoder"] == "minilm" and told["layer"] == 4 and told["C"] == 1
    np.testing.assert_allclose(told["coefficients"], model.w)


def test_errors_are_the_wrong_rows_the_surest_first() -> None:
    score = Score(np.array([0.9, 0.4, 0.1, 0.6, 0.99]), np.array([0, 0, 1, 1, 1]))
    assert score.errors.tolist() == [0, 2]
    assert score.confusion.tolist() == [[1, 1], [1, 2]]


@given(st.integers(1, 400), st.data())
def test_the_interval_is_wilsons(n: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, n))
    low, high = Score(np.array([1.0] * right + [0.0] * (n - right)), np.ones(n, dtype=np.int64)).interval
    z, p = 1.959963984540054, right / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert (low, high) == pytest.approx((max(0, middle - half), min(1, middle + half)), abs=1e-9)
    assert low - 1e-9 <= p <= high + 1e-9


def test_the_sweep_is_cross_validation_and_finds_the_layer_that_knows() -> None:
    x, y = rows()
    noise = np.random.default_rng(2).normal(size=x.shape).astype(np.float32)
    values = np.stack([np.stack([noise, noise], 1), np.stack([noise, x], 1)], 1)
    choices = list(sweep(Features(values, (0, 3), ("cls", "mean")), y))
    assert [(c.layer, c.pooling) for c in choices] == [(0, "cls"), (0, "mean"), (3, "cls"), (3, "mean")]
    expected = cross_val_score(LogisticRegression(), x, y, cv=StratifiedKFold(5, shuffle=True, random_state=0))
    assert choices[-1].accuracy == pytest.approx(expected.mean())
    assert best(choices) == choices[-1]


def test_baselines() -> None:
    train, labels = ["good film", "good good", "good", "bad film", "dull bad"], [1, 1, 1, 0, 0]
    test, truth = ["good one", "bad one", "so bad"], [1, 0, 0]
    found = baselines(train, labels, test, truth)
    plain = DummyClassifier(strategy="most_frequent").fit(train, labels)
    assert found.majority.accuracy == pytest.approx(plain.score(test, truth))
    assert found.tf_idf.accuracy == 1
    assert baselines([" "] * 5, labels, [""], [1]).tf_idf.p.tolist() == [0.6]


def test_what_is_refused() -> None:
    x, y = rows(20)
    with pytest.raises(ValueError, match="labels 1; both"):
        fit(x, [1] * 20)
    with pytest.raises(ValueError, match="labels none"):
        split([], 0.2)
    with pytest.raises(ValueError, match="labels 0, 1, 2"):
        fit(x[:3], [0, 1, 2])
    for C in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="C is"):
            fit(x, y, C)
    with pytest.raises(ValueError, match=r"0\.05 to 0\.95"):
        split(y, 1.0)
    with pytest.raises(ValueError, match="rows to train on"):
        split([0, 1], 0.5)
    with pytest.raises(ValueError, match="needs 5"):
        list(sweep(Features(np.zeros((20, 1, 1, 2), dtype=np.float32), (0,), ("cls",)), [0] * 18 + [1] * 2))
