"""Prompt and generate: the tokens of the prompt, those behind it, and the alternatives at the chosen one."""

from pages._shared.snippets.lines import State, joined, lines
from pages._shared.snippets.next_token import sampling_values
from pages._shared.snippets.reading import read_lines, shown_model, typed

_PROMPT = """\
import math
from nlm_core.lm.candidates import label

for f in reading.followers:
    print(f"prompt: p = {math.exp(f.logp):.6f}  rank {f.rank}  {label(model, f.token_id)}")
"""
_DRAWN = """\
import torch
from nlm_core.lm.sampling import Sampling, generate

sampling = Sampling(temperature=$temperature, top_k=$top_k, top_p=$top_p)
generator, tokens = torch.Generator().manual_seed($seed), []
for d in generate(reader, list(reading.ids), sampling, generator, $limit):
    print(f"p = {d.p:.6f}  q = {d.q:.6f}  rank {d.rank}  {-math.log2(d.p):.2f} bits  {label(model, d.token_id)}")
    tokens.append(d.token_id)
whole = reader.read_ids([*reading.ids, *tokens])
"""
_BY_HAND = """\
tokens = $tokens  # one of them at least was put there by hand
whole = reader.read_ids([*reading.ids, *tokens])
for f in whole.followers[-len(tokens) :]:
    bits = -f.logp / math.log(2)
    print(f"p = {math.exp(f.logp):.6f}  rank {f.rank}  {bits:.2f} bits  {label(model, f.token_id)}")
"""
_ALTERNATIVES = """\
from nlm_core.lm.candidates import candidates

print("what could stand there instead of", label(model, tokens[n - 1]))
for c in candidates(model, whole.columns[n - len(tokens) - 2], k=10).top:
    print(f"{c.p:.6f}  {c.text}")
"""


def prompt(state: State) -> str:
    shown = state["_branches"][1].tokens if "_branches" in state else ()
    if any(drawn.q is None for drawn in shown):
        behind = lines(_BY_HAND, tokens=[drawn.token_id for drawn in shown])
    else:
        # As many as stand on the page; before there are any, as many as will.
        limit = len(shown) or state.get("limit", 30)
        behind = lines(_DRAWN, **sampling_values(state), seed=state.get("seed", 0), limit=limit)
    chosen = state.get("token")
    place = "n = len(tokens)\n" if chosen is None else lines("n = min($chosen, len(tokens))\n", chosen=int(chosen))
    text = typed(state, "prompt", "Recite the first law of robotics")
    return joined(read_lines(state, shown_model(state), text), _PROMPT, behind, place + _ALTERNATIVES)
