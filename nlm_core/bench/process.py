"""What a server process has used: processor time and resident memory, as the operating system counts them."""

from dataclasses import dataclass
from typing import Any

from nlm_core.bench import BenchError


@dataclass(frozen=True)
class Usage:
    """Processor seconds so far (user and system, all threads) and resident memory in bytes, children included."""

    cpu_seconds: float
    resident_bytes: int


def usage(pid: int) -> Usage:
    """What the process has used, with the processes that it started and that still run.

    Raises
    ------
    BenchError
        If psutil is not installed, or there is no such process any more.
    """
    try:
        import psutil
    except ImportError:
        raise BenchError("this needs psutil, which is not installed; make setup-tests installs it") from None
    try:
        first = psutil.Process(pid)
        family: list[Any] = [first, *first.children(recursive=True)]
        times = [process.cpu_times() for process in family]
        resident = sum(process.memory_info().rss for process in family)
    except psutil.NoSuchProcess:
        raise BenchError(f"the server process {pid} is gone") from None
    return Usage(sum(t.user + t.system for t in times), resident)
