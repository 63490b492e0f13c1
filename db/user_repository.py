"""All SQL about users."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from db.database import Connection
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
