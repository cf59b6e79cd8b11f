"""Benchmarks: each module has ``measure()``, which gives {"bars": [...], ...details} from one run on this machine."""

from typing import Any

BENCHES = {
    "latency": "nlm_core.bench.latency",
    "descent": "nlm_core.bench.descent",
    "pages": "nlm_core.bench.pages",
    "rnn": "nlm_core.bench.rnn",
    "features": "nlm_core.bench.features",
}


class BenchError(RuntimeError):
    """A benchmark cannot run here at all; the message says what is missing."""


def bar(name: str, value: float | None, limit: float, better: str) -> dict[str, Any]:
    """A figure beside the bar it is held against; one that could not be measured (None) does not hold."""
    if better not in ("lower", "higher"):
        raise ValueError(f'better is {better!r}; it must be "lower" or "higher"')
    holds = value is not None and (value <= limit if better == "lower" else value >= limit)
    return {"name": name, "value": value, "bar": limit, "better": better, "holds": holds}
