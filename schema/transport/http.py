"""GraphQL over HTTP: one request in, one JSON answer out."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from resolvers.context import Context
from schema.execution.execute import Answer, Executor, MutationOverGet
from schema.transport.requests import GRAPHQL_JSON, JSON, RequestRefused, negotiate, read_request

NOT_A_REQUEST = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "QUERY_TOO_COMPLEX"}


async def answer_request(request: Request, context: Context, executor: Executor, max_body_bytes: int) -> Response:
    """Run the GraphQL request that an HTTP request holds, or say why not."""
    media_type = JSON
    try:
        media_type = negotiate(request.headers.get("accept", ""))
        asked = await read_request(request, max_body_bytes)
        answer = await executor.run(asked, context, queries_only=request.method == "GET")
    except RequestRefused as refused:
        return refusal(refused, media_type)
    except MutationOverGet:
        return refusal(RequestRefused(405, "METHOD_NOT_ALLOWED", "GET is for queries: send this by POST.", {"Allow": "POST"}), media_type)
    return json_response(answer.body(), media_type, status_of(answer, media_type))


def status_of(answer: Answer, media_type: str) -> int:
    """200 for what was run, and in application/json for every well-formed request; 503 where the database kept all of it away."""
    if not answer.ran:
        return 400 if media_type == GRAPHQL_JSON else 200
    away = any(error["extensions"]["code"] == "SERVICE_UNAVAILABLE" for error in answer.errors)
    return 503 if away and not any(value is not None for value in (answer.data or {}).values()) else 200


def refusal(refused: RequestRefused, media_type: str = JSON) -> Response:
    body = {"errors": [{"message": str(refused), "extensions": {"code": refused.code}}]}
    return json_response(body, media_type, refused.status, refused.headers)


def json_response(body: Any, media_type: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:  # Any: JSON
    return Response(orjson.dumps(body), status, headers, f"{media_type}; charset=utf-8")
