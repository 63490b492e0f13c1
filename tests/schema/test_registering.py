"""Registering and logging in: every bad input has its answer, and changes nothing."""

import asyncio
from typing import Any

import pytest

from db.database import Database
from tests.accounts import (
    DISPLAY_NAME_LENGTH,
    LOADED_RULE,
    LOGIN,
    PASSWORD,
    REGISTER,
    TAKEN,
    USERNAME_RULE,
    VIEWER,
    WRONG_LOGIN,
    Account,
    add_loaded_user,
    answer,
    everything,
    invalid,
    login,
    register,
)
from tests.clients import Client

Json = Any  # Any: JSON

SHORT_PASSWORD = "A password has at least 8 characters."
LONG_PASSWORD = "A password has at most 1024 bytes in UTF-8."
COMMON_PASSWORD = "This password is among the commonest, which are tried first: choose another."
DISPLAY_NAME_LINE = "A display name is one line of visible characters."


@pytest.fixture
async def ada(client: Client) -> Account:
    return await register(client, "Ada.L-1_")


async def test_registering_logs_in(client: Client) -> None:
    payload = await answer(client, REGISTER, username="Ada", password=PASSWORD, displayName="Ada Lovelace")
    assert payload["errors"] == []
    assert payload["user"] == {
        "id": "VXNlcjox",
        "username": "Ada",
        "displayName": "Ada Lovelace",
        "bio": None,
        "isPrivate": False,
        "isAdmin": False,
    }
    viewer = await client.signed_in(payload["tokens"]["accessToken"]).ask("{ viewer { username displayName } }")
    assert viewer == {"viewer": {"username": "Ada", "displayName": "Ada Lovelace"}}


REGISTRATIONS: dict[str, tuple[Json, list[Json]]] = {
    "a name of two": ({"username": "ab"}, [invalid("username", USERNAME_RULE)]),
    "a name of 33": ({"username": "a" * 33}, [invalid("username", USERNAME_RULE)]),
    "a name of a megabyte": ({"username": "a" * 900_000}, [invalid("username", USERNAME_RULE)]),
    "no name": ({"username": ""}, [invalid("username", USERNAME_RULE)]),
    "a trailing newline": ({"username": "bob\n"}, [invalid("username", USERNAME_RULE)]),
    "a trailing blank": ({"username": "bob "}, [invalid("username", USERNAME_RULE)]),
    "a Cyrillic о": ({"username": "b\u043eb"}, [invalid("username", USERNAME_RULE)]),
    "full-width letters": ({"username": "\uff42\uff4f\uff42"}, [invalid("username", USERNAME_RULE)]),
    "Arabic digits": ({"username": "bob\u0663"}, [invalid("username", USERNAME_RULE)]),
    "a Kelvin sign": ({"username": "bob\u212a"}, [invalid("username", USERNAME_RULE)]),
    "NUL in a name": ({"username": "bob\0"}, [invalid("username", USERNAME_RULE)]),
    "a loaded name": ({"username": "ml42"}, [invalid("username", LOADED_RULE)]),
    "a loaded name in capitals": ({"username": "ML0"}, [invalid("username", LOADED_RULE)]),
    "a taken name": ({"username": "Ada.L-1_"}, [invalid("username", TAKEN, "ALREADY_EXISTS")]),
    "a taken name in another case": ({"username": "aDA.l-1_"}, [invalid("username", TAKEN, "ALREADY_EXISTS")]),
    "a short password": ({"password": "seven77"}, [invalid("password", SHORT_PASSWORD)]),
    "a password of 1,025 bytes": ({"password": "é" * 512 + "x"}, [invalid("password", LONG_PASSWORD)]),
    "a password of nearly a megabyte": ({"password": "x" * 1_000_000}, [invalid("password", LONG_PASSWORD)]),
    "a common password": ({"password": "iloveyou"}, [invalid("password", COMMON_PASSWORD)]),
    "a blank display name": ({"displayName": " "}, [invalid("displayName", DISPLAY_NAME_LENGTH)]),
    "a display name of 65": ({"displayName": "x" * 65}, [invalid("displayName", DISPLAY_NAME_LENGTH)]),
    "NUL in a display name": ({"displayName": "Bob\0"}, [invalid("displayName", DISPLAY_NAME_LINE)]),
    "two lines": ({"displayName": "Bob\nadmin"}, [invalid("displayName", DISPLAY_NAME_LINE)]),
    "text turned around": ({"displayName": "Bob \u202enimda"}, [invalid("displayName", DISPLAY_NAME_LINE)]),
    "everything at once": (
        {"username": "b", "password": "x", "displayName": ""},
        [invalid("username", USERNAME_RULE), invalid("password", SHORT_PASSWORD), invalid("displayName", DISPLAY_NAME_LENGTH)],
    ),
    "taken and short": (
        {"username": "ada.l-1_", "password": "x"},
        [invalid("password", SHORT_PASSWORD), invalid("username", TAKEN, "ALREADY_EXISTS")],
    ),
}


@pytest.mark.parametrize("name", REGISTRATIONS)
async def test_what_cannot_be_registered_is_told_why(client: Client, ada: Account, database: Database, name: str) -> None:
    given, errors = REGISTRATIONS[name]
    before = await everything(database)
    payload = await answer(client, REGISTER, **{"username": "bob", "password": PASSWORD, **given})
    assert payload == {"user": None, "tokens": None, "errors": errors}
    assert await everything(database) == before


MALFORMED: dict[str, Json] = {
    "null for a name": {"username": None, "password": PASSWORD},
    "no password": {"username": "bob"},
    "a number for a password": {"username": "bob", "password": 12345678},
    "a list for a name": {"username": ["bob"], "password": PASSWORD},
    "an object for a name": {"username": {}, "password": PASSWORD},
    "more than is asked": {"username": "bob", "password": PASSWORD, "isAdmin": True},
    "no input": None,
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_what_is_malformed_is_not_begun(client: Client, database: Database, name: str) -> None:
    [error] = await client.errors(REGISTER, {"input": MALFORMED[name]})
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert (await everything(database))["users"] == []


async def test_two_who_want_one_name_at_once_do_not_both_get_it(client: Client, database: Database) -> None:
    payloads = [answer(client, REGISTER, username=name, password=PASSWORD) for name in ("Bob", "bob", "BOB", "bOb")]
    answers = await asyncio.gather(*payloads)
    assert sorted(bool(each["errors"]) for each in answers) == [False, True, True, True]
    assert [each["errors"] for each in answers if each["errors"]] == [[invalid("username", TAKEN, "ALREADY_EXISTS")]] * 3
    stored = await everything(database)
    assert (len(stored["users"]), len(stored["sessions"])) == (1, 1)


async def test_login_finds_a_name_in_any_case(client: Client, ada: Account) -> None:
    payload = await answer(client, LOGIN, username="ADA.L-1_", password=PASSWORD)
    assert payload["errors"] == []
    assert payload["user"]["username"] == "Ada.L-1_"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("Ada.L-1_", "correct horsf"),
        ("Ada.L-1_", ""),
        ("Ada.L-1_", PASSWORD + "\0"),
        ("Ada.L-1_", "x" * 900_000),
        ("Ada.L-1_\n", PASSWORD),
        ("nobody", PASSWORD),
        ("", ""),
        ("x" * 900_000, PASSWORD),
        ("ml42", PASSWORD),
        ("ml42", ""),
    ],
)
async def test_a_login_that_is_wrong_says_not_in_what(
    client: Client, ada: Account, database: Database, username: str, password: str
) -> None:
    await add_loaded_user(database, "ml42")
    before = await everything(database)
    payload = await answer(client, LOGIN, username=username, password=password)
    assert payload == {"user": None, "tokens": None, "errors": [WRONG_LOGIN]}
    assert await everything(database) == before


async def test_the_tenth_failed_login_in_a_minute_is_refused(client: Client, ada: Account, database: Database) -> None:
    for _ in range(9):
        assert (await answer(client, LOGIN, username=ada.username, password="wrong"))["errors"] == [WRONG_LOGIN]
    before = await everything(database)
    for password in ("wrong", PASSWORD):
        response = await client.post(LOGIN, {"input": {"username": ada.username, "password": password}})
        assert response.status_code == 429
        assert response.headers["retry-after"] == "60"
        [error] = response.json()["errors"]
        assert (error["message"], error["extensions"]["code"]) == ("Too many failed logins: wait a minute.", "RATE_LIMITED")
    assert await everything(database) == before
    await register(client, "bob")
    assert (await login(client, "bob")).username == "bob"
    assert await ada.client.ask(VIEWER) == {"viewer": {"username": ada.username}}


async def test_passwords_and_tokens_are_kept_as_hashes_alone_and_logged_nowhere(
    client: Client, database: Database, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    ada = await register(client, "ada", "a password to look for")
    await login(client, "ada", "a password to look for")
    await answer(client, LOGIN, username="ada", password="another to look for")
    await client.errors(LOGIN, {"input": {"username": "ada", "password": ["a third to look for"]}})
    await ada.client.ask(VIEWER)
    await asyncio.sleep(0)  # the log's lines are written a turn later
    logged = f"{caplog.text} {[record.__dict__ for record in caplog.records]} {capfd.readouterr()}"
    assert logged.count("cinegraph.requests") >= 5
    kept = f"{await everything(database)} {logged}"
    for secret in ("to look for", ada.access_token, ada.refresh_token):
        assert secret not in kept
