"""HTTP/1.1 clients by the thousand: a connection costs little more than its socket."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

import orjson


class Connection:
    """A connection that stays open between requests, one of which is under way at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader = reader
        self._writer = writer
        self.token = token
        self.used = time.monotonic()

    @classmethod
    async def open(cls, port: int, token: str) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port), token)

    async def post(self, document: str, variables: Mapping[str, Any]) -> Any:  # Any: JSON
        """The answer's body; raises OSError or EOFError where the connection has ended."""
        body = orjson.dumps({"query": document, "variables": variables})
        head = (
            "POST /graphql HTTP/1.1\r\nHost: cinegraph.test\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        lines = (await self._reader.readuntil(b"\r\n\r\n")).lower().split(b"\r\n")
        [length] = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
        answer = orjson.loads(await self._reader.readexactly(length))
        self.used = time.monotonic()
        return answer

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
