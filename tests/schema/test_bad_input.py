"""What a query's arguments may be: everything else is BAD_USER_INPUT, in a sentence that says what would be right."""

import struct
from typing import Any

import pytest

from tests.accounts import serving
from tests.clients import Insider

ID = "tt0000008"


def ratings(arguments: str) -> str:
    return f'{{ movie(imdbId: "{ID}") {{ ratings({arguments}) {{ nodes {{ value }} }} }} }}'


def movies(arguments: str) -> str:
    return f"{{ movies({arguments}) {{ nodes {{ title }} }} }}"


def listed(count: int) -> str:
    return "[" + ", ".join(f'"tt{number:07}"' for number in range(count)) + "]"


NEWEST, LOWEST, TOP_RATED, TITLE, NONE = 0, 3, 4, 8, 99
"""Orders as cursors have them."""


def cursor(order: int, row_id: int, value: int | str) -> str:
    return struct.pack(">Bqq", order, row_id, value).hex() if isinstance(value, int) else text_cursor(order, row_id, value.encode())


def text_cursor(order: int, row_id: int, value: bytes) -> str:
    return (struct.pack(">Bq", order, row_id) + value).hex()


NO_CURSOR = "`after` is no cursor of this API: pass the `cursor` of an edge, or `endCursor` or `startCursor` of a page."
ANOTHER_ORDERING = "`after` is a cursor of another ordering: pass one that this list gave, or leave it out."
REFUSED = {
    "first: 0": (movies("first: 0"), "`first` must be from 1 to 100, not 0."),
    "first: -1": (movies("first: -1"), "`first` must be from 1 to 100, not -1."),
    "first: 101": (movies("first: 101"), "`first` must be from 1 to 100, not 101."),
    "last: 0": (ratings("last: 0"), "`last` must be from 1 to 100, not 0."),
    "last: 101": (ratings("last: 101"), "`last` must be from 1 to 100, not 101."),
    "first with last": (ratings("first: 1, last: 1"), "`first` and `last` exclude each other: pass one of them."),
    "a cursor that is a word": (movies('after: "garbage"'), NO_CURSOR),
    "an empty cursor": (movies('after: ""'), NO_CURSOR),
    "a cursor beyond ASCII": (movies('after: "é"'), NO_CURSOR),
    "a cursor of no number": (movies(f'after: "{"g" * 34}"'), NO_CURSOR),
    "a cursor of an order alone": (movies('after: "04"'), NO_CURSOR),
    "a cursor that is cut off": (movies(f'after: "{cursor(TOP_RATED, 1, 7)[:-2]}"'), NO_CURSOR),
    "a cursor that goes on": (movies(f'after: "{cursor(TOP_RATED, 1, 7)}00"'), NO_CURSOR),
    "a cursor in capitals": (movies(f'after: "{cursor(TOP_RATED, 1, 255).upper()}"'), NO_CURSOR),
    "a cursor with a space": (movies(f'after: "{cursor(TOP_RATED, 1, 7)} "'), NO_CURSOR),
    "a cursor of a text that is none": (movies(f'orderBy: TITLE, after: "{text_cursor(TITLE, 1, bytes([200]))}"'), NO_CURSOR),
    "a cursor of a time before all": (ratings(f'after: "{cursor(NEWEST, 1, -99999999999999999)}"'), NO_CURSOR),
    "a cursor of a time beyond all": (ratings(f'after: "{cursor(NEWEST, 1, 2**63 - 1)}"'), NO_CURSOR),
    "a cursor of an unknown ordering": (movies(f'after: "{cursor(NONE, 1, 7)}"'), NO_CURSOR),
    "a cursor of another list": (movies(f'after: "{cursor(NEWEST, 1, 1767225600000000)}"'), ANOTHER_ORDERING),
    "a cursor of another ordering": (ratings(f'orderBy: HIGHEST, after: "{cursor(LOWEST, 1, 7)}"'), ANOTHER_ORDERING),
    "a bad cursor behind": (movies('before: "garbage"'), NO_CURSOR.replace("after", "before")),
    "RELEVANCE without a search": (
        movies("orderBy: RELEVANCE"),
        "RELEVANCE orders what a search found: pass `filter: {search: ...}`, or another order.",
    ),
    "RELEVANCE of a blank search": (
        movies('orderBy: RELEVANCE, filter: {search: " "}'),
        "RELEVANCE orders what a search found: pass `filter: {search: ...}`, or another order.",
    ),
    "no ids": ("{ nodes(ids: []) { id } }", "`ids` must hold 1 to 100 ids, not 0."),
    "101 ids": (f"{{ nodes(ids: {listed(101)}) {{ id }} }}", "`ids` must hold 1 to 100 ids, not 101."),
    "no IMDb ids": ("{ moviesByImdbId(imdbIds: []) { id } }", "`imdbIds` must hold 1 to 100 ids, not 0."),
    "101 IMDb ids": (f"{{ moviesByImdbId(imdbIds: {listed(101)}) {{ id }} }}", "`imdbIds` must hold 1 to 100 ids, not 101."),
    "no IMDb ids in a filter": (movies("filter: {imdbIds: []}"), "`imdbIds` must hold 1 to 100 ids, not 0."),
    "101 IMDb ids in a filter": (movies(f"filter: {{imdbIds: {listed(101)}}}"), "`imdbIds` must hold 1 to 100 ids, not 101."),
    "21 genres": (movies(f"filter: {{genres: {listed(21)}}}"), "`genres` must hold at most 20 names, not 21."),
    "a search of 201 characters": (
        movies(f'filter: {{search: "{"é" * 201}"}}'),
        "`search` must have at most 200 characters, not 201.",
    ),
    "years that run backwards": (
        movies("filter: {year: {from: 2001, to: 2000}}"),
        "`year` runs backwards: `from` (2001) must not be after `to` (2000).",
    ),
    "fewer than no ratings": (movies("filter: {minRatingCount: -1}"), "`minRatingCount` must be 0 or more, not -1."),
}


@pytest.mark.parametrize(("query", "message"), REFUSED.values(), ids=REFUSED)
async def test_an_argument_out_of_bounds_is_refused(films: Insider, query: str, message: str) -> None:
    [error] = await films.errors(query)

    assert (error["message"], error["extensions"]["code"]) == (message, "BAD_USER_INPUT")


async def test_a_cursor_that_another_list_gave_is_refused(films: Insider) -> None:
    query = "query ($order: MovieOrder, $after: String) { movies(orderBy: $order, after: $after) { pageInfo { endCursor } } }"
    for made_for, used_for in (("TITLE", "TOP_RATED"), ("TOP_RATED", "MOST_RATED"), ("RECENTLY_IMPORTED", "TITLE")):
        given = (await films.ask(query, {"order": made_for}))["movies"]["pageInfo"]["endCursor"]
        [error] = await films.errors(query, {"order": used_for, "after": given})
        assert error["message"] == ANOTHER_ORDERING
        assert (await films.ask(query, {"order": made_for, "after": given}))["movies"] == {"pageInfo": {"endCursor": None}}


async def test_a_refused_field_leaves_the_others_standing(films: Insider) -> None:
    body = await films.body(f'{{ movie(imdbId: "{ID}") {{ title }} movies(first: 0) {{ totalCount }} genres {{ name }} }}')

    assert body["data"]["movie"] == {"title": "The Shawshank Redemption"}
    assert body["data"]["movies"] is None
    assert {"name": "Horror"} in body["data"]["genres"]
    assert [error["path"] for error in body["errors"]] == [["movies"]]


ODD_TITLE = "'\":%_\\\x00😀"
ALLOWED = {
    "bounds": movies("first: 100"),
    "null for nothing": movies("first: null, last: null, after: null, before: null, orderBy: null, filter: null"),
    "a search of 200 characters": movies(f'filter: {{search: "{"é" * 200}"}}'),
    "a search of 200 words' beginnings": movies(f'filter: {{search: "{" ".join("abcdefghij" * 10)}"}}'),
    "a search of marks alone": movies('filter: {search: "?!"}'),
    "20 genres": movies(f"filter: {{genres: {listed(20)}}}"),
    "100 ids": f"{{ nodes(ids: {listed(100)}) {{ id }} moviesByImdbId(imdbIds: {listed(100)}) {{ id }} }}",
    "cursors at the ends of the numbers": movies(f'after: "{cursor(TOP_RATED, 2**63 - 1, 2**63 - 1)}"'),
    "cursors below nothing": movies(f'before: "{cursor(TOP_RATED, -1, -1)}"'),
    "a cursor of a title with marks": movies(f'orderBy: TITLE, after: "{cursor(TITLE, 1, ODD_TITLE)}"'),
}


@pytest.mark.parametrize("query", ALLOWED.values(), ids=ALLOWED)
async def test_what_is_just_within_the_bounds_is_answered(films: Insider, query: str) -> None:
    await films.ask(query)


VARIABLES: dict[str, tuple[str, Any]] = {
    "a fraction": ("Int", 1.5),
    "a number beyond 32 bits": ("Int", 2**31),
    "a number beyond 64 bits": ("Int", 2**70),
    "a text for a number": ("Int", "20"),
    "true for a number": ("Int", True),
    "a list for a number": ("Int", [1, 2]),
    "an object for a number": ("Int", {"first": 1}),
}


@pytest.mark.parametrize(("kind", "value"), VARIABLES.values(), ids=VARIABLES)
async def test_a_variable_of_another_kind_is_refused(films: Insider, kind: str, value: object) -> None:
    body = await films.body(f"query ($value: {kind}) {{ movies(first: $value) {{ totalCount }} }}", {"value": value})

    assert "data" not in body
    assert [error["extensions"]["code"] for error in body["errors"]] == ["BAD_USER_INPUT"]
    assert "$value" in body["errors"][0]["message"]


TEXTS = ["\x00", "\ufffe", "\U0010ffff", "\u202e", "a\u0301" * 100, "🏴\u200d☠️", "'; --", "\\", "%s", "{0}", "NaN", "\r\n", "𠮷"]
WITH_TEXT = """query ($text: String!, $id: ID!) {
  user(username: $text) { id } movie(imdbId: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id } moviesByImdbId(imdbIds: [$id]) { id }
  viewerLike: user(username: "user1") { rating(imdbId: $id) { id } }
  movies(filter: {search: $text, genres: [$text], imdbIds: [$id]}) { nodes { id } totalCount }
}"""


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
async def test_any_text_is_an_answer_and_no_error(films: Insider, text: str) -> None:
    assert await films.ask(WITH_TEXT, {"text": text, "id": text}) == {
        "user": None,
        "movie": None,
        "node": None,
        "nodes": [None],
        "moviesByImdbId": [None],
        "viewerLike": {"rating": None},
        "movies": {"nodes": [], "totalCount": 0},
    }


SURROGATES = {
    "in a variable": rb'{"query": "query ($u: String!) { user(username: $u) { id } }", "variables": {"u": "\ud800"}}',
    "in a document": rb'{"query": "{ user(username: \"\\ud800\") { id } }"}',
    "in the body": b'{"query": "{ user(username: \\"\xed\xa0\x80\\") { id } }"}',
    "in a search": rb'{"query": "{ movies(filter: {search: \"\\uDFFF\"}) { totalCount } }"}',
}


@pytest.mark.parametrize("body", SURROGATES.values(), ids=SURROGATES)
async def test_half_a_character_is_refused_as_such(films: Insider, body: bytes) -> None:
    async with serving(films.services) as client:
        answer = await client.http.post("/graphql", content=body, headers={"Content-Type": "application/json"})

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) in {(400, "BAD_REQUEST"), (200, "GRAPHQL_PARSE_FAILED")}
