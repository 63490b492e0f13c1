"""refreshMovie: what the services tell now takes the place of what they told, and nothing that is stored is lost."""

from datetime import UTC, datetime

import pytest

from db.database import Database
from tests.factories import movie, rating, store
from tests.outside import calls_of
from tests.recount import miscounts
from tests.resolvers.importing import (
    ADA,
    BY_BOTH,
    BY_MOVIE_DATABASE,
    MOVIE_DATABASE_AWAY,
    PARASITE,
    ROOT,
    TMDB_AWAY,
    asking,
    give,
    import_one,
    refresh,
    refused,
)
from tests.upstream import Upstream


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, users=[ADA, ROOT])


async def test_a_refresh_fills_what_was_missing(upstream: Upstream, database: Database) -> None:
    give(upstream.tmdb, "away")
    times = iter([datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)])
    async with asking(upstream, database, now=lambda: next(times)) as insider:
        assert (await import_one(insider, imdbId=PARASITE))["movie"] == BY_MOVIE_DATABASE
    upstream.tmdb.behave()
    async with asking(upstream, database, now=lambda: next(times)) as insider:
        for _ in range(2):  # the second time nothing is new
            assert (await refresh(insider, PARASITE))["movie"] == {
                **BY_BOTH,
                "ratingCount": 0,
                "importedAt": "2026-03-01T00:00:00Z",
                "updatedAt": "2026-03-02T00:00:00Z",
            }
    assert calls_of(upstream.movie_database) == [PARASITE] * 3


async def test_a_refresh_keeps_what_a_service_that_is_away_told(upstream: Upstream, database: Database) -> None:
    async with asking(upstream, database) as insider:
        await import_one(insider, imdbId=PARASITE)
        give(upstream.tmdb, "away")
        answer = await refresh(insider, PARASITE)
        assert {name: answer["movie"][name] for name in BY_BOTH} == BY_BOTH
        give(upstream.movie_database, "away")
        error = refused("UPSTREAM_UNAVAILABLE", f"{TMDB_AWAY} {MOVIE_DATABASE_AWAY}")
        assert await refresh(insider, PARASITE) == {"movie": None, "errors": [error]}


async def test_a_refresh_keeps_ratings_and_the_words_of_a_data_set(upstream: Upstream, database: Database) -> None:
    film = movie(7, "Gisaengchung", original_title="Pasuraito", imdb_id=PARASITE, genres=("IMAX",), plot="Untold.")
    await store(database, movies=[film], ratings=[rating(1, ADA, film, 18)])
    async with asking(upstream, database) as insider:
        answer = (await refresh(insider, PARASITE))["movie"]
        for search in ("gisaengchung", "pasuraito", "parasite", "기생충"):
            found = await insider.ask("query ($of: String) { movies(filter: {search: $of}) { nodes { title } } }", {"of": search})
            assert found == {"movies": {"nodes": [{"title": "Parasite"}]}}
        assert (await insider.ask("{ genres { name } }"))["genres"] == [{"name": "Comedy"}, {"name": "Drama"}, {"name": "Thriller"}]

    assert {name: answer[name] for name in BY_BOTH} == {**BY_BOTH, "sources": ["TMDB", "MOVIE_DATABASE", "DATASET"]}
    assert answer["ratingCount"] == 1
    assert await miscounts(database) == []


async def test_only_what_is_stored_is_refreshed(upstream: Upstream, database: Database) -> None:
    async with asking(upstream, database) as insider:
        error = refused("NOT_FOUND", f"The movie {PARASITE} is not stored here: `importMovie` stores it.", "imdbId")
        assert await refresh(insider, PARASITE) == {"movie": None, "errors": [error]}
        assert (await refresh(insider, "Parasite"))["errors"][0]["code"] == "INVALID"
    assert calls_of(upstream.tmdb) == []
