"""Fields that lead to movies, and from them."""

from collections.abc import Sequence

from db import movie_repository, movie_writing
from db.connection import Transaction
from db.genres import tmdb_genre_id
from db.rows import GenreRow, MovieFilter, MovieRow, Page, PageRequest, UserRow
from resolvers.context import Context
from resolvers.errors import BadUserInput, Forbidden, NotFound
from resolvers.live_ratings import tell_movie_gone
from resolvers.loaders import (
    details_by_movie_id,
    distributions_by_movie_id,
    hidden_rating_counts_by_movie_id,
    movie_counts_by_filter,
    movies_by_imdb_id,
    rating_pages_by_movie_id,
    ratings_by_user_and_movie,
)
from resolvers.relations import Relation
from resolvers.validation import IMDB_ID, check_ids, empty_page, imdb_id_errors, is_imdb_id, page_request, raise_all


async def resolve_movies_by_imdb_id(context: Context, imdb_ids: Sequence[str]) -> Sequence[MovieRow | None]:
    check_ids("imdbIds", imdb_ids)
    possible = list(dict.fromkeys(each for each in imdb_ids if is_imdb_id(each)))
    found = await movies_by_imdb_id(context, possible) if possible else {}
    return [found.get(each) for each in imdb_ids]


async def resolve_movies(
    context: Context,
    wanted: MovieFilter,
    order_by: str | None,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Page[MovieRow]:
    order = order_by or ("RELEVANCE" if wanted.search else "TOP_RATED")
    if order == "RELEVANCE" and wanted.search is None:
        raise BadUserInput("RELEVANCE orders what a search found: pass `filter: {search: ...}`, or another order.")
    request = page_request(order, first, after, last, before)
    if wanted.imdb_ids == ():
        return empty_page()
    return await movie_repository.list_by(context.reader, wanted, request)


async def resolve_genres(context: Context) -> list[GenreRow]:
    return await movie_repository.list_genres(context.reader)


async def resolve_delete_movie(context: Context, imdb_id: str) -> int:
    """The id of the movie that has gone, with every rating of it."""
    if not context.require_viewer().is_admin:
        raise Forbidden("Only an admin may delete a movie.")
    raise_all(list(imdb_id_errors(imdb_id)))

    async def work(transaction: Transaction) -> int:
        movie_id = await movie_writing.delete(transaction, imdb_id)
        if movie_id is None:
            raise NotFound(f"The movie {imdb_id} is not stored here.", IMDB_ID)
        return movie_id

    movie_id = await context.services.database.transaction(work)
    await tell_movie_gone(context.services.shared_state, movie_id)
    return movie_id


def resolve_genre_tmdb_id(genre: GenreRow) -> int | None:
    return tmdb_genre_id(genre.name)


def _imdb_id(_context: Context, _root: None, *, imdb_id: str) -> str | None:
    return imdb_id if is_imdb_id(imdb_id) else None


def _id(_context: Context, movie: MovieRow) -> int:
    return movie.id


def _ratings_page(
    _context: Context,
    movie: MovieRow,
    *,
    order_by: str,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> tuple[int, PageRequest]:
    return movie.id, page_request(order_by, first, after, last, before)


def _viewer_and_movie(context: Context, movie: MovieRow) -> tuple[int, int] | None:
    return None if context.viewer is None else (context.viewer.id, movie.id)


def _movie_with_hidden_ratings(context: Context, rated: MovieRow | UserRow) -> int | None:
    """Of a user's ratings all are hidden or none is, and of a movie's none to an admin."""
    if isinstance(rated, UserRow) or (context.viewer is not None and context.viewer.is_admin):
        return None
    return rated.id


def _filter(_context: Context, wanted: MovieFilter) -> MovieFilter:
    return wanted


resolve_movie = Relation(_imdb_id, movies_by_imdb_id)
resolve_movie_details = Relation(_id, details_by_movie_id)
resolve_movie_rating_distribution = Relation(_id, distributions_by_movie_id)
resolve_movie_ratings = Relation(_ratings_page, rating_pages_by_movie_id)
resolve_ratings_hidden_count = Relation(_movie_with_hidden_ratings, hidden_rating_counts_by_movie_id)
resolve_movies_total_count = Relation(_filter, movie_counts_by_filter)
resolve_movie_viewer_rating = Relation(_viewer_and_movie, ratings_by_user_and_movie)
