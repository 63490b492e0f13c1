"""All SQL about users.

Whoever writes to a user or to a user's ratings locks the user's row first: rating, privacy and deletion queue there, and
no two of them wait for each other in a circle.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, update

from db.database import Connection, Transaction
from db.rows import Distribution, UserRow
from db.tables import HALF_POINTS, ratings, users

USER = tuple(users.c[name] for name in UserRow._fields)

_BY_ID = select(*USER).where(users.c.id.in_(bindparam("ids", expanding=True)))
_BY_USERNAME = select(*USER).where(users.c.username_key == bindparam("username_key"))
_VALUE_COUNTS = (
    select(ratings.c.user_id, ratings.c.half_points, func.count())
    .where(ratings.c.user_id.in_(bindparam("ids", expanding=True)))
    .group_by(ratings.c.user_id, ratings.c.half_points)
)

_LOCKED = select(*USER).where(users.c.id == bindparam("user_id")).with_for_update()
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


async def get_many(connection: Connection, ids: Sequence[int]) -> list[UserRow]:
    return [UserRow(*row) for row in await connection.fetch(_BY_ID, {"ids": ids})]


async def get_by_username(connection: Connection, username: str) -> UserRow | None:
    rows = await connection.fetch(_BY_USERNAME, {"username_key": username.lower()})
    return UserRow(*rows[0]) if rows else None


async def get_rating_distributions(connection: Connection, ids: Sequence[int]) -> dict[int, Distribution]:
    """Each user's ratings counted by value; a user without ratings has twenty zeros."""
    counts = {user_id: [0] * len(HALF_POINTS) for user_id in ids}
    for user_id, half_points, count in await connection.fetch(_VALUE_COUNTS, {"ids": ids}):
        counts[user_id][half_points - 1] = count
    return dict(counts)


async def lock(transaction: Transaction, user_id: int) -> UserRow | None:
    """The user as committed, whom no other transaction changes until this one ends."""
    rows = await transaction.fetch(_LOCKED, {"user_id": user_id})
    return UserRow(*rows[0]) if rows else None


async def update_profile(transaction: Transaction, before: UserRow, after: UserRow) -> None:
    """Write the profile of a locked user, and with a changed privacy that of every rating; raises DuplicateRow for a taken username."""
    profile = {"display_name": after.display_name, "bio": after.bio, "is_private": after.is_private}
    name = {"username": after.username, "username_key": after.username.lower()}
    await transaction.execute(_SET_PROFILE, {"user_id": before.id, **name, **profile})
    if after.is_private != before.is_private:
        await transaction.execute(_SET_PUBLIC, {"of_user": before.id, "is_public": not after.is_private})
