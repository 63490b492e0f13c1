"""Generated code takes nothing for granted: neither that rows hold what they should, nor what response keys are made of."""

import builtins
import keyword
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from math import inf, nan
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from db import movie_repository, rating_repository, user_repository
from db.database import open_database
from db.rows import GenreRow, MovieDetailsRow, MovieRow, Page, RatingRow, UserRow
from schema.execution.generated import Namespace
from schema.execution.selections import Unplannable
from schema.types import Movie, User
from schema.values import RatingBucket
from tests.databases import filled_database
from tests.schema.execution.both_ways import BothWays, Operation, counting_roots
from tests.schema.execution.library import AN_ADMIN, store_library
from tests.schema.execution.operations.places import MOVIE, PLACES, everything
from tests.services import services_on

Wrong = Any  # Any: values that nothing should have


@pytest.fixture(scope="module")
def calls() -> Iterator[Counter[str]]:
    with counting_roots() as calls:
        yield calls


@pytest.fixture(scope="module", params=["sqlite"])
def library_url(request: pytest.FixtureRequest) -> Iterator[str]:
    with filled_database(request, store_library) as url:
        yield url


@pytest.fixture
async def both(library_url: str, calls: Counter[str], caplog: pytest.LogCaptureFixture) -> AsyncIterator[BothWays]:
    caplog.set_level(logging.CRITICAL, "cinegraph.errors")  # hundreds of traces are expected, and nobody reads them
    async with open_database(library_url) as database:
        yield BothWays(calls, services_on(database))


class Source(NamedTuple):
    """What gives rows of a class, and an operation that shows all that is in them."""

    repository: Any  # Any: a module
    function: str
    row: Any  # Any: a class of named tuples
    query: str


RATINGS = "ratings(first: 2) { nodes"

SOURCES = [
    Source(movie_repository, "get_many_by_imdb_id", MovieRow, PLACES["Movie"] % everything("Movie", 0)),
    Source(movie_repository, "list_by", MovieRow, f"{{ movies(first: 2) {{ nodes {{ {everything('Movie', 0)} }} edges {{ cursor }} }} }}"),
    Source(movie_repository, "get_details", MovieDetailsRow, PLACES["Movie"] % everything("Movie", 1)),
    Source(movie_repository, "list_genres", GenreRow, PLACES["Genre"] % everything("Genre", 0)),
    Source(user_repository, "get_many_by_username", UserRow, PLACES["User"] % everything("User", 1)),
    Source(rating_repository, "get_many", RatingRow, PLACES["Rating"] % everything("Rating", 1)),
    Source(rating_repository, "list_by_movie", RatingRow, f"{{ {MOVIE} {{ {RATINGS} {{ value user {{ id }} }} }} }} }}"),
]
BROKEN: list[Wrong] = [
    None,
    2**31,
    -(2**31) - 1,
    1.5,
    nan,
    inf,
    -inf,
    Decimal(1),
    True,
    "text",
    "",
    b"bytes",
    [],
    [None],
    {"a": 1},
    object(),
    datetime(2026, 1, 1),  # noqa: DTZ001  # what is wrong with it
    datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2))),
]
BROKEN_JSON = ["null", "5", '"abc"', '""', "{}", '{"a": 1}', "[null]", "[1]", '["a", null]', "[[]]", "[", '[["a", "b"]]', '[["a", 1, "x"]]']
OF_JSON = {"genres", "directors", "actors", "languages", "countries", "external_ratings", "sources"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.function)
async def test_rows_with_broken_values_are_told_as_the_standard_executor_tells_them(
    both: BothWays, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    await both.assert_equal(Operation(source.query))
    assert both.share() == 1

    found = getattr(source.repository, source.function)
    for column in source.row._fields:
        for value in [*BROKEN, *(BROKEN_JSON if column in OF_JSON else ())]:

            async def find(*given: Any, _column: str = column, _value: Wrong = value, **options: Any) -> Any:
                return with_broken(await found(*given, **options), source.row, _column, _value)

            monkeypatch.setattr(source.repository, source.function, find)
            await both.assert_equal(Operation(source.query, viewer=AN_ADMIN))


def with_broken(found: Any, row: Any, column: str, value: Wrong) -> Any:  # Any: rows, pages of rows, or several of either; a class
    """What was found with a value in that column of every row of that class."""
    if isinstance(found, Page):
        return found._replace(rows=with_broken(found.rows, row, column, value))
    if isinstance(found, dict):
        return {key: with_broken(each, row, column, value) for key, each in found.items()}
    if hasattr(found, "_replace"):
        return found._replace(**{column: value}) if isinstance(found, row) else found
    return type(found)(with_broken(each, row, column, value) for each in found)


WRONG_LISTS: list[Wrong] = [(), (None,), "", "text", {}, {"a": 1}, set(), 5, RatingBucket(value=1.0, count=2), *([each] for each in BROKEN)]


async def test_what_is_no_list_is_not_taken_apart(both: BothWays, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in WRONG_LISTS:

        async def find(_context: object, _ids: Sequence[str], _wrong: Wrong = wrong) -> Wrong:
            return _wrong

        monkeypatch.setattr("schema.query.nodes_by_global_id", find)
        await both.assert_equal(Operation('{ nodes(ids: ["any"]) { id __typename ... on Movie { plot } } }'))
        if isinstance(wrong, list | tuple) and len(wrong) == 1:
            await both.assert_equal(Operation('{ node(id: "any") { id __typename ... on Movie { plot } } }'))


async def test_an_object_of_another_type_is_not_read_as_the_right_one(both: BothWays, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in (RatingBucket(value=1.0, count=2), Movie(row=None), User(row=None), *BROKEN):  # type: ignore[arg-type]  # it is wrong

        def make(row: GenreRow, _wrong: Wrong = wrong) -> Wrong:
            return _wrong

        monkeypatch.setattr("schema.query.Genre", make)
        for fields in ("name", "__typename", "movieCount", "tmdbId __typename"):
            await both.assert_equal(Operation(f"{{ genres {{ {fields} }} }}"))
    assert both.share() == 0


async def test_any_name_is_an_alias(both: BothWays) -> None:
    names = sorted({*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *(f"{kind}{number}" for kind in "nc" for number in range(20))})
    for start in range(0, len(names), 80):
        aliases = " ".join(f"{name}: title" for name in names[start : start + 80])
        await both.assert_equal(Operation(f"{{ {MOVIE} {{ {aliases} ratings(first: 1) {{ nodes {{ user {{ username }} }} }} }} }}"))
    assert both.share() == 1


@given(st.text())
@example("'")
@example('"')
@example("\\")
@example("\n")
@example("': 1, **__import__('os').environ, '")
@example("{v}")
@settings(derandomize=True, database=None, deadline=None)
def test_no_response_key_gets_out_of_its_quotes_not_even_one_that_graphql_does_not_allow(key: str) -> None:
    names = Namespace()
    assemble = names.function("o, A", names.answer([(key, "o.count")], RatingBucket))

    assert assemble(RatingBucket(value=1.0, count=7), ()) == {key: 7}
    with pytest.raises(Unplannable):
        assemble(None, ())
