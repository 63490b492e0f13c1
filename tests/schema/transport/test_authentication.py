"""The access token of a request is read before anything of it runs, and a bad one stops all of it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import jwt
import pytest

from db.database import Database, open_database
from resolvers.sessions import Sessions
from tests.accounts import LOGIN, LOGOUT_EVERYWHERE, UPDATE_USER, VIEWER, WRONG_LOGIN, Account, Clock, answer, everything, register, serving
from tests.clients import Client
from tests.services import SECRET, services_on

HEADER = "Send an access token as `Authorization: Bearer TOKEN`, once, or no such header."
NONE_OF_OURS = "The access token is none of this server's: log in again."
EXPIRED = "The access token has expired: get a new one by `refreshTokens`, sent without it."
ENDED = "The session of this access token has ended: log in again."


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def client(database: Database, clock: Clock) -> AsyncIterator[Client]:
    async with serving(services_on(database, now=clock.now), trusted_proxies="127.0.0.1") as client:
        yield client


@pytest.fixture
async def ada(client: Client) -> Account:
    return await register(client, "ada")


async def is_refused(client: Client, authorization: str, message: str) -> None:
    body = {"query": 'mutation { updateUser(input: {bio: "changed"}) { user { bio } } }'}
    response = await client.http.post("/graphql", json=body, headers={"Authorization": authorization})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.headers["content-type"].startswith("application/json")
    assert response.json() == {"errors": [{"message": message, "extensions": {"code": "UNAUTHENTICATED"}}]}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR", "Bearer ", "Bearer   "])
async def test_the_scheme_is_known_in_any_case(ada: Account, client: Client, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {ada.access_token}"}
    response = await client.http.post("/graphql", json={"query": VIEWER}, headers=headers)
    assert response.json() == {"data": {"viewer": {"username": "ada"}}}


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic YWRhOnBhc3N3b3Jk", "Token x", "Bearerx y"])
async def test_a_header_that_holds_no_token_is_refused(ada: Account, client: Client, database: Database, authorization: str) -> None:
    before = await everything(database)
    await is_refused(client, authorization, HEADER)
    await is_refused(client, ada.access_token, HEADER)
    assert await everything(database) == before


@pytest.mark.parametrize("token", ["x", "null", "undefined", "a.b.c", "Bearer x", "x" * 10_000])
async def test_what_is_no_token_is_refused(client: Client, token: str) -> None:
    await is_refused(client, f"Bearer {token}", NONE_OF_OURS)


async def test_two_tokens_are_refused(ada: Account, client: Client) -> None:
    headers = [("Authorization", f"Bearer {ada.access_token}")] * 2
    response = await client.http.post("/graphql", json={"query": VIEWER}, headers=headers)
    assert (response.status_code, response.json()["errors"][0]["message"]) == (401, HEADER)


async def test_a_token_of_another_algorithm_or_nobodys_is_refused(ada: Account, client: Client, database: Database) -> None:
    before = await everything(database)
    claims = jwt.decode(ada.access_token, options={"verify_signature": False})
    await is_refused(client, f"Bearer {jwt.encode(claims, SECRET * 2, 'HS512')}", NONE_OF_OURS)
    await is_refused(client, f"Bearer {jwt.encode(claims, '', 'none')}", NONE_OF_OURS)
    await is_refused(client, f"Bearer {jwt.encode({**claims, 'sid': '00' * 16}, SECRET)}", ENDED)
    await is_refused(client, f"Bearer {jwt.encode({**claims, 'sub': '999'}, SECRET)}", ENDED)
    assert await everything(database) == before


async def test_an_expired_token_is_refused(ada: Account, client: Client, clock: Clock, database: Database) -> None:
    clock.advance(minutes=15)
    before = await everything(database)
    await is_refused(client, f"Bearer {ada.access_token}", EXPIRED)
    assert await everything(database) == before


async def test_a_revoked_token_is_refused(ada: Account, client: Client, database: Database) -> None:
    await answer(ada.client, LOGOUT_EVERYWHERE)
    before = await everything(database)
    await is_refused(client, f"Bearer {ada.access_token}", ENDED)
    assert await everything(database) == before


async def test_without_a_token_what_needs_one_is_unauthenticated_and_the_rest_is_not(client: Client, ada: Account) -> None:
    response = await client.post('{ viewer { username } user(username: "ada") { username } }')
    assert (response.status_code, response.json()) == (200, {"data": {"viewer": None, "user": {"username": "ada"}}})
    response = await client.post(UPDATE_USER, {"input": {"bio": "changed"}})
    assert response.status_code == 200
    assert response.json()["data"] == {"answer": None}
    assert [error["extensions"] for error in response.json()["errors"]] == [{"code": "UNAUTHENTICATED"}]


async def test_the_embedded_page_needs_no_token(client: Client) -> None:
    response = await client.http.get("/healthz", headers={"Authorization": "Bearer x"})
    assert response.status_code == 200


async def test_a_database_that_is_away_is_no_bad_token(ada: Account, client: Client, database: Database) -> None:
    async with open_database("mysql+asyncmy://nobody@127.0.0.1:1/nothing") as away:
        services = services_on(database)
        services = replace(services, sessions=Sessions(away, services.tokens))
        token, _ = services.tokens.issue(1, bytes(16))
        async with serving(services) as other:
            response = await other.signed_in(token).post(VIEWER)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (503, "SERVICE_UNAVAILABLE")


async def test_failed_logins_are_counted_by_the_address_that_a_trusted_proxy_tells(client: Client, ada: Account) -> None:
    wrong = {"input": {"username": "ada", "password": "wrong"}}
    for _ in range(10):
        refused = await client.post(LOGIN, wrong, X_Forwarded_For="203.0.113.9")
    assert refused.status_code == 429
    elsewhere = await client.post(LOGIN, wrong, X_Forwarded_For="203.0.113.9, 203.0.113.10")
    assert (elsewhere.status_code, elsewhere.json()["data"]["answer"]["errors"]) == (200, [WRONG_LOGIN])
