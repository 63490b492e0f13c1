"""Who sends a request: read once, before anything of it runs."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Self

from starlette.requests import HTTPConnection, Request

from resolvers.access import Viewer
from resolvers.context import Context
from resolvers.errors import DatabaseAway, Unauthenticated
from resolvers.services import Services
from resolvers.sessions import Sessions
from schema.errors import AWAY
from schema.transport.requests import RequestRefused, header_lines

SCHEME = "bearer"


async def authenticate(request: HTTPConnection, sessions: Sessions) -> Viewer | None:
    """Who the request's access token belongs to, None where it has none; raises RequestRefused for one that is not valid."""
    token = bearer_token(header_lines(request, b"authorization"))
    if token is None:
        return None
    try:
        return await sessions.viewer(token)
    except Unauthenticated as error:
        raise _refused(str(error)) from None
    except DatabaseAway:
        raise RequestRefused(503, "SERVICE_UNAVAILABLE", AWAY) from None


def bearer_token(sent: Sequence[str]) -> str | None:
    """The access token in an Authorization header's lines, None where there are none; raises RequestRefused for another scheme."""
    if not sent:
        return None
    scheme, _, token = sent[0].partition(" ")
    if len(sent) > 1 or scheme.lower() != SCHEME or not token.strip():
        raise _refused("Send an access token as `Authorization: Bearer TOKEN`, once, or no such header.")
    return token.strip()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is at the other end of a connection that may outlast the access token that it was opened with."""

    services: Services
    token: str | None
    request_id: str
    address: str

    @classmethod
    def of(cls, request: Request, context: Context) -> Self:
        """Whoever sent a request that was let in, with the context that it was given."""
        token = bearer_token(header_lines(request, b"authorization"))
        return cls(context.services, token, context.request_id, context.address)

    async def context(self) -> Context:
        """A context for one operation or event; raises Unauthenticated for a token that is not valid, or not any more."""
        viewer = None if self.token is None else await self.services.sessions.viewer(self.token)
        return Context(self.services, viewer=viewer, request_id=self.request_id, address=self.address)

    def watching(self, end: Callable[[], None]) -> AbstractContextManager[None]:
        """Call `end` in the block when the token, if there is one, is not valid any more."""
        return nullcontext() if self.token is None else self.services.session_watch.watching(self.token, end)


def _refused(message: str) -> RequestRefused:
    return RequestRefused(401, Unauthenticated.code, message, {"WWW-Authenticate": "Bearer"})
