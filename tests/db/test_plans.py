"""MariaDB answers every look-up, every page of a connection and every order of all movies from an index: EXPLAIN says so.

What is explained is what the API runs, recorded on its way to the server. "ALL" is EXPLAIN's word for reading a whole table.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from itertools import product
from typing import Any

import pytest

from db.database import Database, open_database
from db.movie_listing import CANDIDATES
from db.rendering import Rendered
from resolvers.access import Viewer
from tests.clients import Insider
from tests.databases import MigratedTables, empty_database, run_statements
from tests.factories import movie, rating, store, user
from tests.servers import MariaDB
from tests.services import services_on
from tests.statements import Statement, recorded

MOVIES, USERS = 3000, 1000
FAVOURITE, FAN = 7, 5
"""A movie to which everybody has given 8, and a user who has rated every movie."""

PRIVATE = Viewer(id=10, session_id="", is_admin=False, is_private=True)
ADMIN = Viewer(id=11, session_id="", is_admin=True, is_private=False)
VIEWERS: dict[str, Viewer | None] = {"stranger": None, "private": PRIVATE, "admin": ADMIN}
RATING_ORDERS = ["NEWEST", "OLDEST", "HIGHEST", "LOWEST"]
MOVIE_ORDERS = ["TOP_RATED", "MOST_RATED", "NEWEST_RELEASE", "RECENTLY_IMPORTED", "TITLE"]
DIRECTIONS = ["first", "last"]
CURSORS: list[tuple[str, ...]] = [(), ("after",), ("before",), ("after", "before")]


@pytest.fixture(scope="module")
def large_url(mariadb_server: MariaDB, migrated_tables: MigratedTables) -> Iterator[str]:
    """A database of some thousand movies and ratings, whose statistics are fresh."""
    with empty_database(mariadb_server) as url:
        migrated_tables.copy_to(url, mariadb_server)
        asyncio.run(fill(url))
        run_statements(url, ["ANALYZE TABLE movies, users, ratings, movie_genres, movie_words"])
        yield url


async def fill(url: str) -> None:
    users = [user(number, is_private=number % 10 == 0) for number in range(1, USERS + 1)]
    films = [
        movie(number, f"The Film of {number}", tmdb_id=number, year=1920 + number % 100, genres=("Drama", f"Kind {number % 30}"))
        for number in range(1, MOVIES + 1)
    ]
    pairs = {(FAN, film) for film in range(1, MOVIES)} | {(rater, FAVOURITE) for rater in range(1, USERS + 1)}
    pairs |= {(number % 50 + 20, number * 7 % 500 + 1) for number in range(4000)}
    given = [
        rating(number, users[rater - 1], films[film - 1], 16 if film == FAVOURITE else number % 20 + 1)
        for number, (rater, film) in enumerate(sorted(pairs, key=lambda pair: (pair[1] * 31 % 1000, pair)), start=1)
    ]
    async with open_database(url) as database:
        await store(database, users=users, movies=films, ratings=given)


@pytest.fixture
async def large(large_url: str) -> AsyncIterator[Database]:
    async with open_database(large_url) as database:
        yield database


async def plan(database: Database, statement: Statement) -> Any:  # Any: JSON
    async with database._backend.begin() as connection:
        [(explained,)] = (await connection.run(Rendered(f"EXPLAIN FORMAT=JSON {statement.text}"), statement.values)).rows
    return json.loads(explained)


def steps(node: Any) -> Iterator[tuple[str, Any]]:  # Any: JSON
    """Every name in a plan with its value, however deep."""
    if isinstance(node, dict):
        yield from node.items()
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from steps(child)


async def faults(database: Database, statements: list[Statement]) -> list[tuple[str, str]]:
    """What a plan must not do, with the statement that does it."""
    assert statements, "nothing was asked of the database"
    found = []
    for statement in statements:
        for name, value in steps(await plan(database, statement)):
            if (name, value) == ("access_type", "ALL"):
                found.append(("full scan", statement.text))
            elif name in ("filesort", "temporary_table"):
                found.append((name, statement.text))
    return found


async def test_a_scan_and_a_sort_would_be_found(large: Database) -> None:
    scanning = Statement("SELECT id FROM movies WHERE poster_url = %s", ("",))
    sorting = Statement("SELECT id FROM ratings WHERE movie_id = %s ORDER BY -user_id", (FAVOURITE,))

    assert [fault for fault, _ in await faults(large, [scanning])] == ["full scan"]
    assert "filesort" in [fault for fault, _ in await faults(large, [sorting])]


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
@pytest.mark.parametrize("order", RATING_ORDERS)
@pytest.mark.parametrize(
    ("of", "along"), [("movie", ""), ("movie", "node { user { bio } }"), ("user", ""), ("user", "node { movie { title } }")]
)
async def test_pages_of_ratings_come_from_an_index(large: Database, of: str, along: str, order: str, viewer: Viewer | None) -> None:
    insider = Insider(services_on(large))
    parent = f'movie(imdbId: "tt{FAVOURITE:07}")' if of == "movie" else f'user(username: "user{FAN}")'
    query = f"query ($first: Int, $last: Int, $after: String, $before: String) {{ {parent} {{"
    query += (
        f" ratings(first: $first, last: $last, after: $after, before: $before, orderBy: {order}) {{ edges {{ cursor {along} }} }} }} }}"
    )
    edges = (await insider.ask(query, {"first": 100}, viewer))[of]["ratings"]["edges"]
    places = {"after": edges[20]["cursor"], "before": edges[80]["cursor"]}

    for direction, cursors in product(DIRECTIONS, CURSORS):
        variables = {direction: 10, **{each: places[each] for each in cursors}}
        with recorded() as statements:
            page = (await insider.ask(query, variables, viewer))[of]["ratings"]["edges"]
        assert len(page) == 10
        assert await faults(large, statements) == []


@pytest.mark.parametrize("viewer", [None, ADMIN], ids=["stranger", "admin"])
@pytest.mark.parametrize("order", ["NEWEST", "OLDEST"])
async def test_the_usual_pages_of_ratings_come_from_an_index_alone(large: Database, order: str, viewer: Viewer | None) -> None:
    page = f"ratings(first: 3, orderBy: {order}) {{ nodes {{ value ratedAt"
    query = f'{{ movies(first: 3) {{ nodes {{ {page} }} }} }} }} user(username: "user{FAN}") {{ {page} }} }} }} }}'

    tables = await tables_of_ratings(large, query, viewer)

    assert {table["table_name"] for table in tables} == {"ratings"}
    assert all(table.get("using_index") for table in tables)


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
async def test_what_ratings_lead_to_is_looked_up_rating_by_rating(large: Database, viewer: Viewer | None) -> None:
    page = "ratings(first: 3) { nodes { value ratedAt"
    query = f'{{ movie(imdbId: "tt{FAVOURITE:07}") {{ {page} user {{ {page} movie {{ title }} }} }} }} }} }} }} }}'

    tables = await tables_of_ratings(large, query, viewer)

    assert {table["table_name"] for table in tables[::2]} == {"ratings"}
    assert {table["table_name"] for table in tables[1::2]} == {"users", "movies"}
    assert {table["access_type"] for table in tables[1::2]} <= {"eq_ref", "const"}


async def tables_of_ratings(database: Database, query: str, viewer: Viewer | None) -> list[Any]:  # Any: JSON
    """How tables are read by the two statements of a query that list ratings, in the order in which they are read."""
    with recorded() as statements:
        await Insider(services_on(database)).ask(query, viewer=viewer)
    of_ratings = [each for each in statements if "FROM ratings" in each.text]
    assert len(of_ratings) >= 2
    return [value for each in of_ratings for name, value in steps(await plan(database, each)) if name == "table"]


@pytest.mark.parametrize("order", MOVIE_ORDERS)
async def test_pages_of_all_movies_come_from_an_index(large: Database, order: str) -> None:
    insider = Insider(services_on(large))
    query = "query ($first: Int, $last: Int, $after: String, $before: String) {"
    query += f" movies(first: $first, last: $last, after: $after, before: $before, orderBy: {order}) {{ edges {{ cursor }} }} }}"
    edges = (await insider.ask(query, {"first": 100}))["movies"]["edges"]
    places = {"after": edges[20]["cursor"], "before": edges[80]["cursor"]}

    for direction, cursors in product(DIRECTIONS, CURSORS):
        with recorded() as statements:
            page = (await insider.ask(query, {direction: 10, **{each: places[each] for each in cursors}}))["movies"]["edges"]
        assert len(page) == 10
        assert await faults(large, statements) == []


TIED = {
    "unrated movies": "movies(orderBy: MOST_RATED, {page}) { edges { cursor } }",
    "ratings of one value": f'movie(imdbId: "tt{FAVOURITE:07}") {{ ratings(orderBy: HIGHEST, {{page}}) {{ edges {{ cursor }} }} }}',
}


@pytest.mark.parametrize("listing", TIED.values(), ids=TIED)
async def test_a_page_among_many_equals_reads_only_its_own_rows(large: Database, listing: str) -> None:
    insider = Insider(services_on(large))

    async def page(cut: str) -> Any:  # Any: JSON
        data = await insider.ask(f"{{ {listing.replace('{page}', cut)} }}")
        return data["movies"] if "movies" in data else data["movie"]["ratings"]

    cursor = None
    for _ in range(3):
        cut = "first: 100" + (f', after: "{cursor}"' if cursor else "")
        cursor = (await page(cut))["edges"][-1]["cursor"]
    for cut in (f'first: 10, after: "{cursor}"', f'last: 10, before: "{cursor}"'):
        with recorded() as statements:
            assert len((await page(cut))["edges"]) == 10
        assert await rows_read(large, statements[-1]) <= 3 * 11


async def rows_read(database: Database, statement: Statement) -> int:
    """How many rows or index entries the server looks at, with those that it discards right at the index."""
    async with database._backend.begin() as connection:
        await connection.run(Rendered("FLUSH STATUS"), ())
        await connection.run(Rendered(statement.text), statement.values)
        counters = await connection.run(Rendered("SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler%'"), ())
    looked_at = ("Handler_read_key", "Handler_read_next", "Handler_read_prev", "Handler_read_rnd_next", "Handler_icp_attempts")
    return sum(int(value) for name, value in counters.rows if name in looked_at)


LOOK_UPS = {
    "movie": '{ movie(imdbId: "tt0000007") { title plot ratingDistribution { count } } }',
    "moviesByImdbId": '{ moviesByImdbId(imdbIds: ["tt0000007", "tt0000008"]) { title } }',
    "user": '{ user(username: "User5") { username } }',
    "nodes": '{ nodes(ids: ["TW92aWU6Nw==", "VXNlcjo1", "UmF0aW5nOjk="]) { id } }',
    "a user's rating": '{ user(username: "user5") { rating(imdbId: "tt0000007") { value } } }',
    "the viewer's rating": "{ movies(first: 5) { nodes { viewerRating { value } } } }",
    "a rating's user and movie": '{ movie(imdbId: "tt0000007") { ratings(first: 5) { nodes { user { username } movie { title } } } } }',
    "many pages at once": "{ movies(first: 10) { nodes { ratings(first: 5, orderBy: HIGHEST) { nodes { value } } } } }",
    "totalCount of ratings": '{ movie(imdbId: "tt0000007") { ratings { totalCount } } }',
    "a user's distribution": '{ user(username: "user25") { ratingDistribution { count } } }',
    "movies by id and genre": '{ movies(filter: {imdbIds: ["tt0000007"], genres: ["drama"]}) { nodes { title } } }',
}


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
@pytest.mark.parametrize("query", LOOK_UPS.values(), ids=LOOK_UPS)
async def test_look_ups_come_from_an_index(large: Database, query: str, viewer: Viewer | None) -> None:
    with recorded() as statements:
        await Insider(services_on(large)).ask(query, viewer=viewer)

    assert await faults(large, statements) == []


async def test_the_viewer_comes_from_an_index(large: Database) -> None:
    with recorded() as statements:
        await Insider(services_on(large)).ask("{ viewer { username isAdmin } }", viewer=ADMIN)

    assert await faults(large, statements) == []


@pytest.mark.parametrize(
    ("search", "most_ranked"),
    [("of", CANDIDATES), ("film", 2 * CANDIDATES), ("the film", 2 * CANDIDATES), ("of 29", 111), ("film of 2999", 1)],
)
async def test_a_search_ranks_a_bounded_number_however_common_its_words(large: Database, search: str, most_ranked: int) -> None:
    """Every title holds `film` and `of`, and begins with `the film`; those beginnings and those words count apart."""
    query = "query ($search: String!) { movies(first: 10, filter: {search: $search}) { nodes { title } totalCount } }"
    with recorded() as statements:
        found = (await Insider(services_on(large)).ask(query, {"search": search}))["movies"]

    assert min(most_ranked, 10) == len(found["nodes"])
    assert min(most_ranked, CANDIDATES) <= found["totalCount"] <= most_ranked
    for statement in statements:
        assert await rows_read(large, statement) <= 10 * (most_ranked + 10)
