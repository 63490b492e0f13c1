"""What is counted of calls to an outside service."""

import asyncio
from contextlib import suppress

import pytest

from integrations.errors import UpstreamError
from integrations.shared_state import InProcessState
from integrations.tmdb import TmdbClient
from tests.integrations.asking import title_of
from tests.outside import RULES
from tests.upstream import Upstream
from tests.upstream.misbehaviour import answer, hang


async def test_each_call_is_counted_by_what_came_of_it(tmdb: TmdbClient, upstream: Upstream) -> None:
    await title_of(tmdb)
    await title_of(tmdb)
    upstream.tmdb.misbehave(answer(status=401))
    with suppress(UpstreamError):
        await title_of(tmdb)

    assert tmdb.calls == {("TMDB", "answered"): 2, ("TMDB", "key_refused"): 1}


async def test_a_call_that_is_tried_again_and_again_counts_once(tmdb: TmdbClient, upstream: Upstream) -> None:
    upstream.tmdb.misbehave(answer(status=500))
    with suppress(UpstreamError):
        await title_of(tmdb)

    assert len(upstream.tmdb.calls) > 1
    assert tmdb.calls == {("TMDB", "unavailable"): 1}


async def test_what_is_kept_is_no_call_and_what_nobody_waits_for_is_given_up(upstream: Upstream) -> None:
    client = TmdbClient("a-tmdb-token", cache=InProcessState(), base_url=upstream.settings["TMDB_BASE_URL"], rules=RULES)
    await client.genres()
    await client.genres()
    assert client.calls == {("TMDB", "answered"): 1}

    upstream.tmdb.misbehave(hang())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(RULES.deadline_seconds / 3):
            await title_of(client)
    await client.close()
    assert client.calls == {("TMDB", "answered"): 1, ("TMDB", "given_up"): 1}


async def test_without_a_key_no_call_goes_out() -> None:
    client = TmdbClient(None, cache=InProcessState())
    with suppress(UpstreamError):
        await title_of(client)
    await client.close()

    assert client.calls == {}
