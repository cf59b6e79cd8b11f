"""Losses and softmax: every loss of the prediction with its gradient, or the softmax number by number."""

from pages._shared.snippets.lines import State, joined, lines

_WORDS = """\
import torch

words, logits = $words, torch.tensor($logits, dtype=torch.float64)
tau = $tau  # the temperature
"""
_PREDICTION = """\
y_hat = torch.softmax(logits / tau, dim=-1)
y = torch.tensor([float(word == $true) for word in words], dtype=torch.float64)
for word, p in zip(words, y_hat.tolist()):
    print(f"{p:.6f}  {word}")
"""
_TWO_CLASSES = """\
import torch

y_hat = torch.sigmoid(torch.tensor([$logit], dtype=torch.float64))
y = torch.tensor([$y], dtype=torch.float64)
print(f"p(class 1) = {y_hat.item():.6f}  p(class 0) = {1 - y_hat.item():.6f}")
"""
_NUMBERS = """\
import torch

y_hat = torch.tensor($y_hat, dtype=torch.float64)
y = torch.tensor($y, dtype=torch.float64)
"""

_LOSSES = """\
from nlm_core.nn.losses import LOSSES

for name in $names:
    L = LOSSES[name]
    print(f"{name} = {L.value(y, y_hat):.6f}  dL/dy_hat =", [round(g, 6) for g in L.gradient(y, y_hat).tolist()])
"""
_CROSS_ENTROPY = """\
ce = -torch.xlogy(y, y_hat).sum()
print(f"perplexity = exp(CE) = {ce.exp():.6f}")
"""
_PAIR = """\
y, y_hat = torch.cat([y, 1 - y]), torch.cat([y_hat, 1 - y_hat])  # as a distribution over both classes
ce = -torch.xlogy(y, y_hat).sum()
print(f"CE = {ce:.6f}  perplexity = exp(CE) = {ce.exp():.6f}")
"""
_SOFTMAX = """\
scaled = logits / tau
written = torch.exp(scaled.float())  # in the 32 bits of networks, exp overflows above 88.7
m = scaled.max()
e = torch.exp(scaled - m)  # the safe form: no exponent is above 0
p = e / e.sum()
for i, word in enumerate(words):
    print(f"y = {logits[i]:.4g}  y/tau = {scaled[i]:.4g}  exp = {written[i]:.4g}  {word}")
    print(f"  as written {written[i] / written.sum():.4g}  y/tau - m = {scaled[i] - m:.4g}  exp = {e[i]:.4g}", end="")
    print(f"  p = {p[i]:.6f}")
print(f"m = {m:.6g}  sum of the exponentials = {e.sum():.6g}  of the probabilities = {p.sum():.6f}")
"""

# The example of the page, shown where fewer or more words than these bounds are typed.
_USUAL_WORDS, _FEWEST, _MOST = "park store doctor beach banana", 2, 8
_USUAL_LOGITS = (2.0, 1.4, 0.6, 0.4, -2.0, 0.0, 0.0, 0.0)
_USUAL_NUMBERS = {"yhat_1": 1.5, "yhat_2": -0.6, "y_1": 0.6, "y_2": -0.9}


def losses(state: State) -> str:
    problem = state.get("problem", "Multi-class classification")
    if problem == "Regression":
        found = [state.get(key, value) for key, value in _USUAL_NUMBERS.items()]
        return joined(lines(_NUMBERS, y_hat=found[:2], y=found[2:]), lines(_LOSSES, names=("L2", "L1")))
    if problem == "2-way classification":
        given = lines(_TWO_CLASSES, logit=state.get("logit", 1.0), y=float(state.get("class", "1")))
        return joined(given, lines(_LOSSES, names=("L2", "L1", "BCE")), _PAIR)
    words = list(dict.fromkeys(str(state.get("words", _USUAL_WORDS)).split()))
    if not _FEWEST <= len(words) <= _MOST:
        words = _USUAL_WORDS.split()
    logits = [state.get(f"l{i + 1}", _USUAL_LOGITS[i]) for i in range(len(words))]
    given = lines(_WORDS, words=words, logits=logits, tau=state.get("tau", 1.0))
    if state.get("view") == "Softmax step by step":
        return joined(given, _SOFTMAX)
    true = state.get("true", words[0])
    prediction = lines(_PREDICTION, true=true if true in words else words[0])
    return joined(given + prediction, lines(_LOSSES, names=("L2", "L1", "BCE", "CE")), _CROSS_ENTROPY)
