"""What every test may ask for: databases of both kinds, and a Redis, all of them real, and an emulator of the outside services.

`database_url` and `migrated_url` run a test twice, on a SQLite file ("sqlite") and on a MariaDB database ("mariadb").
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import redis

from db.database import Database, open_database
from tests.clients import Insider
from tests.databases import DIALECTS, MigratedTables, empty_database, filled_database, sqlite_url
from tests.films import store_films
from tests.servers import LocalServer, MariaDB, MissingProgram, Redis
from tests.services import services_on
from tests.upstream import Upstream

Server = TypeVar("Server", bound=LocalServer)


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDB]:
    """The MariaDB of this session; a test that stops or breaks one starts its own: `with MariaDB(tmp_path)`."""
    yield from _running(MariaDB(tmp_path_factory.mktemp("mariadb")))


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """The Redis of this session; a test that stops or breaks one starts its own: `with Redis(tmp_path)`."""
    yield from _running(Redis(tmp_path_factory.mktemp("redis")))


@pytest.fixture
def redis_url(redis_server: Redis) -> str:
    """The URL of a Redis that is empty when the test begins."""
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url


@pytest.fixture
def mariadb_url(mariadb_server: MariaDB) -> Iterator[str]:
    """The URL of an empty MariaDB database that is the test's own."""
    with empty_database(mariadb_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "mariadb"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database that is the test's own; the test runs on SQLite and on MariaDB."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "cinegraph.db")
    # Asked for here, so that tests on SQLite alone start no MariaDB.
    url: str = request.getfixturevalue("mariadb_url")
    return url


@pytest.fixture(scope="session")
def migrated_tables(tmp_path_factory: pytest.TempPathFactory) -> MigratedTables:
    return MigratedTables(tmp_path_factory.mktemp("migrated"))


@pytest.fixture
def migrated_url(request: pytest.FixtureRequest, database_url: str, migrated_tables: MigratedTables) -> str:
    """`database_url` with the newest tables, empty."""
    on_sqlite = database_url.startswith("sqlite")
    migrated_tables.copy_to(database_url, None if on_sqlite else request.getfixturevalue("mariadb_server"))
    return database_url


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """A database with the newest tables, empty, that is the test's own."""
    async with open_database(migrated_url) as database:
        yield database


@pytest.fixture
def insider(database: Database) -> Insider:
    """Runs operations on `database` as any viewer."""
    return Insider(services_on(database))


@pytest.fixture(scope="session", params=DIALECTS)
def films_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with the films of tests/films.py, which no test changes."""
    with filled_database(request, store_films) as url:
        yield url


@pytest.fixture
async def films(films_url: str) -> AsyncIterator[Insider]:
    """Runs operations on the films of tests/films.py as any viewer."""
    async with open_database(films_url) as database:
        yield Insider(services_on(database))


@pytest.fixture(scope="session")
def running_upstream() -> Iterator[Upstream]:
    with Upstream() as running:
        yield running


@pytest.fixture
def upstream(running_upstream: Upstream) -> Upstream:
    """TMDB and the Movie Database as if just started."""
    running_upstream.start_afresh()
    return running_upstream


def _running(server: Server) -> Iterator[Server]:
    try:
        server.start()
    except MissingProgram as missing:
        pytest.fail(str(missing), pytrace=False)
    yield server
    server.stop()
