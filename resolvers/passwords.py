"""Passwords: argon2id on worker threads of their own, so that a burst of logins stalls nobody's queries."""

import asyncio
import os
import runpy
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar
from unicodedata import normalize

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from resolvers.errors import Invalid, RateLimited, UserError

MINIMUM_CHARACTERS = 8
MAXIMUM_BYTES = 1024
MAXIMUM_WAITING = 256
"""How many may wait for a worker: at about 50 milliseconds each, the last of them for some ten seconds."""
NICENESS = 4
"""Of the workers. Measured on two busy processors: at 0 queries take twice as long beside logins, at 10 logins five times as long."""

T = TypeVar("T")


def standard_hasher() -> PasswordHasher:
    """argon2id with 46 MiB and one pass, the first of OWASP's equal choices: the one that costs the least processor time."""
    return PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)


class Passwords:
    """Hashes and verifies. At most `workers` at once and MAXIMUM_WAITING after them; beyond that it raises RateLimited."""

    def __init__(self, hasher: PasswordHasher | None = None, workers: int | None = None) -> None:
        self._hasher = hasher or standard_hasher()
        # Half the processors: the others go on answering queries.
        workers = workers or max(1, (os.cpu_count() or 1) // 2)
        self._pool = ThreadPoolExecutor(workers, "passwords", initializer=_yield_to_others)
        self._free = asyncio.Semaphore(workers)
        self._waiting = 0
        self._unmatched = _unmatched_hash(self._hasher)

    async def hash(self, password: str) -> str:
        """The text to keep for a password that password_errors() allows: algorithm, parameters, salt and hash."""
        return await self._run(lambda: self._hasher.hash(_encoded(password)))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password; where there is no user or no password (None), no, after as long a time."""
        if not _fits(password):
            return False
        return await self._run(lambda: self._matches(password, password_hash)) and password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether the parameters have been raised since it was made."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _matches(self, password: str, password_hash: str | None) -> bool:
        try:
            return self._hasher.verify(password_hash or self._unmatched, _encoded(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= MAXIMUM_WAITING:
            raise RateLimited("Too many people are signing in at this moment. Try again in a few seconds.", 5)
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


def password_errors(password: str, field: Sequence[str]) -> Iterator[UserError]:
    """Why a password cannot be taken. There are no rules of composition: length is what helps."""
    if len(password) < MINIMUM_CHARACTERS:
        yield Invalid(f"A password has at least {MINIMUM_CHARACTERS} characters.", field)
    elif not _fits(password):
        yield Invalid(f"A password has at most {MAXIMUM_BYTES} bytes in UTF-8.", field)
    elif password.lower() in _common_passwords():
        yield Invalid("This password is among the commonest, which are tried first: choose another.", field)


def _fits(password: str) -> bool:
    # Every character takes a byte at least: what is far too long is not even encoded.
    return len(password) <= MAXIMUM_BYTES and len(password.encode("utf-8", "surrogatepass")) <= MAXIMUM_BYTES


def _encoded(password: str) -> bytes:
    """The same bytes for the same characters, whichever way a keyboard composes them."""
    return normalize("NFC", password).encode("utf-8", "surrogatepass")


def _unmatched_hash(hasher: PasswordHasher) -> str:
    """A hash with the hasher's parameters that no password is known to have, for verifying to take its time over."""
    salt, digest = (b64encode(os.urandom(length)).decode().rstrip("=") for length in (hasher.salt_len, hasher.hash_len))
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"


@cache
def _common_passwords() -> frozenset[str]:
    """zxcvbn's thirty thousand commonest, as far as they are long enough; importing the package would index all its other lists."""
    package = find_spec("zxcvbn")
    assert package is not None  # noqa: S101  # a declared dependency
    assert package.origin is not None  # noqa: S101  # as above
    lists = runpy.run_path(str(Path(package.origin).with_name("frequency_lists.py")))["FREQUENCY_LISTS"]
    return frozenset(password for password in lists["passwords"] if len(password) >= MINIMUM_CHARACTERS)


def _yield_to_others() -> None:
    """Let queries go first where processors are short; only Linux counts niceness by thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
