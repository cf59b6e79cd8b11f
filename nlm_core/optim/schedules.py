"""Learning-rate schedules: the share of alpha that step i of T takes."""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """``share(i, T)`` is between 0 and 1 for steps i = 0 ... T - 1; ``formula`` is LaTeX."""

    name: str
    share: Callable[[int, int], float]
    formula: str


def _warm_cosine(i: int, T: int) -> float:
    warm = max(1, T // 10)
    if i < warm:
        return (i + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (i - warm) / max(1, T - warm)))


SCHEDULES: dict[str, Schedule] = {
    s.name: s
    for s in (
        Schedule("Constant", lambda i, T: 1.0, r"\alpha_i = \alpha"),
        Schedule("Linear to zero", lambda i, T: 1 - i / T, r"\alpha_i = \alpha \left(1 - \frac{i}{T}\right)"),
        Schedule(
            "Cosine",
            lambda i, T: 0.5 * (1 + math.cos(math.pi * i / T)),
            r"\alpha_i = \frac{\alpha}{2} \left(1 + \cos\frac{\pi i}{T}\right)",
        ),
        Schedule(
            "Halved every quarter",
            lambda i, T: 0.5 ** (4 * i // T),
            r"\alpha_i = \alpha \, 2^{-\lfloor 4 i / T \rfloor}",
        ),
        Schedule(
            "Inverse time",
            lambda i, T: 1 / (1 + 10 * i / T),
            r"\alpha_i = \frac{\alpha}{1 + 10\, i / T}",
        ),
        Schedule(
            "Warm-up and cosine",
            _warm_cosine,
            r"\alpha_i = \alpha \min\left(\frac{i+1}{w}, 1\right) \text{ up to } w = T/10, \text{ then cosine}",
        ),
    )
}


def schedule(name: str) -> Schedule:
    """The schedule of that name.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    if name not in SCHEDULES:
        raise ValueError(f"no schedule is called {name!r}; known are {', '.join(SCHEDULES)}")
    return SCHEDULES[name]
