"""What the services answer, as frozen records.

Read strictly by type, and kindly: a field that makes no sense is missing; a row without an id or a title is left out,
and so is one that a page repeats. Runtimes are minutes, averages and scores run from 0 to 10, pictures are whole
addresses, genres are named as the service names them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from operator import attrgetter
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AliasChoices, AliasPath, BeforeValidator, Field, OnErrorOmit

from integrations.quirks import (
    Count,
    CountOrZero,
    EnglishNames,
    FirstYear,
    ImdbId,
    IsoDate,
    LastYear,
    Names,
    RequiredImdbId,
    RequiredText,
    RuntimeMinutes,
    Text,
    TmdbId,
    TmdbImage,
    VoteAverage,
    WebAddress,
    WrittenDate,
    read_score,
)

Row = TypeVar("Row")
Rows = Annotated[tuple[OnErrorOmit[Row], ...], BeforeValidator(lambda rows: rows or ())]

TMDB_LAST_PAGE = 500  # TMDB counts further, and answers no further


def first_of_each(rows: tuple[Row, ...], key: Callable[[Row], object]) -> tuple[Row, ...]:
    """The rows without those that repeat another one's key."""
    found: dict[object, Row] = {}
    for row in rows:
        found.setdefault(key(row), row)
    return tuple(found.values())


# ---- TMDB ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TmdbGenre:
    tmdb_id: Annotated[TmdbId, Field(validation_alias="id")]
    name: RequiredText


@dataclass(frozen=True, slots=True, kw_only=True)
class TmdbMovie:
    """A film. Lists of films tell `genre_ids` alone; a film asked for by its TMDB id tells the rest."""

    tmdb_id: Annotated[TmdbId, Field(validation_alias="id")]
    imdb_id: Annotated[ImdbId, Field(validation_alias=AliasChoices(AliasPath("external_ids", "imdb_id"), "imdb_id"))] = None
    title: RequiredText
    original_title: Text = None
    overview: Text = None
    release_date: IsoDate = None
    runtime_minutes: Annotated[RuntimeMinutes, Field(validation_alias="runtime")] = None
    genres: Rows[TmdbGenre] = ()
    genre_ids: Rows[TmdbId] = ()
    languages: Annotated[EnglishNames, Field(validation_alias="spoken_languages")] = ()
    countries: Annotated[EnglishNames, Field(validation_alias="production_countries")] = ()
    vote_average: VoteAverage = None
    vote_count: CountOrZero = 0
    poster_url: Annotated[TmdbImage, Field(validation_alias="poster_path")] = None
    is_adult: Annotated[bool, Field(validation_alias="adult")] = False


@dataclass(frozen=True, slots=True)
class TmdbMoviePage:
    """One page of a search or of a genre, without what is for adults; `total_results` may be more than the pages hold."""

    page: int
    total_pages: Annotated[int, AfterValidator(lambda pages: min(pages, TMDB_LAST_PAGE))]
    total_results: int
    results: Annotated[
        Rows[TmdbMovie],
        AfterValidator(lambda rows: tuple(row for row in rows if not row.is_adult)),
        AfterValidator(partial(first_of_each, key=attrgetter("tmdb_id"))),
    ]


@dataclass(frozen=True, slots=True)
class TmdbFind:
    """What TMDB has under an IMDb id."""

    movies: Annotated[Rows[TmdbMovie], Field(validation_alias="movie_results")]
    series: Annotated[tuple[object, ...], Field(validation_alias="tv_results")] = ()
    episodes: Annotated[tuple[object, ...], Field(validation_alias="tv_episode_results")] = ()

    @property
    def movie(self) -> TmdbMovie | None:
        return self.movies[0] if self.movies else None

    @property
    def is_television(self) -> bool:
        return bool(self.series or self.episodes)


# ---- Movie Database Alternative --------------------------------------------------------------------------------------


class MovieDatabaseType(Enum):
    MOVIE = "movie"
    SERIES = "series"
    EPISODE = "episode"
    GAME = "game"


@dataclass(frozen=True, slots=True)
class MovieDatabaseTitle:
    """A row of a search: a film, a series, an episode or a game."""

    imdb_id: Annotated[RequiredImdbId, Field(validation_alias="imdbID")]
    title: Annotated[RequiredText, Field(validation_alias="Title")]
    type: Annotated[MovieDatabaseType, Field(validation_alias="Type")]
    year: Annotated[FirstYear, Field(validation_alias="Year")] = None
    year_end: Annotated[LastYear, Field(validation_alias="Year")] = None
    poster_url: Annotated[WebAddress, Field(validation_alias="Poster")] = None


@dataclass(frozen=True, slots=True)
class MovieDatabasePage:
    """One page of a search, ten titles long before repeated ones are left out."""

    page: int
    total_pages: int
    total_results: int
    results: tuple[MovieDatabaseTitle, ...]


@dataclass(frozen=True, slots=True)
class SiteRating:
    """What another site's visitors or critics think: `value` as the site writes it."""

    source: Annotated[RequiredText, Field(validation_alias="Source")]
    value: Annotated[RequiredText, Field(validation_alias="Value")]

    @property
    def score(self) -> float | None:
        """`value` on 0 to 10, where it can be read."""
        return read_score(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieDatabaseDetails(MovieDatabaseTitle):
    """A title asked for by its IMDb id."""

    release_date: Annotated[WrittenDate, Field(validation_alias="Released")] = None
    runtime_minutes: Annotated[RuntimeMinutes, Field(validation_alias="Runtime")] = None
    genres: Annotated[Names, Field(validation_alias="Genre")] = ()
    directors: Annotated[Names, Field(validation_alias="Director")] = ()
    actors: Annotated[Names, Field(validation_alias="Actors")] = ()
    plot: Annotated[Text, Field(validation_alias="Plot")] = None
    languages: Annotated[Names, Field(validation_alias="Language")] = ()
    countries: Annotated[Names, Field(validation_alias="Country")] = ()
    imdb_votes: Annotated[Count, Field(validation_alias="imdbVotes")] = None
    listed_ratings: Annotated[Rows[SiteRating], Field(validation_alias="Ratings")] = ()
    imdb_rating: Annotated[Text, Field(validation_alias="imdbRating")] = None
    metascore: Annotated[Text, Field(validation_alias="Metascore")] = None

    @property
    def ratings(self) -> tuple[SiteRating, ...]:
        """Each site's rating; older answers have no list of them, but two fields."""
        if self.listed_ratings:
            return self.listed_ratings
        single = (("Internet Movie Database", self.imdb_rating, "10"), ("Metacritic", self.metascore, "100"))
        return tuple(SiteRating(source, f"{value}/{best}") for source, value, best in single if value)
