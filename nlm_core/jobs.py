"""Long work as jobs: they run in threads of their own, in turns, and whoever watches one never slows it.

A job goes through an iterator of frozen steps, such as a training or a generation, and keeps the last of them. The jobs
of all visitors take turns on the lane of the process, see ``nlm_core.lane``.

Bounds: a job computes for ``MAX_SECONDS`` at most unless it is given less, and keeps the ``keep`` last of its steps and
nothing else. A job that rests or has ended holds no thread.
"""

import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from nlm_core.lane import Lane

T = TypeVar("T")
State = Literal["running", "paused", "done", "cancelled", "failed"]

MAX_SECONDS = 600.0
_END = object()


class Job(Generic[T]):
    """One piece of long work.

    Parameters
    ----------
    name : hashable
        What is computed: jobs of one name would end with the same result.
    work : callable
        Gives the iterator of steps; called in the first turn.
    share : callable, optional
        From a step to the share of the work that is done with it, 0 to 1. Without it nothing is known of the end.
    keep : int
        How many of the last steps are kept.
    pace : float
        Seconds from one step to the next, for the eye; 0 is as fast as it computes. May be set at any time.
    most_seconds : float
        Seconds of computing after which the job fails.

    Attributes
    ----------
    steps : int
        Steps taken.
    progress : float
    seconds : float
        Seconds of computing.
    error : str or None
        Why it failed, in one sentence.
    """

    def __init__(
        self,
        name: Hashable,
        work: Callable[[], Iterator[T]],
        *,
        share: Callable[[T], float] | None = None,
        keep: int = 1,
        pace: float = 0.0,
        most_seconds: float = MAX_SECONDS,
    ) -> None:
        self.name, self.pace, self.most_seconds = name, pace, most_seconds
        self.steps, self.progress, self.seconds = 0, 0.0, 0.0
        self.error: str | None = None
        self._work: Callable[[], Iterator[T]] | None = work
        self._iterator: Iterator[T] | None = None
        self._share = share
        self._kept: deque[T] = deque(maxlen=keep)
        self._state: State = "running"
        self._lane: Lane | None = None
        # When its next step is due, and since when it has been running without a rest, on the clock of ``monotonic``.
        self._due = 0.0
        self._since, self._before = time.monotonic(), 0.0

    @property
    def state(self) -> State:
        return self._state

    @property
    def running(self) -> bool:
        return self._state == "running"

    @property
    def ended(self) -> bool:
        return self._state in {"done", "cancelled", "failed"}

    @property
    def kept(self) -> tuple[T, ...]:
        """The last steps, oldest first."""
        return tuple(self._kept.copy())

    @property
    def latest(self) -> T | None:
        """The last step; of a job that is done, its result. None before the first."""
        kept = self.kept
        return kept[-1] if kept else None

    @property
    def waiting(self) -> int:
        """The place in the queue, counted from 1; 0 where the job takes turns, rests or has ended."""
        return 0 if self._lane is None else self._lane.place_of(self)

    @property
    def seconds_left(self) -> float | None:
        """Estimated from the pace so far; None while there is too little to go by."""
        if not 0.02 <= self.progress < 1:
            return None
        return (self._before + time.monotonic() - self._since) * (1 / self.progress - 1)

    def pause(self, seconds: float = 10.0) -> None:
        """Rest until ``resume``; returns when the step under way is done, or after so many seconds."""
        self._stop("paused", seconds)

    def cancel(self, seconds: float = 0.0) -> None:
        """End without a result; waits up to so many seconds for the step under way."""
        self._stop("cancelled", seconds)

    def _stop(self, state: State, seconds: float) -> None:
        if self._lane is not None:
            self._lane.stop(self, state, seconds)

    def resume(self) -> None:
        """Go on after a rest, behind the jobs that wait.

        Raises
        ------
        BusyError
            If too many jobs are there; the job goes on resting.
        """
        if self._state == "paused" and self._lane is not None:
            self._lane.add(self)

    def wait(self, seconds: float) -> bool:
        """Wait until the job rests or has ended; says whether it does."""
        return True if self._lane is None else self._lane.wait(self, seconds)

    # What follows is for the lane.

    def turn(self, until: float) -> State:
        """Take steps until ``until`` (of ``monotonic``), the next due time or the end; at least one step."""
        if self._iterator is None:
            assert self._work is not None
            self._iterator, self._work = self._work(), None
            self._due = time.monotonic()
        while True:
            step: Any = next(self._iterator, _END)
            if step is _END:
                self.progress = 1.0
                return "done"
            self._kept.append(step)
            self.steps += 1
            if self._share is not None:
                self.progress = min(1.0, max(0.0, self._share(step)))
            now = time.monotonic()
            # A job that has fallen behind its pace does not run to make up for it.
            self._due = max(self._due + self.pace, now) if self.pace else now
            if now >= until or self._due > now or not self.running:
                return self._state

    def close(self) -> None:
        """Let go of all but the steps that are kept."""
        iterator, self._iterator, self._work = self._iterator, None, None
        if iterator is not None and hasattr(iterator, "close"):
            iterator.close()
