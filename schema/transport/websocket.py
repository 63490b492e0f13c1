"""GraphQL over WebSocket, in the subprotocol graphql-transport-ws that the npm package graphql-ws defines.

Operations of any kind run side by side on one connection, by the same executor and within the same limits as over HTTP:
strawberry's own handler would run them past both.
"""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect

from resolvers.errors import DatabaseAway, Unauthenticated
from resolvers.services import Services
from schema.errors import formatted
from schema.execution.events import open_answers
from schema.execution.execute import GraphQLRequest
from schema.transport.authentication import Caller, bearer_token
from schema.transport.endpoint import Endpoint
from schema.transport.origins import may_connect
from schema.transport.requests import RequestRefused, checked_request

SUBPROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10.0
SEND_SECONDS = 10.0
"""Who does not take what is sent for so long is dropped."""

MOST_OPERATIONS = 100
"""How many operations one connection may have under way."""

LONGEST_ID = 100

Message = dict[str, Any]  # Any: JSON


class Close(Exception):
    """The connection is to end, with a code and a reason that say why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def bad_request(reason: str) -> Close:
    return Close(4400, reason)


def forbidden() -> Close:
    """After this code clients fetch a new token and come back; after 4401 they would not."""
    return Close(4403, "Forbidden")


class Connection:
    """One accepted WebSocket. `caller` is who opened it, until a token in connection_init says otherwise."""

    def __init__(self, websocket: WebSocket, endpoint: Endpoint, caller: Caller) -> None:
        self._websocket = websocket
        self._endpoint = endpoint
        self._caller = caller
        self._is_acknowledged = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._watched = ExitStack()
        self._ending: Close | None = None

    async def run(self) -> None:
        with self._watched:
            close = await self._receive()
            operations = tuple(self._operations.values())
            for operation in operations:
                operation.cancel()
            await asyncio.gather(*operations, return_exceptions=True)
        if close is not None:
            with suppress(TimeoutError, WebSocketDisconnect):
                async with asyncio.timeout(SEND_SECONDS):
                    await self._websocket.close(close.code, close.reason)

    async def _receive(self) -> Close | None:
        """Do what messages say until the connection is to end; how, or None where it has ended."""
        try:
            async with asyncio.timeout(INIT_SECONDS) as self._time:
                while True:
                    await self._handle(self._parsed(await self._websocket.receive()))
        except TimeoutError:
            return self._ending or Close(4408, "Connection initialisation timeout")
        except Close as close:
            return close
        except WebSocketDisconnect:
            return None
        finally:
            self._ending = self._ending or Close(1001, "Going away")

    def _end(self, close: Close) -> None:
        """End the connection from elsewhere than the messages that it receives."""
        if self._ending is None:
            self._ending = close
            self._time.reschedule(asyncio.get_running_loop().time())

    def _parsed(self, received: Any) -> Message:  # Any: an ASGI message
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        text = received.get("text")
        if text is None:
            raise bad_request("Messages are text")
        if len(text) > self._endpoint.max_body_bytes:
            raise Close(1009, "Message too big")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise bad_request("Messages are JSON") from None
        if not isinstance(message, dict):
            raise bad_request("Messages are JSON objects")
        return message

    async def _handle(self, message: Message) -> None:
        match message.get("type"):
            case "connection_init":
                await self._initialise(message)
            case "ping":
                payload = {"payload": message["payload"]} if "payload" in message else {}
                await self._send({"type": "pong", **payload})
            case "pong":
                pass
            case "subscribe":
                await self._begin(message)
            case "complete":
                if operation := self._operations.pop(_id(message), None):
                    operation.cancel()
            case _:
                raise bad_request("Unknown message type")

    async def _initialise(self, message: Message) -> None:
        if self._is_acknowledged:
            raise Close(4429, "Too many initialisation requests")
        payload = message.get("payload")
        if not isinstance(payload, dict | None):
            raise bad_request("The payload is a JSON object")
        sent = [str(value) for name, value in (payload or {}).items() if name.lower() == "authorization"]
        self._caller = await _with_token(self._caller, sent)
        self._watched.enter_context(self._caller.watching(lambda: self._end(forbidden())))
        self._is_acknowledged = True
        self._time.reschedule(None)
        await self._send({"type": "connection_ack"})

    async def _begin(self, message: Message) -> None:
        if not self._is_acknowledged:
            raise Close(4401, "Unauthorized")
        operation_id, payload = _id(message), message.get("payload")
        if not isinstance(payload, dict):
            raise bad_request("The payload is a JSON object")
        if operation_id in self._operations:
            raise Close(4409, "Subscriber already exists")
        try:
            if len(self._operations) >= MOST_OPERATIONS:
                raise RequestRefused(429, "RATE_LIMITED", f"At most {MOST_OPERATIONS} operations run on one connection at a time.")
            request = checked_request(payload)
        except RequestRefused as refused:
            await self._refuse(operation_id, _told(refused))
            return
        self._operations[operation_id] = asyncio.create_task(self._operate(operation_id, request))

    async def _operate(self, operation_id: str, request: GraphQLRequest) -> None:
        try:
            await self._answer(operation_id, request)
        except Unauthenticated:
            self._end(forbidden())
        except Close as close:
            self._end(close)
        except WebSocketDisconnect:
            pass

    async def _answer(self, operation_id: str, request: GraphQLRequest) -> None:
        errors: list[Any] | None = None  # Any: formatted errors
        try:
            request = await self._endpoint.completed(request, self._caller.services)
            async with open_answers(self._endpoint.executor, request, self._caller.context) as answers:
                async for answer in answers:
                    if not answer.ran:
                        errors = answer.errors
                        break
                    await self._send({"id": operation_id, "type": "next", "payload": orjson.Fragment(answer.json())})
        except (Unauthenticated, Close, WebSocketDisconnect):
            raise
        except RequestRefused as refused:
            errors = _told(refused)
        except Exception as error:
            errors = list(formatted([GraphQLError(str(error), original_error=error)], self._caller.request_id))
        # Whoever hears of the end may use the id again at once.
        self._operations.pop(operation_id, None)
        if errors is None:
            await self._send({"id": operation_id, "type": "complete"})
        else:
            await self._refuse(operation_id, errors)

    async def _refuse(self, operation_id: str, errors: list[Any]) -> None:  # Any: formatted errors
        await self._send({"id": operation_id, "type": "error", "payload": errors})

    async def _send(self, message: Message) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._websocket.send_text(orjson.dumps(message).decode())
        except TimeoutError:
            raise Close(1013, "Messages are not taken") from None


def _told(refused: RequestRefused) -> list[Any]:  # Any: formatted errors
    return [{"message": str(refused), "extensions": {"code": refused.code}}]


def _id(message: Message) -> str:
    operation_id = message.get("id")
    if not isinstance(operation_id, str) or not 0 < len(operation_id) <= LONGEST_ID:
        raise bad_request(f"The id is a text of 1 to {LONGEST_ID} characters")
    return operation_id


async def serve_websocket(websocket: WebSocket, endpoint: Endpoint, services: Services, address: str) -> None:
    """Let a client in by its origin, its subprotocol and its token, and serve it until it goes."""
    if not may_connect(websocket, endpoint.origins):
        await websocket.close()  # which is answered with 403
        return
    if SUBPROTOCOL not in websocket.scope["subprotocols"]:
        await websocket.accept()
        await websocket.close(4406, "Subprotocol not acceptable")
        return
    await websocket.accept(SUBPROTOCOL)
    caller = Caller(services, None, uuid4().hex, address)
    try:
        caller = await _with_token(caller, websocket.headers.getlist("authorization"))
    except Close as close:
        await websocket.close(close.code, close.reason)
    else:
        await Connection(websocket, endpoint, caller).run()


async def _with_token(caller: Caller, sent: Sequence[str]) -> Caller:
    """The caller as the Authorization header's lines say, or as before where there are none; raises Close for a token that is not valid."""
    try:
        token = bearer_token(sent)
        caller = caller if token is None else replace(caller, token=token)
        await caller.context()
    except (RequestRefused, Unauthenticated):
        raise forbidden() from None
    except DatabaseAway:
        raise Close(1013, "Try again later") from None
    return caller
