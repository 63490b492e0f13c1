"""importMovies: each id stands or falls by itself."""

import time
from typing import Any

import pytest

from db.database import Database
from tests.factories import movie, store
from tests.outside import calls_of
from tests.resolvers.importing import ADA, asking, give, import_many, refused
from tests.upstream import Upstream
from tests.upstream.catalogue import Title
from tests.upstream.misbehaviour import late

INVALID_ID = refused("INVALID", "An IMDb id is `tt` and 7 to 10 digits, such as `tt0111161`.", "imdbIds")


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, users=[ADA], movies=[movie(1, "Stored")])


def result(imdb_id: str, *, title: str | None = None, created: bool | None = None, error: Any = None) -> Any:  # Any: JSON
    return {"imdbId": imdb_id, "created": created, "movie": title and {"title": title}, "error": error}


async def test_each_id_is_answered_in_its_place(upstream: Upstream, database: Database) -> None:
    async with asking(upstream, database) as insider:
        answer = await import_many(insider, ["tt0133093", "nonsense", "tt0000001", "tt9999999", "tt0903747", "tt0133093", "tt5537126"])

    unknown = "No film of the id tt9999999 is known to TMDB or The Movie Database Alternative."
    series = "tt0903747 is no film (television): only films are stored here."
    assert answer == {
        "results": [
            result("tt0133093", title="The Matrix", created=True),
            result("nonsense", error=INVALID_ID),
            result("tt0000001", title="Stored", created=False),
            result("tt9999999", error=refused("NOT_FOUND", unknown, "imdbIds")),
            result("tt0903747", error=refused("INVALID", series, "imdbIds")),
            result("tt0133093", title="The Matrix", created=True),
            result("tt5537126", title="World War Two: 1941 and the Man of Steel", created=True),
        ],
        "errors": [],
    }
    assert calls_of(upstream.tmdb).count("/find/tt0133093") == 1


async def test_a_hundred_films_side_by_side(database: Database) -> None:
    """Sixty that both services know, twenty that TMDB alone knows, and twenty that nobody does, with a tenth of a second for each call."""
    numbers = range(1000, 1100)
    titles = [
        Title(title=f"Film {number}", imdb_id=f"tt{number:07}", tmdb_id=number, omdb_year="2001" if number < 1060 else None)
        for number in numbers
        if number < 1080
    ]
    with Upstream(titles) as upstream:
        upstream.tmdb.misbehave(late(0.1))
        async with asking(upstream, database) as insider:
            started = time.monotonic()
            answer = await import_many(insider, [f"tt{number:07}" for number in numbers])
            took = time.monotonic() - started
        calls = len(upstream.tmdb.calls), len(upstream.movie_database.calls)

    results = answer["results"]
    assert [each["imdbId"] for each in results] == [f"tt{number:07}" for number in numbers]
    assert [each["movie"] and each["movie"]["title"] for each in results[:80]] == [f"Film {number}" for number in range(1000, 1080)]
    assert {each["created"] for each in results[:80]} == {True}
    assert {each["error"]["code"] for each in results[80:]} == {"NOT_FOUND"}
    assert calls == (180, 100)
    assert took < 18 / 2  # one after the other, the calls alone would take 18 seconds


@pytest.mark.parametrize("count", [0, 101])
async def test_more_than_a_hundred_are_refused_at_once(upstream: Upstream, database: Database, count: int) -> None:
    async with asking(upstream, database) as insider:
        answer = await import_many(insider, ["tt0133093"] * count)
    assert answer == {"results": [], "errors": [refused("INVALID", f"Give 1 to 100 ids, not {count}.", "imdbIds")]}
    assert calls_of(upstream.tmdb) == []


async def test_one_service_away_is_no_obstacle_for_what_the_other_knows(upstream: Upstream, database: Database) -> None:
    give(upstream.tmdb, "away")
    async with asking(upstream, database) as insider:
        results = (await import_many(insider, ["tt0133093", "tt9999999", "tt0000001"]))["results"]
    assert [each["created"] for each in results] == [True, None, False]
    assert results[1]["error"]["code"] == "UPSTREAM_UNAVAILABLE"
