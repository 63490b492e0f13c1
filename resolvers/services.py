"""What all operations of one process stand on; put together in server.py."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from db.database import Database


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    database: Database
    now: Callable[[], datetime] = utc_now
