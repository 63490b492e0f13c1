"""Pages: each is the slice that it says, in every order and direction, and a walk neither repeats nor skips while rows come."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from itertools import count, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.database import Database, open_database
from schema.ids import decode_id
from tests.clients import Insider
from tests.databases import DIALECTS, filled_database
from tests.factories import EPOCH, Columns, movie, rating, store, user
from tests.services import services_on

RATERS = [user(number) for number in range(1, 13)]
FILMS = [
    movie(number, f"Film {number % 4}", year=[None, 1990, 2001][number % 3], imported_at=EPOCH + timedelta(minutes=number % 5))
    for number in range(1, 13)
]
RATINGS = [
    *(rating(n, RATERS[n - 1], FILMS[0], n % 4 + 10, rated_at=EPOCH + timedelta(minutes=n * 7 % 5)) for n in range(1, 13)),
    *(rating(100 + n, RATERS[0], FILMS[n], n % 3 + 1, rated_at=EPOCH + timedelta(minutes=n * 3 % 4)) for n in range(1, 12)),
]


def total(film: Columns) -> int:
    return sum(each["half_points"] for each in RATINGS if each["movie_id"] == film["id"])


def number_of(film: Columns) -> int:
    return sum(each["movie_id"] == film["id"] for each in RATINGS)


Sorting = Callable[[Columns], Any]  # Any: numbers, texts or times, and an id
RATING_ORDERS: dict[str, tuple[Sorting, bool]] = {
    "NEWEST": (lambda row: (row["rated_at"], row["id"]), True),
    "OLDEST": (lambda row: (row["rated_at"], row["id"]), False),
    "HIGHEST": (lambda row: (row["half_points"], row["id"]), True),
    "LOWEST": (lambda row: (row["half_points"], row["id"]), False),
}
MOVIE_ORDERS: dict[str, tuple[Sorting, bool]] = {
    "TOP_RATED": (lambda row: ((total(row) + 140) / (number_of(row) + 10), row["id"]), True),
    "MOST_RATED": (lambda row: (number_of(row), row["id"]), True),
    "NEWEST_RELEASE": (lambda row: (row["release_order"], row["id"]), True),
    "RECENTLY_IMPORTED": (lambda row: (row["imported_at"], row["id"]), True),
    "TITLE": (lambda row: (row["sort_title"], row["id"]), False),
}
PAGE = "(first: $first, after: $after, last: $last, before: $before, orderBy: ORDER) { edges { cursor node { id } } pageInfo { ...where } }"
LISTS = {
    "movies": f"movies{PAGE}",
    "a movie's ratings": f'movie(imdbId: "tt0000001") {{ ratings{PAGE} }}',
    "a user's ratings": f'user(username: "user1") {{ ratings{PAGE} }}',
}
ROWS: dict[str, list[Columns]] = {
    "movies": FILMS,
    "a movie's ratings": [each for each in RATINGS if each["movie_id"] == 1],
    "a user's ratings": [each for each in RATINGS if each["user_id"] == 1],
}
CASES = [(of, order) for of in LISTS for order in (MOVIE_ORDERS if of == "movies" else RATING_ORDERS)]


async def fill(database: Database) -> None:
    await store(database, users=RATERS, movies=FILMS, ratings=RATINGS)


@pytest.fixture(scope="module", params=DIALECTS)
def pages_url(request: pytest.FixtureRequest) -> Iterator[str]:
    with filled_database(request, fill) as url:
        yield url


@pytest.fixture
async def pages(pages_url: str) -> AsyncIterator[Insider]:
    async with open_database(pages_url) as database:
        yield Insider(services_on(database))


async def page_of(pages: Insider, fields: str, order: str, **arguments: Any) -> Any:  # Any: JSON
    query = f"query ($first: Int, $after: String, $last: Int, $before: String) {{ {fields.replace('ORDER', order)} }}"
    query += " fragment where on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    page = await pages.ask(query, {name: value for name, value in arguments.items() if value is not None})
    while "edges" not in page:
        [page] = page.values()
    return page


@pytest.mark.parametrize(("of", "order"), CASES)
async def test_a_page_is_the_slice_between_its_cursors(pages: Insider, of: str, order: str) -> None:
    sorting, descending = (MOVIE_ORDERS if of == "movies" else RATING_ORDERS)[order]
    numbers = [row["id"] for row in sorted(ROWS[of], key=sorting, reverse=descending)]
    whole = (await page_of(pages, LISTS[of], order))["edges"]
    ids, cursors = [edge["node"]["id"] for edge in whole], [edge["cursor"] for edge in whole]
    assert [row_number(each) for each in ids] == numbers

    for after, before, size, backward in product((None, 0, 4, 11), (None, 0, 7, 11), (1, 3, 20), (False, True)):
        if max(after or 0, before or 0) >= len(ids):
            continue
        page = await page_of(
            pages,
            LISTS[of],
            order,
            after=None if after is None else cursors[after],
            before=None if before is None else cursors[before],
            **{"last" if backward else "first": size},
        )
        between = ids[0 if after is None else after + 1 : before]
        expected = between[-size:] if backward else between[:size]
        assert [edge["node"]["id"] for edge in page["edges"]] == expected
        assert page["pageInfo"] == {
            "hasNextPage": before is not None if backward else len(between) > size,
            "hasPreviousPage": len(between) > size if backward else after is not None,
            "startCursor": cursors[ids.index(expected[0])] if expected else None,
            "endCursor": cursors[ids.index(expected[-1])] if expected else None,
        }


def row_number(global_id: str) -> int:
    type_name, number = decode_id(global_id) or ("", 0)
    assert type_name in ("Movie", "Rating")
    return number


async def test_a_page_has_twenty_unless_it_says_how_many(database: Database, insider: Insider) -> None:
    await store(database, movies=[movie(number) for number in range(1, 131)])

    for arguments, size in (("", 20), ("(first: 100)", 100), ("(last: 100)", 100), ("(first: 1)", 1), ("(first: null, last: null)", 20)):
        assert len((await insider.ask(f"{{ movies{arguments} {{ nodes {{ id }} }} }}"))["movies"]["nodes"]) == size


NEW_ROWS = count(1000)
few_minutes = st.integers(0, 3).map(lambda minutes: EPOCH + timedelta(minutes=minutes))
walking = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])


@walking
@given(
    there=st.lists(st.tuples(st.integers(1, 4), few_minutes), max_size=10),
    coming=st.lists(st.tuples(st.integers(1, 4), few_minutes), max_size=8),
    order=st.sampled_from(sorted(RATING_ORDERS)),
    size=st.integers(1, 4),
    backward=st.booleans(),
)
async def test_a_walk_over_ratings_neither_repeats_nor_skips(
    database: Database, there: list[Any], coming: list[Any], order: str, size: int, backward: bool
) -> None:
    pages = Insider(services_on(database))
    film = movie(next(NEW_ROWS))
    users = [user(next(NEW_ROWS)) for _ in there + coming]
    raters = iter(users)

    def rated(values: tuple[int, Any]) -> Columns:  # Any: a time
        half_points, rated_at = values
        return rating(next(NEW_ROWS), next(raters), film, half_points, rated_at=rated_at)

    first = [rated(values) for values in there]
    await store(database, users=users, movies=[film], ratings=first)
    fields = f'movie(imdbId: "{film["imdb_id"]}") {{ ratings{PAGE} }}'
    later = [[rated(values)] for values in coming]

    async def insert() -> None:
        if later:
            await store(database, ratings=later.pop())

    seen = await walk(pages, fields, order, size, backward, insert)

    assert len(seen) == len(set(seen))
    assert {row["id"] for row in first} <= {row_number(each) for each in seen}


@walking
@given(
    there=st.lists(st.tuples(st.sampled_from(["The A", "B", "ab", ""]), st.sampled_from([None, 1990, 2001])), max_size=6),
    coming=st.lists(st.tuples(st.sampled_from(["A", "The B", "é", "z"]), st.sampled_from([None, 1980, 2000])), max_size=6),
    order=st.sampled_from(sorted(MOVIE_ORDERS)),
    backward=st.booleans(),
)
async def test_a_walk_over_movies_neither_repeats_nor_skips(
    database: Database, there: list[Any], coming: list[Any], order: str, backward: bool
) -> None:
    pages = Insider(services_on(database))
    first = [movie(next(NEW_ROWS), title, year=year) for title, year in there]
    await store(database, movies=first)
    later = [[movie(next(NEW_ROWS), title, year=year)] for title, year in coming]

    async def insert() -> None:
        if later:
            await store(database, movies=later.pop())

    seen = await walk(pages, LISTS["movies"], order, 3, backward, insert)

    assert len(seen) == len(set(seen))
    assert {row["id"] for row in first} <= {row_number(each) for each in seen}


async def walk(pages: Insider, fields: str, order: str, size: int, backward: bool, between: Callable[[], Awaitable[None]]) -> list[str]:
    """The ids on all pages; `between` runs after each."""
    seen: list[str] = []
    cursor = None
    while True:
        arguments = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        page = await page_of(pages, fields, order, **arguments)
        ids = [edge["node"]["id"] for edge in page["edges"]]
        seen = ids + seen if backward else seen + ids
        await between()
        if not page["pageInfo"]["hasPreviousPage" if backward else "hasNextPage"]:
            return seen
        cursor = page["pageInfo"]["startCursor" if backward else "endCursor"]
