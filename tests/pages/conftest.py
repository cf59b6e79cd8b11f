"""Pages run headless, without a browser, as Streamlit's AppTest runs them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

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


@pytest.fixture
def open_page() -> OpenPage:
    """Opens a page of the app as a new visitor does with an address like ``/next_token?prefix=…``."""

    def open_file(file: str, **query: str) -> AppTest:
        at = AppTest.from_file(APP, default_timeout=TIMEOUT_S)
        at.run()
        for name, value in query.items():
            at.query_params[name] = value
        return at.switch_page(file).run()

    return open_file
