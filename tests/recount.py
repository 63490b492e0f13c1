"""Counting again what the counters say, from the ratings themselves."""

from collections import Counter, defaultdict

from sqlalchemy import select

from db.database import Database
from db.tables import HALF_POINTS, PRIOR_HALF_POINTS, PRIOR_WEIGHT, movies, ratings, users

_RATINGS = select(ratings.c.user_id, ratings.c.movie_id, ratings.c.half_points, ratings.c.is_public)
_USERS = select(users.c.id, users.c.is_private, users.c.rating_count, users.c.rating_sum)
_BUCKETS = [movies.c[f"rated_{value}"] for value in HALF_POINTS]
_MOVIES = select(movies.c.id, movies.c.weighted_rating, movies.c.rating_count, movies.c.rating_sum, *_BUCKETS)


async def miscounts(database: Database) -> list[str]:
    """Each aggregate of users and movies that is not what the stored ratings come to; none where all is well."""
    by_user: dict[int, list[int]] = defaultdict(list)
    by_movie: dict[int, list[int]] = defaultdict(list)
    public: dict[int, set[bool]] = defaultdict(set)
    reader = database.reader()
    for user_id, movie_id, half_points, is_public in await reader.fetch(_RATINGS, {}):
        by_user[user_id].append(half_points)
        by_movie[movie_id].append(half_points)
        public[user_id].add(is_public)
    found = []
    for user_id, is_private, *counted in await reader.fetch(_USERS, {}):
        given = by_user[user_id]
        found += _difference(f"user {user_id}", counted, [len(given), sum(given)])
        if public[user_id] - {not is_private}:
            found.append(f"user {user_id}: private is {is_private}, ratings are public: {public[user_id]}")
    for movie_id, weighted, *counted in await reader.fetch(_MOVIES, {}):
        given = by_movie[movie_id]
        buckets = Counter(given)
        expected = [len(given), sum(given), *(buckets[value] for value in HALF_POINTS)]
        found += _difference(f"movie {movie_id}", [weighted, *counted], [_weighted(given), *expected])
    return found


def _weighted(given: list[int]) -> int:
    """In millionths of half points, rounded half up as databases do."""
    if not given:
        return 0
    total, weight = (sum(given) + PRIOR_WEIGHT * PRIOR_HALF_POINTS) * 1_000_000, len(given) + PRIOR_WEIGHT
    return (2 * total + weight) // (2 * weight)


def _difference(what: str, counted: list[int], expected: list[int]) -> list[str]:
    return [] if counted == expected else [f"{what}: counted {counted}, should be {expected}"]
