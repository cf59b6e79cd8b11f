"""Features to labels: the second half of the lecture's sentiment example.

Split, fit a logistic regression, score it, as the lecture's notebook does with scikit-learn; beside it what the
notebook leaves out: an interval around the accuracy, two plainer classifiers, and the choice of layer and pooling.
"""

import json
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlm_core.sentiment.features import Features

LABELS = (0, 1)
FOLDS = 5
# scikit-learn's defaults end so early that rounding of the features moves p by 0.01.
ITERATIONS, TOLERANCE = 1000, 1e-6
MIN_SHARE, MAX_SHARE = 0.05, 0.95


@dataclass(frozen=True)
class Score:
    """How often a classifier is right on rows that it was not fitted on.

    Attributes
    ----------
    p : ndarray of shape (n,)
        p(label 1) of each row.
    labels : ndarray of int, shape (n,)
        The true ones.
    """

    p: NDArray[np.float64]
    labels: NDArray[np.int64]

    @property
    def predicted(self) -> NDArray[np.int64]:
        """1 where p(label 1) > 1/2, of shape (n,)."""
        return (self.p > 0.5).astype(np.int64)

    @property
    def right(self) -> int:
        return int((self.predicted == self.labels).sum())

    @property
    def accuracy(self) -> float:
        return self.right / len(self.labels)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval around the accuracy (Wilson 1927): the rows are a sample, and another would differ."""
        from scipy.stats import binomtest

        found = binomtest(self.right, len(self.labels)).proportion_ci(method="wilson")
        return float(found.low), float(found.high)

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Counts of shape (2, 2): the true label's row, the predicted label's column."""
        return np.bincount(2 * self.labels + self.predicted, minlength=4).reshape(2, 2)

    @property
    def errors(self) -> NDArray[np.int64]:
        """Places of the rows that it gets wrong, the surest first."""
        wrong = np.flatnonzero(self.predicted != self.labels)
        return wrong[np.argsort(-np.abs(self.p[wrong] - 0.5), kind="stable")]


@dataclass(frozen=True)
class Classifier:
    """p(label 1) = sigmoid(w · features + b), a logistic regression of scikit-learn.

    Attributes
    ----------
    w : ndarray of shape (hidden,)
    b : float
    C : float
        How weakly the weights are held back: L = ½|w|² + C · (sum of the cross-entropies).
    """

    w: NDArray[np.float64]
    b: float
    C: float

    def probability(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """p(label 1) of each row of features of shape (n, hidden)."""
        from scipy.special import expit

        found: NDArray[np.float64] = expit(features @ self.w + self.b)
        return found

    def contributions(self, feature: NDArray[np.float32]) -> NDArray[np.float64]:
        """What each dimension adds to the logit, of shape (hidden,); with b they sum to it."""
        return feature * self.w

    def score(self, features: NDArray[np.float32], labels: Sequence[int]) -> Score:
        """Right and wrong on other rows."""
        return Score(self.probability(features), np.asarray(labels, dtype=np.int64))

    def to_json(self, **details: Any) -> str:
        """The coefficients as one JSON object, with what else is told of them (encoder, layer, pooling, ...)."""
        return json.dumps({**details, "C": self.C, "intercept": self.b, "coefficients": self.w.tolist()})


def fit(features: NDArray[np.float32], labels: Sequence[int], C: float = 1.0) -> Classifier:
    """Fit ``sklearn.linear_model.LogisticRegression(C=C)`` on features of shape (n, hidden).

    Raises
    ------
    ValueError
        If C is not positive, or the labels are not both 0 and 1.
    """
    from sklearn.linear_model import LogisticRegression

    _check_both(labels)
    if not 0 < C < float("inf"):
        raise ValueError(f"C is {C:g}; it must be a positive number")
    model = LogisticRegression(C=C, max_iter=ITERATIONS, tol=TOLERANCE)
    with warnings.catch_warnings():
        # Separable rows with a large C have no optimum to arrive at; where it stops is a fair answer.
        warnings.simplefilter("ignore", category=UserWarning)
        model.fit(np.asarray(features, dtype=np.float64), np.asarray(labels))
    return Classifier(model.coef_[0].astype(np.float64), float(model.intercept_[0]), C)


@dataclass(frozen=True)
class Split:
    """Places of rows, as ``sklearn.model_selection.train_test_split`` draws them."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


def split(labels: Sequence[int], test_share: float = 0.25, seed: int = 0) -> Split:
    """Draw the rows to test on, the lecture's ``train_test_split(features, labels)`` with its share and seed named.

    Raises
    ------
    ValueError
        If the share is not between ``MIN_SHARE`` and ``MAX_SHARE``, or the rows for training would have one label only.
    """
    from sklearn.model_selection import train_test_split

    if not MIN_SHARE <= test_share <= MAX_SHARE:
        raise ValueError(f"the test share is {test_share:g}; it must be {MIN_SHARE:g} to {MAX_SHARE:g}")
    _check_both(labels)
    train, test = train_test_split(np.arange(len(labels)), test_size=test_share, random_state=seed)
    _check_both([labels[i] for i in train], "rows to train on")
    return Split(np.sort(train), np.sort(test))


@dataclass(frozen=True)
class Choice:
    """A layer and a pooling, with the mean accuracy that they reach by cross-validation on training rows."""

    layer: int
    pooling: str
    accuracy: float
    deviation: float


def sweep(features: Features, labels: Sequence[int], C: float = 1.0, folds: int = FOLDS) -> Iterator[Choice]:
    """Cross-validate every layer and pooling on rows for training; the same folds for all, drawn under seed 0.

    Raises
    ------
    ValueError
        If a label has fewer rows than there are folds.
    """
    from sklearn.model_selection import StratifiedKFold

    _check_both(labels)
    y = np.asarray(labels)
    fewest = int(np.bincount(y, minlength=2).min())
    if fewest < folds:
        raise ValueError(
            f"one label has {fewest} rows to train on; choosing a layer needs {folds}: name the layer and the pooling"
        )
    places = list(StratifiedKFold(folds, shuffle=True, random_state=0).split(y, y))
    for layer in features.layers:
        for pooling in features.poolings:
            x = features.at(layer, pooling)
            reached = [fit(x[train], y[train].tolist(), C).score(x[held], y[held].tolist()) for train, held in places]
            accuracies = [score.accuracy for score in reached]
            yield Choice(layer, pooling, float(np.mean(accuracies)), float(np.std(accuracies)))


def best(choices: Sequence[Choice]) -> Choice:
    """The most accurate; of equals the first."""
    return max(choices, key=lambda choice: choice.accuracy)


@dataclass(frozen=True)
class Baselines:
    """What is reached without an encoder: by the commoner label alone, and by counting words."""

    majority: Score
    tf_idf: Score


def baselines(
    train: Sequence[str], train_labels: Sequence[int], test: Sequence[str], test_labels: Sequence[int]
) -> Baselines:
    """Fit both on the training sentences and score them on the others.

    ``tf_idf`` is a logistic regression on words and pairs of words weighted by TF-IDF (Salton and Buckley 1988).
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    _check_both(train_labels)
    truth = np.asarray(test_labels, dtype=np.int64)
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    try:
        model = make_pipeline(words, LogisticRegression(max_iter=ITERATIONS)).fit(list(train), np.asarray(train_labels))
        p = model.predict_proba(list(test))[:, 1]
    except ValueError:  # no word in any sentence
        p = np.full(len(truth), np.mean(train_labels))
    commoner = float(np.mean(train_labels) > 0.5)
    return Baselines(Score(np.full(len(truth), commoner), truth), Score(p, truth))


def _check_both(labels: Sequence[int], what: str = "rows") -> None:
    found = set(map(int, labels))
    if found != set(LABELS):
        shown = ", ".join(str(label) for label in sorted(found)[:5]) or "none"
        raise ValueError(f"the {what} have the labels {shown}; both 0 and 1 are needed")
