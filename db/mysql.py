"""MariaDB and MySQL: asyncmy's own connections and pool, with plain tuples and in autocommit.

SQLAlchemy's engine over the same driver costs five to seven times the CPU of a query.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from asyncmy.connection import Connection as AsyncmyConnection
from asyncmy.errors import Error
from asyncmy.pool import Pool
from sqlalchemy.engine import URL

from db.connection import Later
from db.errors import ConnectionLost, DatabaseAway, DuplicateRow, TransactionUndone
from db.rendering import Rendered, Result
from db.usage import Connections, Usage

CONNECT_SECONDS = 3
ACQUIRE_SECONDS = 4.0
STATEMENT_SECONDS = 5.5
SECONDS_BETWEEN_LOOKS = 0.5
"""With the wait for a connection, ten seconds: nobody waits longer for what is not going to come."""

PREPARED_STATEMENTS = 64
IDLE_SECONDS = 600

DUPLICATE_ENTRY = 1062
LOST = frozenset({0, 2006, 2013})
UNDONE = frozenset({1213, 1205, 1020, 1047, 1180})
REFUSED = frozenset({1040, 1044, 1045, 1049, 1053, 1129, 1130, 1203, 2002, 2003})

_BEGIN, _COMMIT = Rendered("BEGIN"), Rendered("COMMIT")


def connection_options(url: URL) -> dict[str, Any]:  # Any: asyncmy's keyword arguments
    """asyncmy's options for a URL `mysql+asyncmy://user:password@host:port/database?unix_socket=path`."""
    socket = url.query.get("unix_socket")
    return {
        "host": url.host or "localhost",
        "port": url.port or 3306,
        "user": url.username or "",
        "password": url.password or "",
        "database": url.database,
        "unix_socket": socket if isinstance(socket, str) else None,
        "charset": "utf8mb4",
        "autocommit": True,
        "connect_timeout": CONNECT_SECONDS,
        "stmt_cache_size": PREPARED_STATEMENTS,
        "init_command": "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
    }


class AtWork:
    """The connections that have a statement under way, and since when; one whose server has been silent for too long is given up.

    A look at them twice a second takes the place of a timer for each statement, which would take a tenth of a small one.
    """

    def __init__(self) -> None:
        self._since: dict[MySQLConnection, float] = {}
        self._looks = False

    def begin(self, connection: "MySQLConnection") -> None:
        loop = asyncio.get_running_loop()
        self._since[connection] = loop.time()
        if not self._looks:
            self._looks = True
            loop.call_later(SECONDS_BETWEEN_LOOKS, self._look, loop)

    def end(self, connection: "MySQLConnection") -> None:
        del self._since[connection]

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        latest_begin = loop.time() - STATEMENT_SECONDS
        for connection in [each for each, begun in self._since.items() if begun < latest_begin]:
            connection.give_up()
        self._looks = bool(self._since)
        if self._looks:
            loop.call_later(SECONDS_BETWEEN_LOOKS, self._look, loop)


class MySQLBackend:
    dialect_name = "mysql"

    def __init__(self, url: URL, pool_size: int) -> None:
        self._pool = Pool(minsize=0, maxsize=pool_size, pool_recycle=IDLE_SECONDS, **connection_options(url))
        self._turns = asyncio.Semaphore(pool_size)
        """The pool itself lets whoever comes go ahead of those it has woken; here everybody goes in the order they came."""
        self.usage = Usage()
        self._at_work = AtWork()

    @property
    def connections(self) -> Connections:
        return Connections(self._pool.size - self._pool.freesize, self._pool.freesize)

    async def acquire(self) -> "MySQLConnection":
        try:
            # While somebody connects, which a network that swallows everything draws out, even free ones have to be waited for.
            if self._pool.freesize and not self._pool.cond.locked() and not self._turns.locked():
                return await self._take()
            with self.usage.waiting() if self._turns.locked() else nullcontext():
                async with asyncio.timeout(ACQUIRE_SECONDS):
                    return await self._take()
        except RuntimeError as error:
            # What the driver says of a connection that the server has closed while it was being made.
            raise ConnectionLost("the connection to the database broke") from error
        except (Error, OSError, TimeoutError) as error:
            raise _translated(error) from error

    async def _take(self) -> "MySQLConnection":
        await self._turns.acquire()
        try:
            return MySQLConnection(await self._pool.acquire(), self._at_work)
        except BaseException:
            self._turns.release()
            raise

    def release(self, connection: "MySQLConnection") -> None:
        if connection.unread:
            # Cancelled or broken half-way, its answer may still be on the wire: nobody may read it in the next one's place.
            connection.driver.close()
        self._pool.release(connection.driver)
        self._turns.release()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator["MySQLConnection"]:
        connection = await self.acquire()
        try:
            await connection.run_later(_BEGIN, ())
            yield connection
            await connection.run(_COMMIT, ())
        except Exception:
            if not connection.unread:
                await connection.roll_back()
            raise
        finally:
            self.release(connection)

    async def close(self) -> None:
        self._pool.close()
        await self._pool.wait_closed()


class MySQLConnection:
    def __init__(self, connection: AsyncmyConnection, at_work: AtWork) -> None:
        self.driver = connection
        self._at_work = at_work
        self.unread = False
        """Whether a statement was sent whose answer has not been read to its end."""
        self._waiting: list[tuple[str, Later]] = []
        self._is_overdue = False

    async def run(self, rendered: Rendered, values: Sequence[Any]) -> Result:  # Any: whatever the driver escapes
        if self._waiting or not rendered.is_lasting:
            return await self._send(self._written_out(rendered, values))
        return await self._execute(rendered.text, values)

    async def run_later(self, rendered: Rendered, values: Sequence[Any]) -> Later:  # Any: as in run
        """Keep a statement until the next one is sent: both go in one packet, and cost one round trip."""
        later = Later()
        self._waiting.append((self._written_out(rendered, values), later))
        return later

    async def roll_back(self) -> None:
        self._waiting.clear()
        await self._send("ROLLBACK")

    def _written_out(self, rendered: Rendered, values: Sequence[Any]) -> str:  # Any: as in run
        text: str = self.driver.cursor().mogrify(rendered.text, values) if values else rendered.text
        return text

    async def _send(self, text: str) -> Result:
        """Run what waits, and then `text`, whose result it is; the first that fails ends it."""
        waited, self._waiting = self._waiting, []
        statements = [*(statement for statement, _ in waited), text]
        return await self._execute("; ".join(statements), None, earlier=[later for _, later in waited])

    async def _execute(self, text: str, values: Sequence[Any] | None, earlier: Sequence[Later] = ()) -> Result:  # Any: as in run
        """The result of a text's last statement, and of each `earlier` one. With values, it is prepared once per connection."""
        cursor: Any = self.driver.cursor()  # Any: its stubs give row counts no type
        self.unread = True
        self._at_work.begin(self)
        try:
            await cursor.execute(text, values)
            for each in earlier:
                each.last_id = int(cursor.lastrowid)
                await cursor.nextset()
            rows = await cursor.fetchall() if cursor.description else ()
        except (Error, OSError) as error:
            raise self._noted(error) from error
        finally:
            self._at_work.end(self)
        self.unread = False
        return Result(rows, cursor.rowcount, int(cursor.lastrowid))

    async def run_many(self, rendered: Rendered, rows: Sequence[Sequence[Any]]) -> None:  # Any: as in run
        if self._waiting:
            text, later = self._waiting.pop()
            later.last_id = (await self._send(text)).last_id
        cursor = self.driver.cursor()
        self.unread = True
        try:
            await cursor.executemany(rendered.text, rows)
        except (Error, OSError) as error:
            raise self._noted(error) from error
        self.unread = False

    def give_up(self) -> None:
        """Whoever waits for a connection that is closed is told so by the driver."""
        self._is_overdue = True
        self.driver.close()

    def _noted(self, error: Exception) -> Exception:
        translated = DatabaseAway("the database did not answer in time") if self._is_overdue else _translated(error)
        # What the server itself refused, it has answered to the end.
        self.unread = isinstance(translated, DatabaseAway) and not isinstance(translated, TransactionUndone)
        return translated


def _translated(error: Exception) -> Exception:
    code = error.args[0] if error.args else None
    if code == DUPLICATE_ENTRY:
        return DuplicateRow("a row with this key is there already")
    if code in UNDONE:
        return TransactionUndone("a deadlock or a lock's timeout undid the transaction")
    if code in LOST or (isinstance(error, OSError) and not isinstance(error, TimeoutError)):
        return ConnectionLost("the connection to the database broke")
    if code in REFUSED or isinstance(error, TimeoutError):
        return DatabaseAway("the database cannot be reached")
    return error
