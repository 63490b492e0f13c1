"""GraphiQL as `make install` leaves it, and what is served on the films of tests/films.py, in a file that is the test's own."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db.database import open_database
from resolvers.services import Services
from schema.transport.graphiql import GraphiQL, load_graphiql
from tests.databases import MigratedTables, sqlite_url
from tests.films import store_films
from tests.services import services_on


@pytest.fixture
def graphiql() -> GraphiQL:
    """The bundled page for /graphql; where there is no npm to bundle it, what needs it is skipped."""
    graphiql = load_graphiql("/graphql")
    if not graphiql.routes and shutil.which("npm") is None:
        pytest.skip("GraphiQL is not bundled, for npm is missing")
    return graphiql


@pytest.fixture
def empty_url(migrated_tables: MigratedTables, tmp_path: Path) -> str:
    url = sqlite_url(tmp_path / "films.db")
    migrated_tables.copy_to(url, None)
    return url


@pytest.fixture
async def services(empty_url: str) -> AsyncIterator[Services]:
    """What a process stands on that serves the twenty films."""
    async with open_database(empty_url) as database:
        await store_films(database)
        yield services_on(database)
