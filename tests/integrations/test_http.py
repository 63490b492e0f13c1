"""Asking over HTTP: every misbehaviour of a service, and what whoever asks it gets, an answer or an error that says why."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from integrations.errors import Unavailable, UpstreamError
from integrations.shared_state import InProcessState
from integrations.tmdb import TmdbClient
from tests.integrations.asking import client_with, title_of
from tests.outside import RULES
from tests.upstream import Call, Upstream
from tests.upstream.control import Misbehaviour
from tests.upstream.misbehaviour import answer, cut, hang, late, mislabelled, reset, too_many_requests, truncated

SILENT = "TMDB did not answer within 1 seconds. Try again later."
UNREADABLE = "TMDB sent an answer that cannot be read. Try again later."
REDIRECT = answer(status=302, Location="http://127.0.0.2:9/3/movie/603")


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


async def test_a_retry_after_that_fits_the_deadline_is_waited_for(upstream: Upstream) -> None:
    client = client_with(upstream, replace(RULES, deadline_seconds=3))
    upstream.tmdb.misbehave(too_many_requests("1"), times=1)

    assert await title_of(client) == "The Matrix"
    await client.close()
    assert 1.0 <= gaps(upstream.tmdb.calls)[0] < 1.2


async def test_a_service_that_is_not_there(nowhere: TmdbClient) -> None:
    with pytest.raises(Unavailable) as error:
        await title_of(nowhere)

    # The deadline may fall into the last try.
    assert str(error.value) in {"TMDB cannot be reached. Try again later.", SILENT}


@pytest.fixture
async def nowhere() -> AsyncIterator[TmdbClient]:
    client = TmdbClient("a-tmdb-token", cache=InProcessState(), base_url="http://127.0.0.1:9/3", rules=RULES)
    yield client
    await client.close()


async def test_calls_keep_to_a_rate(upstream: Upstream) -> None:
    client = client_with(upstream, replace(RULES, calls_per_second=40, deadline_seconds=5))
    await asyncio.gather(*(client.imdb_id(tmdb_id) for tmdb_id in range(1, 61)))
    await client.close()

    # Eight at once and thirty-two a second after that, as far as their ways to the emulator take equally long.
    assert len(upstream.tmdb.calls) == 60
    assert upstream.tmdb.calls[-1].at - upstream.tmdb.calls[0].at > (60 - 8) / 32 - 0.2


async def test_only_so_many_calls_are_in_flight_at_once(upstream: Upstream) -> None:
    client = client_with(upstream, replace(RULES, calls_in_flight=5))
    upstream.tmdb.misbehave(late(0.2))
    asked = asyncio.gather(*(client.imdb_id(tmdb_id) for tmdb_id in range(1, 11)))
    await asyncio.sleep(0.1)
    assert len(upstream.tmdb.calls) == 5
    await asked
    await client.close()

    assert len(upstream.tmdb.calls) == 10


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
