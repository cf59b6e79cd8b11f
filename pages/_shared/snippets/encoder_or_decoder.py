"""Encoder or decoder: one sentence in nlm-bert and in a model that goes on, as the chosen view compares them."""

from collections.abc import Callable

from pages._shared.snippets.lines import State, joined, lines
from pages._shared.snippets.next_token import sampling_values
from pages._shared.snippets.reading import model_lines, shown_model, trained, typed

_BOTH = """\
from nlm_core.lm import registry
from nlm_core.lm.blanks import sentence

bert = registry.load_bert(registry.MODELS_FOLDER / registry.BERT)
found = sentence(bert, $sentence)
"""
_LAST = "t = found.last_word()  # the chosen word; START is 0\n"
_CHOSEN = "t = min($word, found.words)  # the chosen word; START is 0\n"

_IDS = """\
from nlm_core.lm.blanks import position_of

ids = [model.start_id, *model.encode(found.text)]
s = position_of(model, found.text, found.spans[t - 1][0])  # the chosen word in the decoder
"""
_MASK = """\
from nlm_core.lm.attention import may_look

encoder, decoder = may_look(len(found.row), causal=False), may_look(len(ids), causal=True)
print(f"encoder: word {t} can attend to {encoder[t].sum()} of {len(encoder)} tokens; {encoder.sum()} pairs in all")
print(f"decoder: word {s} can attend to {decoder[s].sum()} of {len(decoder)} tokens; {decoder.sum()} pairs in all")
layers = bert.network.config.num_hidden_layers
print(f"layers of the encoder with a narrower mask: {bert.near_sighted_layers} of {layers}")
"""
_ATTENTION = """\
from nlm_core.lm.attention import AttentionReader
from nlm_core.lm.candidates import label

for name, side, row, word, layer, head in sides:
    weights = AttentionReader(side).read(row).head(layer - 1, head)  # a head of None is the mean of all
    for i, weight in zip(row, weights[word].tolist(), strict=True):
        print(f"{name}: {weight:.6f}  {label(side, i)}")
"""
_TWO_SIDES = """\
sides = (
    ("encoder", bert, found.row, t, $encoder_layer, $encoder_head),
    ("decoder", model, ids, s, $decoder_layer, $decoder_head),
)
"""
_ONE_SIDE = 'sides = (("encoder", bert, found.row, t, $encoder_layer, $encoder_head),)  # the other has no attention\n'
_BLANK = """\
from nlm_core.lm.blanks import continued, filled, guesses
from nlm_core.lm.reader import PrefixReader

both_sides = filled(bert, found.row, t)
left_only = continued(PrefixReader(model), found.text, found.spans[t - 1][0])
for side, guess in ((bert, both_sides), (model, left_only)):
    print(side.card.name, "gives the true word rank", guess.truth.rank)
    for c in guesses(side, guess, k=8).top:
        print(f"{c.p:.6f}  {c.text}")
"""
_CHANGE = """\
from nlm_core.lm.candidates import label
from nlm_core.lm.change import blank_moves, causal_moves

changed = sentence(bert, found.with_word(t, $other))
ids, other_ids = ([model.start_id, *model.encode(one.text)] for one in (found, changed))
for move in blank_moves(bert, found.row, changed.row):
    print(f"encoder: {move.largest:.6f}  {move.side}  {move.position}  {label(bert, move.token_id)}")
for move in causal_moves(model, ids, other_ids):
    print(f"decoder: {move.largest:.6f}  {move.side}  {move.position}  {label(model, move.token_id)}")
"""
_WRITING = """\
import torch
from nlm_core.lm.candidates import label
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.sampling import Sampling, generate, generate_from

sampling = Sampling(temperature=$temperature, top_k=$top_k, top_p=$top_p)
text, seed, limit = found.before(t), $seed, $length
row, ids = [bert.start_id, *bert.tokenizer.encode(text)], [model.start_id, *model.encode(text)]
generator = torch.Generator().manual_seed(seed)
# The encoder fills a blank behind the text, STOP behind it; then the next one.
for d in generate_from(bert.appended_logits, bert.stop_id, row, sampling, generator=generator, limit=limit):
    print(f"encoder: p = {d.p:.6f}  {label(bert, d.token_id)}")
for d in generate(PrefixReader(model), ids, sampling, torch.Generator().manual_seed(seed), limit):
    print(f"decoder: p = {d.p:.6f}  {label(model, d.token_id)}")
"""
_FACTS = """\
import numpy as np
from nlm_core.lm import registry
from nlm_core.lm.attention import AttentionReader

# The view holds facts and no numbers; these lines ask the two models that stand for them who looks where.
bert, gpt = registry.load_bert(registry.MODELS_FOLDER / registry.BERT), registry.load("nlm-gpt")
text = $sentence
for model, ids in ((bert, bert.framed(text)), (gpt, [gpt.start_id, *gpt.encode(text)])):
    weights = AttentionReader(model).read(ids[:40]).weights  # (layers, heads, n, n)
    left, right = np.tril(weights, -1).sum(), np.triu(weights, 1).sum()
    print(f"{model.card.name}: attention to the left {left:.3f}, to the right {right:.3f}")
"""


def encoder_or_decoder(state: State) -> str:
    view, text = state.get("view", "Mask"), typed(state, "sentence", "I went to the park.")
    if view == "BERT and GPT-3":
        return joined(lines(_FACTS, sentence=text))
    name, word = shown_model(state), state.get("word")
    chosen = _LAST if word is None else lines(_CHOSEN, word=int(word))
    both = lines(_BOTH, sentence=text) + chosen
    return joined(model_lines(state, name), both, _VIEWS.get(view, _mask)(state, name))


def _mask(state: State, name: str) -> str:
    return joined(_IDS, _MASK)


def _attention(state: State, name: str) -> str:
    values = {}
    for side in ("encoder", "decoder"):
        values[f"{side}_layer"] = state.get(f"{side}_layer", 3)
        head = state.get(f"{side}_head", 0)
        values[f"{side}_head"] = head - 1 if head else None
    if name in _WITHOUT_ATTENTION or trained(state, name):
        return joined(lines(_ONE_SIDE, **values), _ATTENTION)
    return joined(_IDS + lines(_TWO_SIDES, **values), _ATTENTION)


def _blank(state: State, name: str) -> str:
    return _BLANK


def _change(state: State, name: str) -> str:
    return lines(_CHANGE, other=typed(state, "other", "shop"))


def _writing(state: State, name: str) -> str:
    seed, length = state.get("seed", 0), state.get("length", 20)
    return lines(_WRITING, **sampling_values(state), seed=seed, length=length)


_WITHOUT_ATTENTION = ("nlm-rnn", "nlm-window")
_VIEWS: dict[str, Callable[[State, str], str]] = {
    "Mask": _mask,
    "Attention": _attention,
    "Fill the blank": _blank,
    "Change a word": _change,
    "Writing": _writing,
}
