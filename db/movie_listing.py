"""The statement behind `movies`: any filter, any order, any page, and a search that is bounded however common its words.

A statement depends on which filters are there, never on their values, so that each shape is built and rendered once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import Subquery

from db.paging import Ordering, keyset_page
from db.rows import MovieFilter, MovieRow
from db.search import normalise, prefix_end, words
from db.tables import movie_genres, movie_words, movies

MOVIE = tuple(movies.c[name] for name in MovieRow._fields)

CANDIDATES = 1000
"""At most so many matches of each kind (exact title, beginning of a title, words) are ranked, however many there are."""

SEARCHED_WORDS = 8
"""Of a longer search the longest words count, which are the rarest: each is a join, and MariaDB joins at most 61 tables."""

EXACT, PREFIX, WORDS = 3, 2, 1
_TIER = 10**10  # a tier outweighs any number of ratings

ORDERINGS: Mapping[str, Ordering] = {
    "TOP_RATED": Ordering(movies.c.weighted_rating, movies.c.id, descending=True),
    "MOST_RATED": Ordering(movies.c.rating_count, movies.c.id, descending=True),
    "NEWEST_RELEASE": Ordering(movies.c.release_order, movies.c.id, descending=True),
    "RECENTLY_IMPORTED": Ordering(movies.c.imported_at, movies.c.id, descending=True),
    "TITLE": Ordering(movies.c.sort_title, movies.c.id, descending=False),
}


@dataclass(frozen=True)
class Shape:
    """What a listing's statement depends on."""

    searched_words: int = 0
    genres: int = 0
    year_from: bool = False
    year_to: bool = False
    min_rating_count: bool = False
    imdb_ids: bool = False


def shape_of(wanted: MovieFilter) -> Shape:
    return Shape(
        searched_words=len(_searched(wanted.search)) if wanted.search is not None else 0,
        genres=len(wanted.genres),
        year_from=wanted.year_from is not None,
        year_to=wanted.year_to is not None,
        min_rating_count=wanted.min_rating_count is not None,
        imdb_ids=wanted.imdb_ids is not None,
    )


def parameters_of(wanted: MovieFilter) -> dict[str, Any]:  # Any: texts, numbers and lists
    """The parameters that listing() and counting() take for a filter."""
    given: dict[str, Any] = {
        "year_from": wanted.year_from,
        "year_to": wanted.year_to,
        "min_rating_count": wanted.min_rating_count,
        "imdb_ids": wanted.imdb_ids,
        **{f"genre_{index}": genre for index, genre in enumerate(wanted.genres)},
    }
    if wanted.search is not None:
        searched = _searched(wanted.search)
        normalised = normalise(wanted.search)
        given |= {"title": normalised, "title_end": prefix_end(normalised)}
        given |= {f"word_{index}": word for index, word in enumerate(searched)}
        given["last_word_end"] = prefix_end(searched[-1])
    return {name: value for name, value in given.items() if value is not None}


def _searched(search: str) -> Sequence[str]:
    """The words to look for, in their order: the last may be the beginning of one."""
    found = words(normalise(search))
    kept = set(sorted(found, key=len, reverse=True)[:SEARCHED_WORDS])
    return [word for word in found if word in kept]


@lru_cache(maxsize=256)
def listing(order: str, backward: bool, after: bool, before: bool, shape: Shape) -> Select[Any]:  # Any: a movie's columns and a key
    """A page of movies: MovieRow's columns, then the key of the order."""
    if not shape.searched_words:
        ordering = ORDERINGS[order]
        wanted = select(*MOVIE, ordering.key).where(*_filters(shape))
        return keyset_page(wanted, ordering, backward=backward, after=after, before=before)
    found = _found(shape)
    relevance = Ordering(found.c.tier * _TIER + movies.c.rating_count, movies.c.id, descending=True)
    ordering = relevance if order == "RELEVANCE" else ORDERINGS[order]
    matches = select(*MOVIE, ordering.key).join(found, found.c.id == movies.c.id)
    return keyset_page(matches, ordering, backward=backward, after=after, before=before)


@lru_cache(maxsize=256)
def counting(shape: Shape) -> Select[Any]:  # Any: one number
    """How many movies a filter leaves; of a search, how many it ranks."""
    if not shape.searched_words:
        return select(func.count()).select_from(movies).where(*_filters(shape))
    return select(func.count()).select_from(_found(shape))


def _filters(shape: Shape) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        movies.c.id.in_(select(movie_genres.c.movie_id).where(movie_genres.c.genre == bindparam(f"genre_{index}")))
        for index in range(shape.genres)
    ]
    if shape.year_from:
        conditions.append(movies.c.year >= bindparam("year_from"))
    if shape.year_to:
        conditions.append(movies.c.year <= bindparam("year_to"))
    if shape.min_rating_count:
        conditions.append(movies.c.rating_count >= bindparam("min_rating_count"))
    if shape.imdb_ids:
        conditions.append(movies.c.imdb_id.in_(bindparam("imdb_ids", expanding=True)))
    return conditions


def _found(shape: Shape) -> Subquery:
    """The ids of the movies that a search finds, each with its best tier; filters apply before the bound does."""
    title: ColumnElement[str] = bindparam("title", type_=String)
    end: ColumnElement[str] = bindparam("title_end", type_=String)
    titles = (movies.c.search_title, movies.c.sort_title, movies.c.search_original_title)
    branches = [_candidates(EXACT, shape, column == title) for column in titles]
    branches += [_candidates(PREFIX, shape, and_(column >= title, column < end)) for column in titles]
    branches.append(_with_words(shape))
    united = union_all(*(select(branch.c.id, branch.c.tier) for branch in branches)).subquery("candidates")
    return select(united.c.id, func.max(united.c.tier).label("tier")).group_by(united.c.id).subquery("found")


def _candidates(tier: int, shape: Shape, condition: ColumnElement[bool]) -> Subquery:
    return select(movies.c.id, _constant(tier)).where(condition, *_filters(shape)).limit(CANDIDATES).subquery()


def _with_words(shape: Shape) -> Subquery:
    tables = [movie_words.alias(f"word_{index}_of_title") for index in range(shape.searched_words)]
    first, last = tables[0], tables[-1]
    statement = select(first.c.movie_id.label("id"), _constant(WORDS))
    for table in tables[1:]:
        statement = statement.join(table, table.c.movie_id == first.c.movie_id)
    for index, table in enumerate(tables[:-1]):
        statement = statement.where(table.c.word == bindparam(f"word_{index}"))
    statement = statement.where(last.c.word >= bindparam(f"word_{len(tables) - 1}"), last.c.word < bindparam("last_word_end"))
    if conditions := _filters(shape):
        statement = statement.join(movies, movies.c.id == first.c.movie_id).where(*conditions)
    return statement.limit(CANDIDATES).subquery()


def _constant(tier: int) -> ColumnElement[int]:
    return literal_column(str(tier), Integer).label("tier")
