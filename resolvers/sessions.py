"""Whether a session goes on: asked of the database at most every few seconds, and known at once where it was ended here."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from cachetools import TTLCache

from db import session_repository
from db.database import Database
from db.rows import SessionRow
from resolvers.access import Viewer
from resolvers.errors import DatabaseAway, Unauthenticated
from resolvers.tokens import ACCESS_TOKEN_LIFE, AccessTokens, Claims

BELIEVED_SECONDS = 3.0
"""What another process ends or changes is noticed within this time, and the statement that is under way when it does."""

MOST_REMEMBERED = 20_000
MOST_TOGETHER = 500


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
        if session is None or not self._is_of(session, claims):
            raise Unauthenticated("The session of this access token has ended: log in again.")
        return Viewer(session.user_id, session.id.hex(), session.is_admin, session.is_private)

    async def no_longer_valid(self, access_tokens: Iterable[str]) -> set[str]:
        """Those of many tokens that are not valid any more; a database that is away is taken to have ended none.

        It costs a statement for every MOST_TOGETHER sessions that have not been asked for in the last few seconds.
        """
        valid: dict[str, Claims] = {}
        refused = set()
        for token in access_tokens:
            try:
                valid[token] = self._tokens.verify(token)
            except Unauthenticated:
                refused.add(token)
        with suppress(DatabaseAway):
            await self._see({claims.session_id for claims in valid.values()})
        for token, claims in valid.items():
            session = self._seen.get(claims.session_id, _UNSEEN)
            if session is None or (isinstance(session, SessionRow) and not self._is_of(session, claims)):
                refused.add(token)
        return refused

    def forget(self, session_id: str) -> None:
        """Ask again what a session's user may do."""
        self._seen.pop(bytes.fromhex(session_id), None)

    def end(self, session_ids: Iterable[bytes]) -> None:
        """Refuse these sessions' tokens from now on; to be called once their end is committed."""
        for session_id in session_ids:
            self._ended[session_id] = True

    def _is_of(self, session: SessionRow, claims: Claims) -> bool:
        return session.user_id == claims.user_id and session.id not in self._ended

    async def _see(self, session_ids: Iterable[bytes]) -> None:
        unseen = [each for each in session_ids if each not in self._seen]
        for together in (unseen[start : start + MOST_TOGETHER] for start in range(0, len(unseen), MOST_TOGETHER)):
            found = {each.id: each for each in await session_repository.get_many(self._database.reader(), together)}
            self._seen.update({each: found.get(each) for each in together})

    async def _get(self, session_id: bytes) -> SessionRow | None:
        seen = self._seen.get(session_id, _UNSEEN)
        if not isinstance(seen, _Unseen):
            return seen
        session = await session_repository.get(self._database.reader(), session_id)
        self._seen[session_id] = session
        return session
