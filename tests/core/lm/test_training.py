"""The training loop: the cell, the loss, the gradients and the optimisers equal torch's own; runs can be taken up."""

import math
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nlm_core.lm.cross_entropy import blockwise_cross_entropy
from nlm_core.lm.optimizers import OPTIMIZERS
from nlm_core.lm.rnn import ElmanNetwork
from nlm_core.lm.training import Diverged, Recipe, Step, Trainer, loss_bound
from nlm_core.text.corpus import IGNORED, Rows, padded_rows

V, E, H = 11, 5, 7
LINES = [[0, 4, 5, 6, 1], [0, 7, 1], [0, 8, 9, 4, 4, 10, 1]]


def network(seed: int = 0) -> ElmanNetwork:
    return ElmanNetwork(V, E, H, torch.Generator().manual_seed(seed))


def plain_rnn(own: ElmanNetwork) -> nn.RNN:
    rnn = nn.RNN(E, H, batch_first=True)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(own.W_h)
        rnn.weight_hh_l0.copy_(own.U_h)
        rnn.bias_ih_l0.copy_(own.b_h)
        rnn.bias_hh_l0.zero_()
    return rnn


def plain_loss(own: ElmanNetwork, rows: Rows) -> Tensor:
    """The same loss as a loop that autograd can follow, line by line."""
    inputs, targets, lines = (torch.from_numpy(a) for a in (rows.inputs, rows.targets, rows.lines))
    losses = []
    for row in range(len(inputs)):
        h = torch.zeros(H)
        for t in range(inputs.shape[1]):
            if t == 0 or lines[row, t] != lines[row, t - 1]:
                h = torch.zeros(H)
            h = torch.tanh(own.W_h @ own.embedding[inputs[row, t]] + own.U_h @ h + own.b_h)
            if targets[row, t] != IGNORED:
                losses.append(F.cross_entropy(own.W_y @ h + own.b_y, targets[row, t]))
    return torch.stack(losses).mean()


def packed() -> Rows:
    """Two rows in which lines end and begin."""
    inputs = np.array([[0, 4, 1, 0, 7, 8], [9, 1, 0, 5, 6, 10]])
    targets = np.array([[4, 1, IGNORED, 7, 8, 9], [1, IGNORED, 5, 6, 10, 3]])
    return Rows(inputs, targets, np.array([[0, 0, 0, 1, 1, 1], [1, 1, 2, 2, 2, 2]]))


def endless(rows: Rows) -> Iterator[Rows]:
    while True:
        yield rows


def test_the_elman_cell_is_that_of_torch() -> None:
    own = network()
    own.b_h.data.normal_(generator=torch.Generator().manual_seed(1))
    ids = torch.tensor([[0, 4, 5, 6], [0, 7, 3, 2]])
    x = own.embedding[ids]
    theirs, last = plain_rnn(own)(x)
    mine = own.states(x, torch.zeros(2, H))
    torch.testing.assert_close(mine, theirs)
    torch.testing.assert_close(mine[:, -1], last[0])
    torch.testing.assert_close(own.hidden(ids, torch.zeros_like(ids)), theirs)


@pytest.mark.parametrize("rows", [padded_rows(LINES), packed()], ids=["padded", "packed"])
def test_loss_and_gradients_equal_autograd_of_a_plain_loop(rows: Rows) -> None:
    own, peer = network(), network()
    loss = Trainer(own, Recipe()).gradients(rows)
    expected = plain_loss(peer, rows)
    expected.backward()  # type: ignore[no-untyped-call]
    assert loss == pytest.approx(float(expected.detach()), rel=1e-6)
    for (name, p), q in zip(own.named_parameters(), peer.parameters(), strict=True):
        assert p.grad is not None and q.grad is not None
        torch.testing.assert_close(p.grad, q.grad, rtol=1e-4, atol=1e-6, msg=name)


def test_the_scan_equals_finite_differences() -> None:
    own = network().double()
    x = torch.randn(2, 4, E, dtype=torch.float64, generator=torch.Generator().manual_seed(2), requires_grad=True)
    h_0 = torch.randn(2, H, dtype=torch.float64, generator=torch.Generator().manual_seed(3), requires_grad=True)
    carries = torch.tensor([[1.0, 1, 0, 1], [0, 1, 1, 1]], dtype=torch.float64)
    assert torch.autograd.gradcheck(own.states, (x, h_0))
    assert torch.autograd.gradcheck(lambda x, h_0: own.states(x, h_0, carries), (x, h_0))


@pytest.mark.parametrize("count", [1, 255, 256, 700])
def test_blockwise_cross_entropy_equals_that_of_torch(count: int) -> None:
    generator = torch.Generator().manual_seed(count)
    hidden, weight, bias = (torch.randn(*shape, generator=generator) for shape in ((count, H), (V, H), (V,)))
    targets = torch.randint(0, V, (count,), generator=generator)
    targets[::3] = IGNORED if count > 1 else 2
    mine = [t.clone().requires_grad_() for t in (hidden, weight, bias)]
    theirs = [t.clone().requires_grad_() for t in (hidden, weight, bias)]
    loss = blockwise_cross_entropy(mine[0], mine[1], mine[2], targets)
    expected = F.cross_entropy(theirs[0] @ theirs[1].T + theirs[2], targets, ignore_index=IGNORED)
    torch.testing.assert_close(loss, expected)
    (2 * loss).backward()  # type: ignore[no-untyped-call]
    (2 * expected).backward()  # type: ignore[no-untyped-call]
    for p, q in zip(mine, theirs, strict=True):
        torch.testing.assert_close(p.grad, q.grad, rtol=1e-4, atol=1e-6)


PEERS = {
    "SGD": lambda parameters: torch.optim.SGD(parameters, lr=0.1),
    "SGD with momentum": lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
    "Adam": lambda parameters: torch.optim.Adam(parameters, lr=0.1, betas=(0.9, 0.98)),
}


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("clip", [0.3, math.inf])
def test_a_run_equals_the_optimiser_of_torch(name: str, clip: float) -> None:
    own, peer, rows = network(), network(), padded_rows(LINES)
    trainer = Trainer(own, Recipe(optimizer=name, learning_rate=0.1, clip=clip))
    optimizer = PEERS[name](list(peer.parameters()))
    for _ in range(5):
        step = trainer.step(rows)
        optimizer.zero_grad()
        expected = plain_loss(peer, rows)
        expected.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(peer.parameters(), clip)
        optimizer.step()
        assert isinstance(step, Step)
        assert step.loss == pytest.approx(float(expected.detach()), rel=1e-4)
        assert step.gradient_norm == pytest.approx(float(norm), rel=1e-3)
    for p, q in zip(own.parameters(), peer.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("bf16", [False, True])
def test_a_run_taken_up_again_equals_one_that_was_never_left(name: str, bf16: bool) -> None:
    recipe = Recipe(optimizer=name, learning_rate=0.02, bf16=bf16, warmup_steps=3, decay_share=0.5, max_steps=10)
    rows = padded_rows(LINES)
    whole = Trainer(network(), recipe)
    losses = [step.loss for step in whole.run(endless(rows))]
    first = Trainer(network(), recipe)
    begun = [first.step(rows).loss for _ in range(4)]
    kept = {key: tensor.clone() for key, tensor in first.state().items()}
    second = Trainer(network(seed=9), recipe)
    second.restore(kept)
    assert begun + [step.loss for step in second.run(endless(rows))] == losses
    assert second.number == 10 and second.tokens == whole.tokens
    for p, q in zip(whole.network.parameters(), second.network.parameters(), strict=True):
        assert torch.equal(p, q)


def test_a_state_is_taken_up_on_the_device_of_the_parameters() -> None:
    recipe = Recipe(optimizer="SGD with momentum", learning_rate=0.1)
    begun = Trainer(network(), recipe)
    begun.step(padded_rows(LINES))
    # No numbers live on the device "meta": what tells is where the tensors are.
    elsewhere = Trainer(network().to("meta"), recipe)
    elsewhere.restore(begun.state())
    buffers = [value for state in elsewhere.optimizers[0].state.values() for value in state.values()]
    assert buffers and all(buffer.device.type == "meta" for buffer in buffers)


def test_a_state_of_another_network_is_refused() -> None:
    state = Trainer(network(), Recipe()).state()
    del state["master.b_y"]
    with pytest.raises(ValueError, match="another network"):
        Trainer(network(), Recipe()).restore(state)


def test_the_rate_warms_up_and_falls() -> None:
    trainer = Trainer(network(), Recipe(learning_rate=0.1, warmup_steps=4, decay_share=0.5, max_steps=10))
    rates = [step.learning_rate for step in trainer.run(endless(padded_rows(LINES))) if isinstance(step, Step)]
    assert rates[:5] == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1])
    assert rates[5:] == pytest.approx([0.1, 0.08, 0.06, 0.04, 0.02])


@pytest.mark.parametrize("clip", [1.0, math.inf])
@pytest.mark.parametrize("name", PEERS)
def test_a_run_that_diverges_ends_and_says_so(name: str, clip: float) -> None:
    trainer = Trainer(network(), Recipe(optimizer=name, learning_rate=1e6, clip=clip, max_steps=50))
    *steps, last = trainer.run(endless(padded_rows(LINES)))
    assert isinstance(last, Diverged)
    assert all(isinstance(step, Step) for step in steps)
    assert last.number == len(steps) + 1 == trainer.number + 1
    assert not last.loss <= last.bound == loss_bound(V)
    assert f"step {last.number}" in last.message and "smaller learning rate than 1e+06" in last.message


def test_no_number_is_divergence_and_changes_nothing() -> None:
    own = network()
    own.W_y.data[0, 0] = math.nan
    before = own.b_h.clone()
    step = Trainer(own, Recipe()).step(padded_rows(LINES))
    assert isinstance(step, Diverged) and math.isnan(step.loss) and "no number" in step.message
    assert torch.equal(own.b_h, before)


def test_a_fresh_network_is_far_from_the_bound() -> None:
    for size in (4, 300, 8192):
        fresh = ElmanNetwork(size, 16, 32, torch.Generator().manual_seed(0))
        loss = Trainer(fresh, Recipe()).gradients(padded_rows([[0, 3, 2, 1]]))
        assert loss < loss_bound(size) / 2


def test_the_budget_ends_a_run() -> None:
    recipe = Recipe(max_steps=3)
    rows = padded_rows(LINES)
    assert len(list(Trainer(network(), recipe).run(endless(rows)))) == 3
    assert list(Trainer(network(), replace(recipe, max_steps=0)).run(endless(rows))) == []
    assert len(list(Trainer(network(), Recipe()).run(iter([rows, rows])))) == 2


def test_a_pause_uses_up_no_minutes() -> None:
    class Pausing(ElmanNetwork):
        def hidden(self, inputs: Tensor, lines: Tensor) -> Tensor:
            time.sleep(0.5)
            return super().hidden(inputs, lines)

    paused = Pausing(V, E, H, torch.Generator().manual_seed(0))
    step = Trainer(paused, Recipe(max_minutes=1.0)).step(padded_rows(LINES))
    assert isinstance(step, Step)
    assert 0 < step.seconds < 0.4 and step.progress == pytest.approx(step.seconds / 60)


@pytest.mark.parametrize("lines", [[], [[0]], [[0, 1], [0]]])
def test_rows_need_something_to_predict(lines: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="at least"):
        padded_rows(lines)
