"""One frozen row class for each shape of row that leaves db/.

Rows are named tuples, the cheapest immutable objects to make of what a cursor returns. Times are aware and in UTC; ratings
are in half points (20 is 10 out of 10); lists are kept as JSON text and parsed when asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

Row = TypeVar("Row")


class UserRow(NamedTuple):
    """`is_admin` is None where the viewer may not know."""

    id: int
    username: str
    display_name: str | None
    bio: str | None
    is_private: bool
    is_admin: bool | None
    created_at: datetime
    rating_count: int
    rating_sum: int


class CredentialsRow(NamedTuple):
    """`password_hash` is None for a user that nobody can log in as."""

    user: UserRow
    password_hash: str | None


class SessionRow(NamedTuple):
    """A session that has not ended, with what its user may do."""

    id: bytes
    user_id: int
    is_admin: bool
    is_private: bool


class RefreshTokenRow(NamedTuple):
    session_id: bytes
    expires_at: datetime
    is_used: bool


class MovieRow(NamedTuple):
    """What pages of movies show; the wide columns are a MovieDetailsRow, read only when asked for."""

    id: int
    imdb_id: str
    tmdb_id: int | None
    title: str
    original_title: str | None
    year: int | None
    release_date: date | None
    runtime_minutes: int | None
    poster_url: str | None
    genres: str
    rating_count: int
    rating_sum: int


class MovieDetailsRow(NamedTuple):
    id: int
    plot: str | None
    directors: str
    actors: str
    languages: str
    countries: str
    external_ratings: str
    sources: str
    imported_at: datetime
    updated_at: datetime


class RatingRow(NamedTuple):
    id: int
    user_id: int
    movie_id: int
    half_points: int
    rated_at: datetime
    is_public: bool


class GenreRow(NamedTuple):
    name: str
    movie_count: int


Distribution = Sequence[int]
"""How many ratings have each value: twenty counts, of 1 to 20 half points."""

Key = tuple[int | str | datetime, int]
"""A row's place in an ordering: the sort column's value, then its id to break ties."""


class PageRequest(NamedTuple):
    """A keyset page: at most `size` rows between two places of an ordering, from its start or, `backward`, from its end."""

    order: str
    size: int
    backward: bool = False
    after: Key | None = None
    before: Key | None = None


class Page(NamedTuple, Generic[Row]):
    """Rows in order with their places, and whether the ordering goes on beyond them."""

    order: str
    rows: Sequence[Row]
    keys: Sequence[Key]
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True)
class VisibleRatings:
    """Which ratings of a movie a viewer may see: the public ones, and private ones as far as this says."""

    everything: bool = False
    own_of: int | None = None


@dataclass(frozen=True, slots=True)
class MovieFilter:
    """Which movies are wanted; what is None or empty excludes nothing. A movie has every one of `genres`."""

    search: str | None = None
    genres: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    min_rating_count: int | None = None
    imdb_ids: tuple[str, ...] | None = None


def _maker(row_class: type[Row]) -> Callable[[tuple[Any, ...]], Row]:  # Any: whatever the cursor gives
    """What makes a row of a cursor's tuple; it is run for every row, and a class's own `_make` takes three times as long."""
    return partial(tuple.__new__, row_class)  # type: ignore[type-var]  # row classes are tuples


as_user = _maker(UserRow)
as_movie = _maker(MovieRow)
as_movie_details = _maker(MovieDetailsRow)
as_rating = _maker(RatingRow)
as_genre = _maker(GenreRow)

_IS_ADMIN = UserRow._fields.index("is_admin")


def without_is_admin(user: UserRow) -> UserRow:
    """The user with None for `is_admin`; a page may show a hundred, and `_replace` takes four times as long."""
    return as_user((*user[:_IS_ADMIN], None, *user[_IS_ADMIN + 1 :]))
