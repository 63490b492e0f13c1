"""What the operator does by the command line: no viewer, no rules of access, but the same rules for names and passwords."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from db import session_repository, user_repository
from db.connection import Transaction
from db.database import Database
from integrations.shared_state import SharedState
from resolvers.errors import AlreadyExists, DuplicateRow, NotFound
from resolvers.live_ratings import tell_ratings_gone
from resolvers.passwords import Passwords, password_errors
from resolvers.validation import may_be_username, raise_all, username_errors

T = TypeVar("T")


async def create_admin(database: Database, passwords: Passwords, username: str, password: str, now: Callable[[], datetime]) -> None:
    """Raises Invalid or Several, and AlreadyExists for a taken username."""
    raise_all([*username_errors(username), *password_errors(password, ())])
    password_hash = await passwords.hash(password)

    async def work(transaction: Transaction) -> None:
        await user_repository.add(transaction, username, password_hash, now(), is_admin=True)

    try:
        await database.transaction(work)
    except DuplicateRow:
        raise AlreadyExists(f"There is a user {username} already: grant-admin makes an admin of them.") from None


async def set_password(database: Database, passwords: Passwords, username: str, password: str) -> None:
    """Ends the user's sessions; raises NotFound, and Invalid for the password."""
    raise_all(list(password_errors(password, ())))
    password_hash = await passwords.hash(password)

    async def work(transaction: Transaction) -> None:
        user_id = await _lock(transaction, username)
        await user_repository.set_password(transaction, user_id, password_hash)
        await session_repository.delete_by_user(transaction, user_id)

    await database.transaction(work)


async def grant_admin(database: Database, username: str) -> None:
    """Raises NotFound."""

    async def work(transaction: Transaction) -> None:
        await user_repository.set_admin(transaction, await _lock(transaction, username), True)

    await database.transaction(work)


async def delete_user(database: Database, state: SharedState, username: str) -> None:
    """Deletes the user with sessions and ratings, and tells who listens to the movies rated; raises NotFound."""

    async def work(transaction: Transaction) -> Sequence[int]:
        user_id = await _lock(transaction, username)
        await session_repository.delete_by_user(transaction, user_id)
        return await user_repository.delete(transaction, user_id)

    await tell_ratings_gone(state, await database.transaction(work))


async def _lock(transaction: Transaction, username: str) -> int:
    user = await user_repository.get_by_username(transaction, username) if may_be_username(username) else None
    if user is None or await user_repository.lock(transaction, user.id) is None:
        raise NotFound(f"There is no user {username}.")
    return user.id
