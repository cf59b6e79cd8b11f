"""BERT for sentiment, the later stages: features and labels, a classifier of them, its prediction, every layer."""

from pages._shared.snippets.lines import State, joined, lines

_FEATURES = """\
from nlm_core.sentiment.encoders import load_encoder
from nlm_core.sentiment.features import features_of

encoder = load_encoder($encoder)
# As the notebook's last_hidden_states[0][:, 0, :], in batches, of the chosen layer and pooling.
features = features_of(encoder, df[0].tolist(), [$layer], [$pooling]).at($layer, $pooling)
labels = df[1]
"""
_YOURS = "yours = encoder.encode([$sentence]).features($layer, $pooling)[0]\n"
_NEAREST = """\
import numpy as np
from nlm_core.sentiment.projection import project

cosines = features @ yours / np.linalg.norm(features, axis=1) / np.linalg.norm(yours)
for i in np.argsort(-cosines, kind="stable")[:6]:
    print(f"{cosines[i]:.3f}  label {labels[i]}  {df[0][i]}")
for name, vector in (("yours", yours), *((f"row {i + 1}", features[i]) for i in range(4))):
    print(name, *(f"{value:.4f}" for value in vector[:6]), "...", f"{vector[-1]:.4f}")
plane = project(features)
print(f"of the variance the plane holds {sum(plane.shares):.1%}; yours lies at", *plane.place(yours[None])[0].round(5))
"""
_GIVEN = """\
import numpy as np

train, test = (np.flatnonzero(df[2] == part) for part in ("train", "test"))
"""
_DRAWN = """\
import numpy as np
from sklearn.model_selection import train_test_split

train, test = map(np.sort, train_test_split(np.arange(len(df)), test_size=$share, random_state=$seed))
"""
_FIT = """\
from sklearn.linear_model import LogisticRegression

lr_clf = LogisticRegression(C=$C, max_iter=1000, tol=1e-6)
lr_clf.fit(features[train].astype(float), labels[train])
right = int((lr_clf.predict(features[test]) == labels[test]).sum())
"""
_SCORE = """\
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix
from nlm_core.sentiment.classifier import baselines

low, high = binomtest(right, len(test)).proportion_ci(method="wilson")
print(f"trained on {len(train):,}, {right:,} of {len(test):,} others right")
print(f"accuracy {right / len(test):.1%}, 95 % interval {low:.1%} to {high:.1%}")
print("confusion", confusion_matrix(labels[test], lr_clf.predict(features[test])).tolist())
plainer = baselines(df[0][train], labels[train], df[0][test], labels[test])
print(f"TF-IDF {plainer.tf_idf.accuracy:.1%}, the commoner label {plainer.majority.accuracy:.1%}")
"""
_PREDICTION = """\
w, b = lr_clf.coef_[0], lr_clf.intercept_[0]
logit = w @ yours + b
print(f"logit = w x + b = {logit:.4f}  p(1) = sigma(logit) = {1 / (1 + np.exp(-logit)):.4f}  b = {b:+.4f}")
for i in np.argsort(-np.abs(w * yours))[:8]:
    print(f"dimension {i} adds {w[i] * yours[i]:+.4f}")
print(f"{right / len(test):.1%} of {len(test):,} others right")
"""
_ATTENTION = """\
seen = encoder.showing_attention().encode([$sentence])
heads = seen.attention[$layer - 1, 0]  # (heads, positions, positions)
"""
_LOOKS = """\
for token, weight in zip(seen.sentences[0].tokens, looks):
    print(f"[CLS] attends {weight:.6f} to {token}")
"""
_SWEEP = """\
from nlm_core.sentiment.classifier import sweep
from nlm_core.sentiment.encoders import load_encoder
from nlm_core.sentiment.features import features_of

features = features_of(load_encoder($encoder), df[0].tolist())  # of every layer and pooling
for c in sweep(features.rows(train), df[1][train].tolist(), C=$C):
    low, high = c.accuracy - c.deviation, c.accuracy + c.deviation  # of the folds
    print(f"layer {c.layer}, {c.pooling}: {c.accuracy:.4f}, from {low:.4f} to {high:.4f}")
"""


def later_stage(state: State, data: str, encoder: str, sentence: str) -> str:
    """Stages 5 to 8 of ``df``, which the lines in ``data`` make."""
    stage, layer, C = state.get("stage"), state.get("layer", 6), state.get("C", 1.0)
    if stage == "8 Layers":
        return joined(data, _split(state), lines(_SWEEP, encoder=encoder, C=C))
    chosen = {"layer": layer, "pooling": state.get("pooling", "cls")}
    features = lines(_FEATURES, encoder=encoder, **chosen)
    yours = lines(_YOURS, sentence=sentence, **chosen)
    if stage == "5 Features":
        return joined(data, features + yours, _NEAREST)
    fit = _split(state) + lines(_FIT, C=C)
    if stage == "6 Classifier":
        return joined(data, features, fit, _SCORE)
    attention = _attention(state, sentence, layer) if layer else ""
    return joined(data, features + yours, fit, _PREDICTION, attention)


def _split(state: State) -> str:
    if state.get("data") != "Own table" and state.get("split", "As given") == "As given":
        return _GIVEN
    return lines(_DRAWN, share=state.get("test_share", 0.25), seed=int(state.get("seed", 0)))


def _attention(state: State, sentence: str, layer: int) -> str:
    head = state.get("head", "mean of all")
    which = lines("looks = heads[$head, 0]\n", head=int(head) - 1) if head.isdecimal() else "looks = heads.mean(0)[0]\n"
    return lines(_ATTENTION, sentence=sentence, layer=layer) + which + _LOOKS
