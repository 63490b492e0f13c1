"""graphql-transport-ws on real sockets: what its messages do, and what ends a connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from resolvers.services import Services
from schema.transport import websocket
from tests.accounts import LOGOUT_EVERYWHERE, Account, answer, everything, register
from tests.clients import Client
from tests.live import CHANGES, RATE, Socket, changed, connected, opened, served_at
from tests.waiting import until


@pytest.fixture
async def address(services: Services) -> AsyncIterator[str]:
    async with served_at(services, cors_origins="https://films.example") as address:
        yield address


@pytest.fixture
async def client(address: str) -> AsyncIterator[Client]:
    async with httpx.AsyncClient(base_url=address) as http:
        yield Client(http)


@pytest.fixture
async def ada(client: Client) -> Account:
    return await register(client, "ada")


async def test_a_subscription_hears_of_each_rating(address: str, ada: Account) -> None:
    async with connected(address) as socket:
        await socket.subscribe("1", CHANGES)
        await has_begun(socket)
        for value in (8.0, 9.5):
            await ada.client.ask(RATE, {"value": value})
            assert await socket.receive() == {"id": "1", "type": "next", "payload": changed(value)}


async def test_queries_and_mutations_are_answered_once(address: str, ada: Account) -> None:
    async with connected(address, ada.access_token) as socket:
        assert await socket.answers("{ viewer { username } }") == [
            {"id": "q", "type": "next", "payload": {"data": {"viewer": {"username": "ada"}}}},
            {"id": "q", "type": "complete"},
        ]
        [rated, _] = await socket.answers(RATE, {"value": 7})
        assert rated["payload"] == {"data": {"rateMovie": {"rating": {"value": 7.0}, "errors": []}}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subscription { nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ('subscription { ratingChanged(imdbId: "tt9999999") { rating { value } } }', "BAD_USER_INPUT"),
        ("subscription ($id: ID!) { ratingChanged(imdbId: $id) { rating { value } } }", "BAD_USER_INPUT"),
        ('{ user(username: "x") { ratings(first: 100) { nodes { movie { ratings(first: 100) { totalCount } } } } } }', None),
        (f"{{ {' '.join(f'a{n}: genres {{ name }}' for n in range(101))} }}", "QUERY_TOO_COMPLEX"),
    ],
)
async def test_what_cannot_run_is_one_error(address: str, query: str, code: str | None) -> None:
    async with connected(address) as socket:
        messages = await socket.answers(query)
        if code is None:
            assert [each["type"] for each in messages] == ["next", "complete"]
        else:
            [error] = messages
            assert (error["type"], error["payload"][0]["extensions"]["code"]) == ("error", code)


async def test_an_operation_that_the_client_completes_is_over_and_its_id_free(address: str, services: Services, ada: Account) -> None:
    async with connected(address) as socket:
        await socket.subscribe("1", CHANGES)
        await has_begun(socket)
        await socket.send({"id": "1", "type": "complete"})
        await is_silent(socket)
        assert services.shared_state.subscribers == 0
        await ada.client.ask(RATE, {"value": 3})
        await is_silent(socket)

        await socket.subscribe("1", "{ __typename }")
        assert (await socket.receive())["payload"] == {"data": {"__typename": "Query"}}


async def test_who_goes_leaves_nothing_behind(address: str, services: Services) -> None:
    async with connected(address) as socket:
        for number in range(5):
            await socket.subscribe(str(number), CHANGES)
        await has_begun(socket)
        assert services.shared_state.subscribers == 5
    await until(lambda: services.shared_state.subscribers == 0)


async def test_a_ping_is_answered_at_any_time(address: str) -> None:
    async with opened(address) as socket:
        await socket.send({"type": "ping"})
        assert await socket.receive() == {"type": "pong"}
        await socket.send({"type": "ping", "payload": {"at": 1}})
        assert await socket.receive() == {"type": "pong", "payload": {"at": 1}}
        await socket.send({"type": "pong"})
        await socket.init()


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["{"], 4400),
        (["[]"], 4400),
        (['"ping"'], 4400),
        (["[" * 50_000], 4400),
        ([b"{}"], 4400),
        ([{"type": "nope"}], 4400),
        ([{"type": ["ping"]}], 4400),
        ([{}], 4400),
        ([{"type": "connection_init", "payload": "x"}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": "1"}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": "1", "payload": []}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": "x" * 101, "payload": {"query": "{ __typename }"}}], 4400),
        ([{"type": "connection_init"}, {"type": "complete"}], 4400),
        ([{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}], 4401),
        ([{"type": "connection_init"}, {"type": "connection_init"}], 4429),
        ([{"type": "connection_init"}, *[{"type": "subscribe", "id": "1", "payload": {"query": CHANGES}}] * 2], 4409),
        (["x" * 1025], 1009),
    ],
)
async def test_what_breaks_the_protocol_ends_the_connection(services: Services, messages: list[Any], code: int) -> None:
    async with served_at(services, max_body_bytes="1024" if code == 1009 else "100000") as address, opened(address) as socket:
        with suppress(ConnectionClosed):  # at the first of them
            for message in messages:
                await socket.send(message)
        assert await socket.close_code() == code


@pytest.mark.parametrize(
    "payload", [{}, {"query": 5}, {"query": ""}, {"query": "{ a }", "variables": []}, {"query": "{ a }", "operationName": 1}]
)
async def test_a_payload_that_is_no_request_is_refused_alone(address: str, payload: Any) -> None:
    async with connected(address) as socket:
        await socket.send({"id": "1", "type": "subscribe", "payload": payload})
        error = await socket.receive()
        assert (error["id"], error["type"], error["payload"][0]["extensions"]["code"]) == ("1", "error", "BAD_REQUEST")
        await has_begun(socket)


async def test_the_subprotocol_has_to_be_offered(address: str) -> None:
    for offered in (None, "graphql-ws"):
        async with opened(address, subprotocol=offered) as socket:
            assert await socket.close_code() == 4406


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://films.example:444", "http://films.example"]
)
async def test_a_page_of_another_origin_may_not_connect(address: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(address, {"Origin": origin}):
            pass
    assert refused.value.response.status_code == 403


async def test_pages_of_this_host_and_of_named_origins_may(address: str) -> None:
    for origin in (address, address.replace("http", "https"), "https://films.example"):
        async with opened(address, {"Origin": origin}) as socket:
            await socket.init()


async def test_who_does_not_begin_is_closed(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "INIT_SECONDS", 0.1)
    async with opened(address) as idle, opened(address) as begun:
        await begun.init()
        assert await idle.close_code() == 4408
        await has_begun(begun)


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
async def test_the_token_is_taken_from_connection_init(address: str, ada: Account, name: str) -> None:
    async with opened(address) as socket:
        await socket.init({name: f"bearer {ada.access_token}"})
        assert (await socket.answers("{ viewer { username } }"))[0]["payload"] == {"data": {"viewer": {"username": "ada"}}}


async def test_the_token_is_taken_from_the_header_too(address: str, ada: Account) -> None:
    async with opened(address, {"Authorization": f"Bearer {ada.access_token}"}) as socket:
        await socket.init()
        assert (await socket.answers("{ viewer { username } }"))[0]["payload"] == {"data": {"viewer": {"username": "ada"}}}


@pytest.mark.parametrize("authorization", ["Bearer x", "Basic abc", "", "Bearer"])
async def test_a_bad_token_is_forbidden(address: str, authorization: str) -> None:
    async with opened(address) as socket:
        await socket.send({"type": "connection_init", "payload": {"Authorization": authorization}})
        assert await socket.close_code() == 4403
    async with opened(address, {"Authorization": authorization}) as socket:
        assert await socket.close_code() == 4403


async def test_a_session_that_ends_ends_its_connections_and_no_others(address: str, services: Services, ada: Account) -> None:
    async with connected(address, ada.access_token) as hers, connected(address) as anybodys:
        for socket in (hers, anybodys):
            await socket.subscribe("1", CHANGES)
            await has_begun(socket)
        await answer(ada.client, LOGOUT_EVERYWHERE)
        async with asyncio.timeout(5):
            assert await hers.close_code() == 4403
        assert services.shared_state.subscribers == 1
        await has_begun(anybodys)


async def test_operations_under_way_are_bounded(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "MOST_OPERATIONS", 2)
    async with connected(address) as socket:
        for number in range(3):
            await socket.subscribe(str(number), CHANGES)
        refused = await socket.receive()
        assert (refused["id"], refused["payload"][0]["extensions"]["code"]) == ("2", "RATE_LIMITED")
        await socket.send({"id": "0", "type": "complete"})
        await socket.subscribe("2", CHANGES)
        await is_silent(socket)


async def test_operations_run_side_by_side(address: str) -> None:
    async with connected(address) as socket:
        for number in range(20):
            await socket.subscribe(str(number), "{ movies(first: 1) { nodes { title } } }")
        messages = [await socket.receive() for _ in range(40)]
        assert sorted(each["id"] for each in messages if each["type"] == "complete") == sorted(map(str, range(20)))


async def test_nothing_runs_before_the_token_was_looked_at(address: str, services: Services) -> None:
    before = await everything(services.database)
    async with opened(address, {"Authorization": "Bearer x"}) as socket:
        with suppress(ConnectionClosed):
            await socket.send({"type": "connection_init"})
            await socket.subscribe("1", RATE, {"value": 1})
        assert await socket.close_code() == 4403
    assert await everything(services.database) == before


async def has_begun(socket: Socket) -> None:
    """Messages are taken in their order: what was asked for before has been heard, and a moment later looked up."""
    await socket.answers("{ genres { name } }")
    await asyncio.sleep(0.05)


async def is_silent(socket: Socket) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            pytest.fail(json.dumps(await socket.receive()))
