"""Jobs: turns among several, rests, ends, faults, bounds; and those of a visitor who leaves and comes back."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest

from nlm_core.jobs import Job
from nlm_core.lane import Lane, lane
from nlm_core.runtime import BusyError, Gate, gate
from nlm_core.visitor_jobs import MAX_KEPT, MAX_RUNNING, VisitorJobs

SOON = 20.0


def counting(to: int, seconds: float = 0.0) -> Callable[[], Iterator[int]]:
    """Work that counts, each step taking so long."""

    def work() -> Iterator[int]:
        for i in range(1, to + 1):
            time.sleep(seconds)
            yield i

    return work


def endless(seconds: float = 0.001) -> Callable[[], Iterator[int]]:
    return counting(10**9, seconds)


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < limit, "it has not come about"
        time.sleep(0.002)


@pytest.fixture
def one() -> Iterator[Lane]:
    """A lane for one job at a time; whatever a test leaves behind in it is cancelled."""
    made = Lane(1, nullcontext, turn_seconds=0.01)
    yield made
    for job in [*made._in_turn, *made._queue, *made._at_work]:
        job.cancel()


def added(where: Lane, job: Job[int]) -> Job[int]:
    where.add(job)
    return job


def test_a_job_ends_with_its_last_step_as_the_result(one: Lane) -> None:
    job = added(one, Job("count", counting(5), share=lambda i: i / 5))
    assert job.wait(SOON)
    assert (job.state, job.latest, job.steps, job.progress, job.error) == ("done", 5, 5, 1.0, None)
    assert job.kept == (5,)


def test_the_last_steps_are_kept_and_no_more(one: Lane) -> None:
    job = added(one, Job("count", counting(9), keep=4))
    job.wait(SOON)
    assert job.kept == (6, 7, 8, 9)


def test_two_jobs_take_turns_so_that_neither_waits_for_the_end_of_the_other(one: Lane) -> None:
    first = added(one, Job("first", endless()))
    until(lambda: first.steps > 5)
    second = added(one, Job("second", endless()))
    until(lambda: second.steps > 5)
    begun, at_first, at_second = time.monotonic(), first.steps, second.steps
    until(lambda: time.monotonic() > begun + 1.0)
    shares = first.steps - at_first, second.steps - at_second
    assert min(shares) > 0.5 * max(shares), shares


def test_a_long_job_does_not_hold_up_a_short_one(one: Lane) -> None:
    added(one, Job("long", endless()))
    began = time.monotonic()
    short = added(one, Job("short", counting(3)))
    assert short.wait(SOON)
    assert time.monotonic() - began < 1.0


def test_who_waits_at_the_gate_comes_before_the_next_turn() -> None:
    narrow = Gate(1)
    where = Lane(1, narrow.slot, turn_seconds=0.02)
    job = added(where, Job("endless", endless()))
    until(lambda: job.steps > 5)
    waits = []
    for _ in range(20):
        with narrow.slot() as waited:
            waits.append(waited)
    job.cancel()
    # Each waits for the turn under way at most; without a place in the queue it would wait for many.
    assert sorted(waits)[10] < 0.1, waits
    assert job.state == "cancelled"


def test_a_job_rests_and_goes_on_where_it_was(one: Lane) -> None:
    job = added(one, Job("endless", endless()))
    until(lambda: job.steps > 3)
    job.pause()
    steps = job.steps
    assert job.state == "paused" and job.latest == steps
    time.sleep(0.1)
    assert job.steps == steps
    job.resume()
    until(lambda: job.steps > steps + 3)
    assert job.state == "running" and job.latest is not None and job.latest >= job.steps - 1


def test_what_rests_or_has_ended_holds_no_thread(one: Lane) -> None:
    before = set(threading.enumerate())

    def threads() -> int:
        return len([thread for thread in set(threading.enumerate()) - before if thread.name == "jobs"])

    job = added(one, Job("endless", endless()))
    until(lambda: job.steps > 3)
    assert threads() == 1
    job.pause()
    until(lambda: threads() == 0)
    job.resume()
    until(lambda: threads() == 1)
    job.cancel()
    until(lambda: threads() == 0)


def test_pause_waits_for_the_step_under_way(one: Lane) -> None:
    inside, moving = threading.Event(), []

    def work() -> Iterator[int]:
        for i in range(100):
            moving.append(True)
            inside.set()
            time.sleep(0.1)
            moving.clear()
            yield i

    job = added(one, Job("slow", work))
    assert inside.wait(SOON)
    job.pause()
    assert not moving


def test_a_cancelled_job_is_closed_and_keeps_its_steps(one: Lane) -> None:
    closed = threading.Event()

    def work() -> Iterator[int]:
        try:
            yield from endless()()
        finally:
            closed.set()

    job = added(one, Job("endless", work))
    until(lambda: job.steps > 3)
    job.cancel()
    assert job.state == "cancelled"
    assert closed.wait(SOON)
    assert job.kept
    job.resume()
    assert job.state == "cancelled"


@pytest.mark.parametrize(
    ("fault", "told"),
    [(ValueError("the rate is 7; take less"), "the rate is 7; take less"), (KeyError("x"), "error of the program")],
)
def test_a_fault_is_one_sentence_and_ends_the_job(
    one: Lane, fault: Exception, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    def work() -> Iterator[int]:
        yield 1
        raise fault

    job = added(one, Job("faulty", work))
    assert job.wait(SOON)
    assert job.state == "failed" and job.error is not None and told in job.error
    assert job.latest == 1
    assert bool(caplog.records) == isinstance(fault, KeyError)
    # The lane goes on for the others.
    assert added(one, Job("count", counting(2))).wait(SOON)


def test_work_that_cannot_begin_fails_as_well(one: Lane) -> None:
    def work() -> Iterator[int]:
        raise ValueError("no such data")

    job = added(one, Job("none", work))
    assert job.wait(SOON) and job.error == "no such data"


def test_a_pace_is_for_the_eye_and_can_be_changed(one: Lane) -> None:
    began = time.monotonic()
    job = added(one, Job("count", counting(1000), pace=0.05))
    until(lambda: job.steps >= 4)
    assert time.monotonic() - began > 0.14
    assert job.running
    job.pace = 0.0
    assert job.wait(SOON) and job.steps == 1000
    assert time.monotonic() - began < 10


def test_the_time_left_is_told(one: Lane) -> None:
    job = added(one, Job("count", counting(100, 0.01), share=lambda i: i / 100))
    assert job.seconds_left is None
    until(lambda: job.steps >= 50)
    left = job.seconds_left
    assert left is not None and 0.3 < left < 5
    job.wait(SOON)
    assert job.seconds_left is None


def test_a_job_computes_no_longer_than_it_may(one: Lane) -> None:
    job = added(one, Job("endless", endless(), most_seconds=0.1))
    assert job.wait(SOON)
    assert job.state == "failed" and job.error is not None and "as long as it may" in job.error
    assert 0.1 <= job.seconds < 2


def test_more_jobs_than_take_turns_wait_in_order() -> None:
    where = Lane(1, nullcontext, turns=1, most=3, turn_seconds=0.01)
    jobs = [added(where, Job(i, endless())) for i in range(3)]
    until(lambda: jobs[0].steps > 1)
    assert [job.waiting for job in jobs] == [0, 1, 2]
    assert jobs[1].running and jobs[1].steps == 0
    with pytest.raises(BusyError, match="try again"):
        where.add(Job("one too many", endless()))
    jobs[0].cancel()
    until(lambda: jobs[1].steps > 1)
    assert [job.waiting for job in jobs] == [0, 0, 1]
    jobs[2].cancel()
    jobs[1].cancel()
    until(lambda: len(where) == 0)


def test_the_lane_of_the_process_leaves_a_place_of_the_gate_free() -> None:
    assert lane().width == max(1, gate().width - 1)
    held = threading.Event()

    def work() -> Iterator[int]:
        # What takes a place for itself is in one already.
        with gate().slot() as waited:
            held.set()
            yield round(waited)

    job = added(lane(), Job("place", work))
    assert job.wait(SOON) and held.is_set() and job.latest == 0


def test_a_visitor_has_two_jobs_at_once(one: Lane) -> None:
    jobs = VisitorJobs(one)
    for number in range(MAX_RUNNING):
        jobs.start(f"job {number}", number, endless())
    with pytest.raises(BusyError, match=r"under way \(job 0, job 1\)"):
        jobs.start("another", 0, endless())
    assert jobs.get("another") is None
    # In the place of one of them there is room, and once one rests or has ended.
    before = jobs.get("job 0")
    after = jobs.start("job 0", 0, endless())
    assert before is not None and before.state == "cancelled" and jobs.get("job 0") is after
    after.pause()
    jobs.start("another", 0, endless())
    with pytest.raises(BusyError):
        jobs.resume("job 0")
    assert after.state == "paused"


def test_few_jobs_that_have_ended_are_kept(one: Lane) -> None:
    jobs = VisitorJobs(one)
    for number in range(MAX_KEPT + 5):
        jobs.start(f"job {number}", number, counting(1)).wait(SOON)
    assert jobs.get("job 0") is None and jobs.get(f"job {MAX_KEPT + 4}") is not None
    assert sum(jobs.get(f"job {i}") is not None for i in range(MAX_KEPT + 5)) <= MAX_KEPT + 1


def test_jobs_rest_while_their_visitor_is_away(one: Lane) -> None:
    jobs = VisitorJobs(one)
    on, off = jobs.start("on", 0, endless()), jobs.start("off", 0, endless())
    off.pause()
    until(lambda: on.steps > 3)
    jobs.leave()
    assert on.wait(SOON) and on.state == "paused"
    assert len(one) == 0
    steps = on.steps
    jobs.come_back()
    until(lambda: on.steps > steps)
    assert off.state == "paused"
