"""Small look-ups of operations that run at the same time, in one statement.

The first goes at once; those that come while it is under way wait for it, and go together. None waits for more than the statement
before its own, and each begins after it was asked for, so that it sees what was committed by then.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Executable

from db.connection import Connection, Parameters
from db.errors import DatabaseAway
from db.rendering import Rows

FEW = 4
"""Larger look-ups go alone: everybody in a statement is given all of its rows."""

LOOKUP_SECONDS = 10.0
"""The operations' own deadlines end their waiting, not what they wait for."""


class _Lane:
    """One statement's look-ups."""

    def __init__(self) -> None:
        self.is_busy = False
        self.keys: dict[Any, None] = {}  # Any: what the statement's list parameter holds
        self.rows: asyncio.Future[Rows] | None = None


class SharedLookups:
    """A Connection for SELECTs by one list of keys, whose caller takes from the rows what is its own. Others go straight through."""

    def __init__(self, open_reader: Callable[[], Connection]) -> None:
        self._open_reader = open_reader
        self._lanes: dict[Executable, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def fetch(self, statement: Executable, parameters: Parameters) -> Rows:
        [(name, keys)] = parameters.items()
        if len(keys) > FEW:
            return await self._open_reader().fetch(statement, parameters)
        lane = self._lanes.get(statement) or self._lanes.setdefault(statement, _Lane())
        if lane.is_busy:
            return await asyncio.shield(self._join(lane, keys))
        lane.is_busy = True
        try:
            return await self._open_reader().fetch(statement, parameters)
        except DatabaseAway as error:
            _fail(lane, error)
            raise
        finally:
            self._go_on(lane, statement, name)

    async def fetch_each(self, statement: Executable, parameter_sets: Sequence[Parameters]) -> Rows:
        return await self._open_reader().fetch_each(statement, parameter_sets)

    def _join(self, lane: _Lane, keys: Sequence[Any]) -> "asyncio.Future[Rows]":
        lane.keys.update(dict.fromkeys(keys))
        if lane.rows is None:
            lane.rows = asyncio.get_running_loop().create_future()
        return lane.rows

    def _go_on(self, lane: _Lane, statement: Executable, name: str) -> None:
        """Let those that wait go together, or the next one alone."""
        if lane.rows is None:
            lane.is_busy = False
            return
        task = asyncio.create_task(self._run(lane, statement, name, list(lane.keys), lane.rows))
        lane.keys, lane.rows = {}, None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, lane: _Lane, statement: Executable, name: str, keys: Sequence[Any], rows: "asyncio.Future[Rows]") -> None:
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                rows.set_result(await self._open_reader().fetch(statement, {name: keys}))
        except (DatabaseAway, TimeoutError) as reason:
            error = reason if isinstance(reason, DatabaseAway) else DatabaseAway("the database did not answer in time")
            rows.set_exception(error)
            _fail(lane, error)
        except Exception as error:  # for every caller to raise
            rows.set_exception(error)
        finally:
            if not rows.done():
                rows.cancel()
            elif not rows.cancelled():
                rows.exception()  # nobody may be left to hear of it
            self._go_on(lane, statement, name)


def _fail(lane: _Lane, error: DatabaseAway) -> None:
    """Tell those that wait: going on their own, they would wait as long again, and in vain."""
    if lane.rows is not None:
        lane.rows.set_exception(error)
        lane.rows.exception()  # as above: nobody may be left
        lane.keys, lane.rows = {}, None
