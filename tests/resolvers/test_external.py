"""What is asked of TMDB and the Movie Database for a query: no more than is selected, and nothing for input that makes no sense."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from db.database import Database
from tests.clients import Insider
from tests.factories import movie, store
from tests.outside import MOVIE_DATABASE_WITHOUT_KEY, TMDB_WITHOUT_KEY, calls_of
from tests.resolvers.importing import asking, give
from tests.statements import recorded
from tests.upstream import Upstream
from tests.upstream.misbehaviour import too_many_requests

MATRIX = {
    "tmdbId": 603,
    "imdbId": "tt0133093",
    "title": "The Matrix",
    "originalTitle": "The Matrix",
    "overview": "A programmer learns that the world around him is a simulation, and that he may leave it.",
    "releaseDate": "1999-03-31",
    "runtimeMinutes": 136,
    "genres": [{"tmdbId": 28, "name": "Action"}, {"tmdbId": 878, "name": "Science Fiction"}],
    "voteAverage": 8.2,
    "voteCount": 26000,
    "posterUrl": "https://image.tmdb.org/t/p/w500/tt0133093.jpg",
    "movie": None,
}
FILM = """tmdbId imdbId title originalTitle overview releaseDate runtimeMinutes genres { tmdbId name } voteAverage voteCount posterUrl
    movie { imdbId title }"""
SCIENCE_FICTION = "discoverTmdb(genreId: 878)"


@pytest.fixture
async def asker(upstream: Upstream, database: Database) -> AsyncIterator[Insider]:
    async with asking(upstream, database) as insider:
        yield insider


async def test_a_film_by_either_id(upstream: Upstream, asker: Insider) -> None:
    data = await asker.ask(f'{{ byTmdbId: tmdbMovie(tmdbId: 603) {{ {FILM} }} byImdbId: tmdbMovie(imdbId: "tt0133093") {{ {FILM} }} }}')

    assert data == {"byTmdbId": MATRIX, "byImdbId": MATRIX}
    assert sorted(calls_of(upstream.tmdb)) == ["/find/tt0133093", "/movie/603"]


@pytest.mark.parametrize("argument", ["tmdbId: 999", 'imdbId: "tt9999999"', 'imdbId: "tt0903747"', 'imdbId: "tt1234567890"'])
async def test_what_tmdb_does_not_know_as_a_film_is_null(asker: Insider, argument: str) -> None:
    assert await asker.ask(f"{{ tmdbMovie({argument}) {{ title }} }}") == {"tmdbMovie": None}


async def test_a_search_of_tmdb(asker: Insider) -> None:
    data = await asker.ask(f'{{ searchTmdb(query: "matrix", year: 1999) {{ page totalPages totalResults results {{ {FILM} }} }} }}')
    # Lists do not tell lengths.
    assert data["searchTmdb"] == {"page": 1, "totalPages": 1, "totalResults": 1, "results": [{**MATRIX, "runtimeMinutes": None}]}

    assert (await asker.ask('{ searchTmdb(query: "matrix", year: 2000) { totalResults results { title } } }'))["searchTmdb"] == {
        "totalResults": 0,
        "results": [],
    }


async def test_a_search_of_the_movie_database(asker: Insider) -> None:
    query = """query ($type: MovieDatabaseType, $year: Int) { searchMovieDatabase(query: "man of steel", type: $type, year: $year) {
      page totalPages totalResults results { imdbId title year yearEnd type posterUrl movie { title } } } }"""
    game = {"imdbId": "tt1453257", "title": "Superman: The Man of Steel", "year": 2002, "yearEnd": None, "type": "GAME"}

    found = (await asker.ask(query))["searchMovieDatabase"]
    assert (found["page"], found["totalPages"], found["totalResults"]) == (1, 1, 3)
    assert [title["imdbId"] for title in found["results"]] == ["tt0770828", "tt5537126", "tt1453257"]
    only_game = (await asker.ask(query, {"type": "GAME", "year": 2002}))["searchMovieDatabase"]
    assert only_game["results"] == [{**game, "posterUrl": None, "movie": None}]
    assert (await asker.ask(query, {"type": "EPISODE"}))["searchMovieDatabase"]["results"] == []
    series = (await asker.ask('{ searchMovieDatabase(query: "breaking bad") { results { year yearEnd type } } }'))["searchMovieDatabase"]
    assert series["results"] == [{"year": 2008, "yearEnd": 2013, "type": "SERIES"}]


async def test_a_genre_highest_rated_first_with_a_floor_of_votes(upstream: Upstream, asker: Insider) -> None:
    films = "{ results { title voteAverage } }"
    data = await asker.ask(f"{{ {SCIENCE_FICTION} {films} well: discoverTmdb(genreId: 878, minVoteCount: 20000) {films} }}")

    assert [film["title"] for film in data["discoverTmdb"]["results"]] == ["The Matrix", "Dune: Part Two", "Blade Runner", "Man of Steel"]
    assert data["well"]["results"] == [{"title": "The Matrix", "voteAverage": 8.2}]
    assert sorted(call.parameters["vote_count.gte"] for call in upstream.tmdb.calls) == ["200", "20000"]


async def test_imdb_ids_and_genres(upstream: Upstream, asker: Insider) -> None:
    data = await asker.ask(
        "{ known: tmdbImdbId(tmdbId: 603) none: tmdbImdbId(tmdbId: 1119232) unknown: tmdbImdbId(tmdbId: 999) tmdbGenres { tmdbId name } }"
    )

    assert (data["known"], data["none"], data["unknown"]) == ("tt0133093", None, None)
    assert len(data["tmdbGenres"]) == 19
    assert {"tmdbId": 878, "name": "Science Fiction"} in data["tmdbGenres"]


async def test_imdb_ids_are_asked_for_only_when_selected(upstream: Upstream, asker: Insider) -> None:
    await asker.ask(f"{{ {SCIENCE_FICTION} {{ results {{ title tmdbId }} }} }}")
    assert calls_of(upstream.tmdb) == ["/discover/movie"]

    for _ in range(2):  # the second time they are kept
        page = (await asker.ask(f"{{ {SCIENCE_FICTION} {{ results {{ imdbId }} }} }}"))["discoverTmdb"]
        assert [film["imdbId"] for film in page["results"]] == ["tt0133093", "tt15239678", "tt0083658", "tt0770828"]
    assert sorted(calls_of(upstream.tmdb)[1:]) == [f"/movie/{tmdb_id}/external_ids" for tmdb_id in (49521, 603, 693134, 78)]


async def test_an_imdb_id_that_cannot_be_told_fails_alone(upstream: Upstream, asker: Insider) -> None:
    await asker.ask(f"{{ {SCIENCE_FICTION} {{ results {{ title }} }} }}")
    await asker.ask("{ tmdbImdbId(tmdbId: 603) }")
    upstream.tmdb.misbehave(too_many_requests("60"))

    body = await asker.body(f"{{ {SCIENCE_FICTION} {{ results {{ title imdbId }} }} }}")

    films = body["data"]["discoverTmdb"]["results"]
    assert [film["imdbId"] for film in films] == ["tt0133093", None, None, None]
    assert [film["title"] for film in films] == ["The Matrix", "Dune: Part Two", "Blade Runner", "Man of Steel"]
    assert [error["path"] for error in body["errors"]] == [["discoverTmdb", "results", place, "imdbId"] for place in (1, 2, 3)]
    assert {error["extensions"]["code"] for error in body["errors"]} == {"UPSTREAM_UNAVAILABLE"}


async def test_links_back_take_one_statement_a_page(asker: Insider, database: Database) -> None:
    films = [movie(1, "Stored Matrix", tmdb_id=603, imdb_id="tt0133093"), movie(2, "Stored Blade Runner", tmdb_id=78, imdb_id="tt0083658")]
    films.append(movie(3, "Stored Man of Steel", imdb_id="tt0770828"))
    await store(database, movies=films)

    with recorded() as statements:
        page = (await asker.ask(f"{{ {SCIENCE_FICTION} {{ results {{ movie {{ title }} }} }} }}"))["discoverTmdb"]
    assert [film["movie"] for film in page["results"]] == [{"title": "Stored Matrix"}, None, {"title": "Stored Blade Runner"}, None]
    assert len(statements) == 1

    with recorded() as statements:
        page = (await asker.ask('{ searchMovieDatabase(query: "man of steel") { results { movie { title } } } }'))["searchMovieDatabase"]
    assert [title["movie"] for title in page["results"]] == [{"title": "Stored Man of Steel"}, None, None]
    assert len(statements) == 1


TOO_LONG = "x" * 201
BAD_INPUT = {
    "an empty query": ('searchTmdb(query: "")', "`query` is empty: pass words of a title."),
    "blanks": ('searchMovieDatabase(query: " ")', "`query` is empty: pass words of a title."),
    "a long query": (f'searchTmdb(query: "{TOO_LONG}")', "`query` must have at most 200 characters, not 201."),
    "a year of two digits": ('searchTmdb(query: "heat", year: 95)', "`year` must have four digits, such as 1994: 95 is none."),
    "TMDB's page 0": ('searchTmdb(query: "heat", page: 0)', "`page` must be from 1 to 500, not 0."),
    "TMDB's page 501": ('searchTmdb(query: "heat", page: 501)', "`page` must be from 1 to 500, not 501."),
    "the Movie Database's page 0": ('searchMovieDatabase(query: "heat", page: 0)', "`page` must be from 1 to 100, not 0."),
    "the Movie Database's page 101": ('searchMovieDatabase(query: "heat", page: 101)', "`page` must be from 1 to 100, not 101."),
    "a genre's page 501": ("discoverTmdb(genreId: 18, page: 501)", "`page` must be from 1 to 500, not 501."),
    "fewer than no votes": ("discoverTmdb(genreId: 18, minVoteCount: -1)", "`minVoteCount` must be 0 or more, not -1."),
    "no id": ("tmdbMovie", "Pass one of `tmdbId` and `imdbId`, and only one."),
    "both ids": ('tmdbMovie(tmdbId: 603, imdbId: "tt0133093")', "Pass one of `tmdbId` and `imdbId`, and only one."),
    "no IMDb id": ('tmdbMovie(imdbId: "tt01330x3")', "An IMDb id is `tt` and 7 to 10 digits, such as `tt0111161`."),
    "TMDB's number 0": ("tmdbMovie(tmdbId: 0)", "`tmdbId` must be 1 or more, not 0."),
    "a number below": ("tmdbImdbId(tmdbId: -5)", "`tmdbId` must be 1 or more, not -5."),
}


@pytest.mark.parametrize("name", BAD_INPUT)
async def test_bad_input_is_refused_before_any_call(upstream: Upstream, asker: Insider, name: str) -> None:
    field, message = BAD_INPUT[name]
    selected = "" if field.startswith("tmdbImdbId") else "{ __typename }"
    [error] = await asker.errors(f"{{ {field} {selected} }}")

    assert (error["message"], error["extensions"]) == (message, {"code": "BAD_USER_INPUT"})
    assert (calls_of(upstream.tmdb), calls_of(upstream.movie_database)) == ([], [])


async def test_a_genre_that_does_not_exist(upstream: Upstream, asker: Insider) -> None:
    [error] = await asker.errors("{ discoverTmdb(genreId: 5) { page } }")

    assert error["message"] == "TMDB has no genre 5: `tmdbGenres` lists those that it has."
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert calls_of(upstream.tmdb) == ["/genre/movie/list"]


async def test_a_search_that_finds_too_much(asker: Insider) -> None:
    [error] = await asker.errors('{ searchMovieDatabase(query: "it") { page } }')
    assert error["message"] == "The Movie Database Alternative finds too many titles for this search: search for more letters."
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("state", "code", "message"),
    [
        ("away", "UPSTREAM_UNAVAILABLE", "TMDB is asked too much just now. Try again in 60 seconds."),
        (
            "wrong key",
            "UPSTREAM_NOT_CONFIGURED",
            "TMDB refuses this server's key: set TMDB_API_TOKEN to a key from https://www.themoviedb.org/settings/api.",
        ),
    ],
)
async def test_a_root_that_fails_takes_no_other_with_it(upstream: Upstream, asker: Insider, state: str, code: str, message: str) -> None:
    give(upstream.tmdb, state)
    body = await asker.body('{ searchTmdb(query: "heat") { page } searchMovieDatabase(query: "matrix") { totalResults } }')

    assert body["data"] == {"searchTmdb": None, "searchMovieDatabase": {"totalResults": 1}}
    [error] = body["errors"]
    assert (error["path"], error["extensions"], error["message"]) == (["searchTmdb"], {"code": code}, message)


async def test_an_exhausted_quota(upstream: Upstream, asker: Insider) -> None:
    give(upstream.movie_database, "used up")
    [error] = await asker.errors('{ searchMovieDatabase(query: "matrix") { page } }')
    assert error["extensions"] == {"code": "UPSTREAM_UNAVAILABLE"}
    assert "quota" in error["message"]


async def test_without_keys_the_settings_are_named(insider: Insider) -> None:
    fields = [
        'searchTmdb(query: "x") { page }',
        "tmdbMovie(tmdbId: 1) { title }",
        "discoverTmdb(genreId: 18) { page }",
        "tmdbImdbId(tmdbId: 1)",
    ]
    for field in [*fields, "discoverTmdb(genreId: 5) { page }", "tmdbGenres { name }"]:
        assert await failure(insider, field) == ("UPSTREAM_NOT_CONFIGURED", TMDB_WITHOUT_KEY)
    assert await failure(insider, 'searchMovieDatabase(query: "x") { page }') == ("UPSTREAM_NOT_CONFIGURED", MOVIE_DATABASE_WITHOUT_KEY)


async def failure(insider: Insider, field: str) -> Any:  # Any: JSON
    [error] = await insider.errors(f"{{ {field} }}")
    return error["extensions"]["code"], error["message"]
