"""A server whose schema is closed, with INTROSPECTION=off and GRAPHIQL=off: it gives nothing of the schema away."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.cinegraph import Cinegraph
from tests.clients import Client, over_http
from tests.databases import sqlite_url
from tests.live import connected
from tests.scanner import CHECKS, findings

CLOSED = {"INTROSPECTION": "off", "GRAPHIQL": "off"}
SWITCHES = [CLOSED, {}]

MISSPELT = {
    "a root field": ("{ movi(imdbId: 1) { id } }", None, "movie"),
    "a field": ('{ movie(imdbId: "tt0000001") { titel } }', None, "title"),
    "a mutation": ("mutation { rateMovi { id } }", None, "rateMovie"),
    "a subscription": ("subscription { ratingChange { rating { id } } }", None, "ratingChanged"),
    "an argument": ("{ movies(orderby: TITLE) { totalCount } }", None, "orderBy"),
    "a type of a fragment": ("fragment F on Movi { id } { ...F }", None, "Movie"),
    "a type of a variable": ("query ($filter: MovieFilte) { movies(filter: $filter) { totalCount } }", None, "MovieFilter"),
    "an enum's value": ("{ movies(orderBy: TOP_RATE) { totalCount } }", None, "TOP_RATED"),
    "an input's field": ('{ movies(filter: { serch: "x" }) { totalCount } }', None, "search"),
    "a missing selection": ('{ movie(imdbId: "tt0000001") }', None, "{ ... }"),
    "a field of another type": ('{ node(id: "x") { title } }', None, "Movie"),
    "an enum's value in a variable": (
        "query ($order: MovieOrder!) { movies(orderBy: $order) { totalCount } }",
        {"order": "TOP_RATE"},
        "TOP_RATED",
    ),
    "an input's field in a variable": (
        "query ($filter: MovieFilter) { movies(filter: $filter) { totalCount } }",
        {"filter": {"serch": "x"}},
        "search",
    ),
    "an input's field in a mutation's variable": (
        "mutation ($input: RateMovieInput!) { rateMovie(input: $input) { errors { code } } }",
        {"input": {"imdbId": "tt0000001", "value": 8, "scal": "TEN"}},
        "scale",
    ),
}


@pytest.fixture(scope="module", params=SWITCHES, ids=["closed", "open"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cinegraph]:
    folder = tmp_path_factory.mktemp("server")
    with Cinegraph(folder, sqlite_url(folder / "cinegraph.db"), **request.param) as server:
        yield server


@pytest.fixture
async def client(server: Cinegraph) -> AsyncIterator[Client]:
    async with over_http(server.address) as client:
        yield client


only_closed = pytest.mark.parametrize("server", [CLOSED], ids=["closed"], indirect=True)
only_open = pytest.mark.parametrize("server", [{}], ids=["open"], indirect=True)


@only_closed
async def test_a_scanner_finds_nothing(client: Client) -> None:
    assert len(CHECKS) == 14
    assert await findings(client.http) == set()


@only_open
async def test_the_scanner_finds_what_an_open_server_offers_and_no_weakness(client: Client) -> None:
    assert await findings(client.http) == {"introspection", "field suggestions", "GraphiQL", "queries by GET"}


@only_closed
@pytest.mark.parametrize("case", MISSPELT)
async def test_no_error_tells_a_name_that_it_was_not_told(client: Client, server: Cinegraph, case: str) -> None:
    query, variables, name = MISSPELT[case]
    async with connected(server.address) as socket:
        over_websocket = await socket.answers(query, variables)
    answers = [
        (await client.post(query, variables)).json(),
        (await client.post(query, variables, Accept="text/event-stream")).text,
        over_websocket,
    ]
    for answer in map(json.dumps, answers):
        assert "BAD_USER_INPUT" in answer or "GRAPHQL_VALIDATION_FAILED" in answer
        assert "Did you mean" not in answer
        assert f'\\"{name}\\"' not in answer.replace(json.dumps(query), "")
        assert f"'{name}'" not in answer


@only_open
@pytest.mark.parametrize("case", MISSPELT)
async def test_an_open_server_helps(client: Client, case: str) -> None:
    query, variables, name = MISSPELT[case]
    [error] = await client.errors(query, variables)

    assert "Did you mean" in error["message"]
    assert name in error["message"]


@only_closed
async def test_the_name_of_a_type_is_told_and_no_more(client: Client) -> None:
    assert await client.ask("{ __typename }") == {"__typename": "Query"}
    refused = await client.errors('{ __type(name: "Movie") { fields { name } } }')
    assert {error["extensions"]["code"] for error in refused} == {"GRAPHQL_VALIDATION_FAILED"}
    assert "imdbId" not in json.dumps(refused)


@only_closed
async def test_documents_come_by_get_by_their_hash_alone(client: Client) -> None:
    digest = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"  # of { __typename }, without blanks
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    await client.http.post("/graphql", json={"query": "{__typename}", "extensions": extensions})

    by_hash = await client.http.get("/graphql", params={"extensions": json.dumps(extensions)})
    by_text = await client.http.get("/graphql", params={"query": "{__typename}"})

    assert (by_hash.status_code, by_hash.json()["data"]) == (200, {"__typename": "Query"})
    assert (by_text.status_code, by_text.headers["allow"]) == (405, "POST")
    assert by_text.json()["errors"][0] == {
        "message": "GET is for documents that are named by their hash: send this by POST.",
        "extensions": {"code": "METHOD_NOT_ALLOWED"},
    }
