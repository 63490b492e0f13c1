"""What caches may do with the answers to GETs."""

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest

from resolvers.services import Services
from tests.accounts import register, serving
from tests.clients import Client

MOVIES = "{ movies(first: 1) { nodes { title } } }"
PUBLIC = "public, max-age=10"
PRIVATE = "private, no-store"


@pytest.fixture
async def client(services: Services) -> AsyncIterator[Client]:
    async with serving(services, rate_limit_per_minute="1000") as client:
        yield client


async def get(client: Client, query: str = MOVIES, headers: Mapping[str, str] | None = None) -> httpx.Response:
    return await client.http.get("/graphql", params={"query": query}, headers=headers)


async def test_public_data_may_be_shared_for_a_short_while(client: Client) -> None:
    response = await get(client)
    assert response.json() == {"data": {"movies": {"nodes": [{"title": "The Shawshank Redemption"}]}}}
    assert response.headers["cache-control"] == PUBLIC
    assert response.headers["vary"] == "Accept, Authorization"
    assert response.headers["etag"] == (await get(client)).headers["etag"]


async def test_a_client_that_has_the_answer_is_told_so(client: Client) -> None:
    entity_tag = (await get(client)).headers["etag"]
    for known in (entity_tag, f"W/{entity_tag}", f'"other", {entity_tag}', "*"):
        response = await get(client, headers={"If-None-Match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == entity_tag
        assert response.headers["cache-control"] == PUBLIC
        assert "content-type" not in response.headers
    for unknown in ('"other"', "", entity_tag.strip('"')):
        assert (await get(client, headers={"If-None-Match": unknown})).status_code == 200


async def test_another_answer_has_another_tag(client: Client) -> None:
    tags = {
        (await get(client)).headers["etag"],
        (await get(client, "{ movies(first: 2) { nodes { title } } }")).headers["etag"],
        (await get(client, headers={"Accept": "application/graphql-response+json"})).headers["etag"],
    }
    assert len(tags) == 3


async def test_what_a_token_was_sent_for_is_nobody_elses(client: Client) -> None:
    ada = await register(client, "ada")
    response = await get(client, headers={"Authorization": f"Bearer {ada.access_token}"})
    assert (response.status_code, response.headers["cache-control"]) == (200, PRIVATE)
    assert "etag" not in response.headers

    known = {"Authorization": f"Bearer {ada.access_token}", "If-None-Match": "*"}
    assert (await get(client, headers=known)).status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("{ nope }", 200),
        ("{", 200),
        ("{ movies(first: 0) { nodes { title } } }", 200),
        ("mutation { logoutEverywhere { errors { code } } }", 405),
        ("", 400),
    ],
)
async def test_errors_are_not_kept(client: Client, query: str, status: int) -> None:
    response = await get(client, query)
    assert response.status_code == status
    assert "no-store" in response.headers["cache-control"]
    assert "etag" not in response.headers


async def test_a_bad_token_is_not_kept_either(client: Client) -> None:
    response = await get(client, headers={"Authorization": "Bearer x"})
    assert (response.status_code, response.headers["cache-control"]) == (401, "no-store")


async def test_nothing_that_is_posted_is_kept(client: Client) -> None:
    response = await client.post(MOVIES)
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


async def test_what_is_shared_tells_no_clients_points(client: Client) -> None:
    assert "extensions" not in (await get(client)).json()
    assert (await client.post(MOVIES)).json()["extensions"]["cost"]["spent"] == 2
    ada = await register(client, "ada")
    assert (await get(client, headers={"Authorization": f"Bearer {ada.access_token}"})).json()["extensions"]["cost"]["spent"] == 2
