"""Whether a session goes on: asked of the database at most every few seconds, and known at once where it was ended here."""

import time
from collections.abc import Callable, Iterable

from cachetools import TTLCache

from db import session_repository
from db.database import Database
from db.rows import SessionRow
from resolvers.access import Viewer
from resolvers.errors import Unauthenticated
from resolvers.tokens import ACCESS_TOKEN_LIFE, AccessTokens

BELIEVED_SECONDS = 3.0
"""What another process ends or changes is noticed within this time, and the statement that is under way when it does."""

MOST_REMEMBERED = 20_000


class _Unseen:
    """Apart from None, which says that there is no such session."""


_UNSEEN = _Unseen()


class Sessions:
    """The sessions that this process has seen lately. It costs one statement a session every `believed_seconds`."""

    def __init__(
        self,
        database: Database,
        tokens: AccessTokens,
        *,
        believed_seconds: float = BELIEVED_SECONDS,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._seen: TTLCache[bytes, SessionRow | None] = TTLCache(MOST_REMEMBERED, believed_seconds, timer)
        # Apart from `_seen`, so that an answer that was under way when the session ended cannot bring it back.
        self._ended: TTLCache[bytes, bool] = TTLCache(MOST_REMEMBERED, ACCESS_TOKEN_LIFE.total_seconds(), timer)

    async def viewer(self, access_token: str) -> Viewer:
        """Who an access token belongs to; raises Unauthenticated for one that is not valid, or not any more."""
        claims = self._tokens.verify(access_token)
        session = await self._get(claims.session_id)
        if session is None or session.user_id != claims.user_id or claims.session_id in self._ended:
            raise Unauthenticated("The session of this access token has ended: log in again.")
        return Viewer(session.user_id, session.id.hex(), session.is_admin, session.is_private)

    def forget(self, session_id: str) -> None:
        """Ask again what a session's user may do."""
        self._seen.pop(bytes.fromhex(session_id), None)

    def end(self, session_ids: Iterable[bytes]) -> None:
        """Refuse these sessions' tokens from now on; to be called once their end is committed."""
        for session_id in session_ids:
            self._ended[session_id] = True

    async def _get(self, session_id: bytes) -> SessionRow | None:
        seen = self._seen.get(session_id, _UNSEEN)
        if not isinstance(seen, _Unseen):
            return seen
        session = await session_repository.get(self._database.reader(), session_id)
        self._seen[session_id] = session
        return session
