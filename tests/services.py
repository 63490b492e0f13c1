"""What operations stand on in tests: all of it real, with a password hash that takes no time."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher

from db.database import Database
from integrations.movie_database import MovieDatabaseClient
from integrations.shared_state import InProcessState, SharedState
from integrations.tmdb import TmdbClient
from resolvers.failed_logins import FailedLogins
from resolvers.passwords import Passwords
from resolvers.services import Services, utc_now
from resolvers.session_watch import SessionWatch
from resolvers.sessions import Sessions
from resolvers.tokens import AccessTokens

SECRET = "a secret of tests that has more than thirty-two bytes"
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Outside(NamedTuple):
    """The clients of the outside services."""

    tmdb: TmdbClient
    movie_database: MovieDatabaseClient


@cache
def without_keys() -> Outside:
    """Clients that answer NotConfigured; made once, because making one reads every certificate of this machine."""
    return Outside(TmdbClient(None, cache=InProcessState()), MovieDatabaseClient(None, cache=InProcessState()))


def services_on(
    database: Database,
    *,
    shared_state: SharedState | None = None,
    now: Callable[[], datetime] = utc_now,
    outside: Outside | None = None,
    outside_calls_per_day: int = 0,
) -> Services:
    """The services of a process that serves `database` alone; made inside the event loop that uses them."""
    tmdb, movie_database = outside or without_keys()
    state = shared_state or InProcessState()
    tokens = AccessTokens([SECRET], now)
    sessions = Sessions(database, tokens)
    return Services(
        database=database,
        shared_state=state,
        tokens=tokens,
        sessions=sessions,
        session_watch=SessionWatch(sessions),
        passwords=Passwords(QUICK_HASHER),
        failed_logins=FailedLogins(state),
        tmdb=tmdb,
        movie_database=movie_database,
        outside_calls_per_day=outside_calls_per_day,
        now=now,
    )
