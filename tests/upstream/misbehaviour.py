"""What an emulated service can do instead of answering."""

import asyncio

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.upstream.control import Misbehaviour


def late(seconds: float) -> Misbehaviour:
    """The right answer, after a while."""

    async def act(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(seconds)
        await app(scope, receive, send)

    return act


def hang() -> Misbehaviour:
    """No answer, and no end of the connection."""
    return late(3600)


def answer(body: bytes = b"", status: int = 200, content_type: str = "application/json", **headers: str) -> Misbehaviour:
    """Whatever is told; `Retry_After="2"` is a header too."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def act(_app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        await Response(body, status, named, content_type)(scope, receive, send)

    return act


def too_many_requests(retry_after: str | None = None) -> Misbehaviour:
    body = b'{"status_code":25,"status_message":"Your request count is over the allowed limit."}'
    return answer(body, 429, **({} if retry_after is None else {"Retry_After": retry_after}))


def mislabelled(content_type: str = "text/html") -> Misbehaviour:
    """The right answer under a wrong content type."""

    async def act(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        async def relabel(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name != b"content-type"]
                message = {**message, "headers": [*kept, (b"content-type", content_type.encode())]}
            await send(message)

        await app(scope, receive, relabel)

    return act


def truncated() -> Misbehaviour:
    """The first half of the right answer, announced whole; then the connection ends."""

    async def act(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        async def halve(message: Message) -> None:
            if message["type"] == "http.response.body":
                body = message["body"]
                message = {**message, "body": body[: len(body) // 2], "more_body": True}
            await send(message)

        await app(scope, receive, halve)

    return act


def cut() -> Misbehaviour:
    """The first half of the right answer, announced as if it were whole."""

    async def act(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in messages)
        await Response(body[: len(body) // 2], media_type="application/json")(scope, receive, send)

    return act


def reset() -> Misbehaviour:
    """The connection breaks while the answer is awaited."""

    async def act(_app: ASGIApp, scope: Scope, _receive: Receive, _send: Send) -> None:
        scope["reset"]()

    return act
