"""What all visitors share and what takes long to come, such as a model of the Hub: loaded once, one at a time.

Whoever wants it waits for the same load and sees how far it is. It goes on as long as somebody waits, and is given up
with the last of them; after a failure, whoever asks again begins it anew.

Bounds: one load at a time, because two that fill networks with weights at once break each other, and ``MAX_WAITING``
loads in all. A load that has ended is kept until it is taken, or another one is asked for.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

from nlm_core.jobs import Job
from nlm_core.lane import Lane

T = TypeVar("T")
Progress = Callable[[int, int, str], None]

MAX_WAITING = 8
# A large model over a slow line.
MAX_SECONDS = 3600.0


@dataclass(frozen=True)
class Fetched:
    """Bytes of the files that are there, of all, the file that is being fetched, and seconds since the first byte."""

    done: int
    total: int
    what: str
    seconds: float

    @property
    def seconds_left(self) -> float | None:
        """None while there is too little to go by."""
        return self.seconds * (self.total / self.done - 1) if self.done and self.seconds > 1 else None


class _GivenUpError(Exception):
    """Nobody waits any longer."""


@dataclass(eq=False)
class Load(Generic[T]):
    """One load: its job, whose one step is the thing itself, and what has been fetched for it so far."""

    job: Job[T]
    fetched: Fetched | None = None
    waiting: set[Hashable] = field(default_factory=set)


class SharedLoads:
    """The loads of a process, by the key of what is loaded."""

    def __init__(self) -> None:
        self._lane = Lane(1, nullcontext, turns=1, most=MAX_WAITING)
        self._lock = threading.Lock()
        self._loads: dict[Hashable, Load[Any]] = {}

    def wanted(self, key: Hashable, load: Callable[[Progress], T], visitor: Hashable) -> Load[T]:
        """The load of that key, which the visitor waits for from now on; begun where there is none, or it was given up.

        Parameters
        ----------
        key : hashable
        load : callable
            Called with a function that it tells (done_bytes, total_bytes, file name).
        visitor : hashable

        Raises
        ------
        BusyError
            If ``MAX_WAITING`` are under way.
        """
        with self._lock:
            found = self._loads.get(key)
            if found is None or found.job.state == "cancelled":
                found = self._begin(key, load)
            if found.job.running:
                found.waiting.add(visitor)
            return found

    def _begin(self, key: Hashable, load: Callable[[Progress], T]) -> Load[T]:
        began: float | None = None

        def tell(done: int, total: int, what: str) -> None:
            nonlocal began
            if not made.job.running:
                raise _GivenUpError
            began = began or time.monotonic()
            made.fetched = Fetched(done, total, what, time.monotonic() - began)

        def work() -> Iterator[T]:
            try:
                yield load(tell)
            except _GivenUpError:
                return

        made: Load[T] = Load(Job(key, work, most_seconds=MAX_SECONDS))
        self._lane.add(made.job)
        for other in [other for other, load in self._loads.items() if load.job.ended]:
            del self._loads[other]
        self._loads[key] = made
        return made

    def leave(self, visitor: Hashable, key: Hashable | None = None) -> None:
        """The visitor waits no longer, for one thing or for anything; what nobody waits for is given up."""
        with self._lock:
            for load in [load for other, load in self._loads.items() if key in {None, other}]:
                load.waiting.discard(visitor)
                if load.job.running and not load.waiting:
                    load.job.cancel()

    def take(self, key: Hashable) -> Any:
        """What a load has brought, which is then no longer kept here; None where it has not."""
        with self._lock:
            found = self._loads.get(key)
            if found is None or found.job.state != "done":
                return None
            return self._loads.pop(key).job.latest

    def forget(self, key: Hashable) -> None:
        """After a failure: the next who wants it begins anew."""
        with self._lock:
            if key in self._loads and not self._loads[key].job.running:
                del self._loads[key]


@cache
def shared_loads() -> SharedLoads:
    """The loads of this process."""
    return SharedLoads()
