"""Who sends a request: read once, before anything of it runs."""

from starlette.requests import HTTPConnection

from resolvers.access import Viewer
from resolvers.errors import DatabaseAway, Unauthenticated
from resolvers.sessions import Sessions
from schema.errors import AWAY
from schema.transport.requests import RequestRefused

SCHEME = "bearer"


async def authenticate(request: HTTPConnection, sessions: Sessions) -> Viewer | None:
    """Who the request's access token belongs to, None where it has none; raises RequestRefused for one that is not valid."""
    sent = request.headers.getlist("authorization")
    if not sent:
        return None
    scheme, _, token = sent[0].partition(" ")
    if len(sent) > 1 or scheme.lower() != SCHEME or not token.strip():
        raise _refused("Send an access token as `Authorization: Bearer TOKEN`, once, or no such header.")
    try:
        return await sessions.viewer(token.strip())
    except Unauthenticated as error:
        raise _refused(str(error)) from None
    except DatabaseAway:
        raise RequestRefused(503, "SERVICE_UNAVAILABLE", AWAY) from None


def _refused(message: str) -> RequestRefused:
    return RequestRefused(401, Unauthenticated.code, message, {"WWW-Authenticate": "Bearer"})
