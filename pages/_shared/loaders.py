"""The only caches of the app: shared models, keyed by name and bounded."""

import streamlit as st

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.reader import PrefixReader

# Our three models take 60 MB together; a Hub model up to 2 GB, so only a few are held at once.
MAX_MODELS = 5
# Readers of one visitor, each with the state of its last prefix: at most 10 MB for a model of ours.
MAX_READERS = 3
_READERS = "_readers"


@st.cache_resource(max_entries=MAX_MODELS, show_spinner=False)
def _model(name: str, _report: st.delta_generator.DeltaGenerator | None) -> LanguageModel:
    from nlm_core import runtime
    from nlm_core.lm import registry

    def show(done: int, total: int, what: str) -> None:
        if _report is not None:
            megabytes = f"{done / 1e6:,.0f} of {total / 1e6:,.0f} MB"
            _report.progress(min(1.0, done / max(total, 1)), text=f"Fetching {what}: {megabytes}")

    model = registry.load(name, on_progress=show)
    runtime.gate()
    return model


def language_model(name: str) -> LanguageModel:
    """The shared model of that name; loading it the first time shows what is being done.

    Raises
    ------
    UnknownModelError, ModelUnavailableError
        See ``nlm_core.lm.registry.load``.
    """
    report = st.empty()
    with report.container(), st.spinner(f"Loading {name} …", show_time=True):
        model = _model(name, st.empty())
    report.empty()
    return model


def reader(name: str) -> PrefixReader:
    """This visitor's reader of a model; the least recently used of more than ``MAX_READERS`` is dropped."""
    readers: dict[str, PrefixReader] = st.session_state.setdefault(_READERS, {})
    model = language_model(name)
    found = readers.pop(name, None)
    if found is None or found.model is not model:
        found = PrefixReader(model)
    readers[name] = found
    while len(readers) > MAX_READERS:
        del readers[next(iter(readers))]
    return found
