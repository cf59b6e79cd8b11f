"""Training a recurrent network: the page beside a plain loop of ``torch.nn.RNN``, a step key, and waiting times.

The rates compare the computing alone, in one process. The waiting times are what a visitor sees: from the click to the
end of a run of the default length, and to the last of thirty generated tokens.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

from nlm_core import runtime
from nlm_core.bench import bar
from nlm_core.bench.plain_rnn import PlainLoop, default_run, optimizer_of_both

TRAINING_BAR, STEP_KEY_BAR, RUN_BAR, GENERATION_BAR = 0.9, 2.5, 2.0, 1.5

_STEPS, _ROUNDS, _WARM_UP = 50, 15, 30


def _seconds(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(_STEPS):
        step()
    return time.perf_counter() - began


def training_rates() -> dict[str, Any]:
    """Steps a second of both loops, in turns so that both meet the same load; medians over the turns.

    Raises
    ------
    BenchError
        If the two use different optimisers.
    """
    runtime.gate()
    run = default_run()
    plain = PlainLoop(run)
    optimizer = optimizer_of_both(run, plain)

    def ours() -> None:
        run.trainer.step(run.batch())

    for _ in range(_WARM_UP):
        ours()
        plain.step()
    pairs = []
    for turn in range(_ROUNDS):
        order = (ours, plain.step) if turn % 2 == 0 else (plain.step, ours)
        times = {step: _seconds(step) for step in order}
        pairs.append((_STEPS / times[ours], _STEPS / times[plain.step]))
    own, peer = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    return {
        "steps_per_second": round(own, 1),
        "plain_steps_per_second": round(peer, 1),
        "ratio_of_medians": round(own / peer, 3),
        "turns": _ROUNDS,
        "steps_a_turn": _STEPS,
        "threads": torch.get_num_threads(),
        "optimizer_of_both": optimizer,
    }


def measure() -> dict[str, Any]:
    """Training first; then what needs a browser and stays unmeasured without one.

    Returns
    -------
    dict
        "bars" as in ``nlm_core.bench``; "training" as from ``training_rates``; "step_key", "run" and "generation" as
        from ``step_key_ratio``, ``run_at_fast`` and ``generation_at_fast``; "notes" and "problems".
    """
    from nlm_core.bench.rnn_step_key import step_key_ratio
    from nlm_core.bench.waiting import generation_at_fast, run_at_fast

    training = training_rates()
    result: dict[str, Any] = {"training": training, "problems": []}
    for name, figure in (("step_key", step_key_ratio), ("run", run_at_fast), ("generation", generation_at_fast)):
        try:
            result[name] = figure()
        # Whatever goes wrong in a browser or a server leaves the figure unmeasured, which does not hold.
        except Exception as error:
            result[name] = None
            result["problems"].append(f"{name} was not measured: {' '.join(str(error).split())[:300]}")

    def found(name: str, figure: str) -> float | None:
        value: float | None = (result[name] or {}).get(figure)
        return value

    result["notes"] = [f"optimiser of both sides of the training: {training['optimizer_of_both']}"]
    return {
        "bars": [
            bar(
                "training steps a second beside a plain torch.nn.RNN loop",
                training["ratio_of_medians"],
                TRAINING_BAR,
                "higher",
            ),
            bar(
                "step key to redrawn step, median, beside a bare page",
                found("step_key", "ratio_of_medians"),
                STEP_KEY_BAR,
                "lower",
            ),
            bar(
                "default run of 300 steps at Fast: (seconds in the browser - 0.5) / seconds of the plain loop",
                found("run", "less_half_a_second_over_plain"),
                RUN_BAR,
                "lower",
            ),
            bar("30 tokens at Fast, seconds in the browser", found("generation", "median_s"), GENERATION_BAR, "lower"),
        ],
        **result,
    }
