"""A Streamlit server on a free port and a headless Chromium, for the benchmarks and the browser tests."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlm_core.bench import BenchError

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app.py"
CONFIGURATION = ROOT / ".streamlit" / "config.toml"

_SYSTEM_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Root in a container has no sandbox; the rest keeps Chromium from asking its maker for updates during a measurement.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_START_SECONDS = 90.0
_ATTEMPTS = 3


@dataclass(frozen=True)
class Server:
    """A running Streamlit server: its address without a slash at the end, the file of what it printed, its process."""

    url: str
    log: Path
    pid: int


@contextmanager
def server(script: Path = APP, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Serve a script on a free port of this machine until the end of the block.

    Parameters
    ----------
    script : Path
        It runs in its own folder, so that it finds its ``.streamlit/config.toml``.
    environment : mapping, optional
        Variables beside those of this process.

    Raises
    ------
    BenchError
        If no server answers within a minute and a half; the message ends in what it printed last.
    """
    with tempfile.TemporaryDirectory(prefix="nlm-server-") as folder:
        log = Path(folder) / "log"
        for attempt in range(1, _ATTEMPTS + 1):
            port = _free_port()
            process = _start(script, port, log, {**os.environ, **(environment or {})})
            try:
                # Between choosing a port and serving on it, another program may have taken it: then try another.
                if _answers(f"http://127.0.0.1:{port}/_stcore/health", process):
                    yield Server(f"http://127.0.0.1:{port}", log, process.pid)
                    return
            finally:
                _end(process)
            if attempt == _ATTEMPTS or process.returncode is None:
                break
        said = log.read_text(encoding="utf-8", errors="replace").split() or ["nothing"]
        raise BenchError(f"no Streamlit server for {script.name} came up; it said {' '.join(said[-40:])}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(script: Path, port: int, log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    options = {
        "server.port": str(port),
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [part for name, value in options.items() for part in (f"--{name}", value)]
    with log.open("wb") as out:
        return subprocess.Popen(  # noqa: S603 (our own interpreter and script)
            command, cwd=script.parent, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment
        )


def _answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    # A proxy in the environment has nothing to do with this machine's own ports.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with opener.open(address, timeout=5) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium as Playwright's ``Browser``: the system's where there is one, else Playwright's own.

    Raises
    ------
    BenchError
        If Playwright is not installed, or no Chromium can be started; says what to do.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise BenchError(
            "this needs Playwright, which is not installed; make setup-tests installs it with a Chromium"
        ) from None
    path = next(filter(None, map(shutil.which, _SYSTEM_CHROMIUMS)), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        except Error as error:
            raise BenchError(
                f"no Chromium could be started ({str(error).strip().splitlines()[0]}); make setup-tests installs one"
            ) from None
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def bare_server(page: str) -> Iterator[Server]:
    """Serve a page that is nothing but the script ``page``, with the configuration of the app.

    A page that is measured beside the app must not be slowed down by anything that the app's own configuration turns
    off, so both servers read the same file.

    Raises
    ------
    BenchError
        As ``server``.
    """
    with tempfile.TemporaryDirectory(prefix="nlm-bare-") as folder:
        script = Path(folder) / "bare.py"
        script.write_text(page, encoding="utf-8")
        (script.parent / ".streamlit").mkdir()
        shutil.copy(CONFIGURATION, script.parent / ".streamlit" / CONFIGURATION.name)
        with server(script) as started:
            yield started


@contextmanager
def beside(bare_page: str) -> Iterator[tuple[Any, Server, Server]]:
    """A Chromium, a server of the app, and one of a page that is nothing but the script ``bare_page``.

    Raises
    ------
    BenchError
        As ``chromium`` and ``server``.
    """
    with chromium() as browser, server() as app, bare_server(bare_page) as bare:
        yield browser, app, bare
