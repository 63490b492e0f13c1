"""importMovie: what is stored of what two services tell, and what is said where they tell nothing."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from db.database import Database
from tests.accounts import everything
from tests.factories import movie, store
from tests.outside import MOVIE_DATABASE_WITHOUT_KEY, TMDB_WITHOUT_KEY, WITHOUT_KEYS, calls_of
from tests.recount import miscounts
from tests.resolvers.importing import (
    ADA,
    AS_ADA,
    BY_BOTH,
    BY_MOVIE_DATABASE,
    BY_TMDB,
    ERRORS,
    IMPORT,
    MOVIE_DATABASE_AWAY,
    PARASITE,
    ROOT,
    TMDB_AWAY,
    UNKNOWN,
    asking,
    give,
    import_one,
    refresh,
    refused,
)
from tests.statements import recorded
from tests.upstream import Upstream


@pytest.fixture(autouse=True)
async def stored(database: Database) -> None:
    await store(database, users=[ADA, ROOT])


@pytest.mark.parametrize(
    ("tmdb", "movie_database", "facts"),
    [
        ("there", "there", BY_BOTH),
        ("there", "away", BY_TMDB),
        ("there", "wrong key", BY_TMDB),
        ("there", "used up", BY_TMDB),
        ("away", "there", BY_MOVIE_DATABASE),
        ("wrong key", "there", BY_MOVIE_DATABASE),
    ],
)
async def test_one_service_is_enough(upstream: Upstream, database: Database, tmdb: str, movie_database: str, facts: Any) -> None:
    give(upstream.tmdb, tmdb)
    give(upstream.movie_database, movie_database)
    async with asking(upstream, database) as insider:
        assert await import_one(insider, imdbId=PARASITE) == {"created": True, "movie": facts, "errors": []}


@pytest.mark.parametrize(("without", "facts"), [("TMDB_API_TOKEN", BY_MOVIE_DATABASE), ("MOVIE_DATABASE_API_KEY", BY_TMDB)])
async def test_one_key_is_enough(upstream: Upstream, database: Database, without: str, facts: Any) -> None:
    async with asking(upstream, database, without=without) as insider:
        assert await import_one(insider, imdbId=PARASITE) == {"created": True, "movie": facts, "errors": []}


async def test_a_film_that_one_service_alone_knows(upstream: Upstream, database: Database) -> None:
    async with asking(upstream, database) as insider:
        answer = await import_one(insider, imdbId="tt5537126")

    assert answer["movie"]["title"] == "World War Two: 1941 and the Man of Steel"
    assert answer["movie"]["runtimeMinutes"] == 90
    assert answer["movie"]["sources"] == ["MOVIE_DATABASE"]


QUOTA = "The Movie Database Alternative answers no more calls for now: this server's quota with it is used up. Try again later."
TMDB_KEY_REFUSED = "TMDB refuses this server's key: set TMDB_API_TOKEN to a key from https://www.themoviedb.org/settings/api."
UNKNOWN_TO_BOTH = f"No film of the id {UNKNOWN} is known to TMDB or The Movie Database Alternative."
REFUSALS = {
    "unknown to both": (UNKNOWN, "there", "there", refused("NOT_FOUND", UNKNOWN_TO_BOTH, "imdbId")),
    "unknown to one, the other away": (UNKNOWN, "there", "away", refused("UPSTREAM_UNAVAILABLE", MOVIE_DATABASE_AWAY)),
    "unknown to the other, one away": (UNKNOWN, "away", "there", refused("UPSTREAM_UNAVAILABLE", TMDB_AWAY)),
    "unknown to one, the other's quota used up": (UNKNOWN, "there", "used up", refused("UPSTREAM_UNAVAILABLE", QUOTA)),
    "unknown to one, the other's key wrong": (UNKNOWN, "wrong key", "there", refused("UPSTREAM_NOT_CONFIGURED", TMDB_KEY_REFUSED)),
    "both away": (PARASITE, "away", "away", refused("UPSTREAM_UNAVAILABLE", f"{TMDB_AWAY} {MOVIE_DATABASE_AWAY}")),
    "one away, the other's key wrong": (PARASITE, "wrong key", "away", refused("UPSTREAM_UNAVAILABLE", MOVIE_DATABASE_AWAY)),
    "a series": (
        "tt0903747",
        "there",
        "there",
        refused("INVALID", "tt0903747 is no film (television): only films are stored here.", "imdbId"),
    ),
    "a series, TMDB away": (
        "tt0903747",
        "away",
        "there",
        refused("INVALID", "tt0903747 is no film (series): only films are stored here.", "imdbId"),
    ),
    "a series, the other away": (
        "tt0903747",
        "there",
        "away",
        refused("INVALID", "tt0903747 is no film (television): only films are stored here.", "imdbId"),
    ),
    "an episode": (
        "tt2301451",
        "there",
        "there",
        refused("INVALID", "tt2301451 is no film (television): only films are stored here.", "imdbId"),
    ),
    "a game": ("tt1453257", "there", "there", refused("INVALID", "tt1453257 is no film (game): only films are stored here.", "imdbId")),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_where_nobody_tells_of_a_film_nothing_is_stored(upstream: Upstream, database: Database, name: str) -> None:
    imdb_id, tmdb, movie_database, error = REFUSALS[name]
    give(upstream.tmdb, tmdb)
    give(upstream.movie_database, movie_database)
    before = await everything(database)
    async with asking(upstream, database) as insider:
        assert await import_one(insider, imdbId=imdb_id) == {"created": None, "movie": None, "errors": [error]}
    assert await everything(database) == before


@pytest.mark.parametrize(
    ("without", "imdb_id", "error"),
    [
        ("MOVIE_DATABASE_API_KEY", UNKNOWN, refused("NOT_FOUND", f"No film of the id {UNKNOWN} is known to TMDB.", "imdbId")),
        (
            "TMDB_API_TOKEN",
            UNKNOWN,
            refused("NOT_FOUND", f"No film of the id {UNKNOWN} is known to The Movie Database Alternative.", "imdbId"),
        ),
    ],
)
async def test_a_service_that_is_not_used_has_no_say(
    upstream: Upstream, database: Database, without: str, imdb_id: str, error: Any
) -> None:
    async with asking(upstream, database, without=without) as insider:
        assert (await import_one(insider, imdbId=imdb_id))["errors"] == [error]


async def test_without_keys_the_settings_are_named(insider: Any) -> None:
    assert (await import_one(insider, imdbId=PARASITE))["errors"] == [refused("UPSTREAM_NOT_CONFIGURED", WITHOUT_KEYS)]
    assert (await import_one(insider, tmdbId=603))["errors"] == [refused("UPSTREAM_NOT_CONFIGURED", TMDB_WITHOUT_KEY)]
    assert MOVIE_DATABASE_WITHOUT_KEY in WITHOUT_KEYS


BAD_INPUT: Mapping[str, tuple[Any, Any]] = {  # Any: an input, JSON
    "no IMDb id": ({"imdbId": "0111161"}, refused("INVALID", "An IMDb id is `tt` and 7 to 10 digits, such as `tt0111161`.", "imdbId")),
    "a letter in it": (
        {"imdbId": "tt01111x1"},
        refused("INVALID", "An IMDb id is `tt` and 7 to 10 digits, such as `tt0111161`.", "imdbId"),
    ),
    "nothing": ({"imdbId": ""}, refused("INVALID", "An IMDb id is `tt` and 7 to 10 digits, such as `tt0111161`.", "imdbId")),
    "TMDB's number 0": ({"tmdbId": 0}, refused("INVALID", "A TMDB id is a number from 1 on, not 0.", "tmdbId")),
}


@pytest.mark.parametrize("name", BAD_INPUT)
async def test_bad_input_is_refused_before_any_call(upstream: Upstream, database: Database, name: str) -> None:
    given, error = BAD_INPUT[name]
    async with asking(upstream, database) as insider:
        assert (await import_one(insider, **given))["errors"] == [error]
    assert (calls_of(upstream.tmdb), calls_of(upstream.movie_database)) == ([], [])


@pytest.mark.parametrize("given", [{}, {"imdbId": PARASITE, "tmdbId": 496243}, {"imdbId": None}])
async def test_exactly_one_id_is_taken(upstream: Upstream, database: Database, given: Any) -> None:
    async with asking(upstream, database) as insider:
        [error] = await insider.errors(IMPORT, {"input": given}, AS_ADA)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "exactly one field must be specified" in error["message"]
    assert calls_of(upstream.tmdb) == []


async def test_by_tmdb_id(upstream: Upstream, database: Database) -> None:
    async with asking(upstream, database) as insider:
        assert await import_one(insider, tmdbId=496243) == {"created": True, "movie": BY_BOTH, "errors": []}
        assert await import_one(insider, tmdbId=496243) == {"created": False, "movie": BY_BOTH, "errors": []}
        assert (await import_one(insider, tmdbId=999))["errors"] == [refused("NOT_FOUND", "TMDB knows no film 999.", "tmdbId")]
        assert (await import_one(insider, tmdbId=1119232))["errors"] == [
            refused("INVALID", "TMDB knows no IMDb id of König Charles III, which films are stored by here.", "tmdbId")
        ]

    assert calls_of(upstream.tmdb) == ["/movie/496243", "/movie/999", "/movie/1119232"]
    assert calls_of(upstream.movie_database) == [PARASITE]


async def test_a_film_that_was_stored_without_its_tmdb_id_is_found(upstream: Upstream, database: Database) -> None:
    await store(database, movies=[movie(1, "Parasite", imdb_id=PARASITE)])
    async with asking(upstream, database) as insider:
        answer = await import_one(insider, tmdbId=496243)
    assert (answer["created"], answer["movie"]["sources"]) == (False, ["DATASET"])


async def test_a_stored_film_is_answered_without_a_call(upstream: Upstream, database: Database) -> None:
    await store(database, movies=[movie(1, "Stored")])
    async with asking(upstream, database) as insider:
        answer = await import_one(insider, imdbId="tt0000001")
    assert (answer["created"], answer["movie"]["title"]) == (False, "Stored")
    assert (calls_of(upstream.tmdb), calls_of(upstream.movie_database)) == ([], [])


async def test_a_tmdb_id_that_another_film_has_is_left_out(upstream: Upstream, database: Database) -> None:
    await store(database, movies=[movie(1, "Stored", tmdb_id=496243)])
    async with asking(upstream, database) as insider:
        answer = await import_one(insider, imdbId=PARASITE)
        assert (await refresh(insider, PARASITE))["errors"] == []
    assert answer["movie"] == {**BY_BOTH, "tmdbId": None}


async def test_thirty_imports_of_one_film_at_once(upstream: Upstream, database: Database) -> None:
    async with asking(upstream, database) as insider:
        answers = await asyncio.gather(*(import_one(insider, imdbId=PARASITE) for _ in range(30)))
        assert await insider.ask("{ movies { totalCount } }") == {"movies": {"totalCount": 1}}

    assert [answer["movie"] for answer in answers] == [BY_BOTH] * 30
    assert sorted(answer["created"] for answer in answers) == [False] * 29 + [True]
    assert (calls_of(upstream.tmdb), calls_of(upstream.movie_database)) == ([f"/find/{PARASITE}", "/movie/496243"], [PARASITE])


async def test_all_is_asked_before_the_one_transaction_begins(upstream: Upstream, database: Database) -> None:
    give(upstream.tmdb, "slow")
    async with asking(upstream, database) as insider:
        with recorded() as statements:
            importing = asyncio.create_task(import_one(insider, imdbId=PARASITE))
            await asyncio.sleep(0.1)
            assert [statement.text.split()[0] for statement in statements] == ["SELECT"]
            await importing
    words = [statement.text.split()[0] for statement in statements]
    assert [words.count(each) for each in ("BEGIN", "COMMIT")] == [1, 1]
    assert words.index("BEGIN") == 1


async def test_an_imported_film_is_found_by_its_words_and_genres(upstream: Upstream, database: Database) -> None:
    query = """query ($search: String, $genres: [String!]) {
      movies(filter: {search: $search, genres: $genres}) { nodes { title } } }"""
    async with asking(upstream, database) as insider:
        await import_one(insider, imdbId="tt0211915")
        for given in ({"search": "amelie poulain"}, {"search": "Amélie"}, {"genres": ["comedy", "Romance"]}):
            assert await insider.ask(query, given) == {"movies": {"nodes": [{"title": "Amélie"}]}}


async def test_rating_a_film_that_is_not_stored_imports_it(upstream: Upstream, database: Database) -> None:
    rate = f"""mutation ($id: ID!, $value: Float!) {{ rateMovie(input: {{imdbId: $id, value: $value}}) {{
      rating {{ value }} movie {{ title ratingCount averageRating sources }} {ERRORS} }} }}"""
    async with asking(upstream, database) as insider:
        before = await everything(database)
        assert (await insider.ask(rate, {"id": PARASITE, "value": 11}, AS_ADA))["rateMovie"]["errors"][0]["code"] == "INVALID"
        unknown = (await insider.ask(rate, {"id": UNKNOWN, "value": 8}, AS_ADA))["rateMovie"]
        assert unknown == {"rating": None, "movie": None, "errors": [refused("NOT_FOUND", UNKNOWN_TO_BOTH, "imdbId")]}
        assert await everything(database) == before
        assert f"/find/{PARASITE}" not in calls_of(upstream.tmdb)

        answer = (await insider.ask(rate, {"id": PARASITE, "value": 8}, AS_ADA))["rateMovie"]
        figures = {"ratingCount": 1, "averageRating": 8.0}
        film = {"title": "Parasite", "sources": ["TMDB", "MOVIE_DATABASE"], **figures}
        assert answer == {"rating": {"value": 8.0}, "movie": film, "errors": []}
        calls = len(calls_of(upstream.tmdb))
        await insider.ask(rate, {"id": PARASITE, "value": 9}, AS_ADA)
        assert len(calls_of(upstream.tmdb)) == calls
    assert await miscounts(database) == []


@pytest.mark.parametrize(
    "mutation",
    [
        f'importMovie(input: {{imdbId: "{PARASITE}"}}) {{ created }}',
        f'importMovies(input: {{imdbIds: ["{PARASITE}"]}}) {{ results {{ created }} }}',
        f'refreshMovie(input: {{imdbId: "{PARASITE}"}}) {{ movie {{ title }} }}',
        f'rateMovie(input: {{imdbId: "{PARASITE}", value: 8}}) {{ rating {{ value }} }}',
    ],
)
async def test_nobody_who_is_not_signed_in_causes_a_call(upstream: Upstream, database: Database, mutation: str) -> None:
    async with asking(upstream, database) as insider:
        [error] = await insider.errors(f"mutation {{ {mutation} }}")
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert (calls_of(upstream.tmdb), calls_of(upstream.movie_database)) == ([], [])
