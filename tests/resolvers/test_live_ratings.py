"""Who listens to a movie hears of every change of its ratings, and sees no more of it than anybody who asks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from db.database import Database
from integrations.shared_state import InProcessState
from resolvers.access import Viewer
from resolvers.context import Context
from resolvers.errors import BadUserInput, TooSlow
from resolvers.live_ratings import RatingChange, RatingChanges, resolve_rating_changed, tell_movie_gone
from resolvers.services import Services
from tests.clients import Insider
from tests.factories import movie, rating, store, user
from tests.services import services_on
from tests.statements import recorded

ADA, BEA, EVA, ROOT = user(1, "ada"), user(2, "bea"), user(3, "eva", is_private=True), user(4, "root", is_admin=True)
HEAT, RAN = movie(1, "Heat"), movie(2, "Ran")
AS_ADA = Viewer(1, "aa", is_admin=False, is_private=False)
AS_EVA = Viewer(3, "cc", is_admin=False, is_private=True)
AS_ROOT = Viewer(4, "dd", is_admin=True, is_private=False)

RATE = 'mutation ($value: Float!) { rateMovie(input: {imdbId: "tt0000001", value: $value}) { rating { value } errors { code } } }'
DELETE = 'mutation ($of: String) { deleteRating(input: {imdbId: "tt0000001", username: $of}) { errors { code } } }'
DELETE_USER = "mutation ($of: String!) { deleteUser(input: {account: $of}) { errors { code } } }"


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    given = [rating(1, BEA, HEAT, 20), rating(2, BEA, RAN, 7), rating(3, ADA, RAN, 10)]
    await store(database, users=[ADA, BEA, EVA, ROOT], movies=[HEAT, RAN], ratings=given)


@asynccontextmanager
async def listening(services: Services, imdb_id: str = "tt0000001") -> AsyncIterator[RatingChanges[RatingChange]]:
    changes = await resolve_rating_changed(Context(services), imdb_id, lambda change: change)
    try:
        yield changes
    finally:
        await changes.aclose()


async def heard(changes: RatingChanges[RatingChange]) -> RatingChange:
    async with asyncio.timeout(2):
        return await anext(changes)


async def is_silent(changes: RatingChanges[RatingChange]) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await anext(changes)


async def test_every_accepted_rating_is_told_the_same_value_too(insider: Insider) -> None:
    async with listening(insider.services) as changes:
        for value in (8, 8, 9.5):
            await insider.ask(RATE, {"value": value}, AS_ADA)
            change = await heard(changes)
            assert change == RatingChange(movie_id=1, rating_id=4)


async def test_a_deleted_rating_is_told_whoever_deleted_it(insider: Insider) -> None:
    await insider.ask(RATE, {"value": 8}, AS_ADA)
    async with listening(insider.services) as changes:
        await insider.ask(DELETE, viewer=AS_ADA)
        await insider.ask(DELETE, {"of": "bea"}, AS_ROOT)
        assert [await heard(changes), await heard(changes)] == [RatingChange(1, None)] * 2


async def test_every_movie_of_a_deleted_user_is_told(insider: Insider) -> None:
    async with listening(insider.services) as of_heat, listening(insider.services, "tt0000002") as of_ran:
        await insider.ask(DELETE_USER, {"of": "bea"}, AS_ROOT)
        assert [await heard(of_heat), await heard(of_ran)] == [RatingChange(1, None), RatingChange(2, None)]


async def test_what_is_refused_is_not_told(insider: Insider) -> None:
    async with listening(insider.services) as changes, listening(insider.services, "tt0000002") as elsewhere:
        for value, viewer in ((0.3, AS_ADA), (11, AS_ADA)):
            assert (await insider.ask(RATE, {"value": value}, viewer))["rateMovie"]["errors"] == [{"code": "INVALID"}]
        assert (await insider.ask(DELETE, viewer=AS_ADA))["deleteRating"]["errors"] == [{"code": "NOT_FOUND"}]
        assert (await insider.ask(DELETE, {"of": "bea"}, AS_ADA))["deleteRating"]["errors"] == [{"code": "FORBIDDEN"}]
        await insider.errors(RATE, {"value": 8})  # nobody is signed in
        await is_silent(changes)

        await insider.ask(RATE, {"value": 8}, AS_ADA)
        assert await heard(changes) == RatingChange(1, 4)
        await is_silent(elsewhere)


@pytest.mark.parametrize("imdb_id", ["tt9999999", "tt0000001 ", "", "nope", "tt１２３４５６７"])
async def test_a_movie_that_is_not_stored_cannot_be_listened_to(insider: Insider, imdb_id: str) -> None:
    with pytest.raises(BadUserInput, match="is not stored here: import it first"):
        await resolve_rating_changed(Context(insider.services), imdb_id, lambda change: change)
    assert insider.services.shared_state.subscribers == 0


async def test_listening_ends_with_the_movie(insider: Insider) -> None:
    async with listening(insider.services) as changes:
        await tell_movie_gone(insider.services.shared_state, 1)
        with pytest.raises(BadUserInput, match="The movie has been deleted"):
            await heard(changes)
    assert insider.services.shared_state.subscribers == 0


async def test_who_falls_behind_is_dropped(database: Database) -> None:
    insider = Insider(services_on(database, shared_state=InProcessState(longest_queue=3)))
    async with listening(insider.services) as slow, listening(insider.services) as quick:
        for value in (1, 2, 3, 4):
            await insider.ask(RATE, {"value": value}, AS_ADA)
            assert await heard(quick) == RatingChange(1, 4)
        with pytest.raises(TooSlow, match="subscribe again"):
            await heard(slow)


async def test_each_subscriber_sees_what_its_viewer_may(insider: Insider) -> None:
    """The rating of a private user is told without the rating, except to the user and to admins."""
    query = 'subscription { ratingChanged(imdbId: "tt0000001") { movie { ratingCount averageRating } rating { value user { username } } } }'
    async with (
        insider.listening(query) as stranger,
        insider.listening(query, viewer=AS_ADA) as ada,
        insider.listening(query, viewer=AS_EVA) as eva,
        insider.listening(query, viewer=AS_ROOT) as root,
    ):
        await insider.ask(RATE, {"value": 5}, AS_EVA)
        movie_now = {"ratingCount": 2, "averageRating": 7.5}
        for answers in (stranger, ada):
            assert await anext(answers) == {"data": {"ratingChanged": {"movie": movie_now, "rating": None}}}
        for answers in (eva, root):
            rating_now = {"value": 5.0, "user": {"username": "eva"}}
            assert await anext(answers) == {"data": {"ratingChanged": {"movie": movie_now, "rating": rating_now}}}


async def test_what_changed_before_an_event_is_read_is_seen_by_it(insider: Insider) -> None:
    async with insider.listening('subscription { ratingChanged(imdbId: "tt0000001") { rating { value } } }') as answers:
        for value in (3, 4):
            await insider.ask(RATE, {"value": value}, AS_ADA)
        assert [await anext(answers), await anext(answers)] == [{"data": {"ratingChanged": {"rating": {"value": 4.0}}}}] * 2


async def test_an_event_costs_a_statement_for_each_thing_that_it_shows(insider: Insider) -> None:
    cases: list[tuple[str, int]] = [
        ("__typename", 0),
        ("movie { title ratingCount }", 1),
        ("rating { value }", 1),
        ("movie { title } rating { value user { username } }", 3),
        ("movie { title plot ratings(first: 5) { nodes { user { username } } } } rating { value }", 4),
    ]
    for selection, statements in cases:
        async with insider.listening(f'subscription {{ ratingChanged(imdbId: "tt0000001") {{ {selection} }} }}') as answers:
            await insider.ask(RATE, {"value": 6}, AS_ADA)
            with recorded() as run:
                body: Any = await anext(answers)  # Any: JSON
            assert "errors" not in body
            assert len(run) == statements, selection


async def test_many_subscribers_share_what_an_event_reads(insider: Insider) -> None:
    query = 'subscription { ratingChanged(imdbId: "tt0000001") { movie { ratingCount } rating { value } } }'
    async with AsyncExitStack() as stack:
        subscribers = [await stack.enter_async_context(insider.listening(query)) for _ in range(50)]
        await insider.ask(RATE, {"value": 6}, AS_ADA)
        with recorded() as run:
            bodies = await asyncio.gather(*map(anext, subscribers))
        assert bodies == [{"data": {"ratingChanged": {"movie": {"ratingCount": 2}, "rating": {"value": 6.0}}}}] * 50
        assert len(run) < 10
