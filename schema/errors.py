"""Where errors become what clients read: a code in `extensions`, and no more of an unexpected one than the request's id."""

import logging
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError, GraphQLFormattedError

from resolvers.errors import CinegraphError, CommitUnknown, DatabaseAway, RateLimited, Several
from resolvers.errors import UserError as Refusal
from schema.payloads import UserError, UserErrorCode

logger = logging.getLogger("cinegraph.errors")

AWAY = "The database is out of reach. Try again in a few seconds."
UNKNOWN = "The database was lost before it answered. Whether this has changed anything is not known: look before you send it again."


def formatted(errors: Sequence[GraphQLError], request_id: str) -> list[GraphQLFormattedError]:
    """The errors of one operation as the response carries them; unexpected ones are logged with their trace."""
    return [_formatted(error, request_id) for error in errors]


def payload_errors(refused: Refusal | Several) -> list[UserError]:
    """What a mutation's rules refused, as its payload carries it."""
    refusals = refused.errors if isinstance(refused, Several) else (refused,)
    return [UserError(code=UserErrorCode(each.code), message=str(each), field=list(each.field) or None) for each in refusals]


def _formatted(error: GraphQLError, request_id: str) -> GraphQLFormattedError:
    original = _original(error)
    if original is None:
        return _with_code(error.formatted, "BAD_USER_INPUT")
    if isinstance(original, RateLimited):
        return _replaced(error, str(original), original.code, retryAfter=original.retry_after_seconds)
    if isinstance(original, CinegraphError):
        return _replaced(error, str(original), original.code)
    if isinstance(original, DatabaseAway):
        logger.warning("the database is away", extra={"request_id": request_id, "reason": str(original)})
        return _replaced(error, UNKNOWN if isinstance(original, CommitUnknown) else AWAY, "SERVICE_UNAVAILABLE")
    logger.error("unexpected error", exc_info=original, extra={"request_id": request_id, "path": error.path})
    message = f"Something went wrong here, and was noted under request {request_id}."
    return _replaced(error, message, "INTERNAL_SERVER_ERROR", requestId=request_id)


def _original(error: GraphQLError) -> Exception | None:
    """What a resolver raised; None where GraphQL itself refused something."""
    original = error.original_error
    while isinstance(original, GraphQLError):
        original = original.original_error
    return original


def _with_code(error: GraphQLFormattedError, code: str) -> GraphQLFormattedError:
    return {**error, "extensions": {"code": code, **error.get("extensions", {})}}


def _replaced(error: GraphQLError, message: str, code: str, **extensions: Any) -> GraphQLFormattedError:  # Any: JSON
    return {**error.formatted, "message": message, "extensions": {"code": code, **extensions}}
