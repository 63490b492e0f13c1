"""How many statements an operation costs: at most as many as it has levels that lead to rows, whether a level holds 1 row or 100."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from db.database import Database, open_database
from resolvers.access import Viewer
from resolvers.context import Context
from resolvers.loaders import users_by_id
from schema.execution.limits import Limits
from tests.clients import Insider
from tests.databases import DIALECTS, filled_database
from tests.factories import movie, rating, store, user
from tests.services import services_on
from tests.statements import recorded

ROWS = (1, 20, 100)
PRIVATE, ADMIN = Viewer(7, "", is_admin=False, is_private=True), Viewer(8, "", is_admin=True, is_private=False)


async def fill(database: Database) -> None:
    """A hundred users who have rated a hundred movies."""
    numbers = range(1, max(ROWS) + 1)
    users = [user(number, is_private=number == PRIVATE.id) for number in numbers]
    films = [movie(number, genres=("Drama",), year=2000, original_title=f"Original {number}") for number in numbers]
    given = [rating(each["id"] * 1000 + film["id"], each, film, (each["id"] + film["id"]) % 20 + 1) for each in users for film in films]
    await store(database, users=users, movies=films, ratings=given)


@pytest.fixture(scope="module", params=DIALECTS)
def crowded_url(request: pytest.FixtureRequest) -> Iterator[str]:
    with filled_database(request, fill) as url:
        yield url


@pytest.fixture
async def insider(crowded_url: str) -> AsyncIterator[Insider]:
    async with open_database(crowded_url) as database:
        yield Insider(services_on(database), Limits(cost=100_000))


OPERATIONS = {
    "a page": (1, "movies(first: ROWS) { nodes { title genres averageRating } }"),
    "a page by edges and nodes": (1, "movies(first: ROWS) { edges { cursor node { id } } nodes { id } pageInfo { endCursor } }"),
    "a page that is counted": (2, "movies(first: ROWS) { totalCount }"),
    "a search": (1, 'movies(first: ROWS, filter: {search: "film", genres: ["drama"]}) { nodes { title } }'),
    "a search that is counted": (2, 'movies(first: ROWS, filter: {search: "film"}) { nodes { title } totalCount }'),
    "wide columns, once for all fields": (2, "movies(first: ROWS) { nodes { plot directors actors sources updatedAt } }"),
    "distributions": (2, "movies(first: ROWS) { nodes { ratingDistribution { count } } }"),
    "pages of a page": (2, "movies(first: ROWS) { nodes { ratings(first: ROWS) { nodes { value } } } }"),
    "pages that are counted": (3, "movies(first: ROWS) { nodes { ratings(first: 2) { totalCount nodes { value } } } }"),
    "who gave ratings, who come with them": (2, "movies(first: ROWS) { nodes { ratings(first: ROWS) { nodes { user { bio } } } } }"),
    "there and back": (
        3,
        "movies(first: ROWS) { nodes { ratings(first: 3) { nodes { user { ratings(first: 3) { nodes { movie { title } } } } } } } }",
    ),
    "seven levels": (
        5,
        """movies(first: ROWS) { nodes { plot ratings(first: 3) { nodes { user { ratingDistribution { count }
             ratings(first: 2) { nodes { movie { title } } } } } } } }""",
    ),
    "a user's ratings": (
        3,
        'user(username: "user5") { ratings(first: ROWS) { nodes { movie { ratings { nodes { user { bio } } } } } } }',
    ),
    "one rating of each user": (
        3,
        'movie(imdbId: "tt0000001") { ratings(first: ROWS) { nodes { user { rating(imdbId: "tt0000002") { value } } } } }',
    ),
    "two lists of each movie": (
        3,
        """movies(first: ROWS) { nodes { newest: ratings(first: 2) { nodes { value } }
             best: ratings(first: 2, orderBy: HIGHEST) { nodes { value } } } }""",
    ),
    "the same under two names": (2, "a: movies(first: ROWS) { nodes { title } } b: movies(first: ROWS) { nodes { title plot: year } }"),
    "movies under three names": (
        1,
        'a: movie(imdbId: "tt0000001") { title } b: movie(imdbId: "tt0000002") { title } c: movie(imdbId: "tt0000001") { year }',
    ),
    "users under two names": (1, 'a: user(username: "user1") { username } b: user(username: "USER2") { username }'),
    "a user's own count, which stands in their row": (2, 'user(username: "user5") { ratings { totalCount pageInfo { hasNextPage } } }'),
}
SIGNED_IN = {
    "the viewer's ratings": (PRIVATE, 2, "movies(first: ROWS) { nodes { viewerRating { value } } }"),
    "the viewer": (PRIVATE, 1, "viewer { username isAdmin }"),
    "lists that hold the viewer's own private rating": (
        PRIVATE,
        3,
        "movies(first: ROWS) { nodes { ratings(first: ROWS) { nodes { value } } } }",
    ),
    "lists that hold all private ratings": (
        ADMIN,
        2,
        "movies(first: ROWS) { nodes { ratings(first: ROWS) { totalCount nodes { value } } } }",
    ),
}


@pytest.mark.parametrize(("expected", "fields"), OPERATIONS.values(), ids=OPERATIONS)
async def test_the_number_of_statements_is_fixed(insider: Insider, expected: int, fields: str) -> None:
    assert await counted(insider, fields, None) == dict.fromkeys(ROWS, expected)


@pytest.mark.parametrize(("viewer", "expected", "fields"), SIGNED_IN.values(), ids=SIGNED_IN)
async def test_the_number_of_statements_is_fixed_for_viewers(insider: Insider, viewer: Viewer, expected: int, fields: str) -> None:
    assert await counted(insider, fields, viewer) == dict.fromkeys(ROWS, expected)


async def counted(insider: Insider, fields: str, viewer: Viewer | None) -> dict[int, int]:
    """How many statements the fields cost by the number of rows on a page."""
    counts = {}
    for rows in ROWS:
        with recorded() as statements:
            await insider.ask(f"{{ {fields.replace('ROWS', str(rows))} }}", viewer=viewer)
        counts[rows] = len(statements)
    return counts


async def test_users_come_along_with_ratings_that_are_asked_for_them_and_with_no_others(insider: Insider) -> None:
    for fields, joined in (
        ("movies(first: 2) { nodes { ratings { nodes { value user { username } } } } }", [False, True]),
        ("movies(first: 2) { nodes { ratings { edges { node { user { username } } } } } }", [False, True]),
        ("movies(first: 2) { nodes { ratings { nodes { value } } viewerRating { user { username } } } }", [False, False, False, False]),
    ):
        with recorded() as statements:
            await insider.ask(f"{{ {fields} }}", viewer=PRIVATE)
        # The last statement of the first two is for the viewer's own private ratings.
        assert ["JOIN users" in each.text for each in statements][: len(joined)] == joined


async def test_what_comes_along_does_not_replace_what_is_known(insider: Insider) -> None:
    context = Context(insider.services)
    users = await users_by_id(context, [1, 2])
    ada, bea = users[1], users[2]

    context.loaders.add(users_by_id, {1: ada})
    context.loaders.add(users_by_id, {1: ada._replace(display_name="Changed meanwhile"), 2: bea})

    with recorded() as statements:
        assert await context.load_many(users_by_id, [1, 2]) == {1: ada, 2: bea}
    assert statements == []


@pytest.mark.parametrize("rows", ROWS)
async def test_nodes_of_all_types_cost_a_statement_a_type(insider: Insider, rows: int) -> None:
    selection = "{ nodes { id ratings(first: 1) { nodes { id user { id } } } } }"
    page = await insider.ask(f"{{ movies(first: {rows}) {selection} }}")
    films = page["movies"]["nodes"]
    given = [film["ratings"]["nodes"][0] for film in films]
    ids = [each["id"] for each in [*films, *given]] + [given[0]["user"]["id"]]

    with recorded() as statements:
        found = (await insider.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", {"ids": ids[-100:]}))["nodes"]

    assert [each["id"] for each in found] == ids[-100:]
    assert len(statements) == len({each["__typename"] for each in found})


@pytest.mark.parametrize(("looked_up", "expected"), [(4, 1), (5, 2)])
async def test_two_operations_share_a_statement_for_few_rows_alone(insider: Insider, looked_up: int, expected: int) -> None:
    pages = [[f"tt{first + number:07}" for number in range(looked_up)] for first in (1, 11)]
    query = "query ($ids: [ID!]!) { moviesByImdbId(imdbIds: $ids) { imdbId } }"

    with recorded() as statements:
        found = await asyncio.gather(*(insider.ask(query, {"ids": ids}) for ids in pages))

    assert [[each["imdbId"] for each in answer["moviesByImdbId"]] for answer in found] == pages
    assert len(statements) == expected
