"""One movie of what several tell about it: TMDB is asked for some of it first, the Movie Database for the rest."""

from dataclasses import fields, replace
from typing import Any

from db.genres import canonical_genres
from db.movie_facts import MovieFacts
from integrations.models import MovieDatabaseDetails, TmdbMovie

SOURCES = ("TMDB", "MOVIE_DATABASE", "DATASET")

FROM_MOVIE_DATABASE = frozenset({"plot", "directors", "actors", "languages", "countries", "external_ratings"})
"""What the Movie Database knows better. TMDB knows better the title, dates, the runtime, genres and the poster."""

LONGEST_TITLE = LONGEST_ADDRESS = 500
LONGEST_GENRE = 64
LONGEST_RUNTIME_MINUTES = 32_767
"""What the table has room for."""


def facts_of_tmdb(imdb_id: str, film: TmdbMovie) -> MovieFacts:
    return _fitting(
        MovieFacts(
            imdb_id=imdb_id,
            tmdb_id=film.tmdb_id,
            title=film.title,
            original_title=film.original_title,
            year=film.release_date.year if film.release_date else None,
            release_date=film.release_date,
            runtime_minutes=film.runtime_minutes,
            plot=film.overview,
            genres=canonical_genres(genre.name for genre in film.genres),
            languages=film.languages,
            countries=film.countries,
            poster_url=film.poster_url,
        )
    )


def facts_of_movie_database(imdb_id: str, film: MovieDatabaseDetails) -> MovieFacts:
    return _fitting(
        MovieFacts(
            imdb_id=imdb_id,
            title=film.title,
            year=film.year,
            release_date=film.release_date,
            runtime_minutes=film.runtime_minutes,
            plot=film.plot,
            genres=canonical_genres(film.genres),
            directors=film.directors,
            actors=film.actors,
            languages=film.languages,
            countries=film.countries,
            poster_url=film.poster_url,
            external_ratings=tuple((rating.source, rating.value, rating.score) for rating in film.ratings),
        )
    )


def merged(tmdb: MovieFacts | None, stored: MovieFacts | None, movie_database: MovieFacts | None) -> MovieFacts:
    """Each fact by whoever knows it best and has said it; what is stored goes before what the other service says of it.

    At least one of the three is there.
    """
    told: dict[str, Any] = {}  # Any: whatever facts are
    for name in (field.name for field in fields(MovieFacts)):
        by_trust = (movie_database, stored, tmdb) if name in FROM_MOVIE_DATABASE else (tmdb, stored, movie_database)
        said = [getattr(facts, name) for facts in by_trust if facts is not None]
        told[name] = next((each for each in said if each), said[0])
    facts = MovieFacts(**told)
    return replace(facts, original_title=None) if facts.original_title == facts.title else facts


def _fitting(facts: MovieFacts) -> MovieFacts:
    """What there is room for: titles are cut, other values that are too long make no sense."""
    return replace(
        facts,
        title=facts.title[:LONGEST_TITLE],
        original_title=facts.original_title and facts.original_title[:LONGEST_TITLE],
        runtime_minutes=facts.runtime_minutes if (facts.runtime_minutes or 0) <= LONGEST_RUNTIME_MINUTES else None,
        genres=tuple(genre for genre in facts.genres if len(genre) <= LONGEST_GENRE),
        poster_url=facts.poster_url if len(facts.poster_url or "") <= LONGEST_ADDRESS else None,
    )
