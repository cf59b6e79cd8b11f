"""One training step taken apart: pairs, distributions, losses, gradients through time, and what the step does."""

from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from nlm_core.lm.lesson import Pair, backpropagate_through_time, pairs, take_lesson
from nlm_core.lm.rnn import ElmanNetwork
from nlm_core.lm.training import Diverged, Recipe, Step, Trainer
from nlm_core.lm.window import WindowNetwork
from nlm_core.text.corpus import IGNORED, padded_rows

V, E, H = 9, 4, 6
LINE = [0, 3, 4, 5, 3, 1]
ROWS = padded_rows([LINE, [0, 6, 1], [0, 7, 8, 8, 1]])
COUNT = int((ROWS.targets != IGNORED).sum())


def network() -> ElmanNetwork:
    return ElmanNetwork(V, E, H, torch.Generator().manual_seed(5))


def test_the_pairs_are_the_table_of_the_lecture() -> None:
    assert pairs([0, 3, 4, 1]) == (Pair((0,), 3), Pair((0, 3), 4), Pair((0, 3, 4), 1))


def test_the_lesson_is_one_step_of_the_trainer() -> None:
    trainer, peer = (Trainer(network(), Recipe(optimizer="SGD", learning_rate=0.1)) for _ in range(2))
    lesson, step = take_lesson(trainer, ROWS), peer.step(ROWS)
    assert isinstance(lesson.step, Step) and isinstance(step, Step)
    assert (lesson.step.loss, lesson.step.gradient_norm) == (step.loss, step.gradient_norm)
    for p, q in zip(trainer.network.parameters(), peer.network.parameters(), strict=True):
        assert torch.equal(p, q)
    assert lesson.batch_before == step.loss
    assert lesson.batch_after == pytest.approx(float(peer.loss(ROWS).detach()))
    assert np.sqrt(sum(norm**2 for norm in lesson.gradient_norms.values())) == pytest.approx(
        step.gradient_norm, rel=1e-5
    )


def test_distributions_and_losses_before_and_after() -> None:
    own = network()
    hidden = own.hidden(torch.tensor([LINE[:-1]]), torch.zeros(1, 5, dtype=torch.int64))[0]
    expected = F.cross_entropy(hidden @ own.W_y.T + own.b_y, torch.tensor(LINE[1:]), reduction="none").detach().numpy()
    lesson = take_lesson(Trainer(own, Recipe(optimizer="SGD", learning_rate=0.1)), ROWS)
    assert lesson.line == tuple(LINE) and lesson.p_before.shape == (5, V)
    np.testing.assert_allclose(lesson.p_before.sum(1), 1)
    np.testing.assert_allclose(lesson.p_after.sum(1), 1)
    np.testing.assert_allclose(lesson.losses(), expected, rtol=1e-5)
    assert lesson.target_p()[2] == lesson.p_before[2, 5]
    assert lesson.batch_after < lesson.batch_before
    assert lesson.losses(after=True).mean() < lesson.losses().mean()
    assert lesson.target_p(after=True).mean() > lesson.target_p().mean()


def test_gradients_through_time_equal_finite_differences() -> None:
    own = network().double()
    found = backpropagate_through_time(own, LINE[:-1], LINE[1:], COUNT)

    def loss(t: int, nudge: torch.Tensor) -> float:
        """The sentence's share of the loss when h_t is moved by ``nudge``."""
        h, total = torch.zeros(H, dtype=torch.float64), 0.0
        for s, (token, target) in enumerate(pairwise(LINE)):
            h = torch.tanh(own.W_h @ own.embedding[token] + own.U_h @ h + own.b_h)
            h = h + nudge if s == t else h
            total += float(F.cross_entropy(own.W_y @ h + own.b_y, torch.tensor(target)))
        return total / COUNT

    eps = 1e-5
    with torch.no_grad():
        for t in range(len(LINE) - 1):
            nudges = eps * torch.eye(H, dtype=torch.float64)
            numeric = [(loss(t, nudge) - loss(t, -nudge)) / (2 * eps) for nudge in nudges]
            np.testing.assert_allclose(found.state_gradients[t], numeric, rtol=1e-6, atol=1e-9)


def test_the_parts_of_all_steps_and_sentences_sum_to_the_gradient() -> None:
    own = network()
    Trainer(own, Recipe()).gradients(ROWS)
    total = np.zeros((H, H))
    for line in ([0, 3, 4, 5, 3, 1], [0, 6, 1], [0, 7, 8, 8, 1]):
        found = backpropagate_through_time(own, line[:-1], line[1:], COUNT)
        parts = found.deltas[:, :, None] * found.before[:, None, :]
        np.testing.assert_allclose(found.recurrent_norms, np.linalg.norm(parts, axis=(1, 2)), rtol=1e-6)
        total += parts.sum(0)
    assert own.U_h.grad is not None
    np.testing.assert_allclose(total, own.U_h.grad.numpy(), rtol=1e-4, atol=1e-7)


def test_the_norms_at_both_ends() -> None:
    found = backpropagate_through_time(network(), LINE[:-1], LINE[1:], COUNT)
    assert found.recurrent_norms[0] == 0
    assert found.state_norms[-1] == pytest.approx(found.direct_norms[-1])
    assert found.state_norms.shape == found.direct_norms.shape == found.recurrent_norms.shape == (5,)


def test_a_lesson_on_a_sentence_without_a_word() -> None:
    lesson = take_lesson(Trainer(network(), Recipe()), padded_rows([[0, 1]]))
    assert lesson.line == (0, 1) and lesson.targets == (1,)


def test_a_lesson_that_diverges_says_so() -> None:
    trainer = Trainer(network(), Recipe(optimizer="SGD", learning_rate=1e6))
    take_lesson(trainer, ROWS)
    assert isinstance(take_lesson(trainer, ROWS).step, Diverged)


def test_only_recurrent_networks_are_taken_apart() -> None:
    window = WindowNetwork(V, E, H, torch.Generator())
    with pytest.raises(TypeError, match="WindowNetwork"):
        take_lesson(Trainer(window, Recipe()), ROWS)
