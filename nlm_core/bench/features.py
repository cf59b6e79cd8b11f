"""Sentences to features: our way beside three others and beside what the processor's matrix products allow.

All ways turn the same sentences into vectors with MiniLM on this machine, tokenising included, in turns, so that
whatever else the machine does meets all of them; the figures are medians over the turns.
"""

import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nlm_core import runtime
from nlm_core.bench import BenchError, bar
from nlm_core.sentiment.classifier import sweep
from nlm_core.sentiment.datasets import Dataset, film_reviews, read_table
from nlm_core.sentiment.encoder import POOLINGS, Encoder
from nlm_core.sentiment.encoders import MINILM, load_encoder
from nlm_core.sentiment.features import Features, extract
from nlm_core.sentiment.minilm import minilm_folder
from nlm_core.sentiment.packed import PACKED_BUDGET

NOTEBOOK_BAR, PEER_BAR, LIMIT_BAR, BF16_BAR, ACCURACY_BAR = 3.5, 1.4, 0.75, 1.7, 0.5
TURNS = 3
# The pipeline reads one sentence after the other and is held against no bar: so many sentences tell its rate.
PIPELINE_SENTENCES = 100
# Products in one reading of the rate; a reading is short beside a turn.
_PRODUCTS = 10

Way = Callable[[Sequence[str]], Any]


def ours(encoder: Encoder, poolings: Sequence[str] = POOLINGS) -> Way:
    """The features that the page and the commands take, of the last layer, on all cores."""

    def run(texts: Sequence[str]) -> Features:
        torch.set_num_threads(1)
        steps = extract(encoder, texts, [encoder.n_layers], poolings, workers=runtime.gate().width)
        return list(steps)[-1][1]

    return run


def notebook(encoder: Encoder) -> Way:
    """(a) The lecture's notebook: every sentence padded to the longest, one batch, the slice [:, 0, :]."""
    tokenizer, network, device = encoder.tokenizer, encoder.network, runtime.device()

    def run(texts: Sequence[str]) -> NDArray[np.float32]:
        torch.set_num_threads(runtime.cores())
        tokenized = [tokenizer.encode(text, add_special_tokens=True) for text in texts]
        longest = max(map(len, tokenized))
        padded = np.array([row + [0] * (longest - len(row)) for row in tokenized])
        mask = np.where(padded != 0, 1, 0)
        with torch.no_grad():
            states: Any = network(torch.tensor(padded).to(device), attention_mask=torch.tensor(mask).to(device))
        features: NDArray[np.float32] = states[0][:, 0, :].cpu().numpy()
        return features

    return run


def pipeline(encoder: Encoder) -> Way:
    """(b) The feature-extraction pipeline of ``transformers`` with its defaults."""
    from transformers import pipeline as make

    way = make("feature-extraction", model=encoder.network, tokenizer=encoder.tokenizer, device=runtime.device())

    def run(texts: Sequence[str]) -> Any:
        torch.set_num_threads(runtime.cores())
        return way(list(texts))

    return run


def sentence_transformers() -> Way:
    """(c) ``sentence-transformers`` with its defaults; it pools by the mean and scales to length 1.

    Raises
    ------
    BenchError
        If it is not installed.
    """
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise BenchError(f"sentence-transformers is not installed ({error}); pip install -r requirements.txt") from None
    model = SentenceTransformer(str(minilm_folder()), device=str(runtime.device()), local_files_only=True)

    def run(texts: Sequence[str]) -> NDArray[np.float32]:
        torch.set_num_threads(runtime.cores())
        found: NDArray[np.float32] = model.encode(list(texts), show_progress_bar=False)
        return found

    return run


def useful_flops(encoder: Encoder, lengths: Sequence[int]) -> float:
    """Multiplications and additions in the matrix products of all layers, without any padding."""
    config: Any = encoder.network.config
    H, inner = encoder.hidden_size, config.intermediate_size
    tokens, pairs = sum(lengths), sum(length**2 for length in lengths)
    return float(encoder.n_layers * (2 * tokens * (4 * H * H + 2 * H * inner) + 4 * pairs * H))


def product_rate(encoder: Encoder) -> Callable[[], float]:
    """(d) FLOP a second of plain matrix products of a layer's shapes, on all cores."""
    config: Any = encoder.network.config
    H, inner, device = encoder.hidden_size, config.intermediate_size, runtime.device()
    generator = torch.Generator().manual_seed(0)
    shapes = [(H, 3 * H), (H, H), (H, inner), (inner, H)]
    pairs = [
        tuple(torch.randn(shape, generator=generator).to(device) for shape in ((PACKED_BUDGET, a), (a, b)))
        for a, b in shapes
    ]
    flops: float = _PRODUCTS * sum(2 * PACKED_BUDGET * a * b for a, b in shapes)

    def run() -> float:
        torch.set_num_threads(runtime.cores())
        began = time.perf_counter()
        for _ in range(_PRODUCTS):
            last = [x @ w for x, w in pairs]
        # A GPU answers before it is done.
        float(last[-1][0, 0])
        spent = time.perf_counter() - began
        return flops / spent

    return run


def _check_same(ways: dict[str, Way], texts: Sequence[str]) -> None:
    """All of them must give the same vectors, or their times mean nothing."""
    found: Features = ways["ours_fp32"](texts)
    layer = found.layers[0]
    cls, mean = found.at(layer, "cls"), found.at(layer, "mean")
    alone: Features = ways["ours_fp32_cls"](texts)
    scaled = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    piped = np.array([np.array(vectors)[0, 0] for vectors in ways["pipeline"](texts)])
    for name, expected, other in (
        ("ours_fp32_cls", cls, alone.at(layer, "cls")),
        ("notebook", cls, ways["notebook"](texts)),
        ("pipeline", cls, piped),
        ("sentence_transformers", scaled, ways["sentence_transformers"](texts)),
    ):
        difference = float(np.abs(expected - other).max())
        if difference > 1e-3:
            raise BenchError(f"{name} gives other features than ours (by {difference:.2g}), so nothing is compared")


def _accuracy(features: Features, data: Dataset) -> float:
    """Mean accuracy, in percent, of a logistic regression on mean-pooled features in a 5-fold cross-validation."""
    kept = Features(features.values[:, :, [features.poolings.index("mean")]], features.layers, ("mean",))
    return 100 * next(sweep(kept, data.labels.tolist())).accuracy


def measure(data: Path | None = None) -> dict[str, Any]:
    """Sentences a second of every way.

    Parameters
    ----------
    data : Path, optional
        A table with sentence and label; the bundled film reviews by default.

    Raises
    ------
    BenchError
        If sentence-transformers is missing, the data cannot be read, or two ways disagree.
    """
    from tqdm import tqdm

    try:
        chosen = film_reviews() if data is None else read_table(data, data.name)
    except (ValueError, OSError) as error:
        raise BenchError(f"{data}: {error}") from None
    runtime.gate()
    encoder, texts = load_encoder(MINILM), chosen.sentences
    ways: dict[str, Way] = {
        "ours_fp32": ours(encoder),
        # The notebook takes [CLS] and nothing else; so does this one.
        "ours_fp32_cls": ours(encoder, ("cls",)),
        "notebook": notebook(encoder),
        "pipeline": pipeline(encoder),
        "sentence_transformers": sentence_transformers(),
    }
    _check_same(ways, texts[:6])
    if runtime.has_fast_bf16():
        ways["ours_bf16"] = ours(load_encoder(MINILM, dtype=torch.bfloat16))
        ways["ours_bf16"](texts[:6])
    rate = product_rate(encoder)
    rate()
    lengths = [len(row) for row in encoder.token_ids(texts)]
    flops = useful_flops(encoder, lengths)
    seconds: dict[str, list[float]] = {name: [] for name in (*ways, "limit")}
    given: dict[str, Any] = {}
    for turn in tqdm(range(TURNS), desc="turns", file=sys.stderr):
        order = list(ways) if turn % 2 == 0 else list(reversed(ways))
        seconds["limit"].append(flops / rate())
        for name in order:
            share = texts[:: math.ceil(len(texts) / PIPELINE_SENTENCES)] if name == "pipeline" else texts
            began = time.perf_counter()
            given[name] = ways[name](share)
            seconds[name].append((time.perf_counter() - began) * len(texts) / len(share))
        seconds["limit"].append(flops / rate())
    torch.set_num_threads(1)
    rates = {name: len(texts) / statistics.median(found) for name, found in seconds.items()}
    accuracy = {name: _accuracy(given[name], chosen) for name in given if name in ("ours_fp32", "ours_bf16")}
    return {"bars": _bars(rates, accuracy), "notes": _notes()} | {
        "sentences": len(texts),
        "tokens": sum(lengths),
        "longest": max(lengths),
        "data": chosen.name,
        "device": str(runtime.device()),
        "cores": runtime.cores(),
        "turns": TURNS,
        "sentences_per_second": {name: round(found, 1) for name, found in rates.items()},
        "gflops_of_products": round(flops / statistics.median(seconds["limit"]) / 1e9, 1),
        "accuracy_percent": {name: round(found, 2) for name, found in accuracy.items()},
    }


def _notes() -> list[str]:
    """What is to be said about bfloat16 on this machine."""
    if runtime.has_fast_bf16():
        return []
    return ["the bars of bf16 do not count here: this processor has no instructions for bfloat16 products"]


def _bars(rates: dict[str, float], accuracy: dict[str, float]) -> list[dict[str, Any]]:
    fp32, bf16 = rates["ours_fp32"], rates.get("ours_bf16")

    def times(other: str, own: float = fp32) -> float:
        return round(own / rates[other], 3)

    lost = round(abs(accuracy["ours_fp32"] - accuracy["ours_bf16"]), 3) if bf16 else None
    return [
        bar(
            "fp32, [CLS], times the notebook's one padded batch",
            times("notebook", rates["ours_fp32_cls"]),
            NOTEBOOK_BAR,
            "higher",
        ),
        bar("fp32, times sentence-transformers", times("sentence_transformers"), PEER_BAR, "higher"),
        bar("fp32, share of what plain matrix products allow", times("limit"), LIMIT_BAR, "higher"),
        bar(
            "bf16, times our fp32", round(bf16 / fp32, 3) if bf16 else None, BF16_BAR, "higher", counts=bf16 is not None
        ),
        bar("bf16, accuracy away from fp32, points", lost, ACCURACY_BAR, "lower", counts=bf16 is not None),
    ]
