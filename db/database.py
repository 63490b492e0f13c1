"""Connections, and the three ways to use one: fetch(), fetch_each() and transaction().

Statements are SQLAlchemy Core, rendered once per dialect (db/rendering.py) and run on what is quickest there: asyncmy's own
pool on MariaDB and MySQL, SQLAlchemy's on SQLite. Whoever works above sees Connection and Transaction alone.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, TypeVar

from sqlalchemy import Executable, literal_column, select
from sqlalchemy.engine import URL, make_url

from db.connection import Backend, Connection, Later, Parameters, RawConnection, Transaction
from db.errors import CommitUnknown, ConnectionLost, DatabaseAway, TransactionUndone
from db.lookups import SharedLookups
from db.rendering import Rendered, Result, Rows, render
from db.usage import Connections, Usage

TRANSACTION_SECONDS = 8.0
"""A client's transaction that meets deadlocks or lost connections is run again until this long has passed, and then given up."""

KEPT_SECONDS = 0.1
"""Then it is others' turn, however many statements one operation has left."""

_PING: Executable = select(literal_column("1"))

T = TypeVar("T")


class _Statements:
    """Connection's and Transaction's methods over one dialect."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def _run(self, rendered: Rendered, values: Sequence[Any]) -> Result:
        raise NotImplementedError

    async def fetch(self, statement: Executable, parameters: Parameters) -> Rows:
        rendered = render(statement, self._backend.dialect_name)
        expanded, values = rendered.bind(parameters)
        return rendered.rows(self._backend.usage.count(await self._run(expanded, values)).rows)

    async def fetch_each(self, statement: Executable, parameter_sets: Sequence[Parameters]) -> Rows:
        rendered = render(statement, self._backend.dialect_name)
        united, values = rendered.bind_each(parameter_sets)
        return rendered.rows(self._backend.usage.count(await self._run(united, values)).rows)


class Reader(_Statements):
    """One operation's reads: one connection at a time, though its fields run side by side.

    It is kept for a next statement that the same task runs at once, as plans do: an operation waits for it once, and few are half
    done when many wait. It is not kept for long, and a reader that waits for anything else holds nothing that others need.
    """

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend)
        self._one_at_a_time = asyncio.Lock()
        self._kept: RawConnection | None = None
        self._acquired_at = 0.0
        self._away: DatabaseAway | None = None

    async def _run(self, rendered: Rendered, values: Sequence[Any]) -> Result:
        async with self._one_at_a_time:
            if self._away is not None:
                raise self._away  # an operation waits once for a database that is not there, not once for each field
            try:
                try:
                    return await self._run_once(rendered, values)
                except ConnectionLost:
                    # The pool's connections may all have died with the server that they led to: one more try, on a new one.
                    return await self._run_once(rendered, values)
            except DatabaseAway as error:
                self._away = error
                raise

    async def _run_once(self, rendered: Rendered, values: Sequence[Any]) -> Result:
        loop = asyncio.get_running_loop()
        connection, self._kept = self._kept, None
        if connection is None:
            connection = await self._backend.acquire()
            self._acquired_at = loop.time()
        try:
            result = await connection.run(rendered, values)
        except BaseException:
            self._backend.release(connection)
            raise
        self._kept = connection
        if loop.time() - self._acquired_at < KEPT_SECONDS:
            loop.call_soon(self._give_back, connection)
        else:
            self._give_back(connection)
        return result

    def _give_back(self, connection: RawConnection) -> None:
        """Called when whoever was told the last result has gone on: who has no next statement by then, has none yet."""
        if self._kept is connection:
            self._kept = None
            self._backend.release(connection)


class _OpenTransaction(_Statements):
    def __init__(self, backend: Backend, connection: RawConnection) -> None:
        super().__init__(backend)
        self._connection = connection

    async def _run(self, rendered: Rendered, values: Sequence[Any]) -> Result:
        return await self._connection.run(rendered, values)

    async def execute(self, statement: Executable, parameters: Parameters) -> Result:
        expanded, values = render(statement, self._backend.dialect_name).bind(parameters)
        return self._backend.usage.count(await self._connection.run(expanded, values))

    async def execute_later(self, statement: Executable, parameters: Parameters) -> Later:
        expanded, values = render(statement, self._backend.dialect_name).bind(parameters)
        self._backend.usage.statements += 1
        return await self._connection.run_later(expanded, values)

    async def execute_many(self, statement: Executable, parameter_sets: Sequence[Parameters]) -> None:
        if parameter_sets:
            self._backend.usage.statements += 1
            rendered = render(statement, self._backend.dialect_name)
            await self._connection.run_many(rendered, [rendered.values(each) for each in parameter_sets])


class _Runs(Generic[T]):
    """The runs of one transaction, until the database has answered that one is committed."""

    def __init__(self, backend: Backend, work: Callable[[Transaction], Awaitable[T]]) -> None:
        self._backend = backend
        self._work = work
        self.may_be_committed = False
        """Whether a COMMIT was sent that has no answer."""

    async def until_committed(self) -> T:
        pause = 0.005
        while True:
            with suppress(DatabaseAway):
                return await self._run()
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # jitter, no secret
            pause = min(2 * pause, 0.5)

    async def _run(self) -> T:
        earlier_may_be = self.may_be_committed
        try:
            async with self._backend.begin() as connection:
                result = await self._work(_OpenTransaction(self._backend, connection))
                self.may_be_committed = True
            return result
        except Exception as error:
            if isinstance(error, TransactionUndone) or not isinstance(error, DatabaseAway):
                self.may_be_committed = earlier_may_be  # the database has answered that this one is not
            raise


def _backend(url: URL, pool_size: int) -> Backend:
    """What each of them stands on takes about 10 MiB of a process: only the one that is used is loaded."""
    if url.get_backend_name() == "sqlite":
        from db.sqlite import SQLiteBackend  # noqa: PLC0415  # see above

        return SQLiteBackend(url, pool_size)
    from db.mysql import MySQLBackend  # noqa: PLC0415  # see above

    return MySQLBackend(url, pool_size)


class Database:
    """The database of one process. Made inside the event loop that uses it; close() when done."""

    def __init__(self, url: str, pool_size: int = 16) -> None:
        self._backend = _backend(make_url(url), pool_size)
        self.lookups: Connection = SharedLookups(self.reader)
        """For SELECTs by few keys that are alike for everybody: those of operations that run at the same time share a statement."""

    @property
    def dialect_name(self) -> str:
        return self._backend.dialect_name

    @property
    def usage(self) -> Usage:
        """What this process has asked of it so far."""
        return self._backend.usage

    @property
    def connections(self) -> Connections:
        return self._backend.connections

    def reader(self) -> Reader:
        """A Connection for one operation's reads, each of which sees what is committed when it runs."""
        return Reader(self._backend)

    async def transaction(self, work: Callable[[Transaction], Awaitable[T]], seconds: float = TRANSACTION_SECONDS) -> T:
        """Commit what `work` writes. The whole of it, reads included, runs again when a deadlock or a lost connection ends it.

        `work` must therefore compute what it writes from what it reads inside, and have no effect elsewhere. What it refuses it has
        to raise: where a COMMIT's answer was lost, a later run may meet what the lost one has written, so that whatever it raises
        becomes CommitUnknown. Once `seconds` have passed it is ended wherever it is, and DatabaseAway raised, or CommitUnknown.
        """
        runs = _Runs(self._backend, work)
        try:
            async with asyncio.timeout(seconds):
                return await runs.until_committed()
        except TimeoutError as error:
            away = CommitUnknown if runs.may_be_committed else DatabaseAway
            raise away("deadlocks or lost connections used up the transaction's time") from error
        except Exception as error:
            if runs.may_be_committed:
                raise CommitUnknown("a COMMIT's answer was lost, and the next run failed") from error
            raise

    async def ping(self) -> None:
        """Answers when the database does; raises DatabaseAway else."""
        await self.reader().fetch(_PING, {})

    async def close(self) -> None:
        await asyncio.sleep(0)  # until readers have given back what they kept
        await self._backend.close()


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """A Database that is closed on leaving: for commands and tests."""
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()
