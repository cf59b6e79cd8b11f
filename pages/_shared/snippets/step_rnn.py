"""Step through an RNN: the hidden state and the bars of a step, and the step as the view takes it apart."""

from pages._shared.snippets.lines import State, joined, lines
from pages._shared.snippets.reading import DEFAULT_RNN, read_lines, trained, typed

_AT = """\
from nlm_core.lm.candidates import candidates

t = min($t, len(reading.ids) - 1)  # START is step 0
h = reader.hidden_states()  # h_0 ... h_n, one row a step
for c in candidates(model, reading.columns[t], k=min(7, model.vocab_size)).top:
    print(f"{c.p:.6f}  {c.text}")
"""
_STATES = """\
import torch

net = model.network  # its parameters are called as in the lecture
x = net.embedding[reading.ids[t]]
h_before = h[t - 1] if t else torch.zeros_like(h[0])
"""
_ARITHMETIC = """\
a = net.W_h @ x + net.U_h @ h_before + net.b_h
y = net.W_y @ torch.tanh(a) + net.b_y
vectors = {"x_t": x, "W_h x_t": net.W_h @ x, "U_h h_t-1": net.U_h @ h_before, "b_h": net.b_h, "a_t": a}
for name, v in {**vectors, "h_t": torch.tanh(a), "y_t": y, "p_t": y.softmax(-1)}.items():
    first = [f"{value:.4g}" for value in v[:6].tolist()]
    print(f"{name}: {len(v):,} numbers, length {v.norm():.4f}, from {v.min():.4g} to {v.max():.4g}, first {first}")
"""
_UNIT = """\
products = torch.cat([net.W_h[i] * x, net.U_h[i] * h_before]).double()  # E from x_t, then H from h_t-1
a = products.sum() + net.b_h[i]
for j in products.abs().argsort(descending=True, stable=True)[:8].tolist():
    place = f"x_t[{j}]" if j < len(x) else f"h_t-1[{j - len(x)}]"
    print(f"{products[j]:+.4f} from {place}")
print(f"a_t[{i}] = all products and the bias {net.b_h[i]:+.4f} = {a:.4f}")
print(f"h_t[{i}] = tanh(a_t[{i}]) = {torch.tanh(a):.6f}; the model's own number is {h[t, i]:.6f}")
"""
_INFLUENCE = """\
import math
from nlm_core.lm.candidates import label
from nlm_core.lm.influence import influence

found = influence(model, reading.ids[: t + 1], target)
print(f"target {label(model, target)}: p = {math.exp(found.logp):.6f}")
for k, norm in enumerate(found.norms):
    print(f"|d ln p_{t}(target) / d x_{k}| = {norm:.6g}")
"""
_MOST_PROBABLE = "target = int(reading.columns[t].top_ids[0])\n"
_FOLLOWS = """\
target = reading.ids[t + 1] if t + 1 < len(reading.ids) else int(reading.columns[t].top_ids[0])
"""
_SIMILAR = """\
from nlm_core.lm.neighbours import Gallery, gallery_sentences, to_earlier_states

states = h.double().cpu().numpy()
for s, cosine in enumerate(to_earlier_states(states, t)):
    print(f"cos(h_{t}, h_{s}) = {cosine:.6f}")
for near in Gallery.read(model, gallery_sentences()).nearest(states[t], 8):
    print(f"{near.cosine:.3f}  START {near.prefix} | {near.goes_on}")
"""


def step_rnn(state: State) -> str:
    name = state.get("rnn") or DEFAULT_RNN
    if not trained(state, name):
        name = DEFAULT_RNN
    read = read_lines(state, name, typed(state, "prefix", "I went to the"))
    at, view = lines(_AT, t=state.get("t", 0)), state.get("view", "Arithmetic")
    if view == "One unit":
        unit = state.get("unit")
        which = "i = int(h[t].abs().argmax())\n" if unit is None else lines("i = $unit\n", unit=unit)
        return joined(read, at, _STATES + which + _UNIT)
    if view == "Influence":
        target = _MOST_PROBABLE if state.get("target") == "The most probable word" else _FOLLOWS
        return joined(read, at, target + _INFLUENCE)
    if view == "Similar states":
        return joined(read, at, _SIMILAR)
    return joined(read, at, _STATES, _ARITHMETIC)
