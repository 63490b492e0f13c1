"""Answers that come one by one over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from resolvers.errors import Unauthenticated
from schema.execution.events import open_answers
from schema.execution.execute import Answer, Executor, GraphQLRequest
from schema.transport.authentication import Caller
from schema.transport.framings import Framing

HEARTBEAT_SECONDS = 10.0
"""Proxies close connections that are silent for half a minute or so."""

SEND_SECONDS = 10.0
"""Who does not take what is sent for so long is dropped."""


class AnswerStream(Response):
    """The answers to one operation, until there are no more, the client goes, or its access token is not valid any more."""

    def __init__(self, framing: Framing, request: GraphQLRequest, executor: Executor, caller: Caller) -> None:
        super().__init__()
        self._framing = framing
        self._request = request
        self._executor = executor
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_disconnect(receive))
        refused = asyncio.get_running_loop().create_future()
        with suppress(TimeoutError, OSError), self._caller.watching(lambda: refused.set_result(None)):
            try:
                async with open_answers(self._executor, self._request, self._caller.context) as answers:
                    await self._start(send)
                    await self._send_each(answers, gone, refused, send)
            except Unauthenticated as error:
                refusal = [{"message": str(error), "extensions": {"code": error.code}}]
                await _send(send, self._framing.refusal(orjson.dumps(refusal)))
            finally:
                gone.cancel()
            await _send(send, self._framing.closing, is_last=True)

    async def _start(self, send: Send) -> None:
        headers = [
            (b"content-type", self._framing.content_type.encode()),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),  # nginx would keep answers back
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _send(send, self._framing.opening)

    async def _send_each(
        self, answers: AsyncIterator[Answer], gone: "asyncio.Future[None]", refused: "asyncio.Future[None]", send: Send
    ) -> None:
        """Send answers and heartbeats; raises ConnectionError once the client has gone, and Unauthenticated once it is refused."""
        coming = asyncio.ensure_future(_next(answers))
        try:
            while True:
                waited_for: set[asyncio.Future[Any]] = {coming, gone, refused}  # Any: only one of them has a result
                done, _ = await asyncio.wait(waited_for, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if gone in done:
                    raise ConnectionError
                if refused in done:
                    raise Unauthenticated("The access token is not valid any more.")
                if not done:
                    await _send(send, self._framing.heartbeat)
                    continue
                if (answer := coming.result()) is None:
                    return
                await _send(send, self._framing.part(orjson.dumps(answer.body())))
                coming = asyncio.ensure_future(_next(answers))
        finally:
            coming.cancel()
            await asyncio.wait({coming})


async def _next(answers: AsyncIterator[Answer]) -> Answer | None:
    return await anext(answers, None)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, body: bytes, *, is_last: bool = False) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": body, "more_body": not is_last})
