"""Answers that come one by one over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from resolvers.errors import Unauthenticated
from schema.execution.events import open_answers
from schema.execution.execute import Answer, GraphQLRequest
from schema.transport.authentication import Caller
from schema.transport.endpoint import Endpoint
from schema.transport.framings import Framing

HEARTBEAT_SECONDS = 10.0
"""Proxies close connections that are silent for half a minute or so."""

SEND_SECONDS = 10.0
"""Who does not take what is sent for so long is dropped."""


class Stopped(Exception):
    """This process stops: the client may come back to another."""


class AnswerStream(Response):
    """The answers to one operation, until there are no more, the client goes, or its access token is not valid any more."""

    def __init__(self, framing: Framing, request: GraphQLRequest, endpoint: Endpoint, caller: Caller) -> None:
        super().__init__()
        self._framing = framing
        self._request = request
        self._endpoint = endpoint
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(TimeoutError, OSError), self._ending(receive) as ending:
            closing = self._framing.closing
            try:
                async with open_answers(self._endpoint.executor, self._request, self._caller.context) as answers:
                    await self._start(send)
                    await self._send_each(answers, ending, send)
            except Unauthenticated as error:
                refusal = [{"message": str(error), "extensions": {"code": error.code}}]
                await _send(send, self._framing.refusal(orjson.dumps(refusal)))
            except Stopped:
                closing = b""  # the protocols' own end would keep clients from coming back
            await _send(send, closing, is_last=True)

    @contextmanager
    def _ending(self, receive: Receive) -> Iterator["asyncio.Future[Exception]"]:
        """What the stream ends with before its answers do: that the client has gone, is not let in any more, or that we stop."""
        ending: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

        def end(reason: Exception) -> None:
            if not ending.done():
                ending.set_result(reason)

        async def hear() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            end(ConnectionError())

        hearing = asyncio.create_task(hear())
        try:
            with (
                self._caller.watching(lambda: end(Unauthenticated("The access token is not valid any more."))),
                self._endpoint.open_streams.added(lambda: end(Stopped())),
            ):
                yield ending
        finally:
            hearing.cancel()

    async def _start(self, send: Send) -> None:
        headers = [
            (b"content-type", self._framing.content_type.encode()),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),  # nginx would keep answers back
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _send(send, self._framing.opening)

    async def _send_each(self, answers: AsyncIterator[Answer], ending: "asyncio.Future[Exception]", send: Send) -> None:
        """Send answers, and heartbeats while there are none; raises what the stream ends with before they do."""
        coming = asyncio.ensure_future(_next(answers))
        try:
            while True:
                waited_for: set[asyncio.Future[Any]] = {coming, ending}  # Any: they have different results
                done, _ = await asyncio.wait(waited_for, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if ending in done:
                    raise ending.result()
                if not done:
                    await _send(send, self._framing.heartbeat)
                    continue
                if (answer := coming.result()) is None:
                    return
                await _send(send, self._framing.part(answer.json()))
                coming = asyncio.ensure_future(_next(answers))
        finally:
            coming.cancel()
            await asyncio.wait({coming})


async def _next(answers: AsyncIterator[Answer]) -> Answer | None:
    return await anext(answers, None)


async def _send(send: Send, body: bytes, *, is_last: bool = False) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": body, "more_body": not is_last})
