"""A visitor without a browser: opens a page over Streamlit's websocket and types, as a hundred tabs would.

It sends what a browser sends: the first run of a page, and one message for each input. It draws nothing, so a hundred
of them fit beside the server that they visit.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from nlm_core.bench.screen import Screen, VisitError, rerun_message
from nlm_core.bench.widget_states import Value

# A page with its pictures is a few megabytes; more than this in one message is a fault of the server.
MAX_MESSAGE_BYTES = 64 * 2**20
OPEN_SECONDS = 120.0


class Visitor:
    """One open page; ``async with await Visitor.open(...) as visitor``, or ``close()`` at the end.

    Attributes
    ----------
    screen : Screen
    messages, message_bytes : int
        What the server has sent so far.
    lost : str or None
        Why the connection ended, if it ended before ``close()``.
    """

    def __init__(self, url: str, path: str) -> None:
        parts = urlsplit(f"{url}/{path}")
        self.url, self.page_name, self.query = f"{url}/{path}", parts.path.strip("/"), parts.query
        self.address = f"ws://{parts.netloc}/_stcore/stream"
        self.screen = Screen()
        self.messages = self.message_bytes = 0
        self.lost: str | None = None
        self._changed = asyncio.Condition()
        self._connection: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, path: str, ready: Callable[[Screen], bool] | None = None) -> "Visitor":
        """Connect, ask for the page, and wait until it is there.

        Parameters
        ----------
        url : str
            Of the server, without a slash at the end.
        path : str
            Of the page, with its query.
        ready : callable, optional
            When the page is there; by default, once a run of the whole page has ended.

        Raises
        ------
        VisitError
            If there is no connection, or the page is not ready within two minutes.
        """
        visitor = cls(url, path)
        try:
            # Compressing what goes to another process of the same machine would only cost both of them time.
            visitor._connection = await connect(
                visitor.address, max_size=MAX_MESSAGE_BYTES, compression=None, ping_interval=None,
                subprotocols=[Subprotocol("streamlit")], open_timeout=OPEN_SECONDS, proxy=None,
            )  # fmt: skip
        except (OSError, TimeoutError) as error:
            raise VisitError(f"no connection to {visitor.address}: {error}") from None
        visitor._reading = asyncio.create_task(visitor._read())
        await visitor._send(visitor._message({}, ""))
        if not await visitor.wait_for(ready or (lambda screen: screen.runs > 0), OPEN_SECONDS):
            what = visitor.lost or "; ".join(visitor.screen.exceptions) or "its run did not end"
            await visitor.close()
            raise VisitError(f"{visitor.url} did not open within {OPEN_SECONDS:.0f} s: {what}")
        return visitor

    async def __aenter__(self) -> "Visitor":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def change(self, key: str, value: Value) -> None:
        """Change a widget: what its browser would send at this moment, without waiting for an answer.

        Raises
        ------
        VisitError
            If the page has no such widget, or the connection is lost.
        """
        self.screen.change(key, value)
        await self._rerun(key, None)

    async def trigger(self, key: str, told: Mapping[str, Any]) -> None:
        """What a component tells the server once; errors as of ``change``."""
        await self._rerun(key, {key: told})

    async def _rerun(self, key: str, triggers: Mapping[str, Mapping[str, Any]] | None) -> None:
        await self._send(self._message(triggers or {}, self.screen.widget(key).fragment_id))

    def _message(self, triggers: Mapping[str, Mapping[str, Any]], fragment_id: str) -> BackMsg:
        query = self.query if self.screen.query is None else self.screen.query
        return rerun_message(
            self.screen, page_name=self.page_name, query=query, triggers=triggers,
            fragment_id=fragment_id, url=self.url,
        )  # fmt: skip

    async def wait_for(self, condition: Callable[[Screen], bool], seconds: float) -> bool:
        """Whether the screen comes to meet a condition within so many seconds; False too where the connection ends."""

        def over() -> bool:
            return condition(self.screen) or self.lost is not None

        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(over)
        return condition(self.screen)

    async def close(self) -> None:
        """Leave the page, as a closed tab does."""
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        if self._connection is not None:
            await self._connection.close()

    async def _send(self, message: BackMsg) -> None:
        if self.lost is not None or self._connection is None:
            raise VisitError(f"the connection to {self.address} is lost: {self.lost}")
        try:
            await self._connection.send(message.SerializeToString())
        except ConnectionClosed as error:
            raise VisitError(f"the connection to {self.address} is lost: {error}") from None

    async def _read(self) -> None:
        assert self._connection is not None
        try:
            async for payload in self._connection:
                assert isinstance(payload, bytes)
                self.messages += 1
                self.message_bytes += len(payload)
                self.screen.take(ForwardMsg.FromString(payload))
                async with self._changed:
                    self._changed.notify_all()
            self.lost = "the server closed it"
        except (ConnectionClosed, VisitError) as error:
            self.lost = str(error) or type(error).__name__
        async with self._changed:
            self._changed.notify_all()
