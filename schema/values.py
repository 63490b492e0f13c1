"""The small types that User, Movie and Rating are described with."""

from enum import Enum
from functools import lru_cache

import orjson
import strawberry

from db.rows import Distribution, GenreRow
from resolvers.movie import resolve_genre_tmdb_id

HALF_POINTS_TO_TEN = 2


@strawberry.enum(description="The scale that a rating's value is given on. Each has the same twenty steps, so that nothing is lost.")
class RatingScale(Enum):
    TEN = strawberry.enum_value("TEN", description="0.5 to 10, in halves. The default everywhere.")
    FIVE = strawberry.enum_value("FIVE", description="0.25 to 5 stars, in quarters.")
    HUNDRED = strawberry.enum_value("HUNDRED", description="5 to 100 percent, in fives.")


@strawberry.enum(description="In which order ratings come. Ties go by which was first given: to the later where the order descends.")
class RatingOrder(Enum):
    NEWEST = strawberry.enum_value("NEWEST", description="The latest given (or changed) first.")
    OLDEST = strawberry.enum_value("OLDEST", description="The earliest first.")
    HIGHEST = strawberry.enum_value("HIGHEST", description="The highest value first.")
    LOWEST = strawberry.enum_value("LOWEST", description="The lowest value first.")


@strawberry.enum(description="In which order movies come.")
class MovieOrder(Enum):
    TOP_RATED = strawberry.enum_value(
        "TOP_RATED",
        description="The best rated first, by an average weighed against ten imagined ratings of 7, "
        "so that one enthusiast's 10 does not win. Unrated movies come last.",
    )
    MOST_RATED = strawberry.enum_value("MOST_RATED", description="Those with the most ratings first.")
    NEWEST_RELEASE = strawberry.enum_value(
        "NEWEST_RELEASE",
        description="The latest release first, by date, or by year where the date is unknown. Those without either come last.",
    )
    RECENTLY_IMPORTED = strawberry.enum_value("RECENTLY_IMPORTED", description="The latest stored first.")
    TITLE = strawberry.enum_value(
        "TITLE",
        description="By title from A to Z, without regard to case, accents or a leading article (`The Matrix` is under M).",
    )
    RELEVANCE = strawberry.enum_value(
        "RELEVANCE",
        description="The best match of `filter.search` first: the exact title, then titles that begin with it, then titles with "
        "its words; among equals the most rated. Needs a search.",
    )


@strawberry.enum(description="Who has told us about a movie.")
class MovieSource(Enum):
    TMDB = strawberry.enum_value("TMDB", description="The Movie Database (themoviedb.org).")
    MOVIE_DATABASE = strawberry.enum_value("MOVIE_DATABASE", description="The X Rapid Movie Database Alternative (OMDb's data).")
    DATASET = strawberry.enum_value("DATASET", description="A data set that the operator loaded, such as MovieLens.")


@strawberry.type(description="How many ratings have one value.")
class RatingBucket:
    value: float = strawberry.field(description="The value, on the scale of ten: 0.5 to 10.")
    count: int = strawberry.field(description="How many ratings have it; 0 where none has.")


def buckets_of(distribution: Distribution | None) -> list[RatingBucket]:
    """Always twenty buckets, whatever is known."""
    counts = distribution or [0] * 20
    return [RatingBucket(value=half_points / HALF_POINTS_TO_TEN, count=count) for half_points, count in enumerate(counts, start=1)]


def average_of(rating_sum: int, rating_count: int) -> float | None:
    """The exact mean of ratings given their sum in half points, on the scale of ten."""
    return rating_sum / rating_count / HALF_POINTS_TO_TEN if rating_count else None


@strawberry.type(description="What another site's audience or critics make of a movie.")
class ExternalRating:
    source: str = strawberry.field(description="The site's name, such as `Internet Movie Database` or `Rotten Tomatoes`.")
    value: str = strawberry.field(description="The rating as that site writes it: `9.3/10`, `91%`.")
    score: float | None = strawberry.field(description="The same on a scale from 0 to 10; null where it cannot be read as a number.")


def external_ratings_of(json: str) -> list[ExternalRating]:
    return [ExternalRating(source=source, value=value, score=score) for source, value, score in orjson.loads(json)]


@lru_cache(maxsize=4096)
def genres_of(json: str) -> list[str]:
    """A stored list of genres, which many movies share: not to be changed."""
    genres: list[str] = orjson.loads(json)
    return genres


@strawberry.type(description="A genre that stored movies have.")
class Genre:
    row: strawberry.Private[GenreRow]

    @strawberry.field(description="The genre's name, as `filter.genres` takes it: `Science Fiction`.")
    def name(self) -> str:
        return self.row.name

    @strawberry.field(description="TMDB's number for the genre, as `discoverTmdb` takes it; null for a genre that TMDB does not have.")
    def tmdb_id(self) -> int | None:
        return resolve_genre_tmdb_id(self.row)

    @strawberry.field(description="How many stored movies have the genre.")
    def movie_count(self) -> int:
        return self.row.movie_count
