"""A visitor's long work: a page starts it and then only watches, from whichever page the visitor looks next.

Jobs live in the session, ``MAX_RUNNING`` at once. They rest as soon as the browser is gone; where it comes back to the
same session they go on, else they end with it.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import streamlit as st

from nlm_core.jobs import Job
from nlm_core.runtime import BusyError
from nlm_core.shared_loads import shared_loads
from nlm_core.visitor_jobs import MAX_RUNNING, VisitorJobs
from pages._shared.escape import as_sentence, plain
from pages._shared.style import notice
from pages._shared.ticking import ticking

T = TypeVar("T")

# How often a page looks: often enough to see that it moves, seldom enough to leave the time to the job.
LOOK_SECONDS = 0.25
# What is over so soon is drawn at once, without a look in between and a run of the whole page after it.
_SHORT_SECONDS = 0.15
FAST, WATCH = "Fast", "Watch"
_BOUNDS = f"At most {MAX_RUNNING} long computations of yours run at once; those of all visitors take turns."
_JOBS, _TAKEN = "_jobs", "_jobs_taken"


def _leave(jobs: VisitorJobs) -> None:
    jobs.leave()
    shared_loads().leave(jobs)


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=_leave)
def _present(_jobs: VisitorJobs) -> VisitorJobs:
    """Held as long as the browser is there; made anew where it comes back."""
    _jobs.come_back()
    return _jobs


def this_visitor() -> VisitorJobs:
    """The jobs of this session, which also stand for the visitor where something is shared."""
    jobs: VisitorJobs = st.session_state.setdefault(_JOBS, VisitorJobs())
    _present(jobs)
    return jobs


def job(key: str) -> Job[Any] | None:
    """The last job of this visitor for a purpose, such as "training"; None where there was none."""
    return this_visitor().get(key)


def running(key: str) -> bool:
    return this_visitor().running(key)


def failed(key: str) -> bool:
    found = job(key)
    return found is not None and found.state == "failed"


def start(key: str, name: Hashable, work: Callable[[], Iterator[Any]], **settings: Any) -> bool:
    """Begin a job; for use in callbacks, as what refuses it is told in a notice. Says whether it has begun.

    ``name`` and ``settings`` are those of ``nlm_core.jobs.Job``; the job of the same key is cancelled.
    """
    try:
        _begin(key, name, work, **settings)
    except BusyError as error:
        notice(plain(as_sentence(str(error)) + "."))
        return False
    return True


def wanted(key: str, name: Hashable, work: Callable[[], Iterator[Any]], **settings: Any) -> Job[Any]:
    """The job that computes what is called ``name``: the present one of this key, else one that begins now.

    Raises
    ------
    BusyError
        If too many jobs are under way.
    """
    found = job(key)
    if found is not None and found.name == name and found.state != "cancelled":
        this_visitor().resume(key)
        return found
    return _begin(key, name, work, **settings)


def _begin(key: str, name: Hashable, work: Callable[[], Iterator[Any]], **settings: Any) -> Job[Any]:
    begun = this_visitor().start(key, name, work, **settings)
    if not begun.pace:
        begun.wait(_SHORT_SECONDS)
    return begun


class StillComputing(Exception):  # noqa: N818 (nothing is wrong)
    """What a part of the page needs is on its way, which has been told; the page runs again when it is there."""


def awaited(key: str, name: Hashable, work: Callable[[], Iterator[T]], doing: Callable[[T], str], **settings: Any) -> T:
    """The last step of the job that computes what is called ``name``; as ``wanted``.

    ``doing`` says of a step what is being done, in Markdown.

    Raises
    ------
    StillComputing
        While it is not there. How it goes is shown where this was called, and why it has failed, if it has.
    BusyError
        If too many jobs are under way.
    """
    found = wanted(key, name, work, **settings)
    if found.state == "done" and found.latest is not None:
        step: T = found.latest
        return step
    watch(key, lambda: _told(key, doing), going=not failed(key))
    raise StillComputing


def _told(key: str, doing: Callable[[T], str]) -> None:
    found = job(key)
    how_it_goes(key)
    progress_bar(key, doing(found.latest) if found is not None and found.latest is not None else "Beginning …")


def resume(key: str) -> bool:
    """Go on with a job that rests; as ``start``."""
    try:
        this_visitor().resume(key)
    except BusyError as error:
        notice(plain(as_sentence(str(error)) + "."))
        return False
    return True


def pause(key: str) -> None:
    """Have a job rest. When this returns, nothing of what it works on moves any more."""
    found = job(key)
    if found is not None:
        found.pause()


def stop(key: str) -> None:
    """End a job; the last of its steps stay."""
    found = job(key)
    if found is not None:
        found.cancel(seconds=1.0)


def forget(key: str) -> None:
    """End a job and forget its steps."""
    this_visitor().forget(key)


def fresh(key: str) -> tuple[Any, ...]:
    """Those of the kept steps of a job that no call before this one has given."""
    found = job(key)
    if found is None:
        return ()
    taken: dict[str, tuple[Job[Any], int]] = st.session_state.setdefault(_TAKEN, {})
    before, count = taken.get(key, (found, 0))
    kept = found.kept
    if before is not found:
        count = 0
    taken[key] = (found, len(kept))
    return kept[count:]


def watch(key: str, draw: Callable[[], None], *, going: bool) -> None:
    """Draw now, and again every so often while the job runs; the whole page runs once more when it has ended.

    ``going`` is what ``running`` said before anything of the page was drawn: a job may end at any time.
    """
    ticking(draw, lambda: running(key), LOOK_SECONDS, going=going)


def stop_button(key: str) -> None:
    st.button("Stop", key=f"stop {key}", on_click=stop, args=(key,), icon=":material/stop:", disabled=not running(key))


def speed_field(seconds: float, watched: str) -> float:
    """The visitor's choice between *Fast* and *Watch*, as the pace of a job: 0, or the seconds a step takes."""
    speed = st.segmented_control(
        "Speed", (FAST, WATCH), default=FAST, key="speed", bind="query-params", required=True, width="content",
        help=f"Fast: as fast as it computes. Watch: {watched}. {_BOUNDS}",
    )  # fmt: skip
    return seconds if speed == WATCH else 0.0


def keep_pace(key: str, pace: float) -> None:
    """Have a job that runs go at another speed."""
    found = job(key)
    if found is not None:
        found.pace = pace


def how_it_goes(key: str) -> None:
    """Say of a job what its picture does not: that it waits for its turn, or why it failed."""
    found = job(key)
    if found is None:
        return
    if found.waiting:
        st.caption(f"Others are computing: this waits at place {found.waiting} of the queue.")
    elif found.error is not None:
        st.error(plain(as_sentence(found.error) + "."), icon=":material/error:")
        st.button("Try again", key=f"again {key}", on_click=forget, args=(key,), icon=":material/refresh:")


def progress_bar(key: str, doing: str) -> None:
    """How far a job has come, what it is doing, in Markdown, and how long that will take."""
    found = job(key)
    if found is None or found.ended:
        return
    left = found.seconds_left
    st.progress(found.progress, text=doing + (f" · {left:.0f} s left" if left is not None else ""))


@contextmanager
def dimmed(key: str, *, last: bool) -> Iterator[None]:
    """Around a picture: where it is the ``last`` one, because the next is still being computed, it is dimmed."""
    with st.container(key=f"dimmed_{key}" if last else key):
        yield
