"""Where and how tensors are computed: device, threads, and the gate that bounds concurrent work.

This module holds the only state of the process besides loaded models.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch


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
    """Lets at most ``width`` computations run at once; the others wait their turn, first come, first served.

    A thread that holds a place keeps it in whatever it calls: nobody waits for a place of their own.

    Parameters
    ----------
    width : int
    patience : float
        Seconds after which a waiting computation gives up with ``BusyError``.
    """

    def __init__(self, width: int, patience: float = 30.0) -> None:
        self.width, self.patience = width, patience
        self._lock = threading.Lock()
        self._free = width
        self._waiting: deque[threading.Event] = deque()
        self._held = threading.local()

    @contextmanager
    def slot(self) -> Iterator[float]:
        """Hold one of the places; yields the seconds waited.

        Raises
        ------
        BusyError
            After ``patience`` seconds without a free place.
        """
        if getattr(self._held, "place", False):
            yield 0.0
            return
        began = time.perf_counter()
        self._enter()
        self._held.place = True
        try:
            yield time.perf_counter() - began
        finally:
            self._held.place = False
            self._leave()

    def _enter(self) -> None:
        turn = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                return
            self._waiting.append(turn)
        if turn.wait(self.patience):
            return
        with self._lock:
            if turn.is_set():
                # It came between the end of the wait and here.
                return
            self._waiting.remove(turn)
        raise BusyError(
            f"{self.width} computations have been running for over {self.patience:.0f} seconds; try again in a moment"
        )

    def _leave(self) -> None:
        # A place goes to the one who has waited longest. Set free, it would mostly be taken again by the thread that
        # has just left it, which need not wait to be woken.
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


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
