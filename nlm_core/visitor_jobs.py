"""The jobs of one visitor, by what they are for: at most so many at once, and at rest while the visitor is away."""

from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar

from nlm_core.jobs import Job
from nlm_core.lane import Lane, lane
from nlm_core.runtime import BusyError

T = TypeVar("T")

# Jobs of one visitor that run at once, and those that have ended or rest and are kept, with the last of their steps.
MAX_RUNNING, MAX_KEPT = 2, 8


class VisitorJobs:
    """Jobs by key, one for each: "training", "generation" and the like, in words that a visitor can be told.

    Parameters
    ----------
    where : Lane, optional
        That of the process by default.
    """

    def __init__(self, where: Lane | None = None) -> None:
        self._lane = where
        self._jobs: dict[str, Job[Any]] = {}
        self._away: list[Job[Any]] = []

    def __len__(self) -> int:
        return len(self._jobs)

    def get(self, key: str) -> Job[Any] | None:
        return self._jobs.get(key)

    def running(self, key: str) -> bool:
        job = self._jobs.get(key)
        return job is not None and job.running

    def all_running(self) -> list[str]:
        return [key for key, job in self._jobs.items() if job.running]

    def start(self, key: str, name: Hashable, work: Callable[[], Iterator[T]], **settings: Any) -> Job[T]:
        """Begin a job in the place of the one of this key, which is cancelled; ``settings`` are those of ``Job``.

        Raises
        ------
        BusyError
            If ``MAX_RUNNING`` others of this visitor run, or there are too many jobs of all visitors.
        """
        self.forget(key)
        self._allow(key)
        job = Job(name, work, **settings)
        (self._lane or lane()).add(job)
        self._jobs[key] = job
        for old in [key for key, job in self._jobs.items() if not job.running][:-MAX_KEPT]:
            self.forget(old)
        return job

    def resume(self, key: str) -> None:
        """Go on with a job that rests; any other is left as it is.

        Raises
        ------
        BusyError
            As for ``start``.
        """
        job = self._jobs.get(key)
        if job is not None and job.state == "paused":
            self._allow(key)
            job.resume()

    def _allow(self, key: str) -> None:
        others = [other for other in self.all_running() if other != key]
        if len(others) >= MAX_RUNNING:
            raise BusyError(
                f"{MAX_RUNNING} long computations of yours are under way ({', '.join(others)}), which is as many as "
                "there may be; stop one, or wait until it has ended"
            )

    def forget(self, key: str) -> None:
        """Cancel the job of this key and let go of what it keeps."""
        job = self._jobs.pop(key, None)
        if job is not None:
            job.cancel()

    def leave(self) -> None:
        """The visitor is gone, perhaps for good: what runs rests, and what rests ends with whatever holds it."""
        self._away = [job for job in self._jobs.values() if job.running]
        for job in self._away:
            job.pause(seconds=0.0)

    def come_back(self) -> None:
        """The visitor is here again: what ``leave`` has put to rest goes on; where there is no room, it rests on."""
        away, self._away = self._away, []
        for job in away:
            try:
                job.resume()
            except BusyError:
                continue
