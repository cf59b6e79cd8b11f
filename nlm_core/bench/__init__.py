"""Benchmarks: each module has ``measure()``, which gives {"bars": [...], ...details} from one run on this machine.

Beside "bars" a result may have "notes", sentences that say what a figure is or where we lose, and "problems", which
left a figure unmeasured.
"""

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


def as_text(result: dict[str, Any]) -> str:
    """A line for each bar, then what is to be said about the figures."""
    lines = [
        f"{('holds' if bar['holds'] else 'FAILS') if bar['counts'] else 'none '}  {bar['name']}: {bar['value']} "
        f"({'at most' if bar['better'] == 'lower' else 'at least'} {bar['bar']})"
        for bar in result["bars"]
    ]
    lines += [f"note   {note}" for note in result.get("notes", ())]
    return "\n".join(lines + [f"fault  {problem}" for problem in result.get("problems", ())])
