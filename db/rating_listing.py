"""The statements behind lists of ratings: pages of one user's or one movie's, with what each rating leads to where that is wanted."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, select

from db.movie_listing import MOVIE
from db.paging import Ordering, keyset_page
from db.rendering import Rows
from db.rows import PageRequest, RatingRow
from db.tables import movies, ratings, users
from db.user_repository import USER

RATING = tuple(ratings.c[name] for name in RatingRow._fields)

ORDERINGS: Mapping[str, Ordering] = {
    "NEWEST": Ordering(ratings.c.rated_at, ratings.c.id, descending=True),
    "OLDEST": Ordering(ratings.c.rated_at, ratings.c.id, descending=False),
    "HIGHEST": Ordering(ratings.c.half_points, ratings.c.id, descending=True),
    "LOWEST": Ordering(ratings.c.half_points, ratings.c.id, descending=False),
}
KEYS = {order: itemgetter(*map(RatingRow._fields.index, (ordering.key.name, "id"))) for order, ordering in ORDERINGS.items()}
"""What gives a row's place in each of them."""

_INDEX_ENDS = {"NEWEST": "time", "OLDEST": "time", "HIGHEST": "value", "LOWEST": "value"}

Listing = Select[Any]  # Any: a rating's columns, and those of what it leads to


class Shape(NamedTuple):
    """What of a page is in its statement's text."""

    order: str
    backward: bool
    after: bool
    before: bool


def shape_of(request: PageRequest) -> Shape:
    return Shape(request.order, request.backward, request.after is not None, request.before is not None)


@lru_cache(maxsize=64)
def pages_by_user(shape: Shape, with_movies: bool) -> Listing:
    """A page of the ratings of `user_id`; its other parameters are page_parameters()."""
    of_user = _from_index(select(*RATING).where(ratings.c.user_id == bindparam("user_id")), "user", shape)
    return _page(_along(of_user, MOVIE, movies.c.id == ratings.c.movie_id) if with_movies else of_user, shape)


@lru_cache(maxsize=128)
def pages_by_movie(shape: Shape, with_users: bool, *, by_one_user: bool) -> Listing:
    """A page of the ratings of `movie_id` that are public or not, as `is_public` says; `by_one_user` those of `user_id` alone."""
    of_movie = select(*RATING).where(ratings.c.movie_id == bindparam("movie_id"), ratings.c.is_public == bindparam("is_public"))
    of_movie = of_movie.where(ratings.c.user_id == bindparam("user_id")) if by_one_user else _from_index(of_movie, "movie", shape)
    return _page(_along(of_movie, USER, users.c.id == ratings.c.user_id) if with_users else of_movie, shape)


def _from_index(listing: Listing, whose: str, shape: Shape) -> Listing:
    """In a UNION MariaDB overlooks the LIMIT, and would rather scan and sort the whole table than read much of it in order."""
    return listing.with_hint(ratings, f"FORCE INDEX (ratings_by_{whose}_and_{_INDEX_ENDS[shape.order]})", "mysql")


def _along(listing: Listing, columns: Sequence[ColumnElement[Any]], joined: ColumnElement[bool]) -> Listing:  # Any: as above
    """Ratings with what they lead to, which is looked up rating by rating."""
    [table] = {column.table for column in columns}
    return listing.add_columns(*columns).join(table, joined).prefix_with("STRAIGHT_JOIN", dialect="mysql")


def _page(listing: Listing, shape: Shape) -> Listing:
    return keyset_page(listing, ORDERINGS[shape.order], backward=shape.backward, after=shape.after, before=shape.before)


def split(rows: Rows, ids: Iterable[int], column: str) -> tuple[dict[int, list[tuple[Any, ...]]], Rows]:  # Any: as above
    """The rows' ratings by what they have in a column, and what they lead to, each once."""
    groups: dict[int, list[tuple[Any, ...]]] = {each: [] for each in ids}
    width, found = len(RATING), {}
    if rows and len(rows[0]) > width:
        found = {row[width]: row[width:] for row in rows}
        rows = [row[:width] for row in rows]
    for each, together in groupby(rows, itemgetter(RatingRow._fields.index(column))):
        groups[each] += together
    return groups, list(found.values())
