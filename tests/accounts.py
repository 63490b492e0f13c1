"""Users who register and log in over HTTP, and what is stored of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from db.connection import Transaction
from db.database import Database
from db.tables import metadata, users
from resolvers.services import Services
from schema.transport.app import build_application
from settings import Settings, load_settings
from tests import unspoken
from tests.clients import Client, in_process

PASSWORD = "correct horse"

ERRORS = "errors { code message field }"
TOKENS = "tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }"
USER = "user { id username displayName bio isPrivate isAdmin }"
REGISTER = f"mutation ($input: RegisterInput!) {{ answer: register(input: $input) {{ {USER} {TOKENS} {ERRORS} }} }}"
LOGIN = f"mutation ($input: LoginInput!) {{ answer: login(input: $input) {{ {USER} {TOKENS} {ERRORS} }} }}"
REFRESH = f"mutation ($input: RefreshTokensInput!) {{ answer: refreshTokens(input: $input) {{ {TOKENS} {ERRORS} }} }}"
LOGOUT = f"mutation ($input: LogoutInput!) {{ answer: logout(input: $input) {{ {ERRORS} }} }}"
LOGOUT_EVERYWHERE = f"mutation {{ answer: logoutEverywhere {{ {ERRORS} }} }}"
CHANGE_PASSWORD = f"mutation ($input: ChangePasswordInput!) {{ answer: changePassword(input: $input) {{ {TOKENS} {ERRORS} }} }}"
UPDATE_USER = f"mutation ($input: UpdateUserInput!) {{ answer: updateUser(input: $input) {{ {USER} {ERRORS} }} }}"
DELETE_USER = f"mutation ($input: DeleteUserInput!) {{ answer: deleteUser(input: $input) {{ deletedUserId {ERRORS} }} }}"
VIEWER = "{ viewer { username } }"

WRONG_LOGIN = {"code": "WRONG_CREDENTIALS", "message": "The username or the password is wrong.", "field": None}
WRONG_REFRESH_TOKEN = {
    "code": "WRONG_CREDENTIALS",
    "message": "The refresh token is unknown, used, or expired: log in again.",
    "field": ["input", "refreshToken"],
}


USERNAME_RULE = "A username has 3 to 32 characters, each of them one of A to Z, a to z, 0 to 9, `_`, `-` and `.`."
LOADED_RULE = "Usernames of `ml` and a number are those of loaded data: choose another."
TAKEN = "This username is taken: choose another."
DISPLAY_NAME_LENGTH = "A display name has 1 to 64 characters, not all of them blanks; null clears it."


def invalid(name: str, message: str, code: str = "INVALID") -> dict[str, Any]:  # Any: JSON
    """The payload error of one input."""
    return {"code": code, "message": message, "field": ["input", name]}


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def seconds(self) -> float:
        return self.time.timestamp()

    def advance(self, **duration: float) -> None:
        self.time += timedelta(**duration)


@dataclass(frozen=True)
class Account:
    """A user with a session; `client` sends its access token."""

    client: Client
    id: str
    username: str
    access_token: str
    refresh_token: str


@asynccontextmanager
async def serving(services: Services, **settings: str) -> AsyncIterator[Client]:
    """A client, without a token, of a process that stands on `services`."""

    @asynccontextmanager
    async def open_services() -> AsyncIterator[Services]:
        yield services

    async with in_process(build_application(settings_of(**settings), open_services)) as client:
        yield client


def settings_of(**settings: str) -> Settings:
    return load_settings({"DATABASE_URL": "sqlite+aiosqlite:///", "RATE_LIMIT_PER_MINUTE": "0", **settings})


async def answer(client: Client, document: str, **given: Any) -> Any:  # Any: JSON
    """What the mutation under the alias `answer` gives."""
    return (await client.ask(document, {"input": given} if given else None))["answer"]


async def register(client: Client, username: str, password: str = PASSWORD) -> Account:
    return _account(client, await answer(client, REGISTER, username=username, password=password))


async def login(client: Client, username: str, password: str = PASSWORD) -> Account:
    return _account(client, await answer(client, LOGIN, username=username, password=password))


async def refresh(client: Client, account: Account) -> Account:
    """The account with new tokens for its old ones."""
    payload = await answer(client, REFRESH, refreshToken=account.refresh_token)
    return _account(client, {**payload, "user": {"id": account.id, "username": account.username}})


def _account(client: Client, payload: Mapping[str, Any]) -> Account:  # Any: JSON
    assert payload["errors"] == []
    user, tokens = payload["user"], payload["tokens"]
    unspoken.keep(PASSWORD, tokens["accessToken"], tokens["refreshToken"])
    return Account(client.signed_in(tokens["accessToken"]), user["id"], user["username"], tokens["accessToken"], tokens["refreshToken"])


async def everything(database: Database) -> Mapping[str, Sequence[tuple[Any, ...]]]:  # Any: whatever columns hold
    """All rows of all tables, to prove that nothing was changed."""
    reader = database.reader()
    return {table.name: sorted(await reader.fetch(select(table), {}), key=repr) for table in metadata.sorted_tables}


async def make_admin(database: Database, username: str) -> None:
    statement = update(users).where(users.c.username_key == username.lower()).values(is_admin=True)
    await _execute(database, statement)


async def set_password_hash(database: Database, username: str, password_hash: str) -> None:
    await _execute(database, update(users).where(users.c.username_key == username.lower()).values(password_hash=password_hash))


async def add_loaded_user(database: Database, username: str) -> None:
    """A user as load-movielens makes them: without a password."""
    await _execute(database, insert(users).values(username=username, username_key=username, created_at=datetime(2026, 1, 1, tzinfo=UTC)))


async def _execute(database: Database, statement: Any) -> None:  # Any: an INSERT or an UPDATE
    async def work(transaction: Transaction) -> None:
        await transaction.execute(statement, {})

    await database.transaction(work)
