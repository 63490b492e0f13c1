"""Whatever is sent is answered in JSON, with a code where it is an error, and never with a fault of ours."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.services import Services
from tests.accounts import serving
from tests.clients import Client

CODES = {
    400: {
        "BAD_REQUEST",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
        "BAD_USER_INPUT",
        "QUERY_TOO_COMPLEX",
        "PERSISTED_QUERY_NOT_FOUND",
    },
    405: {"METHOD_NOT_ALLOWED"},
    406: {"NOT_ACCEPTABLE"},
    413: {"PAYLOAD_TOO_LARGE"},
    415: {"UNSUPPORTED_MEDIA_TYPE"},
}
REFUSED_IN_JSON = CODES[400] - {"BAD_REQUEST"}
"""What application/json is answered with 200 for."""

QUERIES = st.sampled_from(
    [
        "{ __typename }",
        "{ movies { nodes { title } } }",
        "query A($first: Int, $id: ID!) { movies(first: $first) { nodes { title } } movie(imdbId: $id) { title } }",
        'mutation { rateMovie(input: {imdbId: "tt0000001", value: 5}) { errors { code } } }',
        'subscription { ratingChanged(imdbId: "tt0000001") { rating { value } } }',
        "query A { __typename } query B { genres { name } }",
        "{ a: __typename ...F } fragment F on Query { ...F }",
        "{",
        "",
    ]
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
NAMED = st.fixed_dictionaries(
    {}, optional={"version": ANY_JSON | st.just(1), "sha256Hash": ANY_JSON | st.text("0123456789abcdef", min_size=64, max_size=64)}
)
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "query": QUERIES | st.text(max_size=200) | ANY_JSON,
        "variables": ANY_JSON | st.fixed_dictionaries({}, optional={"first": ANY_JSON, "id": ANY_JSON}),
        "operationName": ANY_JSON | st.sampled_from(["A", "B", ""]),
        "extensions": ANY_JSON | st.fixed_dictionaries({}, optional={"persistedQuery": NAMED | ANY_JSON}),
        "documentId": ANY_JSON,
    },
)
ACCEPTS = st.sampled_from(["*/*", "application/json", "application/graphql-response+json", "", "text/html", "text/plain;q=x"]) | st.text(
    st.characters(min_codepoint=32, max_codepoint=126), max_size=40
)
TYPES = st.sampled_from(["application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=UTF-8"])
OTHER_TYPES = st.sampled_from(
    ["text/plain", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "", "multipart/form-data"]
)

thrown = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(response: httpx.Response) -> None:
    media_type, _, parameters = response.headers["content-type"].partition("; ")
    assert media_type in ("application/json", "application/graphql-response+json")
    assert parameters == "charset=utf-8"
    body = response.json()
    if response.status_code == 200:
        refused = {error["extensions"]["code"] for error in body.get("errors", ())}
        assert "data" in body or (refused <= REFUSED_IN_JSON and media_type == "application/json")
        assert "INTERNAL_SERVER_ERROR" not in refused
        return
    assert "data" not in body
    for error in body["errors"]:
        assert error["extensions"]["code"] in CODES[response.status_code], response.text
        assert error["message"]


@pytest.fixture
async def client(services: Services) -> AsyncIterator[Client]:
    async with serving(services, max_body_bytes="5000", graphiql="off") as client:
        yield client


@thrown
@given(body=st.binary(max_size=300) | st.text(max_size=100).map(str.encode), content_type=TYPES | OTHER_TYPES, accept=ACCEPTS)
async def test_any_bytes(client: Client, body: bytes, content_type: str, accept: str) -> None:
    check(await client.http.post("/graphql", content=body, headers={"Content-Type": content_type, "Accept": accept}))


@thrown
@given(sent=ANY_JSON | REQUESTS | st.lists(REQUESTS, max_size=3), content_type=TYPES, accept=ACCEPTS)
async def test_any_json(client: Client, sent: Any, content_type: str, accept: str) -> None:
    body = json.dumps(sent).encode("utf-8", "surrogatepass")
    check(await client.http.post("/graphql", content=body, headers={"Content-Type": content_type, "Accept": accept}))


@thrown
@given(sent=REQUESTS, accept=ACCEPTS)
async def test_any_parameters(client: Client, sent: dict[str, Any], accept: str) -> None:
    parameters = {name: value if isinstance(value, str) else json.dumps(value) for name, value in sent.items()}
    encoded = urlencode(parameters, errors="surrogatepass")
    check(await client.http.get(f"/graphql?{encoded}", headers={"Accept": accept}))


@thrown
@given(query=st.binary(max_size=100).map(quote_from_bytes), accept=ACCEPTS)
async def test_any_query_string(client: Client, query: str, accept: str) -> None:
    for parameters in (query, f"query={query}", f"query={{__typename}}&variables={query}", f"extensions={query}"):
        check(await client.http.get(f"/graphql?{parameters}", headers={"Accept": accept}))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b'"x"',
        b"5",
        b"null",
        b"true",
        b"[" * 4999,
        b'{"a":' * 900,
        b'{"query": "{ __typename }", "query": 5}',
        b'{"query": "\\ud800"}',
        b'{"query": "{ movie(imdbId: \\"\\ud800\\") { title } }"}',
        b'{"query": "{ __typename }", "variables": {"\\ud800": 1}}',
        b'{"query": "query ($n: Int) { movies(first: $n) { totalCount } }", "variables": {"n": 1e999}}',
        b'{"query": "query ($n: Int) { movies(first: $n) { totalCount } }", "variables": {"n": 99999999999999999999}}',
        b'{"query": "{ __typename }", "operationName": "' + b"x" * 4000 + b'"}',
        b"\xef\xbb\xbf" + b'{"query": "{ __typename }"}',
    ],
)
async def test_what_has_broken_servers_before(client: Client, body: bytes) -> None:
    check(await client.http.post("/graphql", content=body, headers={"Content-Type": "application/json"}))
