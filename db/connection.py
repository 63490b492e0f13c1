"""What repositories run their statements on, and what a dialect has to offer for it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Executable

from db.rendering import Rendered, Result, Rows
from db.usage import Connections, Usage

Parameters = Mapping[str, Any]  # Any: whatever the bound column's type takes


@dataclass(slots=True)
class Later:
    """What a statement gives that is run along with another: `last_id` is 0 until that one, or the commit, has been run."""

    last_id: int = 0


class Connection(Protocol):
    """Where a repository reads. A row is a tuple in the order of the statement's columns."""

    async def fetch(self, statement: Executable, parameters: Parameters) -> Rows:
        """Run one SELECT; `in_` parameters are non-empty lists."""

    async def fetch_each(self, statement: Executable, parameter_sets: Sequence[Parameters]) -> Rows:
        """Run one SELECT for several sets of parameters in a single UNION ALL; the sets' rows follow each other in order."""


class Transaction(Connection, Protocol):
    """Where a repository writes; all of it is kept, or nothing."""

    async def execute(self, statement: Executable, parameters: Parameters) -> Result:
        """Run one INSERT, UPDATE or DELETE; raises DuplicateRow where a unique constraint refuses it."""

    async def execute_later(self, statement: Executable, parameters: Parameters) -> Later:
        """Run one whose result nobody needs yet, along with the next or the commit: it costs no round trip, and raises where they do."""

    async def execute_many(self, statement: Executable, parameter_sets: Sequence[Parameters]) -> None:
        """Run one INSERT for many rows in as few round trips as the driver allows."""


class Backend(Protocol):
    """What a dialect has to offer. Every method raises DatabaseAway when the database is out of reach."""

    dialect_name: str
    usage: Usage

    @property
    def connections(self) -> Connections: ...

    async def acquire(self) -> Any:
        """A RawConnection, which must be given back."""

    def release(self, connection: Any) -> None: ...

    def begin(self) -> AbstractAsyncContextManager["RawConnection"]:
        """A connection in a transaction that is committed on leaving, and rolled back on an error."""

    async def close(self) -> None: ...


class RawConnection(Protocol):
    async def run(self, rendered: Rendered, values: Sequence[Any]) -> Result: ...  # Any: as in Parameters
    async def run_later(self, rendered: Rendered, values: Sequence[Any]) -> Later: ...  # Any: as in Parameters
    async def run_many(self, rendered: Rendered, rows: Sequence[Sequence[Any]]) -> None: ...
