"""What can be taken away: features, coefficients, predictions, and a script that finds the same score."""

import io
import json
from collections.abc import Callable

import numpy as np
import streamlit as st

from nlm_core.sentiment.classifier import Classifier, Score, Split
from nlm_core.sentiment.reproduce import ROWS_FILE, rows, script
from nlm_core.text.csv_export import to_csv
from pages._shared.panels.sentiment_setup import Setup
from pages._shared.panels.sentiment_work import features


def keep_panel(setup: Setup, classifier: Classifier, score: Score, places: Split) -> None:
    """Files, written when they are asked for."""
    dataset, encoder = setup.data.dataset, setup.encoder
    details = {"encoder": encoder.name, "layer": setup.layer, "pooling": setup.pooling, "accuracy": score.accuracy}

    def npz() -> bytes:
        file = io.BytesIO()
        np.savez_compressed(file, features=features(setup), labels=dataset.labels)
        return file.getvalue()

    def table() -> str:
        values = features(setup)
        header = ["sentence", "label", *(f"x{i}" for i in range(values.shape[1]))]
        columns = zip(dataset.sentences, dataset.labels.tolist(), values.tolist(), strict=True)
        return to_csv(header, ([sentence, label, *x] for sentence, label, x in columns))

    def predictions() -> str:
        test = dataset.rows(places.test.tolist())
        columns = (test.sentences, score.labels.tolist(), score.predicted.tolist(), score.p.tolist())
        return to_csv(["sentence", "label", "predicted", "p of 1"], zip(*columns, strict=True))

    files: tuple[tuple[str, Callable[[], str | bytes], str, str], ...] = (
        ("Features", npz, "features.npz", "application/octet-stream"),
        ("Features as CSV", table, "features.csv", "text/csv"),
        ("Coefficients", lambda: classifier.to_json(**details), "classifier.json", "application/json"),
        ("Predictions", predictions, "predictions.csv", "text/csv"),
        (
            "Python script",
            lambda: script(encoder, setup.layer, setup.pooling, setup.how.C),
            "reproduce.py",
            "text/x-python",
        ),
        ("Its rows", lambda: json.dumps(rows(dataset, places)), ROWS_FILE, "application/json"),
    )
    with st.container(horizontal=True):
        for name, write, file, kind in files:
            st.download_button(name, write, file, kind, key=file, on_click="ignore", icon=":material/download:")
    st.caption(f"The script finds the same score in plain transformers and scikit-learn, with {ROWS_FILE} beside it.")
