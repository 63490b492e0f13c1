"""What all operations of one process stand on; put together in server.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from db.database import Database
from integrations.movie_database import MovieDatabaseClient
from integrations.shared_state import SharedState
from integrations.tmdb import TmdbClient
from resolvers.failed_logins import FailedLogins
from resolvers.passwords import Passwords
from resolvers.session_watch import SessionWatch
from resolvers.sessions import Sessions
from resolvers.tokens import AccessTokens


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    database: Database
    shared_state: SharedState
    tokens: AccessTokens
    sessions: Sessions
    session_watch: SessionWatch
    passwords: Passwords
    failed_logins: FailedLogins
    tmdb: TmdbClient
    movie_database: MovieDatabaseClient
    outside_calls_per_day: int
    """How many calls to each outside service one client may cause in a day; 0 is no bound."""

    now: Callable[[], datetime] = utc_now

    @property
    def outside_calls(self) -> Mapping[tuple[str, str], int]:
        """How many calls this process has made, by the outside service's name and what came of them."""
        return {**self.tmdb.calls, **self.movie_database.calls}
