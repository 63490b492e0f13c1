"""A small catalogue to try things on: well-known films, and a few viewers' ratings of them.

The facts about the films are common knowledge, the sentences about them the project's own; the viewers are made up.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from db import user_repository
from db.connection import Transaction
from db.database import Database
from db.loading import LOADING_SECONDS, commit
from db.loading_repository import NewRating, NewUser, add_movies, add_users, upsert_ratings
from db.movie_facts import MovieFacts

_FOLDER = Path(__file__).parent


class SampleRating(NamedTuple):
    imdb_id: str
    value: float
    """On the ten-point scale, in halves."""

    rated_at: datetime


class SampleUser(NamedTuple):
    username: str
    display_name: str
    is_private: bool
    ratings: tuple[SampleRating, ...]


def read_movies() -> tuple[MovieFacts, ...]:
    return TypeAdapter(tuple[MovieFacts, ...]).validate_json((_FOLDER / "movies.json").read_bytes())


def read_users() -> tuple[SampleUser, ...]:
    return TypeAdapter(tuple[SampleUser, ...]).validate_json((_FOLDER / "users.json").read_bytes())


async def load_sample(database: Database, now: datetime | None = None) -> bool:
    """Load the catalogue unless it is there already: whether it was loaded.

    It is there when one of its users is, so that nothing that was changed or deleted since is brought back, and nobody
    who chose such a name is given ratings.
    """
    movies, users = read_movies(), read_users()
    imported_at = now or datetime.now(UTC)

    async def work(transaction: Transaction) -> bool:
        if any([await user_repository.get_by_username(transaction, user.username) for user in users]):
            return False
        user_ids = await add_users(transaction, [_new_user(user) for user in users])
        movie_ids = await add_movies(transaction, movies, imported_at)
        given = [
            NewRating(user_ids[user.username], movie_ids[rating.imdb_id], round(rating.value * 2), rating.rated_at)
            for user in users
            for rating in user.ratings
        ]
        await upsert_ratings(transaction, given)
        return True

    return await commit(database, work, LOADING_SECONDS)


def _new_user(user: SampleUser) -> NewUser:
    joined = min(rating.rated_at for rating in user.ratings)
    return NewUser(user.username, joined, display_name=user.display_name, is_private=user.is_private)
