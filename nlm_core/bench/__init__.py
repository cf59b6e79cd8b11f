"""Benchmarks: each module has ``measure()``, which gives {"bars": [...], ...details} from one run on this machine.

Beside "bars" a result may have "notes", sentences that say what a figure is or where we lose, and "problems", which
left a figure unmeasured.
"""

import os
from importlib import import_module
from typing import Any

BENCHES = {
    "latency": "nlm_core.bench.latency",
    "descent": "nlm_core.bench.descent",
    "pages": "nlm_core.bench.pages",
    "rnn": "nlm_core.bench.rnn",
    "features": "nlm_core.bench.features",
    "hall": "nlm_core.bench.hall",
    "memory": "nlm_core.bench.memory",
}


# A machine with more to do than this share of its cores is no quiet one.
BUSY_SHARE = 0.5


class BenchError(RuntimeError):
    """A benchmark cannot run here at all; the message says what is missing."""


def bar(name: str, value: float | None, limit: float, better: str, counts: bool = True) -> dict[str, Any]:
    """A figure beside the bar it is held against; one that could not be measured (None) does not hold.

    ``counts`` is False for a figure that this machine cannot have, whatever the program does: a note says why.
    """
    if better not in ("lower", "higher"):
        raise ValueError(f'better is {better!r}; it must be "lower" or "higher"')
    holds = value is not None and (value <= limit if better == "lower" else value >= limit)
    return {"name": name, "value": value, "bar": limit, "better": better, "holds": holds, "counts": counts}


def run(name: str, **options: Any) -> dict[str, Any]:
    """The result of a benchmark of ``BENCHES``, with a note where something else kept the machine busy at its start.

    Raises
    ------
    BenchError
        If it cannot run here.
    """
    from nlm_core import runtime

    load, cores = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0, runtime.cores()
    result: dict[str, Any] = import_module(BENCHES[name]).measure(**options)
    result["load_at_start"] = round(load, 2)
    if load > cores * BUSY_SHARE:
        busy = f"the machine was busy at the start (load {load:.1f} on {cores} cores): measure again when it is quiet"
        result["notes"] = [*result.get("notes", ()), busy]
    return result


def as_text(result: dict[str, Any]) -> str:
    """A line for each bar, then what is to be said about the figures."""
    lines = [
        f"{('holds' if bar['holds'] else 'FAILS') if bar['counts'] else 'none '}  {bar['name']}: {bar['value']} "
        f"({'at most' if bar['better'] == 'lower' else 'at least'} {bar['bar']})"
        for bar in result["bars"]
    ]
    lines += [f"note   {note}" for note in result.get("notes", ())]
    return "\n".join(lines + [f"fault  {problem}" for problem in result.get("problems", ())])
