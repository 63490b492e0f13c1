"""What a source tells about a movie, and the columns that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from db.search import normalise, sort_title, words
from db.tables import release_order

ExternalRating = tuple[str, str, float | None]
"""Another site's name, its rating as the site writes it, and the same on 0 to 10."""


@dataclass(frozen=True, slots=True)
class MovieFacts:
    """What is told about a movie; None and empty mean that it is not said. `genres` are canonical (see db/genres.py)."""

    imdb_id: str
    title: str
    tmdb_id: int | None = None
    original_title: str | None = None
    other_names: tuple[str, ...] = ()
    year: int | None = None
    release_date: date | None = None
    runtime_minutes: int | None = None
    plot: str | None = None
    genres: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    poster_url: str | None = None
    external_ratings: tuple[ExternalRating, ...] = ()


def json_list(values: tuple[str, ...] | tuple[ExternalRating, ...]) -> str:
    """A list as the movies table keeps it."""
    return orjson.dumps(values).decode()


def fact_columns(facts: MovieFacts) -> Mapping[str, Any]:  # Any: whatever the columns take
    """The columns of a movie's facts, but for its titles."""
    return {
        "tmdb_id": facts.tmdb_id,
        "runtime_minutes": facts.runtime_minutes,
        "plot": facts.plot,
        "genres": json_list(facts.genres),
        "directors": json_list(facts.directors),
        "actors": json_list(facts.actors),
        "languages": json_list(facts.languages),
        "countries": json_list(facts.countries),
        "poster_url": facts.poster_url,
        "external_ratings": json_list(facts.external_ratings),
        **release_columns(facts.release_date, facts.year),
    }


def title_columns(title: str, original_title: str | None) -> Mapping[str, Any]:  # Any: texts and None
    """The columns of a movie's titles and of their folded forms."""
    return {
        "title": title,
        "original_title": original_title,
        "sort_title": sort_title(title),
        "search_title": normalise(title),
        "search_original_title": None if original_title is None else normalise(original_title),
    }


def release_columns(release_date: date | None, year: int | None) -> Mapping[str, Any]:  # Any: a date, numbers and None
    """The columns of a movie's release; a date knows its year."""
    known_year = year if year is not None or release_date is None else release_date.year
    return {"release_date": release_date, "year": known_year, "release_order": release_order(release_date, known_year)}


def searched_words(facts: MovieFacts) -> tuple[list[str], int]:
    """The words that find a movie, its other names' too, and how many words its titles have: fewer fit better."""
    titles = [facts.title] if facts.original_title is None else [facts.title, facts.original_title]
    own = _distinct_words(titles)
    return _distinct_words([*titles, *facts.other_names]), len(own)


def _distinct_words(titles: list[str]) -> list[str]:
    return list(dict.fromkeys(word for title in titles for word in words(normalise(title))))
