"""A MariaDB of a test's own, filled and served by two processes, and the table of what was endured."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from db.database import open_database
from db.migrate import upgrade
from tests.cinegraph import ROOT, Cinegraph
from tests.databases import run_statements
from tests.factories import movie, store
from tests.faults.endurance import Endurance, Outcome
from tests.faults.traffic import MOVIES
from tests.servers import MariaDB

RESULTS = ROOT / "tests" / "benchmarks" / "results" / "faults.json"
OUTCOMES = pytest.StashKey[list[Outcome]]()

Note = Callable[[Endurance], Endurance]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[OUTCOMES] = []


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Enters what was endured in the table, whether or not it was endured well."""

    def enter(endured: Endurance) -> Endurance:
        request.config.stash[OUTCOMES].append(endured.outcome)
        return endured

    return enter


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    outcomes = config.stash[OUTCOMES]
    if not outcomes:
        return
    terminalreporter.section("faults")
    for line in table(outcomes):
        terminalreporter.write_line(line)
    RESULTS.parent.mkdir(exist_ok=True)
    # Faults that were not injected this time keep their figures.
    known = {each["fault"]: each for each in json.loads(RESULTS.read_text())} if RESULTS.exists() else {}
    known |= {outcome.fault: outcome._asdict() for outcome in outcomes}
    RESULTS.write_text(json.dumps(list(known.values()), indent=2) + "\n")


def table(outcomes: list[Outcome]) -> Iterator[str]:
    yield f"{'fault':50}{'sent':>7}{'failed':>8}{'writes':>8}{'lost':>6}{'longest':>10}{'recovery':>10}"
    for each in outcomes:
        counts = f"{each.sent:7}{each.failed:8}{each.acknowledged:8}{each.lost:6}"
        yield f"{each.fault:50}{counts}{each.longest_answer:8.2f} s{each.seconds_to_recover:8.2f} s"


@pytest.fixture
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDB]:
    """A MariaDB that a test may break."""
    with MariaDB(tmp_path_factory.mktemp("own")) as server:
        run_statements(server.url("mysql"), ["CREATE DATABASE films"])
        yield server


@pytest.fixture
async def films_url(mariadb: MariaDB) -> str:
    """The URL of a database on it that holds the movies which people rate."""
    url = mariadb.url("films")
    await fill(url)
    return url


@pytest.fixture
async def servers(films_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Cinegraph]]:
    """Two processes that serve it."""
    with (
        Cinegraph(tmp_path_factory.mktemp("one"), films_url) as one,
        Cinegraph(tmp_path_factory.mktemp("two"), films_url) as two,
    ):
        yield [one, two]


async def fill(url: str) -> None:
    """Make the tables in an empty database, and the movies which people rate."""
    await asyncio.to_thread(upgrade, url)
    async with open_database(url) as database:
        await store(database, movies=[movie(number) for number in range(1, MOVIES + 1)])


def addresses(servers: list[Cinegraph]) -> list[str]:
    return [server.address for server in servers]
