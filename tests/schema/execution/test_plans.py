"""Whatever a client sends, plans answer as the standard executor does: data in the same order, errors, and as little work at most."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from db.database import Database, open_database
from db.tables import movies, ratings, users
from tests.databases import DIALECTS, filled_database
from tests.factories import EPOCH
from tests.outside import calls_of, clients_of
from tests.schema.execution.both_ways import BothWays, Operation, counting_roots
from tests.schema.execution.library import store_library
from tests.schema.execution.operations import arguments, failures, mutations, selections
from tests.schema.execution.operations.generated import generated
from tests.schema.execution.operations.outside import outside
from tests.services import services_on
from tests.upstream import Upstream

Group = Callable[[], Iterable[Operation]]

READING: dict[Group, float] = {
    selections.every_field: 1,
    selections.every_viewer: 1,
    selections.aliases: 1,
    selections.fragments: 1,
    selections.directives: 1,
    selections.introspection: 0.29,
    selections.events: 1,
    arguments.lookups: 1,
    arguments.variables: 1,
    arguments.pages: 1,
    failures.bad_pages: 1,
    failures.several_roots: 1,
    failures.refused: 0,
    generated: 1,
}
CHANGING: dict[Group, float] = {mutations.rating: 1, mutations.in_series: 0, mutations.accounts: 1}
"""The share of the operations without errors that plans answer alone: it may not fall."""

ON_BOTH_DATABASES = (selections.every_field, arguments.pages, arguments.lookups)


class Tally:
    """What was compared, all groups together."""

    def __init__(self) -> None:
        self.compared = self.succeeded = self.by_plans = 0

    def add(self, both: BothWays, compared: int) -> None:
        self.compared += compared
        self.succeeded += both.succeeded
        self.by_plans += both.with_plans.answered.by_plans

    def __str__(self) -> str:
        return f"{self.compared} operations compared, {self.succeeded} without errors, of which plans alone answered {self.by_plans}"


@pytest.fixture(scope="module")
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    tally = Tally()
    yield tally
    plugins = request.config.pluginmanager
    with plugins.getplugin("capturemanager").global_and_fixture_disabled():
        plugins.getplugin("terminalreporter").write_line(f"\n{tally}")


@pytest.fixture(scope="module")
def calls() -> Iterator[Counter[str]]:
    with counting_roots() as calls:
        yield calls


@pytest.fixture(scope="module")
def library_url(request: pytest.FixtureRequest) -> Iterator[str]:
    with filled_database(request, store_library) as url:
        yield url


@pytest.mark.parametrize(
    ("library_url", "group"),
    [("sqlite", group) for group in READING] + [("mariadb", group) for group in ON_BOTH_DATABASES],
    indirect=["library_url"],
)
async def test_what_is_read(library_url: str, group: Group, calls: Counter[str], tally: Tally) -> None:
    operations = list(group())
    async with open_database(library_url) as database:
        both = BothWays(calls, services_on(database))
        for operation in operations:
            await both.assert_equal(operation)
    tally.add(both, len(operations))
    assert both.share() >= READING[group]


@pytest.fixture
def equal_urls(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Two databases with the same rows."""
    with filled_database(request, store_library) as one, filled_database(request, store_library) as other:
        yield one, other


@pytest.mark.parametrize("equal_urls", DIALECTS, indirect=True)
@pytest.mark.parametrize("group", CHANGING)
async def test_what_is_changed(equal_urls: tuple[str, str], group: Group, calls: Counter[str], tally: Tally) -> None:
    operations = list(group())
    async with open_database(equal_urls[0]) as with_plans, open_database(equal_urls[1]) as without:
        both = BothWays(calls, services_on(with_plans, now=tomorrow), services_on(without, now=tomorrow))
        for operation in operations:
            await both.assert_equal(operation)
        assert await stored(with_plans) == await stored(without)
    tally.add(both, len(operations))
    assert both.share() >= CHANGING[group]


@pytest.mark.parametrize("library_url", ["sqlite"], indirect=True)
async def test_what_is_asked_of_outside_services(library_url: str, upstream: Upstream, calls: Counter[str], tally: Tally) -> None:
    """Each way has a cache of its own, and so asks everything once."""
    operations = list(outside())
    async with open_database(library_url) as database, clients_of(upstream) as one, clients_of(upstream) as other:
        both = BothWays(calls, services_on(database, outside=one), services_on(database, outside=other))
        for operation in operations:
            await both.assert_equal(operation)
    asked = Counter(calls_of(upstream.tmdb) + calls_of(upstream.movie_database))
    tally.add(both, len(operations))
    assert both.share() == 1
    assert set(asked.values()) == {2}, asked


def tomorrow() -> datetime:
    return EPOCH + timedelta(days=1)


async def stored(database: Database) -> list[Sequence[tuple[Any, ...]]]:  # Any: whatever columns hold
    """All rows, but for what is random."""
    tables = [select(*(column for column in table.columns if column.name != "password_hash")) for table in (users, movies, ratings)]
    return [sorted(await database.reader().fetch(table, {})) for table in tables]
