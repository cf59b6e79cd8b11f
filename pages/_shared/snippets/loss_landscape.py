"""Loss landscape: the network, the plane through its parameters, and the losses in it."""

from pages._shared.snippets.lines import State, joined, lines

_CLASSIFIER = """\
from nlm_core.optim.subject import Fit, Recipe

fit = Fit(Recipe($data, $depth, $width, $skip, $seed, $steps, $rate))
for step in fit.steps():
    pass
subject = fit.subject()
print(f"the trained network: L = {step.loss:.4g}, {step.accuracy:.1%} of the examples right")
"""
_RNN = """\
from pathlib import Path
from nlm_core.lm import registry
from nlm_core.optim.subject import rnn_subject

sentences = Path("assets/data/held_out_sentences.txt").read_text(encoding="utf-8").splitlines()[:$count]
subject = rnn_subject(registry.load("nlm-rnn"), sentences)
"""
_PLANE = """\
from nlm_core.optim.landscape import landscape
from nlm_core.optim.subject import local_minima, plane

at = plane(subject, $kind, seed=$seed, reach=$reach)
for grid in landscape(subject.loss, at.directions, a_range=at.a_range, b_range=at.b_range, level=$level):
    pass  # each grid is finer than the one before
losses = grid.losses[grid.losses.isfinite()]
print(f"{subject.count:,} parameters; losses in the plane from {losses.min():.4g} to {losses.max():.4g}")
print(f"{local_minima(grid.losses)} local minima")
"""
_SHARE = 'print(f"the plane holds {at.path.share:.2%} of the variance of the path of training")\n'
_MIDDLE = 'print(f"L(theta*) = {grid.losses[len(grid.a) // 2, len(grid.b) // 2]:.4g}")\n'


def loss_landscape(state: State) -> str:
    if state.get("source") == "nlm-rnn":
        kind = "Random"
        subject = lines(_RNN, count=state.get("sentences", 4))
        level = {"5": 2, "9": 3, "17": 4}[state.get("n_rnn", "9")]
    else:
        kind = state.get("directions", "PCA")
        subject = lines(
            _CLASSIFIER,
            data=state.get("data", "Two moons"),
            depth=state.get("depth", 6),
            width=state.get("width", 16),
            skip=state.get("skip", False),
            seed=int(state.get("seed", 0)),
            steps=int(state.get("T", 300)),
            rate=state.get("alpha", 0.1),
        )
        level = {"17": 4, "33": 5, "65": 6}[state.get("n", "33")]
    drawn = kind == "Random"
    seed, reach = (int(state.get("direction_seed", 0)), state.get("reach", 1.0)) if drawn else (0, 1.0)
    plane = lines(_PLANE, kind=kind, seed=seed, reach=reach, level=level)
    # What a plane tells of the path: nothing where no path was kept.
    told = "" if state.get("source") == "nlm-rnn" else _SHARE
    return joined(subject, plane + told + (_MIDDLE if drawn else ""))
