"""Sessions as clients meet them: they go on by refresh tokens that work once, and end where they are told to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher

from db.database import Database
from resolvers.passwords import Passwords
from resolvers.sessions import Sessions
from tests.accounts import (
    CHANGE_PASSWORD,
    DELETE_USER,
    LOGIN,
    LOGOUT,
    LOGOUT_EVERYWHERE,
    PASSWORD,
    REFRESH,
    VIEWER,
    WRONG_LOGIN,
    WRONG_REFRESH_TOKEN,
    Account,
    Clock,
    answer,
    everything,
    invalid,
    login,
    register,
    serving,
)
from tests.clients import Client
from tests.services import QUICK_HASHER, services_on


@dataclass(frozen=True)
class Cluster:
    """Two processes over one database, with one clock."""

    one: Client
    other: Client
    clock: Clock
    database: Database

    def elsewhere(self, account: Account) -> Client:
        return self.other.signed_in(account.access_token)


@pytest.fixture
async def cluster(database: Database) -> AsyncIterator[Cluster]:
    clock = Clock()
    async with AsyncExitStack() as stack:

        async def process() -> Client:
            services = services_on(database, now=clock.now)
            sessions = Sessions(database, services.tokens, timer=clock.seconds)
            return await stack.enter_async_context(serving(replace(services, sessions=sessions)))

        yield Cluster(await process(), await process(), clock, database)


@pytest.fixture
async def ada(cluster: Cluster) -> Account:
    return await register(cluster.one, "ada")


async def status(client: Client) -> int:
    return (await client.post(VIEWER)).status_code


async def refreshed(client: Client, refresh_token: str) -> dict[str, Any]:  # Any: JSON
    tokens: dict[str, Any] = (await answer(client, REFRESH, refreshToken=refresh_token))["tokens"]
    return tokens


async def test_tokens_tell_how_long_they_last(cluster: Cluster, ada: Account) -> None:
    tokens = await refreshed(cluster.one, ada.refresh_token)
    assert datetime.fromisoformat(tokens["accessTokenExpiresAt"]) == cluster.clock.time + timedelta(minutes=15)
    assert datetime.fromisoformat(tokens["refreshTokenExpiresAt"]) == cluster.clock.time + timedelta(days=30)


async def test_a_session_goes_on_for_as_long_as_it_is_refreshed(cluster: Cluster, ada: Account) -> None:
    refresh_token = ada.refresh_token
    for _ in range(4):
        cluster.clock.advance(days=29)
        tokens = await refreshed(cluster.one, refresh_token)
        refresh_token = tokens["refreshToken"]
        assert await cluster.one.signed_in(tokens["accessToken"]).ask(VIEWER) == {"viewer": {"username": "ada"}}
    stored = await everything(cluster.database)
    assert (len(stored["sessions"]), len(stored["refresh_tokens"])) == (1, 2)


async def test_a_refresh_token_expires_after_thirty_days(cluster: Cluster, ada: Account) -> None:
    cluster.clock.advance(days=30)
    before = await everything(cluster.database)
    payload = await answer(cluster.one, REFRESH, refreshToken=ada.refresh_token)
    assert payload == {"tokens": None, "errors": [WRONG_REFRESH_TOKEN]}
    assert await everything(cluster.database) == before


async def test_expired_sessions_are_cleared_away_at_the_next_login(cluster: Cluster, ada: Account) -> None:
    await login(cluster.one, "ada")
    cluster.clock.advance(days=30)
    await login(cluster.one, "ada")
    stored = await everything(cluster.database)
    assert (len(stored["sessions"]), len(stored["refresh_tokens"])) == (1, 1)


@pytest.mark.parametrize("change", ["".format, "x".format, "{:.42}".format, "{}\n".format, "{} ".format, str.swapcase])
async def test_a_refresh_token_that_is_none_is_refused_and_ends_nothing(
    cluster: Cluster, ada: Account, change: Callable[[str], str]
) -> None:
    before = await everything(cluster.database)
    for document in (REFRESH, LOGOUT):
        [error] = (await answer(cluster.one, document, refreshToken=change(ada.refresh_token)))["errors"]
        assert (error["code"], error["field"]) == ("WRONG_CREDENTIALS", ["input", "refreshToken"])
    assert (await answer(cluster.one, REFRESH, refreshToken=ada.access_token))["errors"] == [WRONG_REFRESH_TOKEN]
    assert await everything(cluster.database) == before
    assert await status(ada.client) == 200


async def test_a_refresh_token_used_twice_ends_its_whole_session_and_no_other(cluster: Cluster, ada: Account) -> None:
    other_session = await login(cluster.one, "ada")
    tokens = await refreshed(cluster.one, ada.refresh_token)
    assert await status(ada.client) == 200

    payload = await answer(cluster.other, REFRESH, refreshToken=ada.refresh_token)
    assert payload == {"tokens": None, "errors": [WRONG_REFRESH_TOKEN]}

    payload = await answer(cluster.one, REFRESH, refreshToken=tokens["refreshToken"])
    assert payload == {"tokens": None, "errors": [WRONG_REFRESH_TOKEN]}
    assert await status(cluster.other.signed_in(tokens["accessToken"])) == 401
    cluster.clock.advance(seconds=5)
    assert await status(ada.client) == 401
    assert await status(other_session.client) == 200
    assert len((await everything(cluster.database))["sessions"]) == 1


async def test_of_two_who_use_a_refresh_token_at_once_one_ends_the_session(cluster: Cluster, ada: Account) -> None:
    both = [answer(each, REFRESH, refreshToken=ada.refresh_token) for each in (cluster.one, cluster.other)]
    payloads = await asyncio.gather(*both)
    assert sorted(bool(each["errors"]) for each in payloads) == [False, True]
    assert (await everything(cluster.database))["sessions"] == []


async def test_logout_ends_one_session(cluster: Cluster, ada: Account) -> None:
    other_session = await login(cluster.one, "ada")
    assert [await status(cluster.elsewhere(each)) for each in (ada, other_session)] == [200, 200]

    assert await answer(cluster.one, LOGOUT, refreshToken=ada.refresh_token) == {"errors": []}

    assert [await status(each.client) for each in (ada, other_session)] == [401, 200]
    cluster.clock.advance(seconds=5)
    assert [await status(cluster.elsewhere(each)) for each in (ada, other_session)] == [401, 200]
    assert (await answer(cluster.one, REFRESH, refreshToken=ada.refresh_token))["errors"] == [WRONG_REFRESH_TOKEN]


async def test_a_used_refresh_token_still_logs_its_session_out(cluster: Cluster, ada: Account) -> None:
    tokens = await refreshed(cluster.one, ada.refresh_token)
    assert await answer(cluster.one, LOGOUT, refreshToken=ada.refresh_token) == {"errors": []}
    assert await status(cluster.one.signed_in(tokens["accessToken"])) == 401


ENDINGS = {
    "logoutEverywhere": (LOGOUT_EVERYWHERE, {}),
    "changePassword": (CHANGE_PASSWORD, {"currentPassword": PASSWORD, "newPassword": "battery staple"}),
    "deleteUser": (DELETE_USER, {"password": PASSWORD}),
}


@pytest.mark.parametrize("name", ENDINGS)
async def test_every_session_ends_at_once_here_and_within_five_seconds_elsewhere(cluster: Cluster, ada: Account, name: str) -> None:
    bob = await register(cluster.one, "bob")
    sessions = [ada, await login(cluster.one, "ada"), await login(cluster.other, "ada")]
    assert [await status(cluster.elsewhere(each)) for each in sessions] == [200] * 3
    document, given = ENDINGS[name]

    assert (await answer(ada.client, document, **given))["errors"] == []

    assert [await status(cluster.one.signed_in(each.access_token)) for each in sessions] == [401] * 3
    cluster.clock.advance(seconds=5)
    assert [await status(cluster.elsewhere(each)) for each in sessions] == [401] * 3
    for each in sessions:
        assert (await answer(cluster.other, REFRESH, refreshToken=each.refresh_token))["errors"] == [WRONG_REFRESH_TOKEN]
    assert await status(bob.client) == 200


async def test_what_ends_a_session_ends_it_for_the_rest_of_the_request(ada: Account) -> None:
    body = (await ada.client.post("mutation { a: logoutEverywhere { errors { code } } b: logoutEverywhere { errors { code } } }")).json()
    assert body["data"] == {"a": {"errors": []}, "b": None}
    assert [error["extensions"]["code"] for error in body["errors"]] == ["UNAUTHENTICATED"]


async def test_a_changed_password_is_the_only_one_and_begins_a_session(cluster: Cluster, ada: Account) -> None:
    payload = await answer(ada.client, CHANGE_PASSWORD, currentPassword=PASSWORD, newPassword="battery staple")
    assert payload["errors"] == []
    assert await cluster.other.signed_in(payload["tokens"]["accessToken"]).ask(VIEWER) == {"viewer": {"username": "ada"}}
    assert (await refreshed(cluster.other, payload["tokens"]["refreshToken"]))["accessToken"]
    assert (await answer(cluster.one, LOGIN, username="ada", password=PASSWORD))["errors"] == [WRONG_LOGIN]
    assert (await login(cluster.one, "ada", "battery staple")).id == ada.id


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"currentPassword": "wrong"}, invalid("currentPassword", "The current password is wrong.", "WRONG_CREDENTIALS")),
        ({"newPassword": "x"}, invalid("newPassword", "A password has at least 8 characters.")),
        ({"newPassword": "x" * 900_000}, invalid("newPassword", "A password has at most 1024 bytes in UTF-8.")),
    ],
)
async def test_a_password_that_cannot_be_changed_stays(
    cluster: Cluster, ada: Account, given: dict[str, str], error: dict[str, Any]
) -> None:
    before = await everything(cluster.database)
    passwords = {"currentPassword": PASSWORD, "newPassword": "battery staple", **given}
    assert await answer(ada.client, CHANGE_PASSWORD, **passwords) == {"tokens": None, "errors": [error]}
    assert await everything(cluster.database) == before
    assert await status(ada.client) == 200


async def test_a_current_password_is_not_guessed_faster_than_a_login(cluster: Cluster, ada: Account) -> None:
    for _ in range(9):
        await answer(ada.client, CHANGE_PASSWORD, currentPassword="wrong", newPassword="battery staple")
    before = await everything(cluster.database)
    for password in ("wrong", PASSWORD):
        [error] = await ada.client.errors(CHANGE_PASSWORD, {"input": {"currentPassword": password, "newPassword": "battery staple"}})
        assert error["extensions"]["code"] == "RATE_LIMITED"
    assert await everything(cluster.database) == before


async def test_parameters_that_were_raised_are_taken_up_at_the_next_login(database: Database) -> None:
    raised = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    async with serving(services_on(database)) as before, serving(replace(services_on(database), passwords=raised)) as after:
        await register(before, "ada")
        await login(before, "ada")
        assert "$m=8,t=1,p=1$" in repr((await everything(database))["users"])
        await answer(after, LOGIN, username="ada", password="wrong")
        assert "$m=8,t=1,p=1$" in repr((await everything(database))["users"])
        await login(after, "ada")
        assert "$m=8,t=2,p=1$" in repr((await everything(database))["users"])
        await login(before, "ada")
        await login(after, "ada")


class OvertakenPasswords(Passwords):
    """Tells that a password is right just after `overtake` has been done."""

    overtake: Callable[[], Awaitable[object]]

    async def verify(self, password: str, password_hash: str | None) -> bool:
        matches = await super().verify(password, password_hash)
        await self.overtake()
        return matches


async def test_a_login_that_a_new_password_overtakes_begins_no_session(database: Database) -> None:
    passwords = OvertakenPasswords(QUICK_HASHER)
    async with serving(services_on(database)) as client, serving(replace(services_on(database), passwords=passwords)) as late:
        ada = await register(client, "ada")
        passwords.overtake = lambda: answer(ada.client, CHANGE_PASSWORD, currentPassword=PASSWORD, newPassword="battery staple")
        assert (await answer(late, LOGIN, username="ada", password=PASSWORD))["errors"] == [WRONG_LOGIN]
        assert len((await everything(database))["sessions"]) == 1
