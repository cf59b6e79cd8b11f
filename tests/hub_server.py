"""A Hub of our own on this machine: the part of the protocol that fetching a model needs, and faults on demand."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Repository:
    """One model on the server.

    Attributes
    ----------
    files : dict of str to bytes
    licence : str or None
    gated : bool or str
        What the Hub states about the model; "auto" and "manual" mean gated.
    claimed_sizes : dict of str to int
        Sizes to state in place of the true ones.
    refusal : tuple of int and str, optional
        Status and X-Error-Code with which every request for this model is answered.
    file_refusal : tuple of int and str, optional
        The same for its files only.
    cut_after : dict of str to int
        Names of files whose body breaks off after so many bytes; asked again, the server answers 503.
    """

    files: dict[str, bytes]
    licence: str | None = "mit"
    gated: bool | str = False
    claimed_sizes: dict[str, int] = field(default_factory=dict)
    refusal: tuple[int, str] | None = None
    file_refusal: tuple[int, str] | None = None
    cut_after: dict[str, int] = field(default_factory=dict)

    @property
    def commit(self) -> str:
        content = b"".join(name.encode() + self.files[name] for name in sorted(self.files))
        return hashlib.sha1(content).hexdigest()

    def info(self, repo_id: str, with_sizes: bool) -> dict[str, Any]:
        siblings: list[dict[str, Any]] = [{"rfilename": name} for name in self.files]
        if with_sizes:
            for sibling in siblings:
                name = sibling["rfilename"]
                sibling["size"] = self.claimed_sizes.get(name, len(self.files[name]))
        answer = {"id": repo_id, "modelId": repo_id, "sha": self.commit, "gated": self.gated, "siblings": siblings}
        if self.licence:
            answer |= {"cardData": {"license": self.licence}, "tags": [f"license:{self.licence}"]}
        return answer


class HubServer(ThreadingHTTPServer):
    """The server.

    ``repositories`` by id can be changed while it runs, ``requests`` lists (method, path), ``headers_seen`` what was
    sent with them, its names in lower case, ``portal`` is a page that is sent in answer to everything, as networks do
    that want a visitor to log in first, and weights are sent once ``weights_may_go`` is set, as it is at first.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, Repository] = {}
        self.requests: list[tuple[str, str]] = []
        self.headers_seen: list[dict[str, str]] = []
        self.portal: bytes | None = None
        self.weights_may_go = threading.Event()
        self.weights_may_go.set()
        self.broken: set[tuple[str, str]] = set()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def storage(self) -> str:
        """The address that large files are redirected to, another host as far as a client can tell."""
        return f"http://localhost:{self.server_port}/storage"

    def asked_for(self, name: str) -> int:
        """How many requests there were whose path ends in this file name."""
        return sum(path.endswith(name) for _, path in self.requests)


class _Handler(BaseHTTPRequestHandler):
    server: HubServer

    def log_message(self, *_: object) -> None:
        """Keep the output of the tests clean."""

    def do_HEAD(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def _serve(self) -> None:
        address = urlsplit(self.path)
        path = unquote(address.path)
        self.server.requests.append((self.command, path))
        self.server.headers_seen.append({key.lower(): value for key, value in self.headers.items()})
        if self.server.portal is not None:
            self._answer(200, self.server.portal, {"Content-Type": "text/html"})
        elif path.startswith("/api/models/"):
            repo_id, _, revision = path.removeprefix("/api/models/").partition("/revision/")
            self._model(repo_id, revision or "main", with_sizes="blobs" in parse_qs(address.query))
        elif path.startswith("/storage/"):
            repo_id, _, rest = path.removeprefix("/storage/").partition("/resolve/")
            self._file(repo_id, rest, stored=True)
        else:
            repo_id, _, rest = path.removeprefix("/").partition("/resolve/")
            self._file(repo_id, rest, stored=False)

    def _known(self, repo_id: str, revision: str) -> Repository | None:
        repository = self.server.repositories.get(repo_id)
        if repository is None:
            self._refuse(401, "RepoNotFound")
        elif repository.refusal:
            self._refuse(*repository.refusal)
        elif revision not in ("main", repository.commit):
            self._refuse(404, "RevisionNotFound")
        else:
            return repository
        return None

    def _model(self, repo_id: str, revision: str, with_sizes: bool) -> None:
        if repository := self._known(repo_id, revision):
            body = json.dumps(repository.info(repo_id, with_sizes)).encode()
            self._answer(200, body, {"Content-Type": "application/json"})

    def _file(self, repo_id: str, rest: str, stored: bool) -> None:
        revision, _, name = rest.partition("/")
        repository = self._known(repo_id, revision)
        if repository is None:
            return
        if repository.file_refusal:
            self._refuse(*repository.file_refusal)
            return
        if name not in repository.files:
            self._refuse(404, "EntryNotFound")
            return
        content = repository.files[name]
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        headers = {"X-Repo-Commit": repository.commit, "ETag": etag}
        if name.endswith(".safetensors") and not stored:
            headers |= {"X-Linked-Etag": etag, "X-Linked-Size": str(len(content))}
            headers |= {"Location": f"{self.server.storage}/{repo_id}/resolve/{rest}"}
            self._answer(302, b"", headers)
            return
        if self.command == "GET" and stored:
            self.server.weights_may_go.wait(60)
        if self.command == "GET" and name in repository.cut_after:
            if (repo_id, name) in self.server.broken:
                self._refuse(503, "")
                return
            self.server.broken.add((repo_id, name))
            self._answer(200, content, headers, only=repository.cut_after[name])
            return
        begin = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
        self._answer(206 if begin else 200, content[begin:], headers)

    def _refuse(self, status: int, code: str) -> None:
        self._answer(status, b"", {"X-Error-Code": code, "X-Error-Message": code} if code else {})

    def _answer(self, status: int, body: bytes, headers: dict[str, str], only: int | None = None) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[:only])
            self.wfile.flush()
        self.close_connection = True


@contextmanager
def running_hub() -> Iterator[HubServer]:
    """A server on a free port, for the length of a ``with`` block."""
    server = HubServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
