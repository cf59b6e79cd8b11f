"""Where and how tensors are computed: device, threads, and the gate that bounds concurrent work.

This module holds the only state of the process besides loaded models.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

import torch

T = TypeVar("T")

# A slice of long work holds one place of the gate for so long, then lets others in.
SLICE_SECONDS = 0.15


@cache
def device() -> torch.device:
    """CUDA where there is one, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


@cache
def has_fast_bf16() -> bool:
    """Whether bfloat16 products are faster than float32 ones here: on CUDA, and on CPUs with the instructions."""
    if device().type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device().type == "cpu" and _cpu_has_bf16()


def _cpu_has_bf16() -> bool:
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def cores() -> int:
    """The processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


class BusyError(RuntimeError):
    """The gate stayed closed for too long; nothing was computed and nothing is lost."""


class Gate:
    """Lets at most ``width`` computations run at once; the others wait their turn.

    Parameters
    ----------
    width : int
    patience : float
        Seconds after which a waiting computation gives up with ``BusyError``.
    """

    def __init__(self, width: int, patience: float = 30.0) -> None:
        self.width, self.patience = width, patience
        self._free = threading.BoundedSemaphore(width)

    @contextmanager
    def slot(self) -> Iterator[float]:
        """Hold one of the places; yields the seconds waited.

        Raises
        ------
        BusyError
            After ``patience`` seconds without a free place.
        """
        began = time.perf_counter()
        if not self._free.acquire(timeout=self.patience):
            raise BusyError(
                f"{self.width} computations have been running for over {self.patience:.0f} seconds; "
                "try again in a moment"
            )
        try:
            yield time.perf_counter() - began
        finally:
            self._free.release()


@cache
def gate() -> Gate:
    """The gate of this process, as wide as it has cores, or 1 on a GPU.

    The first call sets torch and the linear algebra of NumPy to one thread a computation: with several visitors that
    serves more of them a second than one computation on all cores would.
    """
    from threadpoolctl import threadpool_limits

    if device().type != "cpu":
        return Gate(1)
    torch.set_num_threads(1)
    threadpool_limits(limits=1, user_api="blas")
    return Gate(cores())


def in_slices(work: Iterator[T]) -> Iterator[T]:
    """The items of ``work``, of which only the computing is done inside of the gate.

    Raises
    ------
    BusyError
        If the gate stays closed.
    """
    going = True
    while going:
        ready: list[T] = []
        with gate().slot():
            until = time.perf_counter() + SLICE_SECONDS
            while time.perf_counter() < until:
                try:
                    ready.append(next(work))
                except StopIteration:
                    going = False
                    break
        yield from ready
