"""The clients on the emulator of the services they ask, with every clock shortened."""

from collections.abc import AsyncIterator, Iterator

import pytest

from integrations.http import CallRules
from integrations.movie_database import MovieDatabaseClient
from integrations.shared_state import InProcessState
from integrations.tmdb import TmdbClient
from tests.upstream import Upstream

# A tenth of the real clocks, more or less.
RULES = CallRules(
    deadline_seconds=1.0,
    connect_seconds=0.3,
    first_pause_seconds=0.02,
    longest_pause_seconds=0.1,
    calls_per_second=1000,
    probe_every_seconds=0.2,
    longest_refusal_seconds=0.4,
)


@pytest.fixture(scope="session")
def running_upstream() -> Iterator[Upstream]:
    with Upstream() as running:
        yield running


@pytest.fixture
def upstream(running_upstream: Upstream) -> Upstream:
    running_upstream.start_afresh()
    return running_upstream


@pytest.fixture
async def tmdb(upstream: Upstream) -> AsyncIterator[TmdbClient]:
    settings = upstream.settings
    client = TmdbClient(settings["TMDB_API_TOKEN"], cache=InProcessState(), base_url=settings["TMDB_BASE_URL"], rules=RULES)
    yield client
    await client.close()


@pytest.fixture
async def movie_database(upstream: Upstream) -> AsyncIterator[MovieDatabaseClient]:
    settings = upstream.settings
    client = MovieDatabaseClient(
        settings["MOVIE_DATABASE_API_KEY"],
        cache=InProcessState(),
        base_url=settings["MOVIE_DATABASE_BASE_URL"],
        rules=RULES,
    )
    yield client
    await client.close()
