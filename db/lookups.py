"""Small look-ups of operations that run at the same time, in one statement.

Those of one turn of the event loop go together; those that come while they are under way wait for them, and go together next. None
waits for more than the statement before its own, and each begins after it was asked for, so that it sees what was committed by then.
Each is given its own rows alone: were everybody to look through all, a thousand at a time would take a million looks.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import BinaryExpression, Executable, Select

from db.connection import Connection, Parameters
from db.errors import DatabaseAway
from db.rendering import Rows

FEW = 4
"""Larger look-ups are for their operation's own reader: they are worth a statement, and would keep the others waiting."""

LOOKUP_SECONDS = 10.0
"""The operations' own deadlines end their waiting, not what they wait for."""


class _Waiting(NamedTuple):
    keys: Sequence[Any]  # Any: what the statement's list parameter holds
    answer: asyncio.Future[Rows]

    def take(self, rows: Mapping[Any, tuple[Any, ...]]) -> None:  # Any: as above; a row's columns
        if not self.answer.done():
            self.answer.set_result([rows[key] for key in self.keys if key in rows])

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class _Lane:
    """One statement's look-ups: who waits for the next one."""

    def __init__(self, statement: Executable) -> None:
        self.is_busy = False
        self.waiting: list[_Waiting] = []
        self.key_index = _key_index(statement)

    def take(self) -> list[_Waiting]:
        taken, self.waiting = self.waiting, []
        return taken


def _key_index(statement: Executable) -> int:
    """Where in a row its key stands: the column that is compared with the list."""
    match statement:
        case Select(whereclause=BinaryExpression(left=key)):
            return list(statement.selected_columns).index(key)
    raise TypeError("only SELECTs by a list of keys are shared")


class SharedLookups:
    """A Connection for SELECTs of rows by a list of unique keys, at most FEW, which are among their columns, in the same spelling."""

    def __init__(self, open_reader: Callable[[], Connection]) -> None:
        self._open_reader = open_reader
        self._lanes: dict[Executable, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def fetch(self, statement: Executable, parameters: Parameters) -> Rows:
        [(name, keys)] = parameters.items()
        lane = self._lanes.get(statement) or self._lanes.setdefault(statement, _Lane(statement))
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Rows] = loop.create_future()
        lane.waiting.append(_Waiting(keys, answer))
        if not lane.is_busy:
            lane.is_busy = True
            loop.call_soon(self._go_on, lane, statement, name)
        return await answer

    async def fetch_each(self, statement: Executable, parameter_sets: Sequence[Parameters]) -> Rows:
        return await self._open_reader().fetch_each(statement, parameter_sets)

    def _go_on(self, lane: _Lane, statement: Executable, name: str) -> None:
        """Let those that wait go together, or the next one that comes."""
        if not lane.waiting:
            lane.is_busy = False
            return
        task = asyncio.create_task(self._run(lane, statement, name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, lane: _Lane, statement: Executable, name: str) -> None:
        waiting = lane.take()
        try:
            keys = list(dict.fromkeys(chain.from_iterable(each.keys for each in waiting)))
            async with asyncio.timeout(LOOKUP_SECONDS):
                rows = await self._open_reader().fetch(statement, {name: keys})
        except (DatabaseAway, TimeoutError) as reason:
            error = reason if isinstance(reason, DatabaseAway) else DatabaseAway("the database did not answer in time")
            # Those that came meanwhile are told too: going on their own, they would wait as long again, and in vain.
            for each in [*waiting, *lane.take()]:
                each.fail(error)
        except Exception as error:  # for every caller to raise
            for each in waiting:
                each.fail(error)
        else:
            by_key = {row[lane.key_index]: row for row in rows}
            for each in waiting:
                each.take(by_key)
        finally:
            self._go_on(lane, statement, name)
