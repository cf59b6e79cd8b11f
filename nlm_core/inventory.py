"""What is in use: the device, and every model and data set by name with its size and whether it is at hand."""

from dataclasses import dataclass
from pathlib import Path

from nlm_core import runtime
from nlm_core.lm.base import ModelUnavailableError

LANGUAGE_MODEL, FILLS_BLANKS, ENCODER, DATA = "language model", "fills blanks", "encoder", "data"

_PARK_SENTENCES = Path(__file__).resolve().parents[1] / "assets" / "data" / "park_sentences.txt"


@dataclass(frozen=True)
class Item:
    """A model or data set.

    Attributes
    ----------
    name, kind : str
        ``kind`` is one of the constants of this module.
    megabytes : float
        Of its weights or its file; for what is on the Hub, of the download.
    at_hand : bool
        Whether it can be used without a download.
    """

    name: str
    kind: str
    megabytes: float
    at_hand: bool


def device() -> str:
    """Where tensors are computed, as a visitor may read it."""
    import torch

    kind = runtime.device().type
    if kind == "cuda":
        return f"GPU {torch.cuda.get_device_name()}"
    return f"{'Apple GPU' if kind == 'mps' else 'CPU'}, {runtime.cores()} cores"


def inventory(cache_dir: Path | None = None) -> tuple[Item, ...]:
    """Everything that can be chosen by name: our own first, then what the Hub has, then the data.

    ``cache_dir`` is the local cache of the Hub, for tests; nothing is fetched.
    """
    from nlm_core.lm.hub import HUB_PRESETS, is_cached
    from nlm_core.lm.presets import WEIGHTS_FILE
    from nlm_core.lm.registry import BERT, MODELS_FOLDER, OWN_MODELS
    from nlm_core.sentiment.datasets import FILM_REVIEWS
    from nlm_core.sentiment.encoders import ENCODER_PRESETS, MINILM, is_at_hand
    from nlm_core.sentiment.minilm import minilm_folder
    from nlm_core.sentiment.sst2 import SST2

    def ours(name: str, kind: str, file: Path) -> Item:
        return Item(name, kind, file.stat().st_size / 1e6 if file.exists() else 0.0, file.exists())

    try:
        minilm = ours(MINILM, ENCODER, minilm_folder() / WEIGHTS_FILE)
    except ModelUnavailableError:
        minilm = Item(MINILM, ENCODER, 0.0, False)
    return (
        *(ours(name, LANGUAGE_MODEL, MODELS_FOLDER / name / WEIGHTS_FILE) for name in OWN_MODELS),
        ours(BERT, FILLS_BLANKS, MODELS_FOLDER / BERT / WEIGHTS_FILE),
        minilm,
        *(
            Item(name, LANGUAGE_MODEL, preset.megabytes, is_cached(preset.repo_id, preset.revision, cache_dir))
            for name, preset in HUB_PRESETS.items()
        ),
        *(
            Item(name, ENCODER, preset.megabytes, is_at_hand(name, cache_dir))
            for name, preset in ENCODER_PRESETS.items()
        ),
        ours("film reviews", DATA, FILM_REVIEWS),
        ours("sentences for training", DATA, _PARK_SENTENCES),
        Item(
            "SST-2",
            DATA,
            sum(file.size for file in SST2.files.values()) / 1e6,
            all(_data_at_hand(SST2.repo_id, SST2.revision, file.name, cache_dir) for file in SST2.files.values()),
        ),
    )


def _data_at_hand(repo_id: str, revision: str, file: str, cache_dir: Path | None) -> bool:
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(repo_id, file, cache_dir, revision, repo_type="dataset"), str)
