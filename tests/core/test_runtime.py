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
    told: list[str] = []

    def work() -> None:
        try:
            with gate.slot():
                pytest.fail("a second computation got in")
        except BusyError as error:
            told.append(str(error))

    with gate.slot():
        second = threading.Thread(target=work)
        second.start()
        second.join()
    assert len(told) == 1 and "try again" in told[0]
    with gate.slot() as waited:
        assert waited < 0.01


def test_who_holds_a_place_keeps_it_in_what_it_calls() -> None:
    gate = Gate(1, patience=0.01)
    with gate.slot():
        with gate.slot() as waited:
            assert waited == 0
        other: list[bool] = []
        thread = threading.Thread(target=lambda: other.append(gate._free == 0))
        thread.start()
        thread.join()
        assert other == [True]


def test_first_come_first_served() -> None:
    gate, order = Gate(1), list[int]()

    def work(number: int) -> None:
        with gate.slot():
            order.append(number)

    with gate.slot():
        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for number, thread in enumerate(threads, start=1):
            thread.start()
            while len(gate._waiting) < number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(6))


def test_a_failure_frees_its_place() -> None:
    gate = Gate(1, patience=0.01)
    with pytest.raises(RuntimeError), gate.slot():
        raise RuntimeError
    with gate.slot() as waited:
        assert waited < 0.01


def test_there_is_a_device_and_a_core() -> None:
    assert device().type in {"cpu", "cuda", "mps"}
    assert cores() >= 1
