"""What operations stand on in tests: all of it real, with a password hash that takes no time."""

from collections.abc import Callable
from datetime import datetime

from argon2 import PasswordHasher

from db.database import Database
from integrations.shared_state import InProcessState, SharedState
from resolvers.failed_logins import FailedLogins
from resolvers.passwords import Passwords
from resolvers.services import Services, utc_now
from resolvers.session_watch import SessionWatch
from resolvers.sessions import Sessions
from resolvers.tokens import AccessTokens

SECRET = "a secret of tests that has more than thirty-two bytes"
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def services_on(database: Database, *, shared_state: SharedState | None = None, now: Callable[[], datetime] = utc_now) -> Services:
    """The services of a process that serves `database` alone; made inside the event loop that uses them."""
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
        now=now,
    )
