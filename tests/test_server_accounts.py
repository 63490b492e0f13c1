"""The operator's commands, as an operator runs them."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from db.database import Database
from server import UNKNOWN
from tests.accounts import LOGIN, PASSWORD, VIEWER, WRONG_LOGIN, answer, everything, login, make_admin, register, serving
from tests.factories import movie, rating, store
from tests.faults.proxy import TcpProxy
from tests.servers import MariaDB
from tests.services import SECRET, services_on

SERVER = Path(__file__).parents[1] / "server.py"


def run(url: str, *arguments: str, typed: str = "") -> tuple[int, str, str]:
    """A command's exit status, standard output and standard error; `typed` is its standard input."""
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "JWT_SECRET": SECRET}
    command = [sys.executable, str(SERVER), *arguments]
    done = subprocess.run(command, input=typed, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


async def test_create_admin(migrated_url: str, database: Database) -> None:
    assert run(migrated_url, "create-admin", "Root", typed=f"{PASSWORD}\n") == (0, "Root is an admin.\n", "")

    async with serving(services_on(database)) as client:
        root = await login(client, "root")
        assert await root.client.ask("{ viewer { username isAdmin } }") == {"viewer": {"username": "Root", "isAdmin": True}}


@pytest.mark.parametrize(
    ("username", "typed", "message"),
    [
        ("ADA", PASSWORD, "There is a user ADA already: grant-admin makes an admin of them."),
        ("ml5", PASSWORD, "Usernames of `ml` and a number are those of loaded data: choose another."),
        ("root", "", "A password has at least 8 characters."),
        ("root", "password", "This password is among the commonest, which are tried first: choose another."),
        (
            "ro\not",
            "x",
            "A username has 3 to 32 characters, each of them one of A to Z, a to z, 0 to 9, `_`, `-` and `.`. "
            "A password has at least 8 characters.",
        ),
    ],
)
async def test_what_cannot_be_an_admin_is_told_why(migrated_url: str, database: Database, username: str, typed: str, message: str) -> None:
    async with serving(services_on(database)) as client:
        await register(client, "ada")
    before = await everything(database)
    assert run(migrated_url, "create-admin", username, typed=typed) == (1, "", f"Error: {message}\n")
    assert await everything(database) == before


@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
async def test_whoever_has_created_an_admin_is_not_told_that_the_name_is_taken(
    mariadb_server: MariaDB, migrated_url: str, database: Database
) -> None:
    async with TcpProxy(mariadb_server.port) as network:
        network.lose_commit()
        done = await asyncio.to_thread(run, network.url(migrated_url), "create-admin", "root", typed=f"{PASSWORD}\n")

    assert done == (1, "", f"Error: {UNKNOWN}\n")
    async with serving(services_on(database)) as client:
        await login(client, "root")


async def test_set_password_ends_sessions(migrated_url: str, database: Database) -> None:
    async with serving(services_on(database)) as client:
        ada, bob = await register(client, "Ada"), await register(client, "bob")
        done = run(migrated_url, "set-password", "ada", typed="battery staple\r\n")
        assert done == (0, "ada has a new password, and all their sessions have ended.\n", "")

    async with serving(services_on(database)) as client:
        assert (await client.signed_in(ada.access_token).post(VIEWER)).status_code == 401
        assert (await client.signed_in(bob.access_token).post(VIEWER)).status_code == 200
        assert (await answer(client, LOGIN, username="Ada", password=PASSWORD))["errors"] == [WRONG_LOGIN]
        assert (await login(client, "Ada", "battery staple")).id == ada.id


async def test_grant_admin(migrated_url: str, database: Database) -> None:
    async with serving(services_on(database)) as client:
        await register(client, "ada")
        assert run(migrated_url, "grant-admin", "ADA") == (0, "ADA is an admin.\n", "")
        ada = await login(client, "ada")
        assert await ada.client.ask("{ viewer { isAdmin } }") == {"viewer": {"isAdmin": True}}


async def test_delete_user_takes_the_ratings_along(migrated_url: str, database: Database) -> None:
    async with serving(services_on(database)) as client:
        ada, bob = await register(client, "ada"), await register(client, "bob")
        film = movie(1)
        given = [rating(1, {"id": 1, "is_private": False}, film, 20), rating(2, {"id": 2, "is_private": False}, film, 10)]
        await store(database, movies=[film], ratings=given)
        await make_admin(database, "ada")
        assert run(migrated_url, "delete-user", "Ada") == (0, "Ada is deleted.\n", "")

    async with serving(services_on(database)) as client:
        assert (await client.signed_in(ada.access_token).post(VIEWER)).status_code == 401
        data = await client.signed_in(bob.access_token).ask(
            '{ viewer { username } movie(imdbId: "tt0000001") { ratingCount averageRating ratings { nodes { user { username } } } } }'
        )
    assert data == {
        "viewer": {"username": "bob"},
        "movie": {"ratingCount": 1, "averageRating": 5, "ratings": {"nodes": [{"user": {"username": "bob"}}]}},
    }


@pytest.mark.parametrize("command", ["set-password", "grant-admin", "delete-user"])
async def test_somebody_who_is_not_there_is_named(migrated_url: str, database: Database, command: str) -> None:
    before = await everything(database)
    assert run(migrated_url, command, "nobody", typed=PASSWORD) == (1, "", "Error: There is no user nobody.\n")
    assert await everything(database) == before
