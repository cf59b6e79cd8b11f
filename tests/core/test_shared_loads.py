"""Loads that visitors share: one at a time, seen by all who wait, given up with the last, begun anew after a fault."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch

from nlm_core.lm.base import ModelUnavailableError
from nlm_core.lm.registry import MODELS_FOLDER, load_bert, load_gpt
from nlm_core.runtime import BusyError
from nlm_core.shared_loads import MAX_WAITING, Progress, SharedLoads

SOON = 20.0


class Held:
    """Something to load that comes when it is let go, and tells of its first half before."""

    def __init__(self, result: Any = "model") -> None:
        self.result, self.let_go, self.calls = result, threading.Event(), 0
        self.begun = threading.Event()

    def __call__(self, tell: Progress) -> Any:
        self.calls += 1
        tell(5, 10, "weights")
        self.begun.set()
        for _ in count():
            if self.let_go.wait(0.01):
                break
            tell(5, 10, "weights")
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < limit, "it has not come about"
        time.sleep(0.002)


def test_two_visitors_wait_for_one_load_and_both_see_how_far_it_is() -> None:
    loads, held = SharedLoads(), Held()
    first = loads.wanted("a", held, "one")
    second = loads.wanted("a", held, "two")
    assert first is second
    assert held.begun.wait(SOON)
    assert second.fetched is not None and (second.fetched.done, second.fetched.total) == (5, 10)
    held.let_go.set()
    assert first.job.wait(SOON) and held.calls == 1
    assert loads.wanted("a", held, "two").job.state == "done"
    assert loads.take("a") == "model"
    assert loads.take("a") is None


def test_one_thing_is_loaded_at_a_time_and_the_place_is_told() -> None:
    loads, first, second = SharedLoads(), Held(), Held()
    a, b = loads.wanted("a", first, 1), loads.wanted("b", second, 2)
    assert first.begun.wait(SOON)
    assert not second.begun.is_set() and b.job.waiting == 1 and b.job.running
    first.let_go.set()
    assert second.begun.wait(SOON)
    assert a.job.wait(SOON)
    second.let_go.set()
    assert b.job.wait(SOON) and b.job.state == "done"


def test_a_failure_is_told_to_all_and_the_next_who_asks_begins_anew() -> None:
    loads, held = SharedLoads(), Held(ModelUnavailableError("the download broke off; try again"))
    held.let_go.set()
    load = loads.wanted("a", held, 1)
    assert load.job.wait(SOON)
    assert loads.wanted("a", held, 2).job.error == "the download broke off; try again"
    assert loads.take("a") is None
    loads.forget("a")
    held.result = "model"
    assert loads.wanted("a", held, 2).job.wait(SOON)
    assert loads.take("a") == "model" and held.calls == 2


def test_what_nobody_waits_for_any_longer_is_given_up() -> None:
    loads, held, other = SharedLoads(), Held(), Held()
    load = loads.wanted("a", held, "one")
    loads.wanted("a", held, "two")
    assert held.begun.wait(SOON)
    loads.leave("one")
    assert load.job.running
    loads.leave("two")
    assert load.job.state == "cancelled"
    other.let_go.set()
    # The lane is free again, and who comes back begins anew.
    assert loads.wanted("b", other, "two").job.wait(SOON)
    held.let_go.set()
    again = loads.wanted("a", held, "two")
    assert again is not load and again.job.wait(SOON) and held.calls == 2


def test_there_are_not_too_many() -> None:
    loads, held = SharedLoads(), Held()
    for number in range(MAX_WAITING):
        loads.wanted(number, held, "one")
    with pytest.raises(BusyError, match="try again"):
        loads.wanted("another", held, "one")
    loads.leave("one")


@pytest.mark.parametrize("loaders", [(load_gpt, load_bert), (load_gpt, load_gpt)], ids=["two", "the same"])
def test_two_threads_that_load_at_once_both_get_their_model(loaders: tuple[Callable[[Path], Any], ...]) -> None:
    names = {load_gpt: "nlm-gpt", load_bert: "nlm-bert"}
    for _ in range(3):
        with ThreadPoolExecutor(len(loaders)) as pool:
            found = list(pool.map(lambda load: load(MODELS_FOLDER / names[load]), loaders))
        assert [model.card.name for model in found] == [names[load] for load in loaders]
    assert torch.get_default_dtype() == torch.float32
