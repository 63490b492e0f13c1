"""All SQL about sessions and their refresh tokens, which are known here by their hashes alone.

As everywhere, whoever writes locks the user's row first (db/user_repository.py).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, select, true, update
from sqlalchemy import delete as delete_from

from db.connection import Connection, Transaction
from db.rows import RefreshTokenRow, SessionRow
from db.tables import refresh_tokens, sessions, users

_SESSION = select(sessions.c.id, sessions.c.user_id, users.c.is_admin, users.c.is_private).join(users, users.c.id == sessions.c.user_id)
_GET = _SESSION.where(sessions.c.id == bindparam("session_id"))
_GET_MANY = _SESSION.where(sessions.c.id.in_(bindparam("session_ids", expanding=True)))
_USER_BY_TOKEN = (
    select(sessions.c.user_id)
    .join(refresh_tokens, refresh_tokens.c.session_id == sessions.c.id)
    .where(refresh_tokens.c.token_hash == bindparam("token_hash"))
)
_LOCKED_TOKEN = (
    select(*(refresh_tokens.c[name] for name in RefreshTokenRow._fields))
    .where(refresh_tokens.c.token_hash == bindparam("token_hash"))
    .with_for_update()
)
_IDS_BY_USER = select(sessions.c.id).where(sessions.c.user_id == bindparam("user_id")).with_for_update()
_ADD = insert(sessions).values({column.name: bindparam(column.name) for column in sessions.columns})
_ADD_TOKEN = insert(refresh_tokens).values(
    {name: bindparam(name) for name in ("token_hash", "session_id", "expires_at")},
)
_USE_TOKEN = update(refresh_tokens).where(refresh_tokens.c.token_hash == bindparam("used_hash")).values(is_used=true())
_PROLONG = update(sessions).where(sessions.c.id == bindparam("session_id")).values(expires_at=bindparam("expires_at"))
_DELETE = delete_from(sessions).where(sessions.c.id == bindparam("session_id"))
_DELETE_BY_USER = delete_from(sessions).where(sessions.c.user_id == bindparam("user_id"))
_DELETE_EXPIRED = _DELETE_BY_USER.where(sessions.c.expires_at <= bindparam("now"))
_DELETE_EXPIRED_TOKENS = delete_from(refresh_tokens).where(
    refresh_tokens.c.session_id == bindparam("session_id"), refresh_tokens.c.expires_at <= bindparam("now")
)


async def get(connection: Connection, session_id: bytes) -> SessionRow | None:
    rows = await connection.fetch(_GET, {"session_id": session_id})
    return SessionRow(*rows[0]) if rows else None


async def get_many(connection: Connection, session_ids: Sequence[bytes]) -> list[SessionRow]:
    return [SessionRow(*row) for row in await connection.fetch(_GET_MANY, {"session_ids": session_ids})]


async def get_user_id(connection: Connection, token_hash: bytes) -> int | None:
    """Whose session a refresh token belongs to, used or not; None for one that is not known, or not any more."""
    rows = await connection.fetch(_USER_BY_TOKEN, {"token_hash": token_hash})
    return rows[0][0] if rows else None


async def lock_refresh_token(transaction: Transaction, token_hash: bytes) -> RefreshTokenRow | None:
    rows = await transaction.fetch(_LOCKED_TOKEN, {"token_hash": token_hash})
    return RefreshTokenRow(*rows[0]) if rows else None


async def add(
    transaction: Transaction, session_id: bytes, user_id: int, token_hash: bytes, created_at: datetime, expires_at: datetime
) -> None:
    """Begin a session with its first refresh token, and clear away those of the user's that have expired."""
    await transaction.execute(_DELETE_EXPIRED, {"user_id": user_id, "now": created_at})
    await transaction.execute(_ADD, {"id": session_id, "user_id": user_id, "created_at": created_at, "expires_at": expires_at})
    await transaction.execute(_ADD_TOKEN, {"token_hash": token_hash, "session_id": session_id, "expires_at": expires_at})


async def rotate(
    transaction: Transaction, session_id: bytes, used_hash: bytes, new_hash: bytes, now: datetime, expires_at: datetime
) -> None:
    """Put a new refresh token in a used one's place; used ones are kept until they would have expired."""
    await transaction.execute(_USE_TOKEN, {"used_hash": used_hash})
    await transaction.execute(_DELETE_EXPIRED_TOKENS, {"session_id": session_id, "now": now})
    await transaction.execute(_ADD_TOKEN, {"token_hash": new_hash, "session_id": session_id, "expires_at": expires_at})
    await transaction.execute(_PROLONG, {"session_id": session_id, "expires_at": expires_at})


async def delete(transaction: Transaction, session_id: bytes) -> None:
    await transaction.execute(_DELETE, {"session_id": session_id})


async def delete_by_user(transaction: Transaction, user_id: int) -> Sequence[bytes]:
    """End all of a user's sessions; their ids."""
    ids = [session_id for (session_id,) in await transaction.fetch(_IDS_BY_USER, {"user_id": user_id})]
    if ids:
        await transaction.execute(_DELETE_BY_USER, {"user_id": user_id})
    return ids
