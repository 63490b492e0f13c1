"""Changing and deleting accounts: every bad input has its answer, and changes nothing."""

from typing import Any

import pytest

from db.database import Database
from tests.accounts import (
    DELETE_USER,
    DISPLAY_NAME_LENGTH,
    LOADED_RULE,
    LOGIN,
    PASSWORD,
    TAKEN,
    UPDATE_USER,
    USERNAME_RULE,
    VIEWER,
    WRONG_LOGIN,
    Account,
    answer,
    everything,
    invalid,
    login,
    make_admin,
    register,
)
from tests.clients import Client

Json = Any  # Any: JSON

BIO_TEXT = "A bio is plain text: it may hold no control characters but line breaks and tabs."


@pytest.fixture
async def ada(client: Client) -> Account:
    return await register(client, "Ada.L-1_")


@pytest.fixture
async def root(client: Client, database: Database) -> Account:
    await register(client, "root")
    await make_admin(database, "root")
    return await login(client, "root")


async def test_a_profile_keeps_what_is_absent_and_loses_what_is_null(client: Client, ada: Account) -> None:
    payload = await answer(ada.client, UPDATE_USER, displayName="Ada", bio="First.\nSecond.", isPrivate=True)
    assert payload["user"] | {"id": ""} == {
        "id": "",
        "username": "Ada.L-1_",
        "displayName": "Ada",
        "bio": "First.\nSecond.",
        "isPrivate": True,
        "isAdmin": False,
    }
    payload = await answer(ada.client, UPDATE_USER, bio=None)
    assert (payload["user"]["displayName"], payload["user"]["bio"], payload["user"]["isPrivate"]) == ("Ada", None, True)
    payload = await answer(ada.client, UPDATE_USER, account=None, displayName=None, username="ADA.L-1_")
    assert (payload["user"]["displayName"], payload["user"]["username"]) == (None, "ADA.L-1_")
    assert (await login(client, "ada.l-1_")).id == ada.id


UPDATES: dict[str, tuple[Json, list[Json]]] = {
    "null for a name": ({"username": None}, [invalid("username", "A username cannot be cleared: give another, or leave it out.")]),
    "null for privacy": (
        {"isPrivate": None},
        [invalid("isPrivate", "`isPrivate` is true or false and cannot be cleared: leave it out to keep it.")],
    ),
    "a look-alike": ({"username": "\u0410da"}, [invalid("username", USERNAME_RULE)]),
    "a newline": ({"username": "ada\n"}, [invalid("username", USERNAME_RULE)]),
    "a loaded name": ({"username": "ml7"}, [invalid("username", LOADED_RULE)]),
    "a taken name": ({"username": "BOB"}, [invalid("username", TAKEN, "ALREADY_EXISTS")]),
    "a bio of 1,001": ({"bio": "x" * 1001}, [invalid("bio", "A bio has at most 1000 characters, not 1001.")]),
    "a bio of nearly a megabyte": ({"bio": "x" * 1_000_000}, [invalid("bio", "A bio has at most 1000 characters, not 1000000.")]),
    "NUL in a bio": ({"bio": "x\0y"}, [invalid("bio", BIO_TEXT)]),
    "an empty display name": ({"displayName": ""}, [invalid("displayName", DISPLAY_NAME_LENGTH)]),
    "everything at once": (
        {"username": "a", "displayName": "", "bio": "\x1b", "isPrivate": None},
        [
            invalid("username", USERNAME_RULE),
            invalid("displayName", DISPLAY_NAME_LENGTH),
            invalid("bio", BIO_TEXT),
            invalid("isPrivate", "`isPrivate` is true or false and cannot be cleared: leave it out to keep it."),
        ],
    ),
    "one wrong, one right": ({"displayName": "Ada", "bio": "\0"}, [invalid("bio", BIO_TEXT)]),
}


@pytest.mark.parametrize("name", UPDATES)
async def test_what_a_profile_cannot_be_is_told_why(client: Client, ada: Account, database: Database, name: str) -> None:
    given, errors = UPDATES[name]
    await register(client, "bob")
    before = await everything(database)
    assert await answer(ada.client, UPDATE_USER, **given) == {"user": None, "errors": errors}
    assert await everything(database) == before


async def test_a_bio_of_a_megabyte_does_not_come_in(ada: Account, database: Database) -> None:
    before = await everything(database)
    response = await ada.client.post(UPDATE_USER, {"input": {"bio": "x" * 1024 * 1024}})
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert await everything(database) == before


async def test_text_of_every_script_is_kept_as_it_is(ada: Account) -> None:
    display_name, bio = "Зоя 👩‍🎤 " + "é" * 56, "線" * 1000
    assert len(display_name) == 64
    payload = await answer(ada.client, UPDATE_USER, displayName=display_name, bio=bio)
    assert (payload["user"]["displayName"], payload["user"]["bio"]) == (display_name, bio)


async def test_only_an_admin_changes_another_profile(client: Client, ada: Account, root: Account, database: Database) -> None:
    bob = await register(client, "bob")
    before = await everything(database)
    for name in (ada.username, "nobody", "root"):
        payload = await answer(bob.client, UPDATE_USER, account=name, bio="Mine now.")
        assert payload["errors"] == [invalid("account", "Only an admin may name another user's account.", "FORBIDDEN")]
    assert await everything(database) == before

    payload = await answer(root.client, UPDATE_USER, account=ada.username.upper(), bio="Tidied up.", username="Ada")
    assert (payload["user"]["username"], payload["user"]["bio"], payload["errors"]) == ("Ada", "Tidied up.", [])
    payload = await answer(root.client, UPDATE_USER, account="nobody", bio="x")
    assert payload == {"user": None, "errors": [invalid("account", "There is no user of this name.", "NOT_FOUND")]}
    assert (await answer(bob.client, UPDATE_USER, account="BOB", bio="Mine."))["user"]["bio"] == "Mine."


async def test_deleting_oneself_takes_the_password(client: Client, ada: Account, database: Database) -> None:
    before = await everything(database)
    wrong = invalid("password", "The password is wrong.", "WRONG_CREDENTIALS")
    missing = invalid("password", "Give your password, to delete your account.")
    for given, error in (({"password": "wrong"}, wrong), ({"password": None}, missing), ({"account": ada.username}, missing)):
        assert await answer(ada.client, DELETE_USER, **given) == {"deletedUserId": None, "errors": [error]}
    assert await everything(database) == before

    assert await answer(ada.client, DELETE_USER, password=PASSWORD) == {"deletedUserId": ada.id, "errors": []}
    assert {table: rows for table, rows in (await everything(database)).items() if rows} == {}
    assert (await ada.client.post(VIEWER)).status_code == 401
    assert (await answer(client, LOGIN, username=ada.username, password=PASSWORD))["errors"] == [WRONG_LOGIN]


async def test_an_id_is_not_given_again(client: Client, ada: Account) -> None:
    await answer(ada.client, DELETE_USER, password=PASSWORD)
    assert (await register(client, ada.username)).id != ada.id


async def test_only_an_admin_deletes_another(client: Client, ada: Account, root: Account, database: Database) -> None:
    bob = await register(client, "bob")
    payload = await answer(bob.client, DELETE_USER, account=ada.username, password=PASSWORD)
    assert payload == {
        "deletedUserId": None,
        "errors": [invalid("account", "Only an admin may name another user's account.", "FORBIDDEN")],
    }
    assert await ada.client.ask(VIEWER) == {"viewer": {"username": ada.username}}

    assert (await answer(root.client, DELETE_USER, account=ada.username)) == {"deletedUserId": ada.id, "errors": []}
    assert (await ada.client.post(VIEWER)).status_code == 401
    payload = await answer(root.client, DELETE_USER, account=ada.username)
    assert payload["errors"] == [invalid("account", "There is no user of this name.", "NOT_FOUND")]
