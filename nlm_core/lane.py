"""Where jobs take turns: one lane for the computing of all visitors, beside which live inputs always find a free core.

The lane of the process has one worker fewer than the process has cores, so that an input of a visitor always finds a
core that no job is on; on a single core, or on a GPU, each turn is followed by whoever waits at the gate. Jobs take
turns of some 50 ms in the order in which they came.

Bounds: ``MAX_TURNS`` jobs take turns and the others wait, ``MAX_JOBS`` in all.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from nlm_core import runtime
from nlm_core.jobs import Job, State
from nlm_core.lm.base import ModelUnavailableError

TURN_SECONDS = 0.05
MAX_TURNS = 12
MAX_JOBS = 100
# What a visitor can be told in the words of the error; anything else is a fault of ours and belongs in the log.
_CLEAR = (ValueError, FloatingPointError, ModelUnavailableError, runtime.BusyError)
_LOG = logging.getLogger(__name__)


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
