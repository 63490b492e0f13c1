"""What a server writes while everything that can go wrong with secrets goes wrong: none of them is in it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from db.connection import Transaction
from db.database import Database
from db.tables import users
from tests import unspoken
from tests.accounts import CHANGE_PASSWORD, LOGIN, PASSWORD, REFRESH, REGISTER, answer, register
from tests.cinegraph import Cinegraph
from tests.clients import Client, over_http
from tests.live import connected, opened
from tests.servers import free_port
from tests.upstream import Upstream
from tests.upstream.misbehaviour import answer as answering

METRICS_TOKEN = "a-token-for-metrics-alone"
MISTYPED = "a password in the wrong place"
OTHER = "another password altogether"
REDIS_PASSWORD = "a-password-of-redis"
FORGED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.forged-signature"
KEPT = (METRICS_TOKEN, MISTYPED, OTHER, REDIS_PASSWORD, FORGED)


@pytest.fixture
async def server(tmp_path: Path, migrated_url: str, database: Database, upstream: Upstream) -> AsyncIterator[Cinegraph]:
    """A server that writes all that it can, with a Redis that is not there."""
    unspoken.keep(*KEPT)
    redis_url = f"redis://:{REDIS_PASSWORD}@127.0.0.1:{free_port()}/0"
    settings = {**upstream.settings, "LOG_LEVEL": "debug", "METRICS_TOKEN": METRICS_TOKEN, "REDIS_URL": redis_url}
    with Cinegraph(tmp_path, migrated_url, workers=1, **settings) as server:
        yield server


async def be_clumsy(client: Client) -> None:
    """Send secrets where they do not belong."""
    login = json.dumps({"query": LOGIN, "variables": {"input": {"username": "ada", "password": MISTYPED}}})
    for body in (login[:-2], f"{login}{login}", login.replace("}}", "")):
        await client.http.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    await client.http.post("/graphql", data={"query": MISTYPED})
    await client.http.get("/graphql", params={"query": f'{{ user(username: "{MISTYPED}") {{ id }} }}', "password": MISTYPED})
    await client.http.get("/graphql", params={"query": "{ __typename }", "token": FORGED})
    await client.post(f'{{ user(username: "{MISTYPED}") {{ password }} }}')
    await client.post(f'mutation {{ login(input: {{ username: "ada", password: "{MISTYPED}", x: 1 }}) {{ errors {{ code }} }} }}')
    await client.post(LOGIN, {"input": {"username": MISTYPED, "password": [MISTYPED]}})
    await client.post(REGISTER, {"input": {"username": MISTYPED, "password": "short"}})
    await client.post("{ __typename }", Authorization=f"Bearer {FORGED}")
    await client.post("{ __typename }", Authorization=f"Basic {FORGED}")
    await client.http.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    await client.http.get("/metrics", headers={"Authorization": f"Bearer {FORGED}"})


async def use_an_account(server: Cinegraph, client: Client) -> None:
    """Do what hands secrets out and takes them back, over HTTP and WebSocket."""
    ada = await register(client, "ada")
    await answer(client, LOGIN, username="ada", password=OTHER)
    await answer(client, REFRESH, refreshToken=ada.refresh_token)
    await answer(client, REFRESH, refreshToken=ada.refresh_token)
    changed = await answer((await register(client, "grace")).client, CHANGE_PASSWORD, currentPassword=PASSWORD, newPassword=OTHER)
    tokens = changed["tokens"]
    unspoken.keep(tokens["accessToken"], tokens["refreshToken"])
    async with connected(server.address, tokens["accessToken"]) as socket:
        await socket.answers("query ($name: String!) { user(username: $name) { id } }", {"name": OTHER})
    async with opened(server.address) as socket:
        await socket.send({"type": "connection_init", "payload": {"Authorization": f"Bearer {FORGED}"}})
        await socket.close_code()


async def meet_trouble_outside(client: Client, upstream: Upstream) -> None:
    for trouble in (answering(status=401), answering(status=500), answering(b"{nonsense")):
        upstream.tmdb.misbehave(trouble)
        upstream.movie_database.misbehave(trouble)
        await client.post('{ searchTmdb(query: "Ran") { page } searchMovieDatabase(query: "Ran") { page } }')
    upstream.start_afresh()


async def break_the_database(client: Client, database: Database) -> None:
    """Make statements that hold what is stored of secrets fail."""

    async def work(transaction: Transaction) -> None:
        await transaction.execute(text("DROP TABLE refresh_tokens"), {})

    await database.transaction(work)
    for document, given in ((REGISTER, {"username": "alan", "password": OTHER}), (LOGIN, {"username": "ada", "password": PASSWORD})):
        [error] = await client.errors(document, {"input": given})
        assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"


async def test_no_secret_is_written_whatever_goes_wrong(server: Cinegraph, database: Database, upstream: Upstream) -> None:
    async with over_http(server.address) as client:
        await be_clumsy(client)
        await use_an_account(server, client)
        await meet_trouble_outside(client, upstream)
        hashes = [password_hash for (password_hash,) in await database.reader().fetch(select(users.c.password_hash), {})]
        await break_the_database(client, database)
    server.stop()

    written = (server.folder / "server.log").read_text()
    assert written.count('"request"') > 20
    assert "unexpected error" in written
    assert len(hashes) == 2
    assert not [each for each in (*hashes, "[parameters: ") if each in written]


def test_a_secret_that_is_written_is_found(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    unspoken.keep("header.payload.a-signature-of-its-own")
    log.write_text("nothing")
    unspoken.check(log)

    log.write_text('{"message": "denied a-signature-of-its-own"}')
    with pytest.raises(AssertionError, match="a-signature-of-its-own"):
        unspoken.check(log)
