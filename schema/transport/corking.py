"""A response in one packet.

uvicorn writes a response's head and its body one after the other, and uvloop sends each at once: two system calls, and a client
that is woken up twice. What is written in one turn of the event loop goes together here.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class CorkedTransport(asyncio.Transport):
    """As much of a transport as HTTP needs, with the writes of a turn joined; `uncorked` is what it writes to."""

    def __init__(self, uncorked: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.uncorked = uncorked
        self._loop = loop
        self._waiting: list[bytes] = []

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # Any: as asyncio has it
        return self.uncorked.get_extra_info(name, default)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(bytes(data))

    def close(self) -> None:
        self._flush()
        self.uncorked.close()

    def is_closing(self) -> bool:
        return self.uncorked.is_closing()

    def pause_reading(self) -> None:
        self.uncorked.pause_reading()

    def resume_reading(self) -> None:
        self.uncorked.resume_reading()

    def _flush(self) -> None:
        if self._waiting and not self.uncorked.is_closing():
            self.uncorked.write(b"".join(self._waiting))
        self._waiting.clear()


class CorkedHttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP over a CorkedTransport. A WebSocket, whose messages come one by one, takes the connection as it is."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(CorkedTransport(transport, self.loop))

    def handle_websocket_upgrade(self) -> None:
        assert isinstance(self.transport, CorkedTransport)  # noqa: S101  # it was made above
        self.transport = self.transport.uncorked
        super().handle_websocket_upgrade()
