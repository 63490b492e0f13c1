"""Connections that last as long as an access token does: which of them to end."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from resolvers.sessions import Sessions

SECONDS_BETWEEN_LOOKS = 1.0
"""With the seconds that Sessions believes what it saw, the end of a token is noticed within about four."""

logger = logging.getLogger(__name__)


class SessionWatch:
    """Looks at the tokens of all connections together, so that a thousand idle ones cost a few statements and no timers."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._watched: dict[str, set[Callable[[], None]]] = {}
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self, access_token: str, end: Callable[[], None]) -> Iterator[None]:
        """Call `end` once when the token expires, or when its session ends, inside the block; not at once, but in a few seconds."""
        self._watched.setdefault(access_token, set()).add(end)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._leave(access_token, end)

    async def _look(self) -> None:
        while self._watched:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            try:
                refused = await self._sessions.no_longer_valid(tuple(self._watched))
            except Exception:  # the connections go on, and are looked at again
                logger.exception("could not look at the tokens of open connections")
                continue
            for token in refused:
                for end in tuple(self._watched.get(token, ())):
                    self._leave(token, end)
                    end()

    def _leave(self, access_token: str, end: Callable[[], None]) -> None:
        ends = self._watched.get(access_token, set())
        ends.discard(end)
        if not ends:
            self._watched.pop(access_token, None)
