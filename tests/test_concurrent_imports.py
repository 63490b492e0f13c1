"""Many clients on two processes: one film that they import at once is one row, and the services get no more calls than they tolerate."""

import asyncio
from pathlib import Path

import pytest

from tests.accounts import register
from tests.cinegraph import Cinegraph
from tests.clients import over_http
from tests.outside import calls_of
from tests.upstream import Upstream

IMPORT = 'mutation { importMovie(input: {imdbId: "tt0133093"}) { created movie { id title } errors { message } } }'
RATE = 'mutation { rateMovie(input: {imdbId: "tt0211915", value: 8}) { rating { value } errors { message } } }'


@pytest.mark.parametrize("database_url", ["mariadb"], indirect=True)
async def test_one_row_however_many_import_it(tmp_path: Path, migrated_url: str, upstream: Upstream) -> None:
    with Cinegraph(tmp_path, migrated_url, workers=2, **upstream.settings) as server:
        async with over_http(server.address) as client:
            users = await asyncio.gather(*(register(client, f"user{number}") for number in range(30)))
            imported = await asyncio.gather(*(user.client.ask(IMPORT) for user in users))
            rated = await asyncio.gather(*(user.client.ask(RATE) for user in users))
            figures = await client.ask('{ movies { totalCount } movie(imdbId: "tt0211915") { ratingCount } }')

    answers = [answer["importMovie"] for answer in imported]
    assert [answer["errors"] for answer in answers] == [[]] * 30
    assert len({answer["movie"]["id"] for answer in answers}) == 1
    assert sorted(answer["created"] for answer in answers) == [False] * 29 + [True]
    assert [answer["rateMovie"]["errors"] for answer in rated] == [[]] * 30
    assert figures == {"movies": {"totalCount": 2}, "movie": {"ratingCount": 30}}
    # Each process asks once at most; those that came later found the film stored.
    assert 1 <= calls_of(upstream.movie_database).count("tt0133093") <= 2
    assert len(calls_of(upstream.tmdb)) <= 8


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_processes_share_what_a_service_tolerates(tmp_path: Path, migrated_url: str, upstream: Upstream) -> None:
    with Cinegraph(tmp_path, migrated_url, workers=2, **upstream.settings) as server:
        async with over_http(server.address) as client:
            searches = (f'{{ searchTmdb(query: "film {number}") {{ page }} }}' for number in range(60))
            answers = await asyncio.gather(*map(client.ask, searches))

    assert answers == [{"searchTmdb": {"page": 1}}] * 60
    times = [call.at for call in upstream.tmdb.calls]
    assert len(times) == 60
    assert max(sum(start <= time < start + 1 for time in times) for start in times) <= 42  # 40, and a little for the way there
