"""What can be listened to: one line of work for each field."""

from collections.abc import AsyncIterator

import strawberry

from db.rows import MovieRow, RatingRow
from resolvers.errors import BadUserInput
from resolvers.live_ratings import RatingChange, resolve_changed_movie, resolve_changed_rating, resolve_rating_changed
from schema.arguments import ImdbId
from schema.relation import Info, relation
from schema.types import Movie, Rating


@strawberry.type(description="A rating of a movie was given, given anew, or deleted. What is asked of it is read when it is sent.")
class RatingChanged:
    row: strawberry.Private[RatingChange]

    @relation(resolve_changed_movie, description="The rated movie, with its figures as they are now.")
    def movie(self, movie: MovieRow | None) -> Movie:
        if movie is None:
            raise BadUserInput("The movie has been deleted.")
        return Movie(row=movie)

    @relation(
        resolve_changed_rating,
        description="The rating as it is now; null where it was deleted, or where its user is private and the viewer a stranger.",
    )
    def rating(self, rating: RatingRow | None) -> Rating | None:
        return None if rating is None else Rating(row=rating)


@strawberry.type(
    description="What can be listened to: over WebSocket (`graphql-transport-ws`), server-sent events, or multipart over HTTP. "
    "A subscription ends when the access token that it was sent with does."
)
class Subscription:
    @strawberry.subscription(
        description="Each change of a movie's ratings: after every accepted `rateMovie`, and whenever a rating of that movie goes. "
        "Subscribing is paid for once and no event after it, so that one may cost 10 points at most. "
        "Who falls behind by a hundred changes is dropped with TOO_SLOW, and may subscribe again."
    )
    async def rating_changed(self, info: Info, imdb_id: ImdbId) -> AsyncIterator[RatingChanged]:
        return await resolve_rating_changed(info.context, imdb_id, _changed)


def _changed(change: RatingChange) -> RatingChanged:
    return RatingChanged(row=change)
