"""Asking over HTTP: every misbehaviour of a service, and what whoever asks it gets, an answer or an error that says why."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from integrations.errors import RefusedKey, Unavailable, UpstreamError
from integrations.http import CallRules
from integrations.models import TmdbMovie
from integrations.shared_state import InProcessState
from integrations.tmdb import TmdbClient
from tests.integrations.conftest import RULES
from tests.upstream import Call, Upstream
from tests.upstream.control import Misbehaviour
from tests.upstream.misbehaviour import answer, cut, hang, late, mislabelled, reset, too_many_requests, truncated

SILENT = "TMDB did not answer within 1 seconds. Try again later."
UNREADABLE = "TMDB sent an answer that cannot be read. Try again later."
REDIRECT = answer(status=302, Location="http://127.0.0.2:9/3/movie/603")


async def title_of(tmdb: TmdbClient, tmdb_id: int = 603) -> str:
    movie = await tmdb.movie(tmdb_id, fresh=True)
    assert isinstance(movie, TmdbMovie)
    return movie.title


def gaps(calls: Sequence[Call]) -> list[float]:
    return [later.at - earlier.at for earlier, later in pairwise(calls)]


@pytest.mark.parametrize(
    ("misbehaviour", "calls"),
    [
        pytest.param(late(0.5), 1, id="late, within the deadline"),
        pytest.param(too_many_requests(), 4, id="429"),
        pytest.param(too_many_requests("0"), 4, id="429, to be tried at once"),
        pytest.param(answer(status=500), 4, id="500"),
        pytest.param(answer(b"<html>Bad gateway</html>", 502, "text/html"), 4, id="502"),
        pytest.param(reset(), 4, id="reset connections"),
        pytest.param(truncated(), 4, id="truncated"),
        pytest.param(mislabelled(), 1, id="wrong content type"),
    ],
)
async def test_what_is_survived(tmdb: TmdbClient, upstream: Upstream, misbehaviour: Misbehaviour, calls: int) -> None:
    upstream.tmdb.misbehave(misbehaviour, times=3)

    assert await title_of(tmdb) == "The Matrix"
    assert len(upstream.tmdb.calls) == calls


@pytest.mark.parametrize(
    ("misbehaviour", "message", "tried_again"),
    [
        pytest.param(hang(), SILENT, False, id="hanging"),
        pytest.param(late(1.5), SILENT, False, id="late"),
        pytest.param(answer(status=503), "TMDB failed with status 503. Try again later.", True, id="503"),
        pytest.param(too_many_requests(), "TMDB is asked too much just now. Try again later.", True, id="429"),
        pytest.param(too_many_requests("60"), "TMDB is asked too much just now. Try again in 60 seconds.", False, id="429 for long"),
        pytest.param(reset(), "TMDB cannot be reached. Try again later.", True, id="reset connections"),
        pytest.param(truncated(), "TMDB cannot be reached. Try again later.", True, id="truncated"),
        pytest.param(cut(), UNREADABLE, False, id="cut JSON"),
        pytest.param(answer(b""), UNREADABLE, False, id="empty"),
        pytest.param(answer(b"null"), UNREADABLE, False, id="null"),
        pytest.param(answer(b"{nonsense"), UNREADABLE, False, id="no JSON"),
        pytest.param(
            answer(b"<html>Hello</html>", 200, "text/html"),
            UNREADABLE,
            False,
            id="HTML",
        ),
        pytest.param(
            answer(b"<html>Not here</html>", 404, "text/html"),
            UNREADABLE,
            False,
            id="404 of somebody else",
        ),
        pytest.param(
            answer(b"not gzip", Content_Encoding="gzip"),
            UNREADABLE,
            False,
            id="wrong encoding",
        ),
        pytest.param(answer(b" " * (3 * 1024 * 1024)), UNREADABLE, False, id="huge"),
        pytest.param(REDIRECT, "TMDB answered with status 302, which was not expected. Try again later.", False, id="redirect"),
    ],
)
async def test_what_is_told_as_an_error(
    tmdb: TmdbClient, upstream: Upstream, misbehaviour: Misbehaviour, message: str, tried_again: bool
) -> None:
    upstream.tmdb.misbehave(misbehaviour)
    started = time.monotonic()
    with pytest.raises(Unavailable) as error:
        await title_of(tmdb)

    # The deadline may fall into the last try.
    assert str(error.value) in ({message, SILENT} if tried_again else {message})
    assert (len(upstream.tmdb.calls) > 1) is tried_again
    assert time.monotonic() - started < RULES.deadline_seconds + 0.2


async def test_retries_come_at_growing_intervals_and_end_with_the_deadline(tmdb: TmdbClient, upstream: Upstream) -> None:
    upstream.tmdb.misbehave(answer(status=500))
    started = time.monotonic()
    with pytest.raises(Unavailable):
        await title_of(tmdb)

    assert 0.8 < time.monotonic() - started < 1.1
    pauses = gaps(upstream.tmdb.calls)
    assert 0.02 <= pauses[0] < 0.08
    assert all(0.1 <= pause < 0.2 for pause in pauses[4:])
    assert 8 <= len(pauses) <= 12


async def test_a_retry_after_that_fits_the_deadline_is_waited_for(tmdb: TmdbClient, upstream: Upstream) -> None:
    client = TmdbClient(
        "a-tmdb-token",
        cache=InProcessState(),
        base_url=upstream.settings["TMDB_BASE_URL"],
        rules=replace(RULES, deadline_seconds=3),
    )
    upstream.tmdb.misbehave(too_many_requests("1"), times=1)

    assert await title_of(client) == "The Matrix"
    await client.close()
    assert 1.0 <= gaps(upstream.tmdb.calls)[0] < 1.2


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


@pytest.fixture
async def nowhere() -> AsyncIterator[TmdbClient]:
    client = TmdbClient("a-tmdb-token", cache=InProcessState(), base_url="http://127.0.0.1:9/3", rules=RULES)
    yield client
    await client.close()


async def test_a_service_that_is_not_there(nowhere: TmdbClient) -> None:
    with pytest.raises(Unavailable, match=r"^TMDB cannot be reached\. Try again later\.$"):
        await title_of(nowhere)


async def test_calls_keep_to_a_rate(upstream: Upstream) -> None:
    client = client_with(upstream, replace(RULES, calls_per_second=40, deadline_seconds=5))
    await asyncio.gather(*(client.imdb_id(tmdb_id) for tmdb_id in range(1, 61)))
    await client.close()

    first = upstream.tmdb.calls[0].at
    in_the_first_second = sum(call.at - first < 1.0 for call in upstream.tmdb.calls)
    assert 35 <= in_the_first_second <= 41
    assert len(upstream.tmdb.calls) == 60


async def test_only_so_many_calls_are_in_flight_at_once(upstream: Upstream) -> None:
    client = client_with(upstream, replace(RULES, calls_in_flight=5))
    upstream.tmdb.misbehave(late(0.2))
    asked = asyncio.gather(*(client.imdb_id(tmdb_id) for tmdb_id in range(1, 11)))
    await asyncio.sleep(0.1)
    assert len(upstream.tmdb.calls) == 5
    await asked
    await client.close()

    assert len(upstream.tmdb.calls) == 10


async def test_connections_are_free_again_after_a_hundred_calls_hung(tmdb: TmdbClient, upstream: Upstream) -> None:
    upstream.tmdb.misbehave(hang())
    hung = await asyncio.gather(*(tmdb.movie(tmdb_id) for tmdb_id in range(1, 101)), return_exceptions=True)
    assert {str(error) for error in hung} == {SILENT}
    upstream.tmdb.behave()

    assert await seconds_until_answered(tmdb) < 0.5
    assert [await title_of(tmdb, each) for each in (278, 603)] == ["The Shawshank Redemption", "The Matrix"]


@pytest.mark.parametrize("misbehaviour", [hang(), reset(), answer(status=500), answer(b"{"), answer(status=401), REDIRECT])
async def test_the_key_is_in_no_error_no_log_and_no_name(
    tmdb: TmdbClient, upstream: Upstream, misbehaviour: Misbehaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    upstream.tmdb.misbehave(misbehaviour)
    with pytest.raises(UpstreamError) as error:
        await title_of(tmdb)
    logging.getLogger().error("with its trace", exc_info=error.value)

    told = caplog.text + repr(error.value) + str(error.getrepr(showlocals=True)) + repr(tmdb) + repr(vars(tmdb))
    assert "a-tmdb-token" not in told


def client_with(upstream: Upstream, rules: CallRules) -> TmdbClient:
    base_url = upstream.settings["TMDB_BASE_URL"]
    return TmdbClient("a-tmdb-token", cache=InProcessState(), base_url=base_url, rules=rules)


async def seconds_until_refused(tmdb: TmdbClient) -> float:
    started = time.monotonic()
    with pytest.raises(Unavailable):
        await title_of(tmdb)
    return time.monotonic() - started


async def seconds_until_answered(tmdb: TmdbClient) -> float:
    """How long a service that is back stays away for whoever asks it again and again."""
    started = time.monotonic()
    while time.monotonic() - started < 5:
        try:
            await title_of(tmdb)
        except UpstreamError:
            await asyncio.sleep(0.02)
        else:
            break
    return time.monotonic() - started
