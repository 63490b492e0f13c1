"""All SQL about users.

Whoever writes to a user or to a user's ratings locks the user's row first: rating, privacy and deletion queue there, and
no two of them wait for each other in a circle.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy import delete as delete_from

from db.connection import Connection, Transaction
from db.counters import RatingChange, count
from db.rendering import Rows
from db.rows import CredentialsRow, Distribution, UserRow, as_user
from db.tables import HALF_POINTS, movies, ratings, users

USER = tuple(users.c[name] for name in UserRow._fields)

_BY_ID = select(*USER).where(users.c.id.in_(bindparam("ids", expanding=True)))
_BY_USERNAME = select(*USER, users.c.username_key).where(users.c.username_key.in_(bindparam("username_keys", expanding=True)))
_VALUE_COUNTS = (
    select(ratings.c.user_id, ratings.c.half_points, func.count())
    .where(ratings.c.user_id.in_(bindparam("ids", expanding=True)))
    .group_by(ratings.c.user_id, ratings.c.half_points)
)

_CREDENTIALS = (*USER, users.c.password_hash)
_CREDENTIALS_BY_USERNAME = select(*_CREDENTIALS).where(users.c.username_key == bindparam("username_key"))
_CREDENTIALS_BY_ID = select(*_CREDENTIALS).where(users.c.id == bindparam("user_id"))
_LOCKED = _CREDENTIALS_BY_ID.with_for_update()
_NEW_COLUMNS = ("username", "username_key", "display_name", "password_hash", "is_private", "is_admin", "created_at")
_ADD = insert(users).values({name: bindparam(name) for name in _NEW_COLUMNS})
_SET_PASSWORD = update(users).where(users.c.id == bindparam("user_id")).values(password_hash=bindparam("password_hash"))
_SET_ADMIN = update(users).where(users.c.id == bindparam("user_id")).values(is_admin=bindparam("is_admin"))
_DELETE = delete_from(users).where(users.c.id == bindparam("user_id"))
_SET_PROFILE = (
    update(users)
    .where(users.c.id == bindparam("user_id"))
    .values({name: bindparam(name) for name in ("username", "username_key", "display_name", "bio", "is_private")})
)
_SET_PUBLIC = (
    update(ratings)
    .where(ratings.c.user_id == bindparam("of_user"), ratings.c.is_public != bindparam("is_public"))
    .values(is_public=bindparam("is_public"))
)

_RATED_MOVIES = (
    # Read through this index in this order, movies are locked by id, as everywhere.
    select(ratings.c.movie_id, ratings.c.half_points)
    .prefix_with("STRAIGHT_JOIN", dialect="mysql")
    .with_hint(ratings, "FORCE INDEX (ratings_one_per_user_id_movie_id)", "mysql")
    .join(movies, movies.c.id == ratings.c.movie_id)
    .where(ratings.c.user_id == bindparam("user_id"))
    .order_by(ratings.c.movie_id)
    .with_for_update()
)
_DELETE_RATINGS = delete_from(ratings).where(ratings.c.user_id == bindparam("user_id"))


async def get_many(connection: Connection, ids: Sequence[int]) -> list[UserRow]:
    return list(map(as_user, await connection.fetch(_BY_ID, {"ids": ids})))


async def get_many_by_username(connection: Connection, usernames: Sequence[str]) -> list[UserRow]:
    """The users with these names, in any case and any order."""
    keys = [username.lower() for username in usernames]
    return [as_user(row[:-1]) for row in await connection.fetch(_BY_USERNAME, {"username_keys": keys})]


async def get_by_username(connection: Connection, username: str) -> UserRow | None:
    found = await get_many_by_username(connection, [username])
    return found[0] if found else None


async def get_rating_distributions(connection: Connection, ids: Sequence[int]) -> dict[int, Distribution]:
    """Each user's ratings counted by value; a user without ratings has twenty zeros."""
    counts = {user_id: [0] * len(HALF_POINTS) for user_id in ids}
    for user_id, half_points, times in await connection.fetch(_VALUE_COUNTS, {"ids": ids}):
        counts[user_id][half_points - 1] = times
    return dict(counts)


async def get_credentials(connection: Connection, user_id: int) -> CredentialsRow | None:
    return _credentials(await connection.fetch(_CREDENTIALS_BY_ID, {"user_id": user_id}))


async def get_credentials_by_username(connection: Connection, username: str) -> CredentialsRow | None:
    return _credentials(await connection.fetch(_CREDENTIALS_BY_USERNAME, {"username_key": username.lower()}))


async def lock(transaction: Transaction, user_id: int) -> CredentialsRow | None:
    """The user as committed, whom no other transaction changes until this one ends."""
    return _credentials(await transaction.fetch(_LOCKED, {"user_id": user_id}))


def _credentials(rows: Rows) -> CredentialsRow | None:
    return CredentialsRow(UserRow(*rows[0][:-1]), rows[0][-1]) if rows else None


async def add(
    transaction: Transaction,
    username: str,
    password_hash: str,
    created_at: datetime,
    *,
    display_name: str | None = None,
    is_admin: bool = False,
) -> UserRow:
    """A new public user; raises DuplicateRow for a taken username."""
    user = UserRow(0, username, display_name, None, False, is_admin, created_at, 0, 0)
    added = await transaction.execute(
        _ADD,
        {
            "username": username,
            "username_key": username.lower(),
            "display_name": display_name,
            "password_hash": password_hash,
            "is_private": user.is_private,
            "is_admin": is_admin,
            "created_at": created_at,
        },
    )
    return user._replace(id=added.last_id)


async def set_password(transaction: Transaction, user_id: int, password_hash: str) -> None:
    await transaction.execute(_SET_PASSWORD, {"user_id": user_id, "password_hash": password_hash})


async def set_admin(transaction: Transaction, user_id: int, is_admin: bool) -> None:
    await transaction.execute(_SET_ADMIN, {"user_id": user_id, "is_admin": is_admin})


async def delete(transaction: Transaction, user_id: int) -> Sequence[int]:
    """Delete a locked user with sessions and ratings, whose share of every counter goes too; the ids of the movies rated."""
    rated = await transaction.fetch(_RATED_MOVIES, {"user_id": user_id})
    await count(transaction, [RatingChange(user_id, movie_id, half_points, -1) for movie_id, half_points in rated])
    await transaction.execute(_DELETE_RATINGS, {"user_id": user_id})
    await transaction.execute(_DELETE, {"user_id": user_id})
    return [movie_id for movie_id, _ in rated]


async def update_profile(transaction: Transaction, before: UserRow, after: UserRow) -> None:
    """Write the profile of a locked user, and with a changed privacy that of every rating; raises DuplicateRow for a taken username."""
    profile = {"display_name": after.display_name, "bio": after.bio, "is_private": after.is_private}
    name = {"username": after.username, "username_key": after.username.lower()}
    await transaction.execute(_SET_PROFILE, {"user_id": before.id, **name, **profile})
    if after.is_private != before.is_private:
        await transaction.execute(_SET_PUBLIC, {"of_user": before.id, "is_public": not after.is_private})
