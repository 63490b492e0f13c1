"""The headers of every response, and what none of them says."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from schema.transport.headers import SECURE, secured
from tests.cinegraph import Cinegraph
from tests.clients import over_http
from tests.databases import sqlite_url

QUERY = {"query": "{ __typename }"}
METRICS_TOKEN = "a-token-for-metrics"
HTML = {"Accept": "text/html"}

# What is asked, and the status of the answer.
REQUESTS: dict[str, tuple[int, dict[str, Any]]] = {  # Any: httpx's arguments
    "a query": (200, {"method": "POST", "url": "/graphql", "json": QUERY}),
    "a query by GET": (200, {"method": "GET", "url": "/graphql", "params": QUERY}),
    "what does not validate": (
        400,
        {"method": "POST", "url": "/graphql", "json": {"query": "{"}, "headers": {"Accept": "application/graphql-response+json"}},
    ),
    "another method": (405, {"method": "PUT", "url": "/graphql"}),
    "another media type": (415, {"method": "POST", "url": "/graphql", "data": QUERY}),
    "a large body": (413, {"method": "POST", "url": "/graphql", "json": {"query": " " * 2000}}),
    "a wrong token": (401, {"method": "POST", "url": "/graphql", "json": QUERY, "headers": {"Authorization": "Bearer x"}}),
    "GraphiQL": (200, {"method": "GET", "url": "/graphql", "headers": HTML}),
    "health": (200, {"method": "GET", "url": "/healthz"}),
    "readiness": (200, {"method": "GET", "url": "/readyz"}),
    "metrics without their token": (401, {"method": "GET", "url": "/metrics"}),
    "metrics": (200, {"method": "GET", "url": "/metrics", "headers": {"Authorization": f"Bearer {METRICS_TOKEN}"}}),
    "nothing": (404, {"method": "GET", "url": "/nowhere"}),
    "too much": (
        429,
        {"method": "POST", "url": "/graphql", "json": {"query": "{ genres { name } movies { totalCount } a: viewer { id } }"}},
    ),
}


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = {"MAX_BODY_BYTES": "1024", "RATE_LIMIT_PER_MINUTE": "5", "METRICS_TOKEN": METRICS_TOKEN}
    with Cinegraph(tmp_path, sqlite_url(tmp_path / "cinegraph.db"), workers=1, **settings) as server:
        async with over_http(server.address) as client:
            yield client.http


async def test_every_response_says_how_browsers_may_use_it_and_none_what_it_is_made_of(http: httpx.AsyncClient) -> None:
    statuses = {}
    for name, (_, request) in REQUESTS.items():
        await http.request(**REQUESTS["too much"][1]) if name == "too much" else None
        response = await http.request(**request)
        statuses[name] = response.status_code
        headers = response.headers
        assert headers["x-content-type-options"] == "nosniff", name
        assert headers["x-frame-options"] == "DENY", name
        assert headers["referrer-policy"] == "no-referrer", name
        assert "frame-ancestors 'none'" in headers["content-security-policy"], name
        assert "cache-control" in headers, name
        assert len(headers["x-request-id"]) == 32, name
        assert {"server", "x-powered-by", "via"}.isdisjoint(headers), name
        told = f"{headers} {response.text if name != 'GraphiQL' else ''}".lower()
        assert not [word for word in ("uvicorn", "starlette", "python", "strawberry", "traceback") if word in told], name

    assert statuses == {name: status for name, (status, _) in REQUESTS.items()}


async def test_what_is_nobody_elses_is_kept_by_no_cache(http: httpx.AsyncClient) -> None:
    for name in ("a query", "another method", "a wrong token", "health", "metrics", "nothing"):
        assert (await http.request(**REQUESTS[name][1])).headers["cache-control"] == "no-store", name


async def test_what_is_at_no_address_or_by_no_method_is_an_error_as_all_others_are(http: httpx.AsyncClient) -> None:
    nowhere, by_post = await http.get("/nowhere"), await http.post("/healthz")

    assert nowhere.json()["errors"] == [{"message": "There is nothing here: the API is at /graphql.", "extensions": {"code": "NOT_FOUND"}}]
    assert (by_post.status_code, sorted(by_post.headers["allow"].split(", "))) == (405, ["GET", "HEAD"])
    assert by_post.json()["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}


def test_a_header_that_a_response_has_is_its_own() -> None:
    own = [(b"cache-control", b"public"), (b"content-type", b"text/html")]

    assert secured(own) == [*own, *(header for header in SECURE if header[0] != b"cache-control")]
    assert own == [(b"cache-control", b"public"), (b"content-type", b"text/html")]
