"""BERT for sentiment: each stage in the lines of the lecture's notebook, from the data to the hidden states."""

from pages._shared.snippets.lines import State, joined, lines
from pages._shared.snippets.reading import loaded, typed
from pages._shared.snippets.sentiment_classifier import later_stage

_REVIEWS = """\
import pandas as pd

df = pd.read_csv("assets/data/film_reviews.tsv", delimiter="\\t", header=None, skiprows=1, quoting=3)
"""
_SST2 = """\
import pandas as pd
from nlm_core.sentiment.sst2 import sst2

data = sst2()
df = pd.DataFrame({0: data.sentences, 1: data.labels, 2: data.split})
"""
_TABLE = """\
import pandas as pd
from pathlib import Path
from nlm_core.sentiment.datasets import read_table

data = read_table(Path($file), sentence=$sentence, label=$label)  # your table, its columns counted from 1
df = pd.DataFrame({0: data.sentences, 1: data.labels})[:$rows]
"""

_COUNTS = """\
print(f"{len(df):,} sentences")
for label, count in df[1].value_counts().sort_index().items():
    print(f"label {label}: {count:,} or {count / len(df):.1%}")
"""

_TOKENIZED = """\
from nlm_core.sentiment.encoders import load_encoder

encoder = load_encoder($encoder)
tokenizer, model = encoder.tokenizer, encoder.network
texts = pd.Series([$sentence, *df[0][:5]])  # yours and the first rows
cut = {"truncation": True, "max_length": encoder.max_tokens}
tokenized = texts.apply(lambda x: tokenizer.encode(x, add_special_tokens=True, **cut))
"""
_TOKENS = """\
for ids in tokenized:
    print(f"{len(ids)} tokens:", *(f"{token} {i}" for token, i in zip(tokenizer.convert_ids_to_tokens(ids), ids)))
"""
_PADDED = """\
import numpy as np

max_len = max(map(len, tokenized))
padded = np.array([i + [tokenizer.pad_token_id or 0] * (max_len - len(i)) for i in tokenized])
attention_mask = np.array([[1] * len(i) + [0] * (max_len - len(i)) for i in tokenized])
"""
_MATRIX = """\
for ids, mask in zip(padded.tolist(), attention_mask.tolist()):
    print("ids ", *ids)
    print("mask", *mask)
print(f"{padded.shape[0]} x {padded.shape[1]} ids; {1 - attention_mask.mean():.0%} of them are padding")
"""
_HIDDEN = """\
import torch

input_ids, mask = torch.tensor(padded).to(model.device), torch.tensor(attention_mask).to(model.device)
with torch.no_grad():
    hidden_states = model(input_ids, attention_mask=mask, output_hidden_states=True).hidden_states
states = hidden_states[$layer]  # hidden_states[-1] is the lecture's last_hidden_states[0]
"""
_SLICE = """\
print("sentences x positions x units:", *states.shape)
for vector in states[:, 0, :].tolist():
    print("[CLS]", *(f"{value:.4f}" for value in vector[:6]), "...", f"{vector[-1]:.4f}")
"""
_NO_MASK = """\
with torch.no_grad():
    unmasked = model(input_ids, attention_mask=torch.ones_like(mask), output_hidden_states=True).hidden_states[$layer]
"""
_POOLED = {
    "cls": "a, b = states[:, 0, :], unmasked[:, 0, :]  # the features with the mask and without it\n",
    "mean": """\
m = mask[:, :, None].float()
a, b = (states * m).sum(1) / m.sum(1), unmasked.mean(1)  # the features with the mask and without it
""",
}
_HARM = """\
for change, cosine in zip((a - b).abs().amax(1).tolist(), torch.cosine_similarity(a, b).tolist()):
    print(f"largest change of a feature {change:.4f}  cosine of the two {cosine:.4f}")
"""


def bert_sentiment(state: State) -> str:
    stage = state.get("stage", "1 Data")
    sentence = typed(state, "sentence", "a visually stunning rumination on love")
    encoder = state.get("encoder") or "minilm"
    if not loaded(state, "_encoder", encoder):
        encoder = "minilm"
    data = _data(state)
    if stage == "1 Data":
        return joined(data, _COUNTS)
    if stage in ("2 Tokens", "3 Padding", "4 Encoder"):
        tokenized = lines(_TOKENIZED, encoder=encoder, sentence=sentence)
        return joined(data, tokenized, *_looked_at(state, stage))
    return later_stage(state, data, encoder, sentence)


def _looked_at(state: State, stage: str) -> list[str]:
    """What follows the tokens of a few sentences."""
    layer, pooling = state.get("layer", 6), state.get("pooling", "cls")
    if stage == "2 Tokens":
        return [_TOKENS]
    if stage == "4 Encoder":
        return [_PADDED, lines(_HIDDEN, layer=layer), _SLICE]
    if state.get("mask", True):
        return [_PADDED, _MATRIX]
    without = lines(_NO_MASK, layer=layer) + _POOLED.get(pooling, _POOLED["cls"]) + _HARM
    return [_PADDED, _MATRIX, lines(_HIDDEN, layer=layer), without]


def _data(state: State) -> str:
    """``df``: the sentences that the page shows, which are the reviews as long as others are not there."""
    source = state.get("data")
    if source == "SST-2" and loaded(state, "_sst2", "SST-2"):
        return _SST2
    file, kept = state.get("table"), state.get("_sentiment_table")
    if source != "Own table" or file is None or kept is None or kept[0][0] != file.file_id:
        return _REVIEWS
    (_, sentence, label), dataset = kept
    number = None if label is None else label + 1
    return lines(_TABLE, file=file.name, sentence=sentence + 1, label=number, rows=len(dataset))
