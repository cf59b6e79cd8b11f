"""The lines that most snippets begin with: load the model that is shown, read the text that was typed."""

from pages._shared.snippets.lines import State, joined, lines

DEFAULT_MODEL, DEFAULT_RNN = "nlm-gpt", "nlm-rnn"

_LOAD = """\
from nlm_core.lm import registry

model = registry.load($name)
"""
_TRAINED = """\
import torch
from pathlib import Path
from safetensors.torch import load_file
from nlm_core.lm import registry
from nlm_core.lm.base import ModelCard
from nlm_core.lm.rnn import ElmanNetwork, RnnModel

# Trained in this session: the page Train an RNN saves its weights and its vocabulary as these two files.
network = ElmanNetwork(vocabulary.vocab_size, $embedding, $hidden, torch.Generator())
network.load_state_dict(load_file("model.safetensors"))
model = RnnModel(ModelCard($name, "rnn", 0, "", "", "", ""), vocabulary, network)
"""
_VOCABULARIES = {
    "WordVocabulary": """\
from nlm_core.text.word_vocabulary import WordVocabulary

vocabulary = WordVocabulary.from_json(Path("vocabulary.json").read_text(encoding="utf-8"))
""",
    "Tokenizer": """\
import tokenizers
from nlm_core.text.tokenizer import Tokenizer

vocabulary = Tokenizer(tokenizers.Tokenizer.from_file("vocabulary.json"))
""",
}
_READ = """\
from nlm_core.lm.reader import PrefixReader

reader = PrefixReader(model)
reading = reader.read($prefix)
"""


def typed(state: State, key: str, usual: str) -> str:
    """The part of a typed text that its page reads."""
    from nlm_core.lm.prefix import tidy

    return tidy(state.get(key, usual) or "").text


def loaded(state: State, kind: str, name: str) -> bool:
    """Whether this visitor has a shared thing in use; ``kind`` is that of ``pages._shared.loaders``."""
    return (kind, name) in state.get("_loaded", ())


def trained(state: State, name: str) -> bool:
    """Whether this visitor has trained a model of that name."""
    return name in state.get("trained_models", ())


def shown_model(state: State) -> str:
    """The chosen model where the page has it, else the one that it shows meanwhile."""
    from nlm_core.lm.registry import OWN_MODELS

    name = state.get("model") or DEFAULT_MODEL
    known = name in OWN_MODELS or trained(state, name) or loaded(state, "_model", name)
    return name if known else DEFAULT_MODEL


def model_lines(state: State, name: str) -> str:
    """``model``: one by its name, or one that this visitor has trained from its files."""
    if not trained(state, name):
        return lines(_LOAD, name=name)
    model = state["trained_models"][name]
    hidden, embedding = model.network.W_h.shape
    vocabulary = _VOCABULARIES[type(model.tokenizer).__name__]
    return joined(vocabulary, lines(_TRAINED, name=name, embedding=embedding, hidden=hidden))


def read_lines(state: State, name: str, prefix: str) -> str:
    """``model``, ``reader`` and ``reading`` of a text."""
    return joined(model_lines(state, name) + lines(_READ, prefix=prefix))
