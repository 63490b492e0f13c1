"""What reaches the database: every statement of either dialect, as it is run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from db.connection import Later
from db.mysql import MySQLConnection
from db.rendering import Rendered, Result
from db.sqlite import SQLiteConnection


class Statement(NamedTuple):
    text: str
    values: Sequence[Any]  # Any: whatever the driver takes
    waits: bool = False
    """Whether it goes along with the next one, in one round trip."""


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """The statements that run inside the block, in their order."""
    statements: list[Statement] = []
    mysql_run, mysql_run_later, sqlite_run = MySQLConnection.run, MySQLConnection.run_later, SQLiteConnection.run

    async def on_mysql(self: MySQLConnection, rendered: Rendered, values: Sequence[Any]) -> Result:  # Any: as above
        statements.append(Statement(rendered.text, values))
        return await mysql_run(self, rendered, values)

    async def later_on_mysql(self: MySQLConnection, rendered: Rendered, values: Sequence[Any]) -> Later:  # Any: as above
        statements.append(Statement(rendered.text, values, waits=True))
        return await mysql_run_later(self, rendered, values)

    async def on_sqlite(self: SQLiteConnection, rendered: Rendered, values: Sequence[Any]) -> Result:  # Any: as above
        statements.append(Statement(rendered.text, values))
        return await sqlite_run(self, rendered, values)

    MySQLConnection.run, SQLiteConnection.run = on_mysql, on_sqlite  # type: ignore[method-assign]  # wrapped, and put back below
    MySQLConnection.run_later = later_on_mysql  # type: ignore[method-assign]  # as above
    try:
        yield statements
    finally:
        MySQLConnection.run, SQLiteConnection.run = mysql_run, sqlite_run  # type: ignore[method-assign]  # as above
        MySQLConnection.run_later = mysql_run_later  # type: ignore[method-assign]  # as above
