"""Window or recurrence: one sentence in both models, or two that differ in an early word."""

from pages._shared.snippets.lines import State, joined, lines
from pages._shared.snippets.reading import typed

_MODELS = """\
from nlm_core.lm import registry

models = {"window": registry.load("nlm-window").with_window($N), "RNN": registry.load("nlm-rnn")}
"""
_SEEN = """\
from nlm_core.lm.candidates import candidates
from nlm_core.lm.reader import PrefixReader

for name, model in models.items():
    reader = PrefixReader(model)
    reading = reader.read($prefix)
    n = len(reading.ids)
    seen = min($N, n) if name == "window" else n
    print(f"{name}: reads {seen} of {n} words; h_t has {reader.hidden_states().shape[1]} numbers")
    for c in candidates(model, reading.columns[-1], k=8).top:
        print(f"{c.p:.6f}  {c.text}")
"""
_TWO = """\
from nlm_core.lm.candidates import label
from nlm_core.lm.divergence import diverge

prefixes = ($prefix, $other)
for name, model in models.items():
    first, second = ([model.start_id, *model.encode(text)] for text in prefixes)
    found = diverge(model, first, second, k=10)
    for gap in found.gaps:
        print(f"{name}, {gap.back} back: KL = {gap.kl:.6g}  max |p - q| = {gap.largest:.6g}  overlap {gap.overlap}")
    same = found.same_from
    print(f"{name}:", "never the same numbers" if same is None else f"the same numbers from {same} words back on")
for s in found.gaps[-1].shifts:
    print(f"p = {s.p:.6f}  q = {s.q:.6f}  {label(model, s.token_id)}")
"""
_CHAIN = """\
from nlm_core.lm.candidates import label
from nlm_core.lm.ledger import chain_rule, product_text
from nlm_core.lm.reader import PrefixReader

for name, model in models.items():
    ledger = chain_rule(PrefixReader(model).read($prefix).followers)
    for e in ledger:
        print(f"{name}: p = {e.p:.6f}  ln p = {e.logp:.3f}  {label(model, e.token_id)}", end="  ")
        print(f"product = {product_text(e.running_logp)}  perplexity = {e.perplexity:,.1f}")
    for e in ledger[-1:]:
        print(f"P = {product_text(e.running_logp, 3)}  ln P = {e.running_logp:.3f}  perplexity = {e.perplexity:,.2f}")
"""


def window_or_recurrence(state: State) -> str:
    N, prefix = state.get("N", 3), typed(state, "prefix", "The keys to the old house by the river")
    models, view = lines(_MODELS, N=N), state.get("view", "What is seen")
    if view == "Two prefixes":
        other = typed(state, "other", "The key to the old house by the river")
        return joined(models, lines(_TWO, prefix=prefix, other=other))
    if view == "Chain rule":
        return joined(models, lines(_CHAIN, prefix=prefix))
    return joined(models, lines(_SEEN, prefix=prefix, N=N))
