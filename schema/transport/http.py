"""GraphQL over HTTP: one request in, one JSON answer out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from resolvers.context import Context
from schema.execution.execute import Answer, GraphQLRequest, IsSubscription, MutationOverGet
from schema.transport.authentication import Caller
from schema.transport.caching import cache_headers, is_known
from schema.transport.endpoint import Endpoint
from schema.transport.framings import Framing
from schema.transport.requests import GRAPHQL_JSON, JSON, RequestRefused, header, negotiate, read_request
from schema.transport.streams import AnswerStream

_CONTENT_TYPES = {each: f"{each}; charset=utf-8".encode() for each in (JSON, GRAPHQL_JSON)}

STATUS_OF_NOTHING = {"RATE_LIMITED": 429, "SERVICE_UNAVAILABLE": 503}
"""The status where no root field has a value, by the code of an error."""

OTHER_ADDRESSES = {
    404: ("NOT_FOUND", "There is nothing here: the API is at /graphql."),
    405: ("METHOD_NOT_ALLOWED", "This address takes other methods: see the header Allow."),
}

HOW_TO_SUBSCRIBE = (
    "Answers come one by one to a POST with `Accept: text/event-stream` or `Accept: multipart/mixed;subscriptionSpec=1.0`, "
    "and over WebSocket with the subprotocol graphql-transport-ws."
)


async def answer_request(request: Request, context: Context, endpoint: Endpoint) -> Response:
    """Run the GraphQL request that an HTTP request holds, or say why not."""
    media_type, by_get = JSON, request.method == "GET"
    try:
        accepted = negotiate(header(request, b"accept"))
        media_type = accepted.media_type or JSON
        asked = await read_request(request, endpoint.max_body_bytes)
        if by_get and asked.query and not endpoint.texts_by_get:
            raise not_by_get("GET is for documents that are named by their hash")
        asked = await endpoint.completed(asked, context.services, media_type)
        if not accepted.media_type:
            return _stream(request, asked, accepted.framing, context, endpoint)
        answer = await endpoint.executor.run(asked, context, queries_only=by_get)
    except RequestRefused as refused:
        return refusal(refused, media_type)
    except IsSubscription:
        return _stream(request, asked, accepted.framing, context, endpoint)
    except MutationOverGet:
        return refusal(not_by_get("GET is for queries"), media_type)
    if by_get:
        return _to_get(request, answer, media_type)
    return to_post(answer, media_type)


def to_post(answer: Answer, media_type: str) -> Response:
    return JsonResponse(answer.json(), media_type, status_of(answer, media_type), _retry_after(answer))


def _to_get(request: Request, answer: Answer, media_type: str) -> Response:
    """Answer with what caches may do with it. What they may share tells no client's points: the next one has spent none on it."""
    is_shared = not answer.errors and "authorization" not in request.headers
    body = (replace(answer, cost=None) if is_shared else answer).json()
    headers = {**_retry_after(answer), **cache_headers(request, body, media_type, has_errors=bool(answer.errors))}
    if is_known(request, headers):
        return Response(status_code=304, headers=headers)
    return JsonResponse(body, media_type, status_of(answer, media_type), headers)


def _stream(request: Request, asked: GraphQLRequest, framing: Framing | None, context: Context, endpoint: Endpoint) -> Response:
    """Answer with as many answers as there are, to a client that takes them so."""
    if framing is None or request.method != "POST":
        return refusal(RequestRefused(406, "NOT_ACCEPTABLE", HOW_TO_SUBSCRIBE))
    return AnswerStream(framing, asked, endpoint, Caller.of(request, context))


def status_of(answer: Answer, media_type: str) -> int:
    """200 for what was run, and in application/json for every well-formed request; else what has kept all of it from its work."""
    if not answer.errors or any(value is not None for value in (answer.data or {}).values()):
        return 200
    stopped_by = max(STATUS_OF_NOTHING.get(error["extensions"]["code"], 0) for error in answer.errors)
    return stopped_by or (400 if not answer.ran and media_type == GRAPHQL_JSON else 200)


def _retry_after(answer: Answer) -> Mapping[str, str]:
    seconds = [error["extensions"]["retryAfter"] for error in answer.errors if "retryAfter" in error["extensions"]]
    return {"Retry-After": str(max(seconds))} if seconds else {}


def media_type_of(request: Request) -> str:
    """What to refuse a request in: clients read the errors of what they asked for."""
    try:
        return negotiate(header(request, b"accept")).media_type or JSON
    except RequestRefused:
        return JSON


def not_by_get(rule: str) -> RequestRefused:
    return RequestRefused(405, "METHOD_NOT_ALLOWED", f"{rule}: send this by POST.", {"Allow": "POST"})


def refusal(refused: RequestRefused, media_type: str = JSON) -> Response:
    body = {"errors": [{"message": str(refused), "extensions": {"code": refused.code}}]}
    return json_response(body, media_type, refused.status, refused.headers)


def answer_http_error(request: Request, error: HTTPException) -> Response:
    """What Starlette refuses, refused as everything else is: an address that is none, or a method that it has not."""
    code, message = OTHER_ADDRESSES.get(error.status_code, ("BAD_REQUEST", error.detail))
    return refusal(RequestRefused(error.status_code, code, message, dict(error.headers or {})), media_type_of(request))


class JsonResponse(Response):
    """A body of JSON, with its headers put together by hand: every answer is one of these, and Starlette's way takes longer."""

    def __init__(self, body: bytes, media_type: str, status: int, headers: Mapping[str, str]) -> None:
        self.status_code = status
        self.background = None
        self.body = body
        self.raw_headers = [
            (b"content-length", str(len(body)).encode()),
            (b"content-type", _CONTENT_TYPES[media_type]),
            *((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()),
        ]


def json_response(body: Any, media_type: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:  # Any: JSON
    return JsonResponse(orjson.dumps(body), media_type, status, headers or {})
