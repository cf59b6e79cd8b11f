"""Long work as jobs: they run in threads of their own, in turns of some 50 ms, and whoever watches one never slows it.

A job goes through an iterator of frozen steps, such as a training or a generation, and keeps the last of them. The jobs
of all visitors take turns on one lane. The lane has one worker fewer than the process has cores, so that an input of a
visitor always finds a core that no job is on; on a single core, or on a GPU, each turn is followed by whoever waits at
the gate.

Bounds: ``MAX_TURNS`` jobs take turns and the others wait in the order in which they came, ``MAX_JOBS`` in all; a job
computes for ``MAX_SECONDS`` at most unless it is given less, and keeps the ``keep`` last of its steps and nothing else.
A job that rests or has ended holds no thread.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Generic, Literal, TypeVar

from nlm_core import runtime
from nlm_core.lm.base import ModelUnavailableError

T = TypeVar("T")
State = Literal["running", "paused", "done", "cancelled", "failed"]

TURN_SECONDS = 0.05
MAX_TURNS = 12
MAX_JOBS = 100
MAX_SECONDS = 600.0
# What a visitor can be told in the words of the error; anything else is a fault of ours and belongs in the log.
_CLEAR = (ValueError, FloatingPointError, ModelUnavailableError, runtime.BusyError)
_END = object()
_LOG = logging.getLogger(__name__)


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


class Lane:
    """Where jobs take turns.

    Parameters
    ----------
    width : int
        Jobs at work at once.
    place : callable
        Gives what a turn is taken in: a context, such as a place of the gate.
    turns, most : int
        Jobs that take turns, and jobs in all; the difference waits.
    turn_seconds : float
    """

    def __init__(
        self,
        width: int,
        place: Callable[[], AbstractContextManager[Any]],
        *,
        turns: int = MAX_TURNS,
        most: int = MAX_JOBS,
        turn_seconds: float = TURN_SECONDS,
    ) -> None:
        self.width, self.turns, self.most, self.turn_seconds = width, turns, most, turn_seconds
        self._place = place
        self._changed = threading.Condition()
        self._in_turn: deque[Job[Any]] = deque()
        self._queue: deque[Job[Any]] = deque()
        self._at_work: set[Job[Any]] = set()
        self._threads = 0

    def add(self, job: Job[Any]) -> None:
        """Begin a job, or go on with one that rests.

        Raises
        ------
        BusyError
            If there are ``most`` already.
        """
        with self._changed:
            if job in self._at_work or job in self._queue or job in self._in_turn:
                # It was to rest, but its turn is not over yet.
                self._run(job)
                return
            if len(self) >= self.most:
                raise runtime.BusyError(
                    f"{self.most} long computations of all visitors are under way or waiting, which is as many as "
                    "there may be; try again in a moment"
                )
            self._run(job)
            self._queue.append(job)
            self._call_workers()

    def _run(self, job: Job[Any]) -> None:
        job._lane, job._state, job._since = self, "running", time.monotonic()

    def __len__(self) -> int:
        """Jobs that take turns or wait."""
        return len(self._in_turn) + len(self._queue) + len(self._at_work)

    def place_of(self, job: Job[Any]) -> int:
        with self._changed:
            return self._queue.index(job) + 1 if job in self._queue else 0

    def stop(self, job: Job[Any], state: State, seconds: float) -> None:
        with self._changed:
            if not (job.running or (job.state == "paused" and state == "cancelled")):
                return
            if job.running:
                job._before += time.monotonic() - job._since
            job._state = state
            if job in self._at_work:
                self._changed.wait_for(lambda: job not in self._at_work, seconds)
                return
            for jobs in (self._in_turn, self._queue):
                if job in jobs:
                    jobs.remove(job)
            self._call_workers()
        if job.ended:
            job.close()

    def wait(self, job: Job[Any], seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not job.running and job not in self._at_work, seconds)

    def _call_workers(self) -> None:
        """Wake those that wait, and have as many as are of use; called with the lock held."""
        self._changed.notify_all()
        while self._threads < min(self.width, len(self)):
            self._threads += 1
            threading.Thread(target=self._work, name="jobs", daemon=True).start()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            self._turn(job)

    def _next(self) -> Job[Any] | None:
        """The job that is due and has waited longest; None when there is no job left, which ends the worker."""
        with self._changed:
            while True:
                while self._queue and len(self._in_turn) + len(self._at_work) < self.turns:
                    self._in_turn.append(self._queue.popleft())
                if not self._in_turn:
                    self._threads -= 1
                    return None
                now = time.monotonic()
                due = next((job for job in self._in_turn if job._due <= now), None)
                if due is not None:
                    self._in_turn.remove(due)
                    self._at_work.add(due)
                    return due
                self._changed.wait(min(job._due for job in self._in_turn) - now)

    def _turn(self, job: Job[Any]) -> None:
        state, error = job.state, None
        began: float | None = None
        try:
            with self._place():
                began = time.monotonic()
                state = job.turn(began + self.turn_seconds)
        except Exception as fault:
            # Without a place nothing was begun: the job comes again.
            if began is not None or not isinstance(fault, runtime.BusyError):
                state, error = "failed", _in_a_sentence(job, fault)
        began = began or time.monotonic()
        job.seconds += time.monotonic() - began
        if state == "running" and job.seconds >= job.most_seconds:
            state, error = "failed", f"it has computed for {job.most_seconds:.0f} seconds, which is as long as it may"
        with self._changed:
            self._at_work.discard(job)
            # What was asked for meanwhile holds, unless the work came to its end in this very turn.
            if state in {"done", "failed"} and job.state != "cancelled":
                job.error, job._state = error, state
            if job.running:
                self._in_turn.append(job)
            self._call_workers()
        if job.ended:
            job.close()


def _in_a_sentence(job: Job[Any], fault: Exception) -> str:
    if isinstance(fault, _CLEAR):
        return str(fault)
    _LOG.error("The job %r failed", job.name, exc_info=fault)
    return "this computation met an error of the program, which is in the log of the server"


@cache
def lane() -> Lane:
    """The lane of this process for whatever computes."""
    gate = runtime.gate()
    return Lane(max(1, gate.width - 1), gate.slot)
