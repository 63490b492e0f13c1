"""A fault under load, and what must hold of it all the same."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from db.database import Database, open_database
from db.tables import movies, ratings, users
from tests.accounts import register
from tests.clients import Client
from tests.faults.traffic import PRIVACY, Person, Sent, Traffic, http_clients
from tests.recount import miscounts

CLIENTS = 16
CALM_SECONDS = 2.0
SECONDS_AFTERWARDS = 8.0
SECONDS_TO_ANSWER = 12.0
SECONDS_TO_RECOVER = 5.0
PROMPT_SECONDS = 2.0

Fault = Callable[[], Awaitable[None]]


class Outcome(NamedTuple):
    """One line of the table."""

    fault: str
    sent: int
    failed: int
    acknowledged: int
    """Writes."""
    lost: int
    longest_answer: float
    seconds_to_recover: float


@dataclass(frozen=True)
class Endurance:
    """What was sent around a fault that began and ended at these times of time.monotonic()."""

    fault: str
    traffic: Traffic
    begun: float
    ended: float
    lost: Sequence[str]
    miscounted: Sequence[str]

    @property
    def outcome(self) -> Outcome:
        sent = self.traffic.sent
        return Outcome(
            self.fault,
            len(sent),
            len(self.failed),
            self.traffic.ledger.acknowledged,
            len(self.lost),
            round(max(each.seconds for each in sent), 2),
            round(self.seconds_to_recover, 2),
        )

    @property
    def failed(self) -> list[Sent]:
        return [each for each in self.traffic.sent if each.failure]

    @property
    def seconds_to_recover(self) -> float:
        """From the fault's end until every request that is sent succeeds promptly again."""
        afterwards = [each for each in self.traffic.sent if each.begun >= self.ended]
        troubled = [each for each in afterwards if each.failure or each.seconds > PROMPT_SECONDS]
        first = min(each.ended for each in afterwards)
        return max([first, *(each.ended for each in troubled)]) - self.ended

    def assert_nothing_is_lost(self) -> None:
        assert self.lost == []
        assert self.miscounted == []
        assert self.traffic.wrong == []

    def assert_it_is_endured(self, *failures: str) -> None:
        """Nothing is lost, nobody waits beyond the deadline, all is well soon; `failures` are the only ones that clients were told of."""
        self.assert_nothing_is_lost()
        assert {each.failure for each in self.failed} <= set(failures)
        assert {each.failure for each in self.traffic.sent if each.ended < self.begun} == {None}
        assert self.outcome.longest_answer < SECONDS_TO_ANSWER
        assert self.seconds_to_recover < SECONDS_TO_RECOVER


async def endure(fault: str, inject: Fault, addresses: Sequence[str], url: str, clients: int = CLIENTS) -> Endurance:
    """Let clients write and read before, during and after a fault, and compare what they were told with the database at `url`.

    `inject` returns when the fault is over.
    """
    traffic = Traffic()
    async with people_at_work(traffic, addresses, clients):
        await asyncio.sleep(CALM_SECONDS)
        begun = time.monotonic()
        await inject()
        ended = time.monotonic()
        await asyncio.sleep(SECONDS_AFTERWARDS)
    async with open_database(url) as database:
        lost = list(traffic.ledger.lost(await stored(database)))
        return Endurance(fault, traffic, begun, ended, lost, await miscounts(database))


@asynccontextmanager
async def people_at_work(traffic: Traffic, addresses: Sequence[str], clients: int) -> AsyncIterator[None]:
    """Users who register, and then write and read in the block; on leaving, each waits for the answer to the last request."""
    async with http_clients(addresses) as servers:
        accounts = await asyncio.gather(*(register(Client(servers[0]), f"rater{number}") for number in range(clients)))
        async with asyncio.TaskGroup() as at_work:
            for seed, account in enumerate(accounts):
                signed_in = [Client(server, account.access_token) for server in servers]
                at_work.create_task(Person(account.username, signed_in, traffic, seed).act())
            yield
            traffic.stopping = True


async def stored(database: Database) -> dict[Hashable, object]:
    """Every rating in points by username and IMDb id, and who is private."""
    reader = database.reader()
    given = select(users.c.username, movies.c.imdb_id, ratings.c.half_points).select_from(ratings).join(users).join(movies)
    private = select(users.c.username).where(users.c.is_private)
    values: dict[Hashable, object] = {(name, imdb_id): points / 2 for name, imdb_id, points in await reader.fetch(given, {})}
    return {**values, **{(name, PRIVACY): True for (name,) in await reader.fetch(private, {})}}
