"""The gate."""

import threading
import time

import pytest

from nlm_core.runtime import BusyError, Gate, cores, device


def test_no_more_than_its_width_run_at_once() -> None:
    gate, running, most = Gate(2), [], []
    lock = threading.Lock()

    def work() -> None:
        with gate.slot():
            with lock:
                running.append(1)
                most.append(len(running))
            time.sleep(0.02)
            with lock:
                running.pop()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 2
    assert len(most) == 8


def test_who_waits_too_long_is_told() -> None:
    gate = Gate(1, patience=0.01)
    with gate.slot(), pytest.raises(BusyError, match="try again"), gate.slot():
        pytest.fail("a second computation got in")


def test_a_failure_frees_its_place() -> None:
    gate = Gate(1, patience=0.01)
    with pytest.raises(RuntimeError), gate.slot():
        raise RuntimeError
    with gate.slot() as waited:
        assert waited < 0.01


def test_there_is_a_device_and_a_core() -> None:
    assert device().type in {"cpu", "cuda", "mps"}
    assert cores() >= 1
