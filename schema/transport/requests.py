"""Reading what GraphQL over HTTP sends; whatever is no such request is refused with a status and a code."""

from functools import lru_cache
from types import NoneType
from typing import Any, NamedTuple

import orjson
from starlette.requests import ClientDisconnect, HTTPConnection, Request

from schema.execution.execute import GraphQLRequest
from schema.transport.framings import Framing, framing_of

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"

LONGEST_REMEMBERED = 256
"""Of `Accept`: clients send a few short ones, and what is longer is not worth the room."""

_TEXT_OR_NULL = (str, NoneType)
_OBJECT_OR_NULL = (dict, NoneType)


class RequestRefused(Exception):
    """A request that is not run, with the status and the code that it is answered with."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}


def bad_request(message: str) -> RequestRefused:
    return RequestRefused(400, "BAD_REQUEST", message)


def header(request: HTTPConnection, name: bytes) -> str:
    """A header's first line, empty where there is none. Starlette's own look-up takes four times as long, and a request needs several."""
    for given, value in request.scope["headers"]:
        if given == name:
            return str(value, "latin-1")
    return ""


def header_lines(request: HTTPConnection, name: bytes) -> list[str]:
    """All of a header's lines."""
    return [str(value, "latin-1") for given, value in request.scope["headers"] if given == name]


async def read_request(request: Request, max_body_bytes: int) -> GraphQLRequest:
    """The GraphQL request in a POST's body or a GET's parameters; raises RequestRefused."""
    method = request.method
    if method == "GET":
        return _from_parameters(dict(request.query_params))
    if method != "POST":
        raise RequestRefused(405, "METHOD_NOT_ALLOWED", "Use POST, or GET for queries.", {"Allow": "GET, POST"})
    _require_json(header(request, b"content-type"))
    return _from_json(await _body(request, max_body_bytes))


def _require_json(content_type: str) -> None:
    if content_type == JSON:
        return  # as nearly everybody sends it
    media_type, _, parameters = content_type.partition(";")
    if media_type.strip().lower() != JSON:
        raise RequestRefused(415, "UNSUPPORTED_MEDIA_TYPE", f"Send the request as {JSON}.")
    charset = parameters.lower().partition("charset=")[2].strip().strip('"')
    if charset not in ("", "utf-8", "utf8"):
        raise RequestRefused(415, "UNSUPPORTED_MEDIA_TYPE", "Send the request in UTF-8.")


async def _body(request: Request, max_body_bytes: int) -> bytes:
    declared = header(request, b"content-length")
    if declared.isdigit() and int(declared) > max_body_bytes:
        raise _too_large(max_body_bytes)
    receive, body, is_complete = request.receive, bytearray(), False
    while not is_complete:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        is_complete = not message.get("more_body", False)
        if len(body) > max_body_bytes:
            raise _too_large(max_body_bytes)
    return bytes(body)


def _too_large(max_body_bytes: int) -> RequestRefused:
    message = f"The request must not be larger than {max_body_bytes} bytes."
    return RequestRefused(413, "PAYLOAD_TOO_LARGE", message, {"Connection": "close"})


def _from_json(body: bytes) -> GraphQLRequest:
    parsed = _json(body, "the body")
    if isinstance(parsed, list):
        raise bad_request("Send one request at a time: several in an array are not taken.")
    if not isinstance(parsed, dict):
        raise bad_request('The body must be a JSON object such as {"query": "{ __typename }"}.')
    return checked_request(parsed)


def _from_parameters(parameters: dict[str, str]) -> GraphQLRequest:
    decoded: dict[str, Any] = dict(parameters)  # Any: JSON
    for name in ("variables", "extensions"):
        if name in parameters:
            decoded[name] = _json(parameters[name].encode(), f"`{name}`") if parameters[name] else None
    decoded["operationName"] = parameters.get("operationName") or None
    return checked_request(decoded)


def checked_request(parsed: dict[str, Any]) -> GraphQLRequest:  # Any: JSON
    """The GraphQL request in a JSON object, over whatever it came; raises RequestRefused."""
    for name in ("operationName", "documentId"):
        if not isinstance(parsed.get(name), _TEXT_OR_NULL):
            raise bad_request(f"`{name}` must be a text or null.")
    for name in ("variables", "extensions"):
        if not isinstance(parsed.get(name), _OBJECT_OR_NULL):
            raise bad_request(f"`{name}` must be a JSON object or null.")
    query, document_id, extensions = parsed.get("query"), parsed.get("documentId"), parsed.get("extensions")
    if query is None and (document_id or (extensions and "persistedQuery" in extensions)):
        query = ""
    elif not isinstance(query, str) or not query:
        raise bad_request("`query` must be a GraphQL document, as a text.")
    return GraphQLRequest(query, parsed.get("operationName") or None, parsed.get("variables"), extensions, document_id or None)


def _json(text: bytes, what: str) -> Any:  # Any: JSON
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise bad_request(f"{what.capitalize()} is not JSON: {error}.") from None


class Accepted(NamedTuple):
    """What a client takes: `media_type` for one answer, empty where it takes none so, and `framing` for answers one by one."""

    media_type: str
    framing: Framing | None


def negotiate(accept: str) -> Accepted:
    """How to answer; raises RequestRefused where the client takes nothing that is offered.

    A client that has no preference gets application/json, as those do that were written before the specification.
    """
    return _remembered(accept) if len(accept) <= LONGEST_REMEMBERED else _negotiated(accept)


def _negotiated(accept: str) -> Accepted:
    best, best_quality, framing, framing_quality = "", 0.0, None, 0.0
    for part in accept.split(",") if accept.strip() else ["*/*"]:
        media_type, parameters, quality = _accepted(part)
        if quality > best_quality and (offered := _offered(media_type)):
            best, best_quality = offered, quality
        if quality > framing_quality and (found := framing_of(media_type, parameters)):
            framing, framing_quality = found, quality
    if not best and framing is None:
        raise RequestRefused(406, "NOT_ACCEPTABLE", f"The answer is {GRAPHQL_JSON} or {JSON}: accept one of them.")
    return Accepted(best, framing)


_remembered = lru_cache(maxsize=256)(_negotiated)


def _offered(media_type: str) -> str | None:
    if media_type in (GRAPHQL_JSON, JSON):
        return media_type
    return JSON if media_type in ("*/*", "application/*") else None


def _accepted(part: str) -> tuple[str, dict[str, str], float]:
    media_type, *given = (each.strip().lower() for each in part.split(";"))
    parameters = {name: value.strip('"') for name, _, value in (each.partition("=") for each in given)}
    if parameters.get("charset", "utf-8") not in ("utf-8", "utf8"):
        return "", {}, 0.0
    try:
        return media_type, parameters, float(parameters.get("q", "1"))
    except ValueError:
        return "", {}, 0.0
