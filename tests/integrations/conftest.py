"""The clients on the emulator of the services they ask, with every clock shortened."""

from collections.abc import AsyncIterator

import pytest

from integrations.movie_database import MovieDatabaseClient
from integrations.tmdb import TmdbClient
from tests.outside import clients_of
from tests.services import Outside
from tests.upstream import Upstream


@pytest.fixture
async def outside(upstream: Upstream) -> AsyncIterator[Outside]:
    async with clients_of(upstream) as clients:
        yield clients


@pytest.fixture
def tmdb(outside: Outside) -> TmdbClient:
    return outside.tmdb


@pytest.fixture
def movie_database(outside: Outside) -> MovieDatabaseClient:
    return outside.movie_database
