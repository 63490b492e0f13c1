"""The embedded database: a SQLite file in WAL mode, which several processes may share."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Any, cast

from sqlalchemy import event
from sqlalchemy.engine import URL, CursorResult
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import QueuePool

from db.connection import Later
from db.errors import DatabaseAway, DuplicateRow, TransactionUndone
from db.rendering import Rendered, Result
from db.usage import Connections, Usage

BUSY_MILLISECONDS = 5000
ACQUIRE_SECONDS = 5.0
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
)


class SQLiteBackend:
    dialect_name = "sqlite"

    def __init__(self, url: URL, pool_size: int) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=ACQUIRE_SECONDS,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        event.listen(self._engine.sync_engine, "connect", _set_pragmas)
        self._pool_size = pool_size
        self.usage = Usage()
        # SQLite lets one writer in at a time; queueing here is fairer than its own polling.
        self._one_writer = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> Connections:
        pool = cast(QueuePool, self._engine.pool)
        return Connections(pool.checkedout(), pool.checkedin())

    async def acquire(self) -> "SQLiteConnection":
        is_full = self.connections.in_use >= self._pool_size
        try:
            with self.usage.waiting() if is_full else nullcontext():
                return SQLiteConnection(await self._engine.connect())
        except (PoolTimeout, OperationalError) as error:
            raise _translated(error) from error

    def release(self, connection: "SQLiteConnection") -> None:
        closing = asyncio.create_task(connection.driver.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator["SQLiteConnection"]:
        async with self._one_writer:
            connection = await self.acquire()
            try:
                await connection.run(Rendered("BEGIN IMMEDIATE"), ())
                yield connection
                await connection.run(Rendered("COMMIT"), ())
            except BaseException:
                await asyncio.shield(connection.roll_back())
                raise
            finally:
                self.release(connection)

    async def close(self) -> None:
        await asyncio.gather(*self._closing, return_exceptions=True)
        await self._engine.dispose()


class SQLiteConnection:
    def __init__(self, connection: AsyncConnection) -> None:
        self.driver = connection

    async def run(self, rendered: Rendered, values: Sequence[Any]) -> Result:  # Any: whatever the driver takes
        try:
            result: CursorResult[Any] = await self.driver.exec_driver_sql(rendered.text, tuple(values))
        except DBAPIError as error:
            raise _translated(error) from error
        rows = [tuple(row) for row in result.all()] if result.returns_rows else []
        return Result(rows, result.rowcount, result.lastrowid or 0)

    async def run_later(self, rendered: Rendered, values: Sequence[Any]) -> Later:  # Any: as in run
        """Run it now: there is no network whose round trips to save."""
        return Later((await self.run(rendered, values)).last_id)

    async def run_many(self, rendered: Rendered, rows: Sequence[Sequence[Any]]) -> None:  # Any: as in run
        try:
            await self.driver.exec_driver_sql(rendered.text, [tuple(row) for row in rows])
        except DBAPIError as error:
            raise _translated(error) from error

    async def roll_back(self) -> None:
        """Undo the open transaction, if an error has not done so already."""
        if self.driver.invalidated:
            return  # cancelled in the middle of a statement: its connection is thrown away, and the transaction with it
        raw = await self.driver.get_raw_connection()
        driver = raw.driver_connection
        if driver is not None and driver.in_transaction:
            await driver.rollback()


def _set_pragmas(connection: Any, _record: object) -> None:  # Any: SQLAlchemy's adapter around aiosqlite
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _translated(error: DBAPIError | PoolTimeout) -> Exception:
    if isinstance(error, IntegrityError) and "UNIQUE" in str(error.orig):
        return DuplicateRow("a row with this key is there already")
    if isinstance(error, OperationalError) and isinstance(error.orig, sqlite3.OperationalError):
        if "locked" in str(error.orig):
            return TransactionUndone("the database file is locked by another process")
        if any(sign in str(error.orig) for sign in ("unable to open", "disk", "readonly", "full")):
            return DatabaseAway("the database file cannot be read or written")
    if isinstance(error, PoolTimeout):
        return DatabaseAway("no connection became free in time")
    return error
