"""deleteMovie: a movie goes with its ratings, and with their share of everybody's figures."""

import asyncio
from typing import Any

import pytest

from db.database import Database
from resolvers.access import Viewer
from resolvers.live_ratings import MOVIE_GONE
from schema.ids import encode_id
from tests.accounts import everything
from tests.clients import Insider
from tests.factories import movie, rating, store, user
from tests.recount import miscounts
from tests.resolvers.importing import ADA, AS_ADA, AS_ROOT, ROOT, refused
from tests.statements import recorded

HEAT, RAN = movie(1, "Heat", genres=("Crime",)), movie(2, "Ran", genres=("War",))
DELETE = "mutation ($id: ID!) { deleteMovie(input: {imdbId: $id}) { deletedMovieId errors { code message field } } }"
RATE = 'mutation ($value: Float!) { rateMovie(input: {imdbId: "tt0000001", value: $value}) { errors { code } } }'


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    given = [rating(1, ADA, HEAT, 20), rating(2, ADA, RAN, 7), rating(3, ROOT, HEAT, 3)]
    await store(database, users=[ADA, ROOT], movies=[HEAT, RAN], ratings=given)


async def delete(insider: Insider, imdb_id: str, viewer: Viewer = AS_ROOT) -> Any:  # Any: JSON
    return (await insider.ask(DELETE, {"id": imdb_id}, viewer))["deleteMovie"]


async def test_a_movie_goes_with_all_that_is_about_it(insider: Insider, database: Database) -> None:
    assert await delete(insider, "tt0000001") == {"deletedMovieId": encode_id("Movie", 1), "errors": []}

    query = """{ movie(imdbId: "tt0000001") { title } genres { name } movies { nodes { title } }
      search: movies(filter: {search: "heat"}) { totalCount }
      user(username: "ada") { ratingCount averageRating ratings { totalCount nodes { movie { title } } } } }"""
    assert await insider.ask(query) == {
        "movie": None,
        "genres": [{"name": "War"}],
        "movies": {"nodes": [{"title": "Ran"}]},
        "search": {"totalCount": 0},
        "user": {"ratingCount": 1, "averageRating": 3.5, "ratings": {"totalCount": 1, "nodes": [{"movie": {"title": "Ran"}}]}},
    }
    assert await miscounts(database) == []
    assert await delete(insider, "tt0000001") == {
        "deletedMovieId": None,
        "errors": [refused("NOT_FOUND", "The movie tt0000001 is not stored here.", "imdbId")],
    }


@pytest.mark.parametrize(
    ("imdb_id", "viewer", "error"),
    [
        ("tt0000001", AS_ADA, refused("FORBIDDEN", "Only an admin may delete a movie.")),
        ("tt0000009", AS_ROOT, refused("NOT_FOUND", "The movie tt0000009 is not stored here.", "imdbId")),
        ("Heat", AS_ROOT, refused("INVALID", "An IMDb id is `tt` and 7 to 10 digits, such as `tt0111161`.", "imdbId")),
    ],
)
async def test_what_is_refused_changes_nothing(insider: Insider, database: Database, imdb_id: str, viewer: Viewer, error: Any) -> None:
    before = await everything(database)
    assert await delete(insider, imdb_id, viewer) == {"deletedMovieId": None, "errors": [error]}
    assert await everything(database) == before


async def test_however_many_have_rated_it_it_takes_as_many_statements(insider: Insider, database: Database) -> None:
    raters = [user(number) for number in range(100, 400)]
    given = [rating(number, rater, RAN, number % 20 + 1) for number, rater in enumerate(raters, start=100)]
    await store(database, users=raters, ratings=given)
    counts = []
    for imdb_id in ("tt0000001", "tt0000002"):  # rated by two, and by three hundred and one
        with recorded() as statements:
            await delete(insider, imdb_id)
        counts.append(len(statements))

    assert counts == [9, 9]
    assert await miscounts(database) == []


async def test_deleting_while_everybody_rates(insider: Insider, database: Database) -> None:
    raters = [user(number) for number in range(100, 130)]
    await store(database, users=raters)

    async def rate(number: int) -> list[str]:
        body = await insider.body(RATE, {"value": 7}, Viewer(number, "", is_admin=False, is_private=False))
        return [error["code"] for error in body["data"]["rateMovie"]["errors"]]

    results = await asyncio.gather(*(rate(rater["id"]) for rater in raters), delete(insider, "tt0000001"))

    # Whoever came too late would have imported the film again, had there been a service to ask.
    assert {code for codes in results[:-1] for code in codes} <= {"UPSTREAM_NOT_CONFIGURED"}
    assert results[-1]["errors"] == []
    assert (await insider.ask("{ movies { totalCount } }"))["movies"]["totalCount"] == 1
    assert await miscounts(database) == []


async def test_whoever_listens_to_its_ratings_is_told(insider: Insider) -> None:
    async with insider.services.shared_state.subscribe("ratings:1") as messages:
        await delete(insider, "tt0000001", AS_ADA)
        await delete(insider, "tt0000001")
        assert await anext(messages) == MOVIE_GONE
