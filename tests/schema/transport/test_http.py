"""GraphQL over HTTP: statuses, media types and methods, as the specification has them, and documents that are named."""

import json
from collections.abc import AsyncIterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from resolvers.services import Services
from tests.accounts import everything, register, serving
from tests.clients import Client

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
QUERY = "query Films { movies(first: 1) { nodes { title } } }"
FILMS = {"data": {"movies": {"nodes": [{"title": "The Shawshank Redemption"}]}}}
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture
async def client(services: Services) -> AsyncIterator[Client]:
    async with serving(services) as client:
        yield client


def code_of(response: httpx.Response) -> Any:  # Any: JSON
    [error] = response.json()["errors"]
    return error["extensions"]["code"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}, {JSON};q=0.9", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0.5, {JSON}", JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8", GRAPHQL_JSON),
        (f"text/html, {GRAPHQL_JSON};q=0.1", GRAPHQL_JSON),
        ("multipart/mixed;deferSpec=20220824, application/json", JSON),
    ],
)
async def test_the_client_chooses_the_media_type(client: Client, accept: str | None, media_type: str) -> None:
    headers = {} if accept is None else {"Accept": accept}
    del client.http.headers["accept"]
    response = await client.http.post("/graphql", json={"query": QUERY}, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")
    assert response.json() == FILMS


@pytest.mark.parametrize("accept", ["text/html", "application/xml", f"{JSON};q=0", f"{JSON};charset=latin-1", f"{JSON};q=x", ";;;,"])
async def test_a_client_that_takes_neither_is_refused(client: Client, accept: str) -> None:
    response = await client.http.post("/graphql", json={"query": QUERY}, headers={"Accept": accept})
    assert (response.status_code, code_of(response)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { movies(first: $n) { totalCount } }", "BAD_USER_INPUT"),
    ],
)
async def test_what_cannot_run_has_no_data(client: Client, query: str, code: str) -> None:
    for media_type, status in ((JSON, 200), (GRAPHQL_JSON, 400)):
        response = await client.http.post("/graphql", json={"query": query}, headers={"Accept": media_type})
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (status, code)
        assert "data" not in response.json()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
async def test_other_methods_are_refused(client: Client, method: str) -> None:
    response = await client.http.request(method, "/graphql")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    if method != "HEAD":
        assert code_of(response) == "METHOD_NOT_ALLOWED"


async def test_a_get_changes_nothing(client: Client, services: Services) -> None:
    ada = await register(client, "ada")
    before = await everything(services.database)
    rating = 'mutation { rateMovie(input: {imdbId: "tt0000001", value: 1}) { errors { code } } }'
    for query in (rating, "query Q { __typename } mutation M { logoutEverywhere { errors { code } } }"):
        parameters = {"query": query, **({"operationName": "M"} if "query Q" in query else {})}
        response = await client.http.get("/graphql", params=parameters, headers={"Authorization": f"Bearer {ada.access_token}"})
        assert (response.status_code, response.headers["allow"], code_of(response)) == (405, "POST", "METHOD_NOT_ALLOWED")
    assert await everything(services.database) == before


async def test_requests_in_an_array_are_refused(client: Client) -> None:
    response = await client.http.post("/graphql", json=[{"query": QUERY}])
    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


async def test_bodies_are_bounded(services: Services) -> None:
    async with serving(services, max_body_bytes="2000") as client:
        fits = json.dumps({"query": QUERY}).ljust(2000)
        assert (await client.http.post("/graphql", content=fits, headers={"Content-Type": JSON})).json() == FILMS
        for body in (fits + " ", chunks(fits + " ")):
            response = await client.http.post("/graphql", content=body, headers={"Content-Type": JSON})
            assert (response.status_code, code_of(response)) == (413, "PAYLOAD_TOO_LARGE")


async def chunks(text: str) -> AsyncIterator[bytes]:
    for start in range(0, len(text), 500):
        yield text[start : start + 500].encode()


def by_hash(query: str) -> Mapping[str, Any]:  # Any: JSON
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(query.encode()).hexdigest()}}}


async def test_a_persisted_query_is_asked_for_registered_and_found(client: Client) -> None:
    named = {name: json.dumps(value) for name, value in by_hash(QUERY).items()}
    for media_type, status in ((JSON, 200), (GRAPHQL_JSON, 400)):
        response = await client.http.get("/graphql", params=named, headers={"Accept": media_type})
        assert response.status_code == status
        assert response.json() == {"errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]}
        assert "no-store" in response.headers["cache-control"]

    assert (await client.http.post("/graphql", json={"query": QUERY, **by_hash(QUERY)})).json() == FILMS
    assert (await client.http.post("/graphql", json=by_hash(QUERY))).json() == FILMS
    found = await client.http.get("/graphql", params=named)
    assert (found.json(), found.headers["cache-control"]) == (FILMS, "public, max-age=10")


async def test_a_browser_that_names_a_document_gets_no_page(client: Client) -> None:
    await client.http.post("/graphql", json={"query": QUERY, **by_hash(QUERY)})
    named = {name: json.dumps(value) for name, value in by_hash(QUERY).items()}
    response = await client.http.get("/graphql", params=named, headers={"Accept": BROWSER})
    assert (response.headers["content-type"], response.json()) == ("application/json; charset=utf-8", FILMS)


async def test_a_named_mutation_is_for_posts_too(client: Client, services: Services) -> None:
    ada = await register(client, "ada")
    mutation = 'mutation { rateMovie(input: {imdbId: "tt0000001", value: 1}) { errors { code } } }'
    headers = {"Authorization": f"Bearer {ada.access_token}"}
    await client.http.post("/graphql", json={"query": mutation, **by_hash(mutation)})  # refused, but known from now on
    before = await everything(services.database)
    response = await client.http.get("/graphql", params={"extensions": json.dumps(by_hash(mutation)["extensions"])}, headers=headers)
    assert (response.status_code, code_of(response)) == (405, "METHOD_NOT_ALLOWED")
    assert await everything(services.database) == before


async def test_a_hash_that_does_not_fit_is_a_bad_request(client: Client) -> None:
    for media_type in (JSON, GRAPHQL_JSON):
        response = await client.http.post("/graphql", json={"query": "{ __typename }", **by_hash(QUERY)}, headers={"Accept": media_type})
        assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


async def test_with_a_manifest_nothing_else_runs(services: Services, tmp_path: Path) -> None:
    manifest = tmp_path / "persisted-documents.json"
    manifest.write_text(json.dumps({"5bd1": QUERY}))
    async with serving(services, trusted_documents=str(manifest)) as client:
        for request in ({"documentId": "5bd1"}, {"query": QUERY}, {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "5bd1"}}}):
            assert (await client.http.post("/graphql", json=request)).json() == FILMS
        assert (await client.http.get("/graphql", params={"documentId": "5bd1"}, headers={"Accept": BROWSER})).json() == FILMS

        for query in ("{ __typename }", "{ __schema { types { name } } }", QUERY + " "):
            response = await client.http.post("/graphql", json={"query": query})
            assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")
        response = await client.http.post("/graphql", json={"query": "{ __typename }", **by_hash("{ __typename }")})
        assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")
        response = await client.http.post("/graphql", json={"documentId": "unknown"})
        assert (response.status_code, code_of(response)) == (200, "PERSISTED_QUERY_NOT_FOUND")
