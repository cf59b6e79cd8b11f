"""A softmax over part of the vocabulary: what is drawn, its sum on average, and what a step makes of it."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from nlm_core.lm.factored import FactoredElmanNetwork
from nlm_core.lm.sampled_softmax import CandidateSampler
from nlm_core.lm.training import Recipe, Trainer
from nlm_core.text.corpus import IGNORED, padded_rows

V = 60
COUNTS = np.random.default_rng(0).permutation(V) + 1
ROWS = padded_rows([[0, 44, 5, 6, 1], [0, 7, 1], [0, 8, 9, 44, 44, 10, 1]])


def test_candidates_hold_the_commonest_and_every_target_once() -> None:
    sampler = CandidateSampler(COUNTS, 30, seed=0)
    drawn = sampler.draw(ROWS.targets, 3)
    assert drawn is not None and len(drawn.ids) == len(set(drawn.ids.tolist())) == 30
    here = ROWS.targets != IGNORED
    certain = set(np.argsort(-COUNTS)[:15].tolist()) | set(ROWS.targets[here].tolist())
    assert set(drawn.ids[drawn.surplus == 0].tolist()) == certain
    assert (drawn.ids[drawn.targets[here]] == ROWS.targets[here]).all()
    assert (drawn.targets[~here] == IGNORED).all() and (~here).any()
    again, other = sampler.draw(ROWS.targets, 3), sampler.draw(ROWS.targets, 4)
    assert again is not None and other is not None
    assert (again.ids == drawn.ids).all() and set(other.ids.tolist()) != set(drawn.ids.tolist())


def test_the_sum_under_the_softmax_is_right_on_average() -> None:
    y = np.random.default_rng(1).normal(size=V)
    sampler = CandidateSampler(COUNTS, 30, seed=0)
    sums = []
    for number in range(4000):
        drawn = sampler.draw(ROWS.targets, number)
        assert drawn is not None
        sums.append(np.exp(y[drawn.ids] + drawn.surplus).sum())
    assert np.mean(sums) == pytest.approx(np.exp(y).sum(), rel=4 * np.std(sums) / len(sums) ** 0.5 / np.mean(sums))
    assert np.std(sums) > 0.01 * np.mean(sums)


@pytest.mark.parametrize("size", [4, V, V + 1])
def test_without_room_to_draw_the_whole_vocabulary_is_taken(size: int) -> None:
    assert CandidateSampler(COUNTS, size, seed=0).draw(ROWS.targets, 0) is None


def trainer(size: int | None, **settings: float) -> Trainer:
    network = FactoredElmanNetwork(V, 5, 7, torch.Generator().manual_seed(0))
    recipe = Recipe(max_steps=10, **settings)  # type: ignore[arg-type]
    return Trainer(network, recipe, None if size is None else CandidateSampler(COUNTS, size, seed=0))


def test_a_step_takes_the_cross_entropy_over_its_candidates() -> None:
    own = trainer(30)
    assert own.sampler is not None
    drawn = own.sampler.draw(ROWS.targets, 0)
    assert drawn is not None
    h = own.network.hidden(torch.from_numpy(ROWS.inputs), torch.from_numpy(ROWS.lines))
    weight, bias = own.network.output_layer()
    assert bias is not None
    logits = (h @ weight.T + bias)[..., drawn.ids] + torch.from_numpy(drawn.surplus)
    expected = F.cross_entropy(logits.flatten(0, 1), torch.from_numpy(drawn.targets).flatten(), ignore_index=IGNORED)
    torch.testing.assert_close(own.loss(ROWS), expected)


def test_the_last_share_of_a_run_is_taken_over_the_whole_vocabulary() -> None:
    own, whole = trainer(30, whole_share=0.3), trainer(None)
    whole.network.load_state_dict(own.network.state_dict())
    assert float(own.loss(ROWS).detach()) != float(whole.loss(ROWS).detach())
    own.number = 7
    assert float(own.loss(ROWS).detach()) == float(whole.loss(ROWS).detach())
