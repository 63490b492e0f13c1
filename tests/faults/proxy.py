"""A network between the server and its database, which can be made to swallow everything."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

CHUNK_BYTES = 65536


class TcpProxy:
    """Passes connections from a port of its own to another port of 127.0.0.1, inside the running event loop."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._lets_through = asyncio.Event()
        self._lets_through.set()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._swallowed: set[asyncio.Task[None]] = set()
        self._to_lose: list[bytes] = []
        self._breaking: set[asyncio.Task[None]] = set()
        self.port = 0

    def url(self, url: str) -> str:
        """A URL of the target as somebody writes it who is behind this network."""
        return url.replace(f":{self._target_port}/", f":{self.port}/")

    def black_hole(self) -> None:
        """From now on nothing comes through, in either direction, and nobody is told; new connections are taken, and hear nothing."""
        self._lets_through.clear()

    def heal(self, *, forget: bool) -> None:
        """Let everything through again. What was held back arrives late; with `forget`, connections from before stay silent for good."""
        if forget:
            self._swallowed |= self._connections
        self._lets_through.set()

    def lose_commit(self) -> None:
        """Break the connection of the next transaction when its COMMIT is carried out, before the answer comes through."""
        self._to_lose = [b"BEGIN", b"COMMIT"]  # drivers send a COMMIT without a transaction when they connect

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        assert connection is not None
        self._connections.add(connection)
        try:
            await self._lets_through.wait()
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(reader, up_writer, connection))
                both.create_task(self._pass_on(up_reader, writer, connection))
        except* OSError:
            writer.close()
        finally:
            self._connections.discard(connection)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: "asyncio.Task[None]") -> None:
        try:
            while sent := await reader.read(CHUNK_BYTES):
                await self._lets_through.wait()
                if connection not in self._swallowed | self._breaking:
                    writer.write(sent)
                    await writer.drain()
                if self._is_to_be_lost(sent):
                    self._breaking.add(connection)
                    writer.write_eof()  # whoever reads this carries out what came before it, answers, and hangs up
            await self._lets_through.wait()
        finally:
            with suppress(OSError):
                writer.close()

    def _is_to_be_lost(self, sent: bytes) -> bool:
        """Whether this completes what lose_commit() waits for."""
        waited = bool(self._to_lose)
        while self._to_lose and self._to_lose[0] in sent:
            del self._to_lose[0]
        return waited and not self._to_lose
