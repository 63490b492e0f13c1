"""What pages of other origins can do, which a browser decides by what we answer."""

import json
from collections.abc import AsyncIterator

import pytest

from resolvers.services import Services
from tests.accounts import everything, register, serving
from tests.clients import Client

NAMED = "https://films.example"
FOREIGN = "https://evil.example"
ASK = {"query": "{ __typename }"}


@pytest.fixture
async def closed(services: Services) -> AsyncIterator[Client]:
    """A client of a server that names no origin."""
    async with serving(services) as client:
        yield client


@pytest.fixture
async def open_to_one(services: Services) -> AsyncIterator[Client]:
    async with serving(services, cors_origins=f"{NAMED}, http://localhost:3000") as client:
        yield client


async def preflight(client: Client, origin: str, method: str = "POST") -> tuple[int, dict[str, str]]:
    """The status, and the headers that a browser reads."""
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,content-type,x-made-up"}
    response = await client.http.options("/graphql", headers={"Origin": origin, **asked})
    return response.status_code, {name: value for name, value in response.headers.items() if name.startswith("access-control-")}


async def test_a_named_origin_may_send_tokens_and_json_and_read_what_it_needs(open_to_one: Client) -> None:
    status, headers = await preflight(open_to_one, NAMED)
    assert status == 200
    assert headers == {
        "access-control-allow-origin": NAMED,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "authorization,content-type,x-made-up",
        "access-control-max-age": "600",
    }
    response = await open_to_one.http.post("/graphql", json=ASK, headers={"Origin": NAMED})
    assert response.headers["access-control-allow-origin"] == NAMED
    assert response.headers["access-control-expose-headers"] == "Retry-After, WWW-Authenticate, X-Request-Id"
    assert "access-control-allow-credentials" not in response.headers
    assert "origin" in response.headers["vary"].lower()


async def test_it_may_read_errors_too(open_to_one: Client) -> None:
    response = await open_to_one.http.post("/graphql", json=ASK, headers={"Origin": NAMED, "Authorization": "Bearer x"})
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (401, NAMED)
    response = await open_to_one.http.post("/graphql", content=b"{", headers={"Origin": NAMED, "Content-Type": "application/json"})
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (400, NAMED)


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://films.example", f"{NAMED}.evil.example", f"{NAMED}:8443", ""])
async def test_any_other_is_refused(open_to_one: Client, origin: str) -> None:
    status, headers = await preflight(open_to_one, origin)
    assert (status, "access-control-allow-origin" in headers) == (400, False)
    response = await open_to_one.http.post("/graphql", json=ASK, headers={"Origin": origin})
    assert "access-control-allow-origin" not in response.headers


async def test_a_refusal_is_json_with_a_code(open_to_one: Client) -> None:
    for origin, method, refused in ((FOREIGN, "POST", "origin"), (NAMED, "DELETE", "method")):
        headers = {"Origin": origin, "Access-Control-Request-Method": method}
        response = await open_to_one.http.options("/graphql", headers=headers)
        assert response.status_code == 400
        message = f"Disallowed CORS {refused}: CORS_ORIGINS says who may send what."
        assert response.json() == {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}


async def test_without_the_setting_no_other_origin_is_let_in(closed: Client) -> None:
    status, headers = await preflight(closed, NAMED)
    assert (status, headers) == (405, {})
    response = await closed.http.post("/graphql", json=ASK, headers={"Origin": NAMED})
    assert not [name for name in response.headers if name.startswith("access-control-")]


async def test_everybody_may_be_let_in(services: Services) -> None:
    async with serving(services, cors_origins="*") as client:
        status, headers = await preflight(client, FOREIGN)
        assert (status, headers["access-control-allow-origin"]) == (200, "*")
        response = await client.http.post("/graphql", json=ASK, headers={"Origin": FOREIGN})
        assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
async def test_what_a_page_may_post_without_asking_is_not_taken(open_to_one: Client, services: Services, content_type: str) -> None:
    """Such posts are sent before anybody is asked; only their answers would be kept from the page."""
    ada = await register(open_to_one, "ada")
    before = await everything(services.database)
    query = 'mutation { rateMovie(input: {imdbId: "tt0000001", value: 1}) { errors { code } } }'
    headers = {"Origin": FOREIGN, "Content-Type": content_type, "Authorization": f"Bearer {ada.access_token}"}
    response = await open_to_one.http.post("/graphql", content=json.dumps({"query": query}), headers=headers)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    response = await open_to_one.http.get("/graphql", params={"query": query}, headers=headers)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert await everything(services.database) == before


async def test_a_cache_tells_origins_apart(open_to_one: Client) -> None:
    """An answer that was kept without the header for a named origin must not be served to it."""
    for headers in ({}, {"Origin": NAMED}, {"Origin": FOREIGN}):
        response = await open_to_one.http.get("/graphql", params=ASK, headers=headers)
        assert response.headers["cache-control"] == "public, max-age=10"
        assert [each.strip() for each in response.headers["vary"].split(",")] == ["Accept", "Authorization", "Origin"]
