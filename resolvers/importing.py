"""Storing films that TMDB and the Movie Database know: both are asked, and then one transaction writes what they told."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from db import movie_repository, movie_writing
from db.connection import Transaction
from db.loading import commit
from db.movie_facts import MovieFacts
from db.rows import MovieRow
from integrations.errors import NotConfigured, Unavailable, UpstreamError
from integrations.models import MovieDatabaseDetails, MovieDatabaseType, TmdbMovie
from integrations.movie_database import MOVIE_DATABASE
from integrations.tmdb import TMDB
from resolvers.context import Context
from resolvers.errors import Invalid, NotFound, UpstreamNotConfigured, UpstreamUnavailable, UserError
from resolvers.external import film_found, spending, upstream_errors
from resolvers.loaders import movies_by_imdb_id, movies_by_tmdb_id
from resolvers.merging import SOURCES, facts_of_movie_database, facts_of_tmdb, merged
from resolvers.validation import IMDB_ID, MAX_IDS, imdb_id_errors, raise_all

INPUT, TMDB_ID, IMDB_IDS = ("input",), ("input", "tmdbId"), ("input", "imdbIds")

FILMS_AT_ONCE = 10
"""How many films one importMovies works on side by side: enough to use what the services allow, and to leave others their turn."""


class Imported(NamedTuple):
    movie: MovieRow
    created: bool


class Told(NamedTuple):
    """What each service tells about a film; None where it does not."""

    tmdb: MovieFacts | None
    movie_database: MovieFacts | None

    @property
    def sources(self) -> frozenset[str]:
        return frozenset(source for source, facts in zip(SOURCES, self, strict=False) if facts is not None)


async def resolve_import_movie(context: Context, imdb_id: str | None, tmdb_id: int | None) -> Imported:
    """Store a film by one of the two ids, or find it stored."""
    context.require_viewer()
    if imdb_id is not None and tmdb_id is None:
        return await import_by_imdb_id(context, imdb_id)
    if tmdb_id is None or imdb_id is not None:
        raise Invalid("Give one of `imdbId` and `tmdbId`, and only one.", INPUT)
    if tmdb_id < 1:
        raise Invalid(f"A TMDB id is a number from 1 on, not {tmdb_id}.", TMDB_ID)
    return await _import_by_tmdb_id(context, tmdb_id)


async def resolve_import_movies(context: Context, imdb_ids: Sequence[str]) -> list[Imported | UserError]:
    """What became of each id, in order: the same for one that stands there twice."""
    context.require_viewer()
    if not 1 <= len(imdb_ids) <= MAX_IDS:
        raise Invalid(f"Give 1 to {MAX_IDS} ids, not {len(imdb_ids)}.", IMDB_IDS)
    turn = asyncio.Semaphore(FILMS_AT_ONCE)

    async def in_turn(imdb_id: str) -> Imported:
        async with turn:
            return await import_by_imdb_id(context, imdb_id, IMDB_IDS)

    distinct = list(dict.fromkeys(imdb_ids))
    outcomes: dict[str, Imported | UserError] = {}
    for imdb_id, outcome in zip(distinct, await asyncio.gather(*map(in_turn, distinct), return_exceptions=True), strict=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, UserError):
            raise outcome
        outcomes[imdb_id] = outcome
    return [outcomes[imdb_id] for imdb_id in imdb_ids]


async def resolve_refresh_movie(context: Context, imdb_id: str) -> MovieRow:
    """A stored movie with what the services tell about it now."""
    context.require_viewer()
    raise_all(list(imdb_id_errors(imdb_id)))
    not_stored = NotFound(f"The movie {imdb_id} is not stored here: `importMovie` stores it.", IMDB_ID)
    if await _stored(context, imdb_id) is None:
        raise not_stored
    told = await _ask(context, imdb_id, IMDB_ID, fresh=True)
    now = context.services.now()

    async def work(transaction: Transaction) -> MovieRow | None:
        stored = await movie_writing.lock(transaction, imdb_id)
        if stored is None:
            return None
        facts, sources = merged(told.tmdb, stored.facts, told.movie_database), _sources(stored.sources, told)
        if (facts, sources) != (stored.facts, stored.sources):
            return await movie_writing.change(transaction, stored, facts, sources, now)
        [movie] = await movie_repository.get_many(transaction, [stored.id])
        return movie

    movie = await commit(context.services.database, work)
    if movie is None:
        raise not_stored
    return movie


async def import_by_imdb_id(context: Context, imdb_id: str, field: Sequence[str] = IMDB_ID) -> Imported:
    """The film, stored already or from now on; raises a UserError about the input's `field` or about the services."""
    raise_all(list(imdb_id_errors(imdb_id, field)))
    if stored := await _stored(context, imdb_id):
        return Imported(stored, created=False)
    return await _store(context, imdb_id, await _ask(context, imdb_id, field))


async def _import_by_tmdb_id(context: Context, tmdb_id: int) -> Imported:
    stored = (await movies_by_tmdb_id(context, [tmdb_id])).get(tmdb_id)
    if stored is not None:
        return Imported(stored, created=False)
    with upstream_errors():
        film = await context.services.tmdb.movie(tmdb_id, spend=spending(context, TMDB))
    if film is None:
        raise NotFound(f"TMDB knows no film {tmdb_id}.", TMDB_ID)
    if film.imdb_id is None:
        raise Invalid(f"TMDB knows no IMDb id of {film.title}, which films are stored by here.", TMDB_ID)
    if stored := await _stored(context, film.imdb_id):
        return Imported(stored, created=False)
    return await _store(context, film.imdb_id, await _ask(context, film.imdb_id, TMDB_ID, film=film))


async def _stored(context: Context, imdb_id: str) -> MovieRow | None:
    return (await movies_by_imdb_id(context, [imdb_id])).get(imdb_id)


async def _store(context: Context, imdb_id: str, told: Told) -> Imported:
    """Write a film, unless somebody else has done so meanwhile."""
    facts, now = merged(told.tmdb, None, told.movie_database), context.services.now()
    added = False

    async def work(transaction: Transaction) -> Imported:
        # Where nobody knows whether an earlier run was committed, what is stored now was stored by that one.
        nonlocal added
        for movie in await movie_repository.get_many_by_imdb_id(transaction, [imdb_id]):
            return Imported(movie, created=added)
        movie = await movie_writing.add(transaction, facts, _sources((), told), now)
        added = True
        return Imported(movie, created=True)

    return await commit(context.services.database, work)


def _sources(stored: Sequence[str], told: Told) -> tuple[str, ...]:
    return tuple(source for source in SOURCES if source in told.sources or source in stored)


async def _ask(context: Context, imdb_id: str, field: Sequence[str], *, film: TmdbMovie | None = None, fresh: bool = False) -> Told:
    """What at least one service tells about a film, side by side; `film` is what TMDB has told already.

    Raises a UserError where it is no film, or where nobody tells anything about it.
    """
    answers = await asyncio.gather(
        _told(film) if film else _ask_tmdb(context, imdb_id, field, fresh),
        _ask_movie_database(context, imdb_id, field, fresh),
        return_exceptions=True,
    )
    failures = [answer for answer in answers if isinstance(answer, UpstreamError)]
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, UpstreamError):
            raise answer
    tmdb, movie_database = answers
    told = Told(
        facts_of_tmdb(imdb_id, tmdb) if isinstance(tmdb, TmdbMovie) else None,
        facts_of_movie_database(imdb_id, movie_database) if isinstance(movie_database, MovieDatabaseDetails) else None,
    )
    if not told.sources:
        raise _refusal(imdb_id, failures, field)
    return told


async def _told(film: TmdbMovie) -> TmdbMovie:
    return film


async def _ask_tmdb(context: Context, imdb_id: str, field: Sequence[str], fresh: bool) -> TmdbMovie | None:
    found = await context.services.tmdb.find(imdb_id, spend=spending(context, TMDB), fresh=fresh)
    if found is not None and found.movie is None and found.is_television:
        raise Invalid(f"{imdb_id} is no film (television): only films are stored here.", field)
    return await film_found(context, found, fresh=fresh)


async def _ask_movie_database(context: Context, imdb_id: str, field: Sequence[str], fresh: bool) -> MovieDatabaseDetails | None:
    found = await context.services.movie_database.title(imdb_id, spend=spending(context, MOVIE_DATABASE), fresh=fresh)
    if found is not None and found.type is not MovieDatabaseType.MOVIE:
        raise Invalid(f"{imdb_id} is no film ({found.type.value}): only films are stored here.", field)
    return found


def _refusal(imdb_id: str, failures: Sequence[UpstreamError], field: Sequence[str]) -> UserError:
    """Why nobody tells anything: a service that is away might know the film; one that the operator does not use has no say."""
    away = [error for error in failures if isinstance(error, Unavailable)]
    if away:
        return UpstreamUnavailable(" ".join(map(str, away)))
    unused = [error for error in failures if type(error) is NotConfigured]
    refused = [error for error in failures if error not in unused]
    if refused or len(unused) == len(Told._fields):
        return UpstreamNotConfigured(" ".join(map(str, refused or unused)))
    return NotFound(f"No film of the id {imdb_id} is known to {_names(failures)}.", field)


def _names(failures: Sequence[UpstreamError]) -> str:
    silent = {error.service for error in failures}
    return " or ".join(service.name for service in (TMDB, MOVIE_DATABASE) if service not in silent)
