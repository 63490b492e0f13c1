"""Answers one by one over HTTP, as server-sent events and as multipart."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from resolvers.services import Services
from schema.transport import streams
from schema.transport.http import HOW_TO_SUBSCRIBE
from tests.accounts import LOGOUT_EVERYWHERE, Account, answer, everything, register
from tests.clients import Client
from tests.live import CHANGES, EVENTS, MULTIPART, RATE, changed, events, parts, served_at, streamed
from tests.waiting import until

ENDED = {"message": "The access token is not valid any more.", "extensions": {"code": "UNAUTHENTICATED"}}


@pytest.fixture
async def address(services: Services) -> AsyncIterator[str]:
    async with served_at(services) as address:
        yield address


@pytest.fixture
async def ada(address: str) -> AsyncIterator[Account]:
    async with httpx.AsyncClient(base_url=address) as http:
        yield await register(Client(http), "ada")


async def test_server_sent_events_tell_each_change(address: str, ada: Account) -> None:
    async with streamed(address, EVENTS, CHANGES) as response:
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        heard = events(response)
        assert await anext(heard) == ("", None)  # a comment, so that the client knows that it is connected
        for value in (8.0, 9.5):
            await ada.client.ask(RATE, {"value": value})
            assert await anext(heard) == ("next", changed(value))


async def test_multipart_tells_each_change(address: str, ada: Account) -> None:
    async with streamed(address, MULTIPART, CHANGES) as response:
        assert response.status_code == 200
        assert response.headers["content-type"] == 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
        heard = parts(response)
        for value in (8.0, 9.5):
            await ada.client.ask(RATE, {"value": value})
            assert await anext(heard) == {"payload": changed(value)}


@pytest.mark.parametrize(
    "accept", ["", "*/*", "application/json", "application/graphql-response+json", "multipart/mixed, application/json"]
)
async def test_a_subscription_without_such_an_accept_is_told_how(address: str, services: Services, accept: str) -> None:
    async with streamed(address, accept, CHANGES) as response:
        await response.aread()
        assert (response.status_code, response.headers["content-type"]) == (406, "application/json; charset=utf-8")
        assert response.json() == {"errors": [{"message": HOW_TO_SUBSCRIBE, "extensions": {"code": "NOT_ACCEPTABLE"}}]}
    assert services.shared_state.subscribers == 0


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/json, text/event-stream", "text/event-stream"),
        ("text/event-stream;q=0.5, multipart/mixed;subscriptionSpec=1.0", "multipart/mixed"),
        ("multipart/mixed;subscriptionSpec=1.0;q=0.1, text/event-stream", "text/event-stream"),
        ('multipart/mixed;boundary="graphql";subscriptionSpec="1.0"', "multipart/mixed"),
    ],
)
async def test_the_client_says_which_way_it_prefers(address: str, accept: str, media_type: str) -> None:
    async with streamed(address, accept, CHANGES) as response:
        assert response.headers["content-type"].partition(";")[0] == media_type


async def test_queries_are_answered_in_json_by_whoever_takes_it(address: str) -> None:
    for accept in ("text/event-stream, application/json;q=0.1", MULTIPART):
        async with streamed(address, accept, "{ __typename }") as response:
            assert await response.aread() == b'{"data":{"__typename":"Query"}}'
            assert response.headers["content-type"] == "application/json; charset=utf-8"


async def test_any_operation_may_be_streamed(address: str, ada: Account) -> None:
    async with streamed(address, EVENTS, "{ viewer { username } }", ada.access_token) as response:
        assert [each async for each in events(response)] == [
            ("", None),
            ("next", {"data": {"viewer": {"username": "ada"}}}),
            ("complete", None),
        ]
    async with streamed(address, "multipart/mixed;subscriptionSpec=1.0", "{ __typename }") as response:
        assert [each async for each in parts(response)] == [{"payload": {"data": {"__typename": "Query"}}}, "end"]


async def test_what_cannot_run_is_told_in_the_stream(address: str) -> None:
    unknown = 'subscription { ratingChanged(imdbId: "tt9999999") { rating { value } } }'
    async with streamed(address, EVENTS, unknown) as response:
        _, (name, told), complete = [each async for each in events(response)]
        assert (name, told["errors"][0]["extensions"]["code"], complete) == ("next", "BAD_USER_INPUT", ("complete", None))
    async with streamed(address, MULTIPART, unknown) as response:
        told, end = [each async for each in parts(response)]
        assert (told["payload"]["errors"][0]["extensions"]["code"], end) == ("BAD_USER_INPUT", "end")
    async with streamed(address, EVENTS, "subscription { nope }") as response:
        _, (name, told), complete = [each async for each in events(response)]
        assert (name, told["errors"][0]["extensions"]["code"], complete) == ("next", "GRAPHQL_VALIDATION_FAILED", ("complete", None))


async def test_a_get_streams_nothing(address: str, services: Services, ada: Account) -> None:
    before = await everything(services.database)
    async with httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {ada.access_token}"}) as http:
        for query in (CHANGES, RATE.replace("$value: Float!", "$value: Float! = 1"), "{ __typename }"):
            response = await http.get("/graphql", params={"query": query}, headers={"Accept": EVENTS})
            assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (406, "NOT_ACCEPTABLE")
        response = await http.get("/graphql", params={"query": CHANGES})
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert await everything(services.database) == before


async def test_silence_is_filled_with_heartbeats(address: str, ada: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.05)
    async with streamed(address, EVENTS, CHANGES) as response:
        heard = events(response)
        assert [await anext(heard) for _ in range(4)] == [("", None)] * 4
        await ada.client.ask(RATE, {"value": 6})
        assert ("next", changed(6.0)) in [await anext(heard) for _ in range(3)]
    async with streamed(address, MULTIPART, CHANGES) as response:
        heard_parts = parts(response)
        assert [await anext(heard_parts) for _ in range(3)] == [{}] * 3


async def test_a_session_that_ends_ends_its_streams(address: str, ada: Account, services: Services) -> None:
    async with (
        streamed(address, EVENTS, CHANGES, ada.access_token) as as_events,
        streamed(address, MULTIPART, CHANGES, ada.access_token) as as_parts,
    ):
        await answer(ada.client, LOGOUT_EVERYWHERE)
        async with asyncio.timeout(5):
            assert [each async for each in events(as_events)] == [("", None), ("next", {"errors": [ENDED]}), ("complete", None)]
            assert [each async for each in parts(as_parts)] == [{"payload": None, "errors": [ENDED]}, "end"]
    assert services.shared_state.subscribers == 0


async def test_who_goes_leaves_nothing_behind(address: str, services: Services) -> None:
    async with streamed(address, EVENTS, CHANGES), streamed(address, MULTIPART, CHANGES):
        assert services.shared_state.subscribers == 2
    await until(lambda: services.shared_state.subscribers == 0)
