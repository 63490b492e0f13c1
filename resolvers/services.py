"""What all operations of one process stand on; put together in server.py."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from db.database import Database
from integrations.shared_state import SharedState
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
    now: Callable[[], datetime] = utc_now
