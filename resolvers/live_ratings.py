"""Live ratings: telling that a movie's ratings have changed, and listening to it.

What is published is no more than which rating it was: each subscriber reads it anew, and sees what its viewer may see.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack
from typing import Generic, NamedTuple, TypeVar

from db.rows import RatingRow
from integrations.shared_state import SharedState, SlowSubscriber
from resolvers.context import Context
from resolvers.errors import BadUserInput, TooSlow
from resolvers.loaders import movies_by_id, movies_by_imdb_id, visible_ratings_by_id
from resolvers.relations import Relation
from resolvers.validation import is_imdb_id

Event = TypeVar("Event")

RATING_GONE = b""
MOVIE_GONE = b"movie gone"


class RatingChange(NamedTuple):
    """A rating of a movie was given, given anew or (`rating_id` is None) taken away."""

    movie_id: int
    rating_id: int | None


async def tell_rated(state: SharedState, rating: RatingRow) -> None:
    """To be called once the rating is committed, as the two below are."""
    await state.publish(_topic(rating.movie_id), str(rating.id).encode())


async def tell_ratings_gone(state: SharedState, movie_ids: Iterable[int]) -> None:
    """One rating of each of these movies was deleted."""
    await state.publish_each(map(_topic, movie_ids), RATING_GONE)


async def tell_movie_gone(state: SharedState, movie_id: int) -> None:
    """A movie was deleted with its ratings: whoever listens to them is told so, and nothing more."""
    await state.publish(_topic(movie_id), MOVIE_GONE)


async def resolve_rating_changed(context: Context, imdb_id: str, event: Callable[[RatingChange], Event]) -> "RatingChanges[Event]":
    """An `event` of each change from now on; raises BadUserInput for a movie that is not stored."""
    movie = await context.load(movies_by_imdb_id, imdb_id) if is_imdb_id(imdb_id) else None
    if movie is None:
        raise BadUserInput(f"The movie {imdb_id!r} is not stored here: import it first.")
    subscription = AsyncExitStack()
    messages = await subscription.enter_async_context(context.services.shared_state.subscribe(_topic(movie.id)))
    return RatingChanges(movie.id, event, messages, subscription)


class RatingChanges(AsyncIterator[Event], Generic[Event]):
    """A subscription that is under way already; not a generator, because closing one that was never read would not end it."""

    def __init__(
        self, movie_id: int, event: Callable[[RatingChange], Event], messages: AsyncIterator[bytes], subscription: AsyncExitStack
    ) -> None:
        self._movie_id = movie_id
        self._event = event
        self._messages = messages
        self._subscription = subscription

    async def __anext__(self) -> Event:
        """Raises TooSlow where too many changes have waited to be read, and BadUserInput once the movie is deleted."""
        try:
            message = await anext(self._messages)
        except SlowSubscriber:
            raise TooSlow("The changes were read more slowly than they came: subscribe again.") from None
        if message == MOVIE_GONE:
            raise BadUserInput("The movie has been deleted.")
        return self._event(RatingChange(self._movie_id, int(message) if message else None))

    async def aclose(self) -> None:
        await self._subscription.aclose()


def _topic(movie_id: int) -> str:
    return f"ratings:{movie_id}"


def _movie_id(_context: Context, change: RatingChange) -> int:
    return change.movie_id


def _rating_id(_context: Context, change: RatingChange) -> int | None:
    return change.rating_id


resolve_changed_movie = Relation(_movie_id, movies_by_id)
resolve_changed_rating = Relation(_rating_id, visible_ratings_by_id)
