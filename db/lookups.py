"""Small look-ups of operations that run at the same time, in one statement.

Those of one turn of the event loop go together; those that come while they are under way wait for them, and go together next. None
waits for more than the statement before its own, and each begins after it was asked for, so that it sees what was committed by then.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Executable

from db.connection import Connection, Parameters
from db.errors import DatabaseAway
from db.rendering import Rows

FEW = 4
"""Larger look-ups go alone: everybody in a statement is given all of its rows."""

LOOKUP_SECONDS = 10.0
"""The operations' own deadlines end their waiting, not what they wait for."""

Waiting = asyncio.Future[Rows]


class _Lane:
    """One statement's look-ups: what is wanted next, and by whom."""

    def __init__(self) -> None:
        self.is_busy = False
        self.keys: dict[Any, None] = {}  # Any: what the statement's list parameter holds
        self.waiting: list[Waiting] = []

    def take(self) -> tuple[list[Any], list[Waiting]]:  # Any: as above
        taken = list(self.keys), self.waiting
        self.keys, self.waiting = {}, []
        return taken


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
        loop = asyncio.get_running_loop()
        answer: Waiting = loop.create_future()
        lane.keys.update(dict.fromkeys(keys))
        lane.waiting.append(answer)
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
        keys, waiting = lane.take()
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                rows = await self._open_reader().fetch(statement, {name: keys})
        except (DatabaseAway, TimeoutError) as reason:
            error = reason if isinstance(reason, DatabaseAway) else DatabaseAway("the database did not answer in time")
            # Those that came meanwhile are told too: going on their own, they would wait as long again, and in vain.
            _, came_meanwhile = lane.take()
            _fail([*waiting, *came_meanwhile], error)
        except Exception as error:  # for every caller to raise
            _fail(waiting, error)
        else:
            for each in waiting:
                if not each.done():
                    each.set_result(rows)
        finally:
            self._go_on(lane, statement, name)


def _fail(waiting: Iterable[Waiting], error: Exception) -> None:
    for each in waiting:
        if not each.done():
            each.set_exception(error)
