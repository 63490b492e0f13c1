"""Mixed requests over many connections, and what became of them: `make soak` sends them."""

import asyncio
import random
import time
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from schema.execution.gate import Overloaded
from tests.faults.documents import DELETE, RATE, READ
from tests.faults.traffic import MOVIES
from tests.faults.wire import Connection

LIST = "{ movies(orderBy: TOP_RATED, first: 20) { totalCount nodes { title averageRating ratings(first: 3) { nodes { value } } } } }"
OPENED_AT_ONCE = 50
AT_ONCE = 32
LATEST_SECONDS = 0.25
PATIENCE_SECONDS = 30.0
IDLE_SECONDS = 4.0
"""The server closes connections that have been idle for five, and may do so while the next request is on its way."""

REFUSED = str(Overloaded())

Request = tuple[str, Mapping[str, object]]


class Load:
    """Times are in milliseconds from when a request was due to its answer, waiting for a free connection included."""

    def __init__(self, port: int, tokens: Sequence[str]) -> None:
        self._port = port
        self._tokens = tokens
        self._random = random.Random(1)  # the same requests in every run
        self._idle: asyncio.Queue[Connection] = asyncio.Queue()
        self.renewed: Mapping[str, str] = {}
        """New access tokens by those that are about to expire: each connection takes its own with its next request."""
        self.reopened = self.not_sent = 0
        self.failures: Counter[str] = Counter()
        """By what the client was told; what load shedding has refused is counted under REFUSED."""
        self.milliseconds = array("f")

    async def open(self, count: int) -> None:
        for first in range(0, count, OPENED_AT_ONCE):
            tokens = [self._tokens[number % len(self._tokens)] for number in range(first, min(count, first + OPENED_AT_ONCE))]
            for connection in await asyncio.gather(*(Connection.open(self._port, token) for token in tokens)):
                self._idle.put_nowait(connection)

    async def close(self) -> None:
        while not self._idle.empty():
            await self._idle.get_nowait().close()

    def mixed(self) -> Request:
        """Half of them read a movie and its viewer, a quarter list movies, a fifth rate, and the others delete a rating."""
        movie = {"movie": self._movie()}
        [request] = self._random.choices([(READ, movie), (LIST, {}), self.rating(), (DELETE, movie)], [50, 25, 20, 5])
        return request

    def rating(self) -> Request:
        return RATE, {"movie": self._movie(), "value": self._random.randint(1, 20) / 2}

    def _movie(self) -> str:
        return f"tt{self._random.randint(1, MOVIES):07}"

    async def ask(self, request: Request, due: float | None = None) -> None:
        """One request over the connection that has been idle longest, due at that time of time.monotonic(), or now."""
        due = time.monotonic() if due is None else due
        connection = await self._idle.get()
        connection.token = self.renewed.get(connection.token, connection.token)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                connection, answer = await self._answer(connection, request)
            self._note(answer, request)
        except (OSError, EOFError, TimeoutError) as error:
            self.failures[f"no answer: {type(error).__name__}"] += 1
            connection = await self._reopened(connection)
        self.milliseconds.append(1000 * (time.monotonic() - due))
        self._idle.put_nowait(connection)

    async def _answer(self, connection: Connection, request: Request) -> tuple[Connection, Any]:  # Any: JSON
        idle_since = connection.used
        try:
            return connection, await connection.post(*request)
        except (OSError, EOFError):
            if time.monotonic() - idle_since < IDLE_SECONDS:
                raise
        self.reopened += 1
        connection = await self._reopened(connection)
        return connection, await connection.post(*request)

    async def _reopened(self, connection: Connection) -> Connection:
        await connection.close()
        return await Connection.open(self._port, connection.token)

    def _note(self, answer: Any, request: Request) -> None:  # Any: JSON
        errors = answer.get("errors", [])
        if not errors and request[0] == RATE:
            errors = answer["data"]["rateMovie"]["errors"]
        self.failures.update(error["message"] for error in errors)

    async def fill(self) -> None:
        """Rate at random until four fifths of all that can be rated is: the mixture keeps it so, with four ratings to a deletion."""
        left = iter(range(int(1.6 * MOVIES * len(self._tokens))))

        async def ask_on() -> None:
            for _ in left:
                await self.ask(self.rating())

        await asyncio.gather(*(ask_on() for _ in range(AT_ONCE)))

    async def capacity(self, seconds: float) -> float:
        """Requests a second over all the connections, when a few clients at a time send their next as soon as they can."""
        began, before = time.monotonic(), len(self.milliseconds)

        async def ask_on() -> None:
            while time.monotonic() < began + seconds:
                await self.ask(self.mixed())

        await asyncio.gather(*(ask_on() for _ in range(AT_ONCE)))
        return (len(self.milliseconds) - before) / (time.monotonic() - began)

    async def keep_up(self, per_second: float, seconds: float) -> None:
        """Send so many requests a second, evenly, whether or not the last are answered.

        What this process itself was too late for is not sent in a heap afterwards, but counted in `not_sent`.
        """
        began, number = time.monotonic(), 0
        async with asyncio.TaskGroup() as requests:
            while (now := time.monotonic()) < began + seconds:
                missed = max(0, int((now - LATEST_SECONDS - began) * per_second) - number)
                self.not_sent += missed
                number += missed
                while (due := began + number / per_second) <= now:
                    requests.create_task(self.ask(self.mixed(), due))
                    number += 1
                await asyncio.sleep(0.002)
