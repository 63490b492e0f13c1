"""Asking once what many want to know, and who pays for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from integrations.endpoint import DAY, HOUR, MINUTE
from integrations.errors import Unavailable
from integrations.redis_state import RedisState
from integrations.shared_state import InProcessState, SharedState
from integrations.tmdb import TmdbClient
from tests.outside import RULES
from tests.upstream import Upstream
from tests.upstream.misbehaviour import answer, hang, late


class NothingLeft(Exception):
    """What a client is told who may have no more calls."""


class Purse:
    """How many calls a client has left, and how many it has spent."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.spent = 0

    async def spend(self) -> None:
        await asyncio.sleep(0)
        if self.left == 0:
            raise NothingLeft
        self.left -= 1
        self.spent += 1


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["in process", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[SharedState]:
    state = InProcessState() if request.param == "in process" else RedisState(request.getfixturevalue("redis_url"))
    yield state
    await state.close()


@pytest.fixture
async def client(upstream: Upstream, cache: SharedState) -> AsyncIterator[TmdbClient]:
    made = client_of(upstream, cache)
    yield made
    await made.close()


def client_of(upstream: Upstream, cache: SharedState) -> TmdbClient:
    return TmdbClient("a-tmdb-token", cache=cache, base_url=upstream.settings["TMDB_BASE_URL"], rules=RULES)


async def test_what_a_hundred_ask_at_once_is_asked_once(client: TmdbClient, upstream: Upstream) -> None:
    upstream.tmdb.misbehave(late(0.1))
    purse = Purse(left=100)
    movies = await asyncio.gather(*(client.movie(603, spend=purse.spend) for _ in range(100)))

    assert {movie and movie.title for movie in movies} == {"The Matrix"}
    assert len(upstream.tmdb.calls) == 1
    assert purse.spent == 1


async def test_what_was_answered_is_kept(client: TmdbClient, upstream: Upstream) -> None:
    purse = Purse(left=1)
    first = await client.movie(603, spend=purse.spend)

    assert await client.movie(603, spend=purse.spend) == first
    assert len(upstream.tmdb.calls) == 1


async def test_an_answer_is_shared_by_processes(upstream: Upstream, redis_url: str) -> None:
    for _ in range(2):
        cache = RedisState(redis_url)
        client = client_of(upstream, cache)
        assert await client.imdb_id(603) == "tt0133093"
        await client.close()
        await cache.close()

    assert len(upstream.tmdb.calls) == 1


async def test_asking_afresh_goes_round_what_is_kept_and_renews_it(client: TmdbClient, upstream: Upstream) -> None:
    await client.movie(603)
    upstream.tmdb.misbehave(answer(b'{"id":603,"title":"The Matrix, restored"}'), times=1)
    renewed = await client.movie(603, fresh=True)

    assert renewed is not None
    assert renewed.title == "The Matrix, restored"
    assert await client.movie(603) == renewed
    assert len(upstream.tmdb.calls) == 2


@pytest.mark.parametrize(
    ("ask", "keep_seconds"),
    [
        pytest.param(lambda client: client.genres(), DAY, id="genres"),
        pytest.param(lambda client: client.movie(603), HOUR, id="a film"),
        pytest.param(lambda client: client.find("tt0133093"), HOUR, id="a film by its IMDb id"),
        pytest.param(lambda client: client.search("matrix"), 5 * MINUTE, id="a search"),
        pytest.param(lambda client: client.discover(878), 5 * MINUTE, id="a genre's films"),
        pytest.param(lambda client: client.imdb_id(603), 365 * DAY, id="an IMDb id"),
        pytest.param(lambda client: client.movie(999_999_999), 5 * MINUTE, id="an unknown film"),
        pytest.param(lambda client: client.imdb_id(1119232), 5 * MINUTE, id="a film without an IMDb id"),
    ],
)
async def test_how_long_answers_are_kept(upstream: Upstream, ask: Callable[[TmdbClient], Awaitable[object]], keep_seconds: float) -> None:
    clock = Clock()
    client = client_of(upstream, InProcessState(clock=clock))
    for clock.now, calls in ((0, 1), (keep_seconds - 1, 1), (keep_seconds + 1, 2)):
        await ask(client)
        assert len(upstream.tmdb.calls) == calls
    await client.close()


async def test_errors_are_shared_and_not_kept(client: TmdbClient, upstream: Upstream) -> None:
    upstream.tmdb.misbehave(answer(b"nonsense"), times=1)
    told = await asyncio.gather(*(client.movie(603) for _ in range(10)), return_exceptions=True)
    assert {type(each) for each in told} == {Unavailable}
    assert len(upstream.tmdb.calls) == 1

    movie = await client.movie(603)
    assert movie is not None


async def test_one_who_gives_up_takes_nothing_from_the_others(client: TmdbClient, upstream: Upstream) -> None:
    upstream.tmdb.misbehave(late(0.1))
    first, second = (asyncio.create_task(client.movie(603)) for _ in range(2))
    await asyncio.sleep(0.05)
    first.cancel()
    movie = await second

    assert movie is not None
    assert movie.title == "The Matrix"
    assert len(upstream.tmdb.calls) == 1
    assert first.cancelled()


async def test_what_everybody_gave_up_is_kept_when_it_comes(client: TmdbClient, upstream: Upstream) -> None:
    upstream.tmdb.misbehave(late(0.1))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.movie(603), 0.05)
    await asyncio.sleep(0.2)

    assert await client.movie(603) is not None
    assert len(upstream.tmdb.calls) == 1


async def test_whoever_has_no_calls_left_is_told_and_the_next_one_pays(client: TmdbClient, upstream: Upstream) -> None:
    poor, rich = Purse(left=0), Purse(left=5)
    asked = (client.movie(603, spend=purse.spend) for purse in (poor, rich, poor, rich))
    told = await asyncio.gather(*asked, return_exceptions=True)

    assert isinstance(told[0], NothingLeft)
    assert [each for each in told[1:] if isinstance(each, BaseException)] == []
    assert (rich.spent, len(upstream.tmdb.calls)) == (1, 1)


async def test_nothing_is_asked_when_nobody_can_pay(client: TmdbClient, upstream: Upstream) -> None:
    told = await asyncio.gather(*(client.movie(603, spend=Purse(0).spend) for _ in range(20)), return_exceptions=True)

    assert {type(each) for each in told} == {NothingLeft}
    assert upstream.tmdb.calls == []


async def test_a_service_that_is_away_costs_nothing(client: TmdbClient, upstream: Upstream) -> None:
    upstream.tmdb.key = "another-token"
    purse = Purse(left=10)
    for _ in range(5):
        with pytest.raises(Exception, match="refuses this server's key"):
            await client.movie(603, spend=purse.spend)

    assert purse.spent == 1


async def test_what_is_kept_and_cannot_be_read_is_asked_again(upstream: Upstream, cache: SharedState) -> None:
    await cache.set("outside:TMDB:movie/603/external_ids?", b"of another version", ttl_seconds=60)
    client = client_of(upstream, cache)
    assert await client.imdb_id(603) == "tt0133093"
    await client.close()

    assert len(upstream.tmdb.calls) == 1


async def test_closing_gives_up_what_is_still_asked(upstream: Upstream) -> None:
    client = client_of(upstream, InProcessState())
    upstream.tmdb.misbehave(hang())
    waiting = asyncio.create_task(client.movie(603))
    await asyncio.sleep(0.05)
    await client.close()

    with pytest.raises(asyncio.CancelledError):
        await waiting
