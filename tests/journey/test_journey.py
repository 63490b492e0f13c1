"""A film lover's way through the API, as the page of a site takes it: the operations are the .graphql files beside this one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.accounts import register
from tests.cinegraph import Cinegraph
from tests.clients import Client, over_http
from tests.outside import calls_of
from tests.upstream import Upstream

SEARCH, OPEN, RATE, MY_RATINGS, DISCOVER = (file.read_text() for file in sorted(Path(__file__).parent.glob("*.graphql")))


@pytest.fixture
async def visitor(tmp_path: Path, migrated_url: str, upstream: Upstream) -> AsyncIterator[Client]:
    """A client of a server that asks the emulator."""
    with Cinegraph(tmp_path, migrated_url, workers=1, **upstream.settings) as server:
        async with over_http(server.address) as client:
            yield client


async def test_from_a_search_to_the_next_film(visitor: Client, upstream: Upstream) -> None:
    film_lover = (await register(visitor, "film_lover")).client

    found = (await film_lover.ask(SEARCH, {"words": "matrix"}))["searchTmdb"]
    assert found == {
        "totalResults": 1,
        "results": [
            {
                "imdbId": "tt0133093",
                "title": "The Matrix",
                "releaseDate": "1999-03-31",
                "posterUrl": "https://image.tmdb.org/t/p/w500/tt0133093.jpg",
                "movie": None,
            }
        ],
    }

    opened = await film_lover.ask(OPEN, {"imdbId": "tt0133093"})
    assert opened["tmdbMovie"]["overview"].startswith("A programmer learns")
    assert opened["tmdbMovie"]["runtimeMinutes"] == 136
    assert opened["movie"] is None

    for imdb_id, value in (("tt0133093", 9.5), ("tt0211915", 7)):
        rated = (await film_lover.ask(RATE, {"imdbId": imdb_id, "value": value}))["rateMovie"]
        assert rated["errors"] == []
        assert rated["rating"] == {"value": value, "stars": value / 2}
        assert rated["movie"]["averageRating"] == value

    mine = await film_lover.ask(MY_RATINGS)
    assert (mine["viewer"]["ratingCount"], mine["viewer"]["averageRating"]) == (2, 8.25)
    best, other = mine["viewer"]["ratings"]["nodes"]
    assert best == {
        "value": 9.5,
        "movie": {
            "imdbId": "tt0133093",
            "title": "The Matrix",
            "year": 1999,
            "posterUrl": "https://image.tmdb.org/t/p/w500/tt0133093.jpg",
            "genres": ["Action", "Science Fiction"],
        },
    }
    assert other["movie"]["title"] == "Amélie"

    genre_ids = {genre["name"]: genre["tmdbId"] for genre in mine["genres"]}
    genre_id = genre_ids[best["movie"]["genres"][-1]]
    assert genre_id == 878
    films = (await film_lover.ask(DISCOVER, {"genreId": genre_id}))["discoverTmdb"]["results"]
    assert [film["title"] for film in films] == ["The Matrix", "Dune: Part Two", "Blade Runner", "Man of Steel"]
    assert films[0]["movie"] == {"viewerRating": {"value": 9.5}}

    new = next(film for film in films if film["movie"] is None)
    assert (await film_lover.ask(OPEN, {"imdbId": new["imdbId"]}))["tmdbMovie"]["title"] == "Dune: Part Two"
    assert calls_of(upstream.movie_database) == ["tt0133093", "tt0211915"]


async def test_a_stranger_may_look_and_not_rate(visitor: Client, upstream: Upstream) -> None:
    assert (await visitor.ask(OPEN, {"imdbId": "tt0133093"}))["tmdbMovie"]["title"] == "The Matrix"

    [error] = await visitor.errors(RATE, {"imdbId": "tt0133093", "value": 9.5})
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert calls_of(upstream.movie_database) == []
