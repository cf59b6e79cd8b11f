"""A visitor's classifier as a script: the lecture's notebook in plain transformers and scikit-learn, with its score."""

from collections.abc import Sequence

from nlm_core.sentiment.classifier import ITERATIONS, TOLERANCE, Split
from nlm_core.sentiment.datasets import Dataset
from nlm_core.sentiment.encoder import Encoder
from nlm_core.sentiment.encoders import ENCODER_PRESETS, MINILM
from nlm_core.sentiment.minilm import DISTRIBUTION

ROWS_FILE = "rows.json"

_MINILM = """\
# The folder with MiniLM's files in the installed package {distribution}.
files = metadata.files("{distribution}")
SOURCE = {{"pretrained_model_name_or_path": next(f for f in files if f.name == "model.safetensors").locate().parent}}
"""

_HUB = """\
SOURCE = {{"pretrained_model_name_or_path": "{repo_id}", "revision": {revision!r}}}
"""

_SCRIPT = '''\
"""Features of {encoder} and a logistic regression, as on the page; {rows} must lie beside this file."""

import json
from importlib import metadata
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from transformers import AutoModel, AutoTokenizer

{source}
LAYER, POOLING, C = {layer}, "{pooling}", {C!r}

rows = json.loads(Path("{rows}").read_text(encoding="utf-8"))
tokenizer, model = AutoTokenizer.from_pretrained(**SOURCE), AutoModel.from_pretrained(**SOURCE).eval()


def features(sentences, batch=32):
    found = []
    for i in range(0, len(sentences), batch):
        tokens = tokenizer(
            sentences[i : i + batch], padding=True, truncation=True, max_length={max_tokens}, return_tensors="pt"
        )
        with torch.no_grad():
            states = model(**tokens, output_hidden_states=True).hidden_states[LAYER]  # (batch, length, hidden)
        if POOLING == "cls":
            found.append(states[:, 0, :])
        else:
            mask = tokens["attention_mask"][:, :, None].float()
            found.append((states * mask).sum(1) / mask.sum(1))
    return torch.cat(found).double().numpy()


lr_clf = LogisticRegression(C=C, max_iter={iterations}, tol={tolerance})
lr_clf.fit(features(rows["train"]["sentences"]), np.array(rows["train"]["labels"]))
print(lr_clf.score(features(rows["test"]["sentences"]), np.array(rows["test"]["labels"])))
'''


def script(encoder: Encoder, layer: int, pooling: str, C: float) -> str:
    """A script that prints the accuracy on the test rows of ``rows.json`` beside it."""
    preset = ENCODER_PRESETS.get(encoder.name)
    repo_id, revision = (preset.repo_id, preset.revision) if preset else (encoder.name, None)
    source = _MINILM.format(distribution=DISTRIBUTION) if encoder.name == MINILM else _HUB.format(
        repo_id=repo_id, revision=revision
    )  # fmt: skip
    return _SCRIPT.format(
        encoder=encoder.name,
        rows=ROWS_FILE,
        source=source.strip(),
        layer=layer,
        pooling=pooling,
        C=float(C),
        max_tokens=encoder.max_tokens,
        iterations=ITERATIONS,
        tolerance=TOLERANCE,
    )


def rows(dataset: Dataset, places: Split) -> dict[str, dict[str, Sequence[object]]]:
    """What ``rows.json`` holds: the sentences and labels to train on and to test on."""
    parts = {"train": dataset.rows(places.train.tolist()), "test": dataset.rows(places.test.tolist())}
    return {name: {"sentences": list(part.sentences), "labels": part.labels.tolist()} for name, part in parts.items()}
