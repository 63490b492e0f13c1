"""Committing what loads store, beside a server that goes on storing."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from db.connection import Transaction
from db.database import Database
from db.errors import DuplicateRow

ATTEMPTS = 3
T = TypeVar("T")


async def commit(database: Database, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run `work` in a transaction: again where somebody else stores the same movie or user at the same moment."""
    for _ in range(ATTEMPTS - 1):
        with suppress(DuplicateRow):
            return await database.transaction(work)
    return await database.transaction(work)
