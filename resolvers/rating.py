"""Fields that lead to ratings, and from them."""

from db.rows import RatingRow
from resolvers.access import sees_rating
from resolvers.context import Context
from resolvers.loaders import movies_by_id, ratings_by_id, users_by_id
from resolvers.relations import Relation


async def resolve_rating(context: Context, rating_id: int) -> RatingRow | None:
    rating = await context.load(ratings_by_id, rating_id)
    return rating if rating is not None and sees_rating(context.viewer, rating) else None


def _user_id(_context: Context, rating: RatingRow) -> int:
    return rating.user_id


def _movie_id(_context: Context, rating: RatingRow) -> int:
    return rating.movie_id


resolve_rating_user = Relation(_user_id, users_by_id)
resolve_rating_movie = Relation(_movie_id, movies_by_id)
