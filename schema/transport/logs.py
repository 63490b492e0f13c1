"""One line of JSON for each request and each event, tied together by the request's id."""

import asyncio
import logging
import os
import re
import sys
import time
from collections.abc import MutableMapping
from datetime import UTC, datetime

import orjson
from pythonjsonlogger.orjson import OrjsonFormatter
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.transport.headers import secured
from schema.transport.http import answer_http_error, json_response
from schema.transport.requests import JSON

REQUEST_ID = b"x-request-id"
_FIT_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

CLIENT_CLOSED_REQUEST = 499
"""As nginx calls it: it is logged and counted, and never sent."""

logger = logging.getLogger("cinegraph.requests")


def configure_logging(level: str) -> None:
    """Everything that is logged goes to standard error as JSON, the server's own lines included."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        OrjsonFormatter(
            ["timestamp", "levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp=True,
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    if level == "debug":
        logging.getLogger("uvicorn.error").setLevel(logging.INFO)  # it logs what WebSockets receive, tokens and all
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole addresses
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)  # it logs whole statements
    logging.getLogger("alembic").setLevel(logging.WARNING)


class RequestLog:
    """Gives each request an id (the client's own, where it sends one), and logs it with its status and duration.

    Every response passes here: it is given the headers that all of them carry, and counted in `statuses`.
    """

    def __init__(self, app: ASGIApp, statuses: MutableMapping[int, int]) -> None:
        self._app = app
        self._statuses = statuses
        self._lines: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._statuses[status] += 1
                message["headers"] = [*secured(message["headers"]), (REQUEST_ID, request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:  # nobody is left to answer
            if not status:
                status = CLIENT_CLOSED_REQUEST
                self._statuses[status] += 1
        except Exception as error:
            if status or not isinstance(error, HTTPException):
                logger.exception("unexpected error", extra={"request_id": request_id})
            if status:
                raise
            await _answer_to(error, scope, request_id)(scope, receive, send_with_id)
        finally:
            if logger.isEnabledFor(logging.INFO):
                self._note(_line(scope, request_id, status, time.perf_counter() - started))

    def _note(self, line: bytes) -> None:
        """Write a line with those of the same turn of the event loop: a system call for each was a thirtieth of a small query."""
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._write)
        self._lines.append(line)

    def _write(self) -> None:
        sys.stderr.write(b"".join(self._lines).decode())
        self._lines.clear()


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == REQUEST_ID and _FIT_REQUEST_ID.fullmatch(value):
            return str(value.decode("ascii"))
    return os.urandom(16).hex()


def _line(scope: Scope, request_id: str, status: int, seconds: float) -> bytes:
    """As the formatter would write it: a line for every request is worth writing in a tenth of the time."""
    line = {
        "timestamp": datetime.now(UTC),
        "level": "INFO",
        "logger": logger.name,
        "message": "request",
        "request_id": request_id,
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "milliseconds": round(seconds * 1000, 2),
    }
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _answer_to(error: Exception, scope: Scope, request_id: str) -> Response:
    if isinstance(error, HTTPException):
        return answer_http_error(Request(scope), error)
    told = {
        "message": f"Something went wrong here, and was noted under request {request_id}.",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id},
    }
    return json_response({"errors": [told]}, JSON, 500)
