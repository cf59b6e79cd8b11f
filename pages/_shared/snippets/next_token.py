"""Next token: the bars at the chosen position, and below them what the view shows of the same reading."""

from pages._shared.snippets.lines import State, joined, lines
from pages._shared.snippets.reading import read_lines, shown_model, typed

_BARS = """\
from nlm_core.lm.candidates import candidates

bars = candidates(model, reading.columns[t], k=$k)
for c in bars.top:
    print(f"{c.p:.6f}  {c.text}")  # p over the whole vocabulary
print(f"{bars.others_p:.6f}  all other {bars.others:,} tokens")
"""

_TABLE = """\
from nlm_core.lm.candidates import candidates, label
from nlm_core.lm.ledger import chain_rule, product_text

for column in reading.columns:
    print("  ".join(f"{c.text} {c.p:.4f}" for c in candidates(model, column, k=6).top))
for e in chain_rule(reading.followers):
    print(f"{label(model, e.token_id)}  p = {e.p:.6f}  rank {e.rank}  ln p = {e.logp:.3f}", end="  ")
    print(f"product = {product_text(e.running_logp)}  perplexity = {e.perplexity:,.1f}")
"""

_NUMBERS = """\
print("ids", reading.ids)
print(f"e_{t} =", reader.embeddings()[t, :8].tolist())
print(f"h_{t} =", reader.hidden_states()[t, :8].tolist())
y = reader.logits([t])[0]
p = y.softmax(-1)
print(f"y_{t} =", y[:8].tolist())
print(f"p_{t} =", p[:8].tolist())
print(f"exp({y.max():.3f}) / {y.double().exp().sum():,.1f} = {p.max():.4f}")
"""

_SAMPLING = """\
import torch
from nlm_core.lm.candidates import label
from nlm_core.lm.sampling import Sampling, generate

sampling = Sampling(temperature=$temperature, top_k=$top_k, top_p=$top_p)
q = sampling.distribution(reader.logits([t])[0])
print(f"{int((q > 0).sum()):,} of {len(q):,} tokens can be drawn")
for c in bars.top:
    print(f"p = {c.p:.6f}  q = {q[c.token_id]:.6f}  {c.text}")
generator = torch.Generator().manual_seed($seed)
for drawn in generate(reader, list(reading.ids), sampling, generator, $limit):
    print(f"drawn: p = {drawn.p:.6f}  q = {drawn.q:.6f}  {label(model, drawn.token_id)}")
"""

_COMPARE = """\
from nlm_core.lm.candidates import candidates
from nlm_core.lm.reader import PrefixReader

for name in $names:
    other = model if name == $name else registry.load(name)
    last = PrefixReader(other).read($prefix).columns[-1]
    print(f"{name}: entropy {last.entropy:.4f} nats over {other.vocab_size:,} tokens")
    for c in candidates(other, last, k=$k).top:
        print(f"{c.p:.6f}  {c.text}")
"""


def next_token(state: State) -> str:
    name, prefix, k = shown_model(state), typed(state, "prefix", "I went to the"), state.get("k", 10)
    position = state.get("position")
    t = (
        "t = len(reading.ids) - 1  # the last token\n"
        if position is None
        else lines("t = min($position, len(reading.ids) - 1)  # 0 is START\n", position=int(position))
    )
    return joined(read_lines(state, name, prefix), t + lines(_BARS, k=k), _view(state, name, prefix, k))


def _view(state: State, name: str, prefix: str, k: int) -> str:
    view = state.get("view", "Table")
    if view == "Numbers":
        return _NUMBERS
    if view == "Sampling":
        return lines(_SAMPLING, **sampling_values(state), seed=state.get("seed", 0), limit=state.get("limit", 30))
    if view == "Compare":
        from nlm_core.lm.registry import OWN_MODELS

        names = state.get("compare", [*OWN_MODELS])
        usable = [other for other in names if other in OWN_MODELS or other == name]
        return lines(_COMPARE, names=usable, name=name, prefix=prefix, k=k)
    return _TABLE


def sampling_values(state: State) -> dict[str, object]:
    """Temperature, top-k and top-p as their fields hold them."""
    usual = {"temperature": 1.0, "top_k": 0, "top_p": 1.0}
    return {key: state.get(key, value) for key, value in usual.items()}
