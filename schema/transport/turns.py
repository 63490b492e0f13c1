"""How long an operation may take, and how many a client may have under way at once."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from weakref import WeakValueDictionary

from schema.execution.gate import OutOfTime

SECONDS_BETWEEN_LOOKS = 0.1


class Turns:
    """Lets operations run, those of one client `most` at a time, the others in the order they came.

    One that takes longer than `seconds`, waiting included, is cancelled, and `on_end` called. A look at all of them ten
    times a second takes the place of a timer for each, which would cost a twentieth of a small query.
    """

    def __init__(self, *, most: int, seconds: float, on_end: Callable[[], None] = lambda: None) -> None:
        self._most = most
        self._seconds = seconds
        self._on_end = on_end
        self.under_way = 0
        """How many have their turn; those that wait for others of their client are in nobody else's way."""
        self._clients: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._begun: dict[asyncio.Task[object], float] = {}
        self._overdue: set[asyncio.Task[object]] = set()
        self._next_look: asyncio.TimerHandle | None = None

    def take(self, client: str) -> "_Turn":
        """`async with` it around an operation of a client, one at a time in a task; raises OutOfTime on leaving."""
        client_turns = self._clients.get(client)
        if client_turns is None:
            client_turns = self._clients[client] = asyncio.Semaphore(self._most)
        return _Turn(self, client_turns)

    def begin(self) -> "asyncio.Task[object]":
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # nothing is awaited outside of a task
        loop = asyncio.get_running_loop()
        self._begun[task] = loop.time()
        if self._next_look is None:
            self._next_look = loop.call_later(SECONDS_BETWEEN_LOOKS, self._look, loop)
        return task

    def end(self, task: "asyncio.Task[object]") -> bool:
        """Whether it is this that cancels the task: nobody else does so too."""
        del self._begun[task]
        if task not in self._overdue:
            return False
        self._overdue.discard(task)
        return task.uncancel() == 0

    def out_of_time(self) -> OutOfTime:
        return OutOfTime(
            f"This took longer than {self._seconds:g} seconds and was ended: ask for less at once. "
            "Whether it has changed anything is not known: look before you send it again."
        )

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        latest_begin = loop.time() - self._seconds
        for task, begun in self._begun.items():  # the oldest first
            if begun > latest_begin:
                break
            if task not in self._overdue:
                self._overdue.add(task)
                task.cancel()
                self._on_end()
        self._next_look = loop.call_later(SECONDS_BETWEEN_LOOKS, self._look, loop) if self._begun else None


class _Turn:
    __slots__ = ("_client_turns", "_task", "_turns")

    def __init__(self, turns: Turns, client_turns: asyncio.Semaphore) -> None:
        self._turns = turns
        self._client_turns = client_turns

    async def __aenter__(self) -> None:
        self._task = self._turns.begin()
        try:
            await self._client_turns.acquire()
        except asyncio.CancelledError:
            if self._turns.end(self._task):
                raise self._turns.out_of_time() from None
            raise
        self._turns.under_way += 1

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._turns.under_way -= 1
        self._client_turns.release()
        if self._turns.end(self._task) and kind is not None and issubclass(kind, asyncio.CancelledError):
            raise self._turns.out_of_time() from None
