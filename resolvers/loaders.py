"""Batch functions, named value by key, and the dataloaders that one operation makes of them.

Each answers any number of keys with a fixed number of statements.
"""

import asyncio
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from strawberry.dataloader import DataLoader

from db import movie_repository, rating_repository, user_repository
from db.rows import Distribution, MovieDetailsRow, MovieFilter, MovieRow, Page, PageRequest, RatingRow, UserRow
from resolvers.access import sees_rating, shown_to, visible_ratings
from resolvers.errors import DatabaseAway
from resolvers.relations import Batch

if TYPE_CHECKING:
    from resolvers.context import Context

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

PageKey = tuple[int, PageRequest]
"""A movie's or a user's id, and which page of its list."""


class Loaders:
    """What one operation has loaded so far, and the dataloaders that collect the keys of its fields.

    Whoever has a level's keys at hand loads them together by `load_many`; a field that knows only its own, by `load`.
    A database that is away is not asked again: the operation's other fields need not wait for it, too. The operation's context is
    handed in each time: kept here, which the context holds, it would leave all that was loaded to the garbage collector.
    """

    def __init__(self) -> None:
        self._values: dict[Any, dict[Any, Any]] = {}  # Any: each batch function has keys and values of its own
        self._by_batch: dict[Any, DataLoader[Any, Any]] = {}  # Any: as above
        self._away: DatabaseAway | None = None

    async def load_many(self, context: "Context", batch: Batch[Key, Value], keys: Iterable[Key]) -> Mapping[Key, Value | None]:
        """The values of distinct keys (and of whatever was loaded before), by key."""
        values: dict[Key, Value | None] = self._values.setdefault(batch, {})
        missing = [key for key in keys if key not in values]
        if missing:
            if self._away is not None:
                raise self._away
            try:
                found = await batch(context, missing)
            except DatabaseAway as away:
                self._away = away
                raise
            values.update(dict.fromkeys(missing))
            values.update(found)
        return values

    def add(self, batch: Batch[Key, Value], values: Mapping[Key, Value]) -> None:
        """Take values that came along with others, so that `batch` is not asked for them; what is known stays, so that no answer
        shows one row in two ways.
        """
        known = self._values.setdefault(batch, {})
        known.update({key: value for key, value in values.items() if key not in known} if known else values)

    async def load(self, context: "Context", batch: Batch[Key, Value], key: Key) -> Value | None:
        loader = self._by_batch.get(batch)
        if loader is None:
            # Without its cache, which gives one future to all who ask for a key: where the executor cancels one of them, because a
            # field beside it failed, the others would be cancelled too, and with them the operation.
            load_fn = partial(self._load_in_order, context, batch, asyncio.Lock())
            loader = self._by_batch[batch] = DataLoader(load_fn=load_fn, cache=False)
        value: Value | None = await loader.load(key)
        return value

    def clear(self) -> None:
        """Forget everything: what was read before a write may be wrong after it."""
        self._values.clear()
        self._by_batch.clear()
        self._away = None

    async def _load_in_order(
        self, context: "Context", batch: Batch[Key, Value], one_at_a_time: asyncio.Lock, keys: Sequence[Key]
    ) -> list[Value | None]:
        async with one_at_a_time:  # what is asked for while it is being loaded need not be loaded again
            values = await self.load_many(context, batch, dict.fromkeys(keys))
        return [values[key] for key in keys]


async def users_by_id(context: "Context", ids: Sequence[int]) -> Mapping[int, UserRow]:
    users = await user_repository.get_many(context.lookups(ids), ids)
    return {user.id: shown_to(context.viewer, user) for user in users}


async def users_by_username(context: "Context", usernames: Sequence[str]) -> Mapping[str, UserRow]:
    """Users by username in lower case."""
    users = await user_repository.get_many_by_username(context.lookups(usernames), usernames)
    return {user.username.lower(): shown_to(context.viewer, user) for user in users}


async def movies_by_id(context: "Context", ids: Sequence[int]) -> Mapping[int, MovieRow]:
    return {movie.id: movie for movie in await movie_repository.get_many(context.lookups(ids), ids)}


async def movies_by_imdb_id(context: "Context", imdb_ids: Sequence[str]) -> Mapping[str, MovieRow]:
    return {movie.imdb_id: movie for movie in await movie_repository.get_many_by_imdb_id(context.lookups(imdb_ids), imdb_ids)}


async def movies_by_tmdb_id(context: "Context", tmdb_ids: Sequence[int]) -> Mapping[int, MovieRow]:
    movies = await movie_repository.get_many_by_tmdb_id(context.reader, tmdb_ids)
    return {movie.tmdb_id: movie for movie in movies if movie.tmdb_id is not None}


async def ratings_by_id(context: "Context", ids: Sequence[int]) -> Mapping[int, RatingRow]:
    return {rating.id: rating for rating in await rating_repository.get_many(context.reader, ids)}


async def visible_ratings_by_id(context: "Context", ids: Sequence[int]) -> Mapping[int, RatingRow]:
    """Those of the ratings that the viewer may see. Many ask for the same one at once: whoever listens to its movie."""
    found = await rating_repository.get_many(context.lookups(ids), ids)
    return {rating.id: rating for rating in found if sees_rating(context.viewer, rating)}


async def ratings_by_user_and_movie(context: "Context", pairs: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], RatingRow]:
    found = await rating_repository.get_many_by_user_and_movie(context.reader, pairs)
    return {(rating.user_id, rating.movie_id): rating for rating in found}


async def ratings_by_user_and_imdb_id(context: "Context", pairs: Sequence[tuple[int, str]]) -> Mapping[tuple[int, str], RatingRow]:
    return await rating_repository.get_many_by_user_and_imdb_id(context.reader, pairs)


async def details_by_movie_id(context: "Context", ids: Sequence[int]) -> Mapping[int, MovieDetailsRow]:
    return {details.id: details for details in await movie_repository.get_details(context.reader, ids)}


async def distributions_by_movie_id(context: "Context", ids: Sequence[int]) -> Mapping[int, Distribution]:
    return await movie_repository.get_rating_distributions(context.reader, ids)


async def distributions_by_user_id(context: "Context", ids: Sequence[int]) -> Mapping[int, Distribution]:
    return await user_repository.get_rating_distributions(context.reader, ids)


async def hidden_rating_counts_by_movie_id(context: "Context", ids: Sequence[int]) -> Mapping[int, int]:
    """Of those movies that have hidden ratings."""
    return await rating_repository.count_hidden(context.reader, ids, context.viewer.id if context.viewer else None)


async def movie_counts_by_filter(context: "Context", filters: Sequence[MovieFilter]) -> Mapping[MovieFilter, int]:
    """One statement for each different filter (as many as the document names)."""
    return {wanted: 0 if wanted.imdb_ids == () else await movie_repository.count_by(context.reader, wanted) for wanted in filters}


async def rating_pages_by_movie_id(context: "Context", keys: Sequence[PageKey]) -> Mapping[PageKey, Page[RatingRow]]:
    """One statement for each different page that is asked for (as many as the document names)."""
    visible = visible_ratings(context.viewer)
    pages: dict[PageKey, Page[RatingRow]] = {}
    for request, ids in _ids_by_request(keys).items():
        with_users = (rating_pages_by_movie_id, users_by_id) in context.expected
        found, users = await rating_repository.list_by_movie(context.reader, ids, request, visible, with_users=with_users)
        pages.update(((each, request), page) for each, page in found.items())
        context.loaders.add(users_by_id, {user.id: shown_to(context.viewer, user) for user in users})
    return pages


async def rating_pages_by_user_id(context: "Context", keys: Sequence[PageKey]) -> Mapping[PageKey, Page[RatingRow]]:
    """As above; the caller has checked that the viewer may see these users' ratings."""
    pages: dict[PageKey, Page[RatingRow]] = {}
    for request, ids in _ids_by_request(keys).items():
        with_movies = (rating_pages_by_user_id, movies_by_id) in context.expected
        found, movies = await rating_repository.list_by_user(context.reader, ids, request, with_movies=with_movies)
        pages.update(((each, request), page) for each, page in found.items())
        context.loaders.add(movies_by_id, {movie.id: movie for movie in movies})
    return pages


def _ids_by_request(keys: Iterable[PageKey]) -> dict[PageRequest, list[int]]:
    groups: dict[PageRequest, list[int]] = {}
    for each, request in keys:
        groups.setdefault(request, []).append(each)
    return groups
