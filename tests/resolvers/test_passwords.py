"""Passwords are hashed by argon2id, beside the work of others and never in its way."""

import asyncio
import threading
import time

import pytest
from argon2 import PasswordHasher

from resolvers import passwords as module
from resolvers.errors import RateLimited
from resolvers.passwords import Passwords, password_errors, standard_hasher
from tests.services import QUICK_HASHER

FIELD = ("input", "password")


async def test_a_hash_verifies_its_password_and_no_other() -> None:
    passwords = Passwords(QUICK_HASHER)
    kept = await passwords.hash("correct horse")

    assert kept.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert await passwords.verify("correct horse", kept)
    assert not await passwords.verify("correct horsf", kept)
    assert kept != await passwords.hash("correct horse")


async def test_every_byte_counts() -> None:
    passwords = Passwords(QUICK_HASHER)
    longest = "é" * 512
    kept = await passwords.hash(longest)

    assert await passwords.verify(longest, kept)
    assert not await passwords.verify(longest[:-1] + "e", kept)


async def test_a_letter_is_the_same_however_it_is_composed() -> None:
    passwords = Passwords(QUICK_HASHER)
    assert await passwords.verify("caf\u0065\u0301 noir", await passwords.hash("caf\u00e9 noir"))


@pytest.mark.parametrize("kept", [None, "", "no hash", "$argon2id$v=19$m=8,t=1,p=1$broken"])
async def test_nothing_verifies_where_there_is_no_password(kept: str | None) -> None:
    assert not await Passwords(QUICK_HASHER).verify("correct horse", kept)


async def test_a_megabyte_is_not_hashed() -> None:
    passwords = Passwords(standard_hasher())
    kept = await passwords.hash("correct horse")
    started = time.process_time()
    for _ in range(200):
        assert not await passwords.verify("x" * 1_000_000, kept)
    assert time.process_time() - started < 0.5


async def test_the_standard_parameters_are_those_that_owasp_names() -> None:
    kept = await Passwords().hash("correct horse")
    assert kept.startswith("$argon2id$v=19$m=47104,t=1,p=1$")


async def test_an_older_hash_is_known_by_its_parameters() -> None:
    kept = await Passwords(QUICK_HASHER).hash("correct horse")
    raised = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))

    assert not Passwords(QUICK_HASHER).needs_rehash(kept)
    assert raised.needs_rehash(kept)
    assert await raised.verify("correct horse", kept)
    assert not raised.needs_rehash(await raised.hash("correct horse"))


@pytest.mark.parametrize(
    "password",
    ["correct horse", "8 blanks        ", "ünïcödé!", "\0\0\0\0\0\0\0\0", "x" * 1024, "é" * 512, "日本語のパスワード"],
)
def test_a_long_enough_password_is_taken_whatever_it_is_made_of(password: str) -> None:
    assert list(password_errors(password, FIELD)) == []


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("", "A password has at least 8 characters."),
        ("seven77", "A password has at least 8 characters."),
        ("é" * 513, "A password has at most 1024 bytes in UTF-8."),
        ("x" * 1_000_000, "A password has at most 1024 bytes in UTF-8."),
        ("password", "This password is among the commonest, which are tried first: choose another."),
        ("PassWord", "This password is among the commonest, which are tried first: choose another."),
        ("1234567890", "This password is among the commonest, which are tried first: choose another."),
    ],
)
def test_what_is_no_password_is_told_why(password: str, message: str) -> None:
    [error] = password_errors(password, FIELD)
    assert (error.code, str(error), error.field) == ("INVALID", message, FIELD)


class CountingHasher(PasswordHasher):
    """Notes how many hash at once, and waits until it is let go."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.going = threading.Event()
        self.running = self.most = 0
        self._counting = threading.Lock()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        with self._counting:
            self.running += 1
            self.most = max(self.most, self.running)
        self.going.wait(10)
        with self._counting:
            self.running -= 1
        return super().hash(password, salt=salt)


async def test_no_more_hash_at_once_than_there_are_workers_and_no_more_wait_than_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAXIMUM_WAITING", 6)
    hasher = CountingHasher()
    passwords = Passwords(hasher, workers=2)
    hashing = [asyncio.create_task(passwords.hash("correct horse")) for _ in range(6)]
    await asyncio.sleep(0.05)

    with pytest.raises(RateLimited, match="Too many people are signing in") as refused:
        await passwords.hash("correct horse")
    assert refused.value.retry_after_seconds == 5

    hasher.going.set()
    assert len(await asyncio.gather(*hashing)) == 6
    assert hasher.most == 2
    await passwords.hash("correct horse")
