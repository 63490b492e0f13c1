"""OUTSIDE_CALLS_PER_DAY: how many calls to each service one client may cause."""

import pytest

from db.database import Database
from integrations.shared_state import InProcessState
from resolvers.context import Context
from schema.execution.execute import Executor, GraphQLRequest
from schema.execution.limits import Limits
from tests.accounts import Clock
from tests.factories import store
from tests.outside import calls_of
from tests.resolvers.importing import ADA, AS_ADA, AS_ROOT, ROOT, asking, import_many, import_one, refused
from tests.upstream import Upstream

USED_UP = "You have caused as many calls to TMDB as one client may in a day (3): try again tomorrow."
GENRES = "{ tmdbGenres { name } }"


def search(title: str) -> str:
    return f'{{ searchTmdb(query: "{title}") {{ results {{ title }} }} }}'


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, users=[ADA, ROOT])


async def test_calls_beyond_the_bound_are_not_made(upstream: Upstream, database: Database) -> None:
    async with asking(upstream, database, outside_calls_per_day=3) as insider:
        for title in ("Heat", "Matrix", "Parasite", "Heat", "Matrix"):  # the last two are kept, and cost nothing
            await insider.ask(search(title), viewer=AS_ADA)
        [error] = await insider.errors(search("Amélie"), viewer=AS_ADA)
        assert (error["message"], error["extensions"], error["path"]) == (USED_UP, {"code": "UPSTREAM_UNAVAILABLE"}, ["searchTmdb"])
        assert len(calls_of(upstream.tmdb)) == 3

        await insider.ask(search("Heat"), viewer=AS_ADA)
        await insider.ask('{ searchMovieDatabase(query: "matrix") { page } }', viewer=AS_ADA)  # another service, another count
        await insider.ask(search("Amélie"), viewer=AS_ROOT)  # another client
        assert len(calls_of(upstream.tmdb)) == 4


async def test_a_day_later_calls_are_made_again(upstream: Upstream, database: Database) -> None:
    clock = Clock()
    state = InProcessState(clock=clock.seconds)
    async with asking(upstream, database, outside_calls_per_day=1, shared_state=state) as insider:
        await insider.ask(search("Heat"), viewer=AS_ADA)
        await insider.errors(search("Matrix"), viewer=AS_ADA)
        clock.advance(hours=23)
        await insider.errors(search("Matrix"), viewer=AS_ADA)
        clock.advance(hours=1)
        await insider.ask(search("Matrix"), viewer=AS_ADA)


async def test_strangers_are_told_apart_by_address(upstream: Upstream, database: Database) -> None:
    async with asking(upstream, database, outside_calls_per_day=1) as insider:

        async def errors_at(address: str, title: str) -> list[str]:
            context = Context(insider.services, request_id="test", address=address)
            return [error["message"] for error in (await Executor(Limits()).run(GraphQLRequest(search(title)), context)).errors]

        assert await errors_at("192.0.2.1", "Heat") == []
        assert await errors_at("192.0.2.1", "Matrix") == [USED_UP.replace("(3)", "(1)")]
        assert await errors_at("192.0.2.2", "Matrix") == []


async def test_an_import_is_whole_or_refused(upstream: Upstream, database: Database) -> None:
    """Two calls of TMDB a film: the second film would lack TMDB's part, because of its client and not of TMDB."""
    async with asking(upstream, database, outside_calls_per_day=3) as insider:
        assert (await import_one(insider, imdbId="tt0133093"))["created"]
        assert (await import_one(insider, imdbId="tt6751668"))["errors"] == [refused("UPSTREAM_UNAVAILABLE", USED_UP)]
        assert (await import_one(insider, imdbId="tt0133093"))["created"] is False
        [result] = (await import_many(insider, ["tt6751668"]))["results"]
        assert result["error"] == refused("UPSTREAM_UNAVAILABLE", USED_UP)
        assert await insider.ask('{ movie(imdbId: "tt6751668") { title } }') == {"movie": None}
        assert (await insider.ask(GENRES, viewer=AS_ROOT))["tmdbGenres"]


async def test_no_bound(upstream: Upstream, database: Database) -> None:
    async with asking(upstream, database, outside_calls_per_day=0) as insider:
        for number in range(20):
            await insider.ask(search(f"Film {number}"), viewer=AS_ADA)
    assert len(calls_of(upstream.tmdb)) == 20
