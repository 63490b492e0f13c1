"""The counters of movies and users, kept in step with changed ratings: one, by arithmetic, or any number at once.

Many changes are taken as one JSON text, since a row of counters each would cost a statement each. Whoever counts has locked the
users that the changes name, and then the movies.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import BigInteger, Column, ColumnElement, Table, Update, bindparam, case, func, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from db.connection import Transaction
from db.tables import HALF_POINTS, movies, users

COLUMNS = ("user_id", "movie_id", "half_points", "counted")


class RatingChange(NamedTuple):
    """One rating that came (`counted` is 1) or went (-1); one that changed is both."""

    user_id: int
    movie_id: int
    half_points: int
    counted: int


class _JsonRows(FunctionElement[Any]):  # Any: it stands for a table
    """A JSON array of arrays as a table with COLUMNS."""

    inherit_cache = True


@compiles(_JsonRows, "sqlite")
def _on_sqlite(element: _JsonRows, compiler: SQLCompiler, **options: Any) -> str:  # Any: whatever the compiler passes on
    cells = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(COLUMNS))
    array = compiler.process(element.clauses, **options)
    return f"(SELECT {cells} FROM json_each({array}))"  # noqa: S608  # the names are constants and the array is a parameter


@compiles(_JsonRows, "mysql")
def _on_mysql(element: _JsonRows, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    array = compiler.process(element.clauses, **options)
    cells = ", ".join(f"{name} BIGINT PATH '$[{place}]'" for place, name in enumerate(COLUMNS))
    return f"JSON_TABLE({array}, '$[*]' COLUMNS ({cells}))"


_CHANGES = _JsonRows(bindparam("changes")).table_valued(*(Column(name, BigInteger) for name in COLUMNS), name="changes")
_COUNT_AND_SUM = {"rating_count": _CHANGES.c.counted, "rating_sum": _CHANGES.c.counted * _CHANGES.c.half_points}
_BUCKETS = {f"rated_{value}": case((_CHANGES.c.half_points == value, _CHANGES.c.counted), else_=0) for value in HALF_POINTS}


def _counting(table: Table, key: str, counters: Mapping[str, ColumnElement[int]]) -> Update:
    """Adds to each counter of a row what the changes that name the row in `key` come to."""
    sums = [func.sum(counted).label(name) for name, counted in counters.items()]
    totals = select(_CHANGES.c[key].label("id"), *sums).group_by(_CHANGES.c[key]).subquery("totals")
    values = {table.c[name]: table.c[name] + totals.c[name] for name in counters}
    return update(table).where(table.c.id == totals.c.id).values(values)


_COUNT_FOR_MOVIES = _counting(movies, "movie_id", {**_COUNT_AND_SUM, **_BUCKETS})
_COUNT_FOR_USERS = _counting(users, "user_id", _COUNT_AND_SUM)


async def count(transaction: Transaction, changes: Sequence[RatingChange]) -> None:
    """Bring the counters in step with any number of changes."""
    if changes:
        parameters = {"changes": orjson.dumps([tuple(change) for change in changes]).decode()}
        await transaction.execute_later(_COUNT_FOR_USERS, parameters)
        await transaction.execute_later(_COUNT_FOR_MOVIES, parameters)


def _adding(table: Table, columns: Iterable[str]) -> Update:
    added = {table.c[name]: table.c[name] + bindparam(f"added_{name}") for name in columns}
    return update(table).where(table.c.id == bindparam("counted_id")).values(added)


_ADD_TO_USER = _adding(users, _COUNT_AND_SUM)


@cache
def _add_to_movie(buckets: tuple[str, ...]) -> Update:
    """Of the twenty buckets a rating moves one or two: to write them all takes the driver, and the server, several times as long."""
    return _adding(movies, (*_COUNT_AND_SUM, *buckets))


async def count_one(transaction: Transaction, user_id: int, movie_id: int, before: int, after: int) -> None:
    """Bring the counters in step with one rating, which was `before` half points and is `after`; 0 is no rating."""
    added = {
        "added_rating_count": bool(after) - bool(before),
        "added_rating_sum": after - before,
        f"added_rated_{before}": -1,
        f"added_rated_{after}": 1,
    }
    buckets = tuple(f"rated_{value}" for value in sorted((before, after)) if value)
    await transaction.execute_later(_ADD_TO_USER, {"counted_id": user_id, **added})
    await transaction.execute_later(_add_to_movie(buckets), {"counted_id": movie_id, **added})
