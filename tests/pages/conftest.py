"""Pages run headless, without a browser, as Streamlit's AppTest runs them."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.testing.v1 import AppTest

from nlm_core.shared_loads import shared_loads
from nlm_core.visitor_jobs import VisitorJobs

APP = Path(__file__).parents[2] / "app.py"
# Generous: the first page of a process waits for the imports of the model's libraries.
TIMEOUT_S = 120

OpenPage = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test may fetch a model, whatever network there is."""
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    working_folder = Path.cwd()
    yield
    # A failed run of AppTest can leave the process elsewhere.
    os.chdir(working_folder)


def visitor_jobs(at: AppTest) -> VisitorJobs:
    """The long work of the visitor."""
    jobs = at.session_state["_jobs"] if "_jobs" in at.session_state else VisitorJobs()
    assert isinstance(jobs, VisitorJobs)
    return jobs


def rest(at: AppTest) -> AppTest:
    """Wait until no long work of the visitor runs, and look again as their browser does."""
    while len(visitor_jobs(at)):
        for key in visitor_jobs(at).all_running():
            job = visitor_jobs(at).get(key)
            assert job is not None and job.wait(TIMEOUT_S), f"{key} has not ended"
        # Also where it has ended by now: it may have done so since the page was drawn.
        at.run()
        if not visitor_jobs(at).all_running():
            break
    return at


def under_way(at: AppTest, key: str, steps: int = 1) -> AppTest:
    """Wait until a job has taken some steps, and look again."""
    job, limit = visitor_jobs(at).get(key), time.monotonic() + TIMEOUT_S
    assert job is not None
    while job.steps < steps:
        assert not job.ended and time.monotonic() < limit, f"{key} is {job.state} after {job.steps} steps"
        time.sleep(0.01)
    return at.run()


def loaded(at: AppTest) -> AppTest:
    """Wait until nothing that visitors share is on its way, and look again."""
    for load in list(shared_loads()._loads.values()):
        assert load.job.wait(TIMEOUT_S)
    return at.run()


@pytest.fixture
def open_page() -> OpenPage:
    """Opens a page of the app as a new visitor does with an address like ``/next_token?prefix=…``, until it rests."""

    def open_file(file: str, **query: str) -> AppTest:
        at = AppTest.from_file(APP, default_timeout=TIMEOUT_S)
        at.run()
        for name, value in query.items():
            at.query_params[name] = value
        return rest(at.switch_page(file).run())

    return open_file


def drawings(at: AppTest) -> dict[str, dict[str, Any]]:
    """The messages of all drawings by their keys; the library has none."""
    return {found.key: json.loads(found.proto.json) for found in at.get("bidi_component") if found.proto.json}


def field_names(at: AppTest) -> set[str]:
    """The numbers that are moved on drawings, by their names in the address."""
    fields = [message.get(key, ()) for message in drawings(at).values() for key in ("fields", "above")]
    return {field["name"] for several in fields for field in several}


def drawn(at: AppTest, key: str) -> dict[str, Any]:
    """The message of a drawing."""
    return drawings(at)[key]


def settled(at: AppTest) -> AppTest:
    """Let the input come to rest: the page as it then is. After a run of the live part AppTest has nothing else."""
    return at.run()


def act(at: AppTest, key: str, *several: dict[str, Any], **what: Any) -> AppTest:
    """Do one thing or several by hand on a drawing, as the browser tells of it in one message."""
    (found,) = (element for element in at.get("bidi_component") if element.key == key)
    states = at._tree.get_widget_states()
    done = drawn(at, key)["done"]
    acts = [{"n": done + place, **each} for place, each in enumerate(several or [what], start=1)]
    sent = [{"event": "acts", "value": acts}]
    states.widgets.add(id=_make_trigger_id(found.proto.id, "events"), json_trigger_value=json.dumps(sent))
    return at._run(states)
