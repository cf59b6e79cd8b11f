"""The peers of the benchmarks do the same work as ours, with the same means."""

import pytest
import torch

from nlm_core.bench import BenchError
from nlm_core.bench.descent_starts import all_starts_in_torch_optim, loop_over_torch_optim, told
from nlm_core.bench.forward import CroppedCache, no_cache
from nlm_core.bench.plain_rnn import PlainLoop, default_run, optimizer_of_both
from nlm_core.lm.base import LanguageModel
from nlm_core.optim.descent import Settings
from nlm_core.optim.path import descend_to_ends, grid_of_starts
from nlm_core.optim.surfaces import surface


@pytest.mark.parametrize("optimizer", ["GD", "Adam"])
def test_a_loop_over_starts_and_all_at_once_end_where_ours_does(optimizer: str) -> None:
    chosen = surface("Rosenbrock")
    settings = Settings(optimizer, chosen.rate, 20)
    starts = grid_of_starts(chosen, 5, torch.Generator().manual_seed(0))
    ours = torch.from_numpy(descend_to_ends(chosen, starts, settings, dtype=torch.float64).ends)
    for peer in (loop_over_torch_optim, all_starts_in_torch_optim):
        torch.testing.assert_close(peer(chosen, starts, settings), ours)


def test_where_we_lose_it_is_said() -> None:
    found = {
        "A": {"optimizer": "GD", "ratio_to_all_at_once": 2.0},
        "B": {"optimizer": "Adam", "ratio_to_all_at_once": 0.8},
    }
    first, second = told(found)
    assert "2.00" in first and "ours is faster" in first
    assert "0.80" in second and "ours is slower" in second


def test_a_cropped_cache_gives_what_the_whole_prefix_gives(gpt: LanguageModel) -> None:
    cropped = CroppedCache(gpt)
    ids = [gpt.start_id, *gpt.encode("the old man went down to the river")]
    for prefix in (ids[:4], ids[:6], [*ids[:5], ids[2]], ids[:3], ids[:3], ids):
        torch.testing.assert_close(cropped.read(prefix), no_cache(gpt, prefix), atol=1e-5, rtol=1e-4)


def test_both_sides_of_the_training_use_the_same_optimiser_on_the_same_batches() -> None:
    run = default_run()
    plain = PlainLoop(run)
    assert "fused=True" in optimizer_of_both(run, plain)
    inputs, targets = plain.batch()
    rows = run.batch()
    assert inputs.shape == rows.inputs.shape
    assert int((targets >= 0).sum()) == int((rows.targets >= 0).sum())
    plain.optimizer = torch.optim.AdamW(plain.parameters, lr=0.005, betas=(0.9, 0.98), weight_decay=0.0)
    with pytest.raises(BenchError, match="different optimisers"):
        optimizer_of_both(run, plain)
