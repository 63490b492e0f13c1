"""A service that is away: it is left alone, nobody waits for it, and its return is noticed."""

import asyncio
import time

import pytest

from integrations.errors import RefusedKey, Unavailable
from integrations.tmdb import TmdbClient
from tests.integrations.asking import seconds_until_answered, seconds_until_refused, title_of
from tests.outside import RULES
from tests.upstream import Upstream
from tests.upstream.control import Misbehaviour
from tests.upstream.misbehaviour import answer, hang, reset, too_many_requests


@pytest.mark.parametrize("retry_after", ["60", "Fri, 31 Dec 2100 23:59:59 GMT"])
async def test_a_longer_retry_after_is_answered_at_once_and_honoured_for_a_while(
    tmdb: TmdbClient, upstream: Upstream, retry_after: str
) -> None:
    upstream.tmdb.misbehave(too_many_requests(retry_after))
    refused_at = time.monotonic()
    for tmdb_id in (603, 278, 129):
        with pytest.raises(Unavailable, match=r"^TMDB is asked too much just now\. Try again in \d+ seconds\.$"):
            await title_of(tmdb, tmdb_id)
    assert len(upstream.tmdb.calls) == 1
    assert time.monotonic() - refused_at < 0.2

    upstream.tmdb.behave()
    await asyncio.sleep(RULES.longest_refusal_seconds)
    assert await title_of(tmdb) == "The Matrix"


@pytest.mark.parametrize(
    "outage",
    [
        pytest.param(answer(status=500), id="500"),
        pytest.param(hang(), id="hanging"),
        pytest.param(reset(), id="reset connections"),
        pytest.param(too_many_requests(), id="429"),
        pytest.param(too_many_requests("3600"), id="429 for long"),
    ],
)
async def test_a_service_that_is_away_is_left_alone_and_its_return_is_noticed(
    tmdb: TmdbClient, upstream: Upstream, outage: Misbehaviour
) -> None:
    upstream.tmdb.misbehave(outage)
    with pytest.raises(Unavailable):
        await title_of(tmdb)
    calls_before = len(upstream.tmdb.calls)
    waited = [await seconds_until_refused(tmdb) for _ in range(20)]
    # Only a probe of a service that hangs waits for the deadline.
    assert sorted(waited)[-2] < 0.1
    assert len(upstream.tmdb.calls) - calls_before <= 1

    upstream.tmdb.behave()
    assert await seconds_until_answered(tmdb) < 0.5


async def test_a_probe_that_hangs_keeps_no_later_one_from_noticing_the_return(tmdb: TmdbClient, upstream: Upstream) -> None:
    upstream.tmdb.misbehave(hang())
    with pytest.raises(Unavailable):
        await title_of(tmdb)
    await asyncio.sleep(RULES.probe_every_seconds)
    probe = asyncio.create_task(title_of(tmdb, 278))
    await asyncio.sleep(0.05)
    upstream.tmdb.behave()

    assert await seconds_until_answered(tmdb) < 0.5
    assert not probe.done()
    with pytest.raises(Unavailable):
        await probe


async def test_one_slow_call_among_answered_ones_opens_nothing(tmdb: TmdbClient, upstream: Upstream) -> None:
    upstream.tmdb.misbehave(hang(), times=1)
    slow = asyncio.create_task(title_of(tmdb, 278))
    await asyncio.sleep(0.1)
    assert await title_of(tmdb) == "The Matrix"
    with pytest.raises(Unavailable):
        await slow

    assert await title_of(tmdb) == "The Matrix"


async def test_a_refused_key_is_told_and_tried_again_like_any_outage(tmdb: TmdbClient, upstream: Upstream) -> None:
    upstream.tmdb.key = "another-token"
    for _ in range(3):
        with pytest.raises(RefusedKey) as refusal:
            await title_of(tmdb)
    assert str(refusal.value) == (
        "TMDB refuses this server's key: set TMDB_API_TOKEN to a key from https://www.themoviedb.org/settings/api."
    )
    assert len(upstream.tmdb.calls) == 1

    upstream.tmdb.key = "a-tmdb-token"
    assert await seconds_until_answered(tmdb) < 0.6


async def test_connections_are_free_again_after_a_hundred_calls_hung(tmdb: TmdbClient, upstream: Upstream) -> None:
    upstream.tmdb.misbehave(hang())
    hung = await asyncio.gather(*(tmdb.movie(tmdb_id) for tmdb_id in range(1, 101)), return_exceptions=True)
    assert {type(error) for error in hung} == {Unavailable}
    upstream.tmdb.behave()

    assert await seconds_until_answered(tmdb) < 0.5
    assert [await title_of(tmdb, each) for each in (278, 603)] == ["The Shawshank Redemption", "The Matrix"]
