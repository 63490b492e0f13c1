"""Committing what loads store, beside a server that goes on storing."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from db.connection import Transaction
from db.database import TRANSACTION_SECONDS, Database
from db.errors import DuplicateRow

ATTEMPTS = 3
LOADING_SECONDS = 120.0
"""For a command's transaction, to whose answer no client waits: many rows may take their time, and a database may be away for a while."""

T = TypeVar("T")


async def commit(database: Database, work: Callable[[Transaction], Awaitable[T]], seconds: float = TRANSACTION_SECONDS) -> T:
    """Run `work` in a transaction: again where somebody else stores the same movie or user at the same moment."""
    for _ in range(ATTEMPTS - 1):
        with suppress(DuplicateRow):
            return await database.transaction(work, seconds)
    return await database.transaction(work, seconds)
