"""Fields that lead to ratings, and from them; giving a rating and taking it back."""

from db import rating_repository
from db.connection import Transaction
from db.rows import MovieRow, RatingRow
from resolvers.account import id_of_account
from resolvers.context import Context
from resolvers.errors import NotFound, Unauthenticated
from resolvers.importing import import_by_imdb_id
from resolvers.live_ratings import tell_rated, tell_ratings_gone
from resolvers.loaders import movies_by_id, users_by_id
from resolvers.relations import Relation
from resolvers.scales import half_points_of
from resolvers.validation import IMDB_ID, imdb_id_errors, raise_all, rating_value_errors

USERNAME = ("input", "username")


async def resolve_rate_movie(context: Context, imdb_id: str, value: float, scale: str) -> tuple[RatingRow, MovieRow]:
    """The viewer's rating of a movie, given or given anew, and the movie with it counted. A film that is not stored is imported first."""
    viewer = context.require_viewer()
    raise_all([*imdb_id_errors(imdb_id), *rating_value_errors(value, scale)])
    half_points = half_points_of(value, scale)

    async def work(transaction: Transaction) -> rating_repository.Upserted | None:
        return await rating_repository.upsert(transaction, viewer.id, imdb_id, half_points, context.services.now())

    upserted = await context.services.database.transaction(work)
    if upserted is None:
        # Nearly every movie that is rated is stored: only where one is not is anything asked first.
        await import_by_imdb_id(context, imdb_id)
        upserted = await context.services.database.transaction(work)
    if upserted is None:
        raise Unauthenticated("This account has just been deleted.")
    rating, movie = upserted()
    await tell_rated(context.services.shared_state, rating)
    return rating, movie


async def resolve_delete_rating(context: Context, imdb_id: str, username: str | None) -> tuple[int, MovieRow]:
    """The id of the viewer's rating of a movie, or of the user's whom an admin names, deleted; and the movie without it."""
    context.require_viewer()
    user_id = await id_of_account(context, username, USERNAME)
    raise_all(list(imdb_id_errors(imdb_id)))

    deleted: tuple[int, MovieRow] | None = None

    async def work(transaction: Transaction) -> tuple[int, MovieRow] | None:
        # Where nobody knows whether an earlier run was committed, a rating that is there no more was deleted by that one.
        nonlocal deleted
        deleted = await rating_repository.delete(transaction, user_id, imdb_id) or deleted
        return deleted

    deleted = await context.services.database.transaction(work)
    if deleted is None:
        raise NotFound(f"There is no rating of {imdb_id} to delete.", IMDB_ID)
    await tell_ratings_gone(context.services.shared_state, [deleted[1].id])
    return deleted


def _user_id(_context: Context, rating: RatingRow) -> int:
    return rating.user_id


def _movie_id(_context: Context, rating: RatingRow) -> int:
    return rating.movie_id


resolve_rating_user = Relation(_user_id, users_by_id)
resolve_rating_movie = Relation(_movie_id, movies_by_id)
