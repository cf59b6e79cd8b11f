"""The only caches of Streamlit in the app: shared models, keyed by name and bounded."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.reader import PrefixReader
from nlm_core.shared_loads import shared_loads
from pages._app.loading import arrived
from pages._shared.escape import plain
from pages._shared.report import at_work

if TYPE_CHECKING:
    from nlm_core.lm.attention import AttentionReader
    from nlm_core.lm.masked import MaskedModel
    from nlm_core.sentiment.datasets import Dataset
    from nlm_core.sentiment.encoder import Encoder

T = TypeVar("T")

# Our three models take 60 MB together; a Hub model up to 2 GB, so only a few are held at once.
MAX_MODELS = 5
# MiniLM takes 90 MB, BERT-base 440 MB.
MAX_ENCODERS = 2
# Readers of one visitor, each with the state of its last prefix: at most 10 MB for a model of ours.
MAX_READERS = 3
_READERS = "_readers"
# Models that one visitor has trained, of at most 10 MB each.
MAX_TRAINED = 3
_TRAINED = "trained_models"
_LOADED = "_loaded"
_SST2 = "SST-2"
# What any visitor has loaded: the next one does not wait for it.
_READY: set[tuple[str, str]] = set()


@st.cache_resource(max_entries=MAX_MODELS, show_spinner=False)
def _model(name: str) -> LanguageModel:
    from nlm_core import runtime
    from nlm_core.lm import registry

    model: LanguageModel = shared_loads().take(("_model", name)) or registry.load(name)
    runtime.gate()
    return model


def model_arrived(name: str, meanwhile: str, stop: Callable[[], None] | None = None) -> bool:
    """Whether a model is there; one of the Hub is loaded in the background, as ``pages._app.loading.arrived`` says."""
    from nlm_core.lm import registry

    if is_here(name):
        return True
    return arrived("_model", name, lambda tell: registry.load(name, on_progress=tell), meanwhile, stop)


def is_here(name: str) -> bool:
    """Whether a model is no matter of a long load: it is none of the Hub, or it has been loaded."""
    from nlm_core.lm.hub import HUB_PRESETS

    return ("/" not in name and name not in HUB_PRESETS) or ("_model", name) in _READY


def session_models() -> dict[str, LanguageModel]:
    """The models that this visitor has trained, by name; they live and end with the session."""
    trained: dict[str, LanguageModel] = st.session_state.setdefault(_TRAINED, {})
    return trained


def keep_model(model: LanguageModel) -> str | None:
    """Put a model of this visitor among the session's, under its own name; returns the name of the one it displaced.

    Raises
    ------
    ValueError
        If the name is empty or that of a model that all visitors share.
    """
    from nlm_core.lm.registry import BERT, entries

    name, trained = model.card.name, session_models()
    if not name or "/" in name or name in (*entries(), BERT):
        raise ValueError(f"a model cannot be called {name!r}: take another name than those of the shared models")
    trained.pop(name, None)
    trained[name] = model
    if len(trained) <= MAX_TRAINED:
        return None
    oldest = next(iter(trained))
    del trained[oldest]
    return oldest


def language_model(name: str) -> LanguageModel:
    """This visitor's own model of that name, else the shared one; loading it the first time shows what is being done.

    Raises
    ------
    UnknownModelError, ModelUnavailableError
        See ``nlm_core.lm.registry.load``.
    """
    trained = session_models().get(name)
    return trained if trained is not None else _loaded(_model, name)


def _loaded(load: Callable[[str], T], name: str) -> T:
    """A shared thing by its name; the first time that this visitor asks for it, loading shows what is being done."""
    loaded: set[tuple[str, str]] = st.session_state.setdefault(_LOADED, set())
    if (load.__name__, name) in loaded:
        # At every keystroke: nothing is sent that the bars would have to wait for.
        return load(name)
    with at_work(f"Loading {plain(name)} …"):
        found = load(name)
    loaded.add((load.__name__, name))
    _READY.add((load.__name__, name))
    return found


def loaded_names() -> set[str]:
    """The shared models and data that this visitor has in use."""
    return {name for _, name in st.session_state.get(_LOADED, set())}


@st.cache_resource(max_entries=MAX_ENCODERS, show_spinner=False)
def _encoder(name: str) -> "tuple[Encoder, Encoder]":
    from nlm_core import runtime
    from nlm_core.sentiment.encoders import load_encoder

    found: Encoder = shared_loads().take(("_encoder", name)) or load_encoder(name)
    runtime.gate()
    return found, found.showing_attention()


def encoder_arrived(name: str, meanwhile: str, stop: Callable[[], None] | None = None) -> bool:
    """The same for an encoder as ``model_arrived``."""
    from nlm_core.sentiment.encoders import MINILM, load_encoder

    if name == MINILM or ("_encoder", name) in _READY:
        return True
    return arrived("_encoder", name, lambda tell: load_encoder(name, on_progress=tell), meanwhile, stop)


def encoder(name: str) -> "tuple[Encoder, Encoder]":
    """An encoder of sentences, and the same one showing its attention.

    Raises
    ------
    ModelUnavailableError
        See ``nlm_core.sentiment.encoders.load_encoder``.
    """
    return _loaded(_encoder, name)


@st.cache_resource(max_entries=1, show_spinner=False)
def reviews() -> "Dataset":
    """Our own film reviews."""
    from nlm_core.sentiment.datasets import film_reviews

    return film_reviews()


@st.cache_resource(max_entries=1, show_spinner=False)
def _sst2(name: str) -> "Dataset":
    from nlm_core.sentiment.sst2 import sst2

    found: Dataset = shared_loads().take(("_sst2", name)) or sst2()
    return found


def sst2_arrived(meanwhile: str, stop: Callable[[], None] | None = None) -> bool:
    """The same for the lecture's subset of SST-2 as ``model_arrived``."""
    from nlm_core.sentiment.sst2 import sst2

    if ("_sst2", _SST2) in _READY:
        return True
    return arrived("_sst2", _SST2, lambda tell: sst2(on_progress=tell), meanwhile, stop)


def sst2_subset() -> "Dataset":
    """The lecture's subset of SST-2.

    Raises
    ------
    ModelUnavailableError
        See ``nlm_core.sentiment.sst2.sst2``.
    """
    return _loaded(_sst2, _SST2)


@st.cache_resource(max_entries=1, show_spinner=False)
def _masked_model(name: str) -> "MaskedModel":
    from nlm_core import runtime
    from nlm_core.lm import registry

    model = registry.load_bert(registry.MODELS_FOLDER / name)
    runtime.gate()
    return model


def masked_model() -> "MaskedModel":
    """Our encoder that fills blanks, shared by all visitors.

    Raises
    ------
    ModelUnavailableError
        If its weights are not there.
    """
    from nlm_core.lm.registry import BERT

    return _loaded(_masked_model, BERT)


@st.cache_resource(max_entries=MAX_MODELS, show_spinner=False)
def _attention_reader(name: str, _of: "LanguageModel | MaskedModel") -> "AttentionReader":
    from nlm_core.lm.attention import AttentionReader

    return AttentionReader(_of)


def attention_reader(model: "LanguageModel | MaskedModel") -> "AttentionReader":
    """Reads the attention weights of a shared model; it holds no second copy of the parameters.

    Raises
    ------
    ValueError
        If the model is no Transformer.
    """
    return _attention_reader(model.card.name, model)


def reader(name: str, window: int | None = None) -> PrefixReader:
    """This visitor's reader of a model; the least recently used of more than ``MAX_READERS`` is dropped.

    ``window`` is for a sliding-window model: how many words it sees.
    """
    readers: dict[tuple[str, int | None], tuple[LanguageModel, PrefixReader]]
    readers = st.session_state.setdefault(_READERS, {})
    model = language_model(name)
    kept = readers.pop((name, window), None)
    if kept is None or kept[0] is not model:
        kept = (model, PrefixReader(model if window is None else model.with_window(window)))
    readers[name, window] = kept
    while len(readers) > MAX_READERS:
        del readers[next(iter(readers))]
    return kept[1]


@st.cache_resource(max_entries=1)
def first_results() -> dict[Hashable, Any]:
    """What a page opens with for every visitor, kept by the first one: a few results in all, shared by their keys."""
    return {}
