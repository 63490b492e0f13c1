"""What TMDB and the Movie Database know, asked on a client's behalf.

Each client may cause so many calls to each service in a day, and what keeps a service from answering is told in this API's errors.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from db.genres import TMDB_GENRE_IDS
from integrations.errors import NotConfigured, Service, TooBroad, UpstreamError
from integrations.http import Spend
from integrations.models import (
    MovieDatabasePage,
    MovieDatabaseTitle,
    MovieDatabaseType,
    TmdbFind,
    TmdbGenre,
    TmdbMovie,
    TmdbMoviePage,
)
from integrations.movie_database import LAST_PAGE as MOVIE_DATABASE_LAST_PAGE
from integrations.movie_database import MOVIE_DATABASE
from integrations.tmdb import TMDB
from resolvers.context import Context
from resolvers.errors import BadUserInput, CinegraphError, UpstreamNotConfigured, UpstreamUnavailable
from resolvers.loaders import movies_by_imdb_id, movies_by_tmdb_id
from resolvers.relations import Relation
from resolvers.validation import IMDB_ID_RULE, MAX_SEARCH_CHARACTERS, is_imdb_id

TMDB_LAST_PAGE = 500
YEARS = range(1000, 10_000)
DAY_SECONDS = 24 * 60 * 60

_GENRE_NAMES = {genre_id: name for name, genre_id in TMDB_GENRE_IDS.items()}


async def resolve_search_movie_database(context: Context, query: str, year: int | None, kind: str | None, page: int) -> MovieDatabasePage:
    """`kind` is the name of a MovieDatabaseType."""
    _check_search(query, year)
    _check_page(page, MOVIE_DATABASE_LAST_PAGE)
    wanted = None if kind is None else MovieDatabaseType[kind]
    with upstream_errors():
        return await context.services.movie_database.search(query, year, wanted, page, spend=spending(context, MOVIE_DATABASE))


async def resolve_search_tmdb(context: Context, query: str, year: int | None, page: int) -> TmdbMoviePage:
    _check_search(query, year)
    _check_page(page, TMDB_LAST_PAGE)
    with upstream_errors():
        return await context.services.tmdb.search(query, year, page, spend=spending(context, TMDB))


async def resolve_discover_tmdb(context: Context, genre_id: int, page: int, min_vote_count: int) -> TmdbMoviePage:
    _check_page(page, TMDB_LAST_PAGE)
    if min_vote_count < 0:
        raise BadUserInput(f"`minVoteCount` must be 0 or more, not {min_vote_count}.")
    with upstream_errors():
        # Those that everybody knows need no call; TMDB may have got another one since.
        if genre_id not in _GENRE_NAMES and genre_id not in {genre.tmdb_id for genre in await resolve_tmdb_genres(context)}:
            raise BadUserInput(f"TMDB has no genre {genre_id}: `tmdbGenres` lists those that it has.")
        return await context.services.tmdb.discover(genre_id, page, min_vote_count, spend=spending(context, TMDB))


async def resolve_tmdb_movie(context: Context, tmdb_id: int | None, imdb_id: str | None) -> TmdbMovie | None:
    """A film by exactly one of the two ids, with everything that TMDB tells about it."""
    if tmdb_id is not None and imdb_id is None:
        _check_tmdb_id(tmdb_id)
        with upstream_errors():
            return await context.services.tmdb.movie(tmdb_id, spend=spending(context, TMDB))
    if imdb_id is None or tmdb_id is not None:
        raise BadUserInput("Pass one of `tmdbId` and `imdbId`, and only one.")
    if not is_imdb_id(imdb_id):
        raise BadUserInput(IMDB_ID_RULE)
    with upstream_errors():
        found = await context.services.tmdb.find(imdb_id, spend=spending(context, TMDB))
        return await film_found(context, found)


async def film_found(context: Context, found: TmdbFind | None, *, fresh: bool = False) -> TmdbMovie | None:
    """Everything about the film that TMDB has found under an IMDb id, which it tells in short; raises UpstreamError."""
    if found is None or found.movie is None:
        return None
    film = await context.services.tmdb.movie(found.movie.tmdb_id, spend=spending(context, TMDB), fresh=fresh)
    return film or found.movie


async def resolve_tmdb_imdb_id(context: Context, tmdb_id: int) -> str | None:
    _check_tmdb_id(tmdb_id)
    with upstream_errors():
        return await context.services.tmdb.imdb_id(tmdb_id, spend=spending(context, TMDB))


async def resolve_tmdb_genres(context: Context) -> Sequence[TmdbGenre]:
    with upstream_errors():
        return await context.services.tmdb.genres(spend=spending(context, TMDB))


def resolve_tmdb_movie_genres(film: TmdbMovie) -> Sequence[TmdbGenre]:
    """A film's genres with their names, which lists of films leave out."""
    return film.genres or [TmdbGenre(each, _GENRE_NAMES[each]) for each in film.genre_ids if each in _GENRE_NAMES]


async def imdb_ids_by_tmdb_id(context: Context, tmdb_ids: Sequence[int]) -> Mapping[int, str | BaseException | None]:
    """Asked of TMDB side by side; what kept one from being told stands in its place."""
    answers = await context.services.tmdb.imdb_ids(tmdb_ids, spend=spending(context, TMDB))
    told = (translated(each) if isinstance(each, UpstreamError) else each for each in answers)
    return dict(zip(tmdb_ids, told, strict=True))


@contextmanager
def upstream_errors() -> Iterator[None]:
    """Raises in this API's errors what an outside service raises."""
    try:
        yield
    except UpstreamError as error:
        raise translated(error) from None


def translated(error: UpstreamError) -> CinegraphError:
    if isinstance(error, TooBroad):
        return BadUserInput(str(error))
    return (UpstreamNotConfigured if isinstance(error, NotConfigured) else UpstreamUnavailable)(str(error))


def spending(context: Context, service: Service) -> Spend | None:
    """What counts a call to a service as the client's; it raises UpstreamUnavailable where the client has had all of a day's."""
    most = context.services.outside_calls_per_day
    if not most:
        return None
    client = f"user {context.viewer.id}" if context.viewer else f"address {context.address}"

    async def spend() -> None:
        if await context.services.shared_state.add(f"outside-calls:{service.name}:{client}", 1, DAY_SECONDS) > most:
            raise UpstreamUnavailable(
                f"You have caused as many calls to {service.name} as one client may in a day ({most}): try again tomorrow."
            )

    return spend


def _check_search(query: str, year: int | None) -> None:
    if not query.strip():
        raise BadUserInput("`query` is empty: pass words of a title.")
    if len(query) > MAX_SEARCH_CHARACTERS:
        raise BadUserInput(f"`query` must have at most {MAX_SEARCH_CHARACTERS} characters, not {len(query)}.")
    if year is not None and year not in YEARS:
        raise BadUserInput(f"`year` must have four digits, such as 1994: {year} is none.")


def _check_page(page: int, last: int) -> None:
    if not 1 <= page <= last:
        raise BadUserInput(f"`page` must be from 1 to {last}, not {page}.")


def _check_tmdb_id(tmdb_id: int) -> None:
    if tmdb_id < 1:
        raise BadUserInput(f"`tmdbId` must be 1 or more, not {tmdb_id}.")


def _tmdb_id(_context: Context, film: TmdbMovie) -> int:
    return film.tmdb_id


def _tmdb_id_where_imdb_id_is_untold(_context: Context, film: TmdbMovie) -> int | None:
    return film.tmdb_id if film.imdb_id is None else None


def _imdb_id(_context: Context, title: MovieDatabaseTitle) -> str:
    return title.imdb_id


resolve_tmdb_movie_imdb_id = Relation(_tmdb_id_where_imdb_id_is_untold, imdb_ids_by_tmdb_id)
resolve_tmdb_movie_movie = Relation(_tmdb_id, movies_by_tmdb_id)
resolve_movie_database_title_movie = Relation(_imdb_id, movies_by_imdb_id)
