"""What the Movie Database is asked, and what comes back, on its emulator."""

from datetime import date

import pytest

from integrations.errors import NotConfigured, QuotaExhausted, RefusedKey, TooBroad
from integrations.models import MovieDatabaseTitle, MovieDatabaseType
from integrations.movie_database import MovieDatabaseClient
from integrations.shared_state import InProcessState
from tests.upstream import Upstream
from tests.upstream.misbehaviour import answer


async def test_a_film_by_its_id(movie_database: MovieDatabaseClient) -> None:
    movie = await movie_database.title("tt0211915")

    assert movie is not None
    assert (movie.title, movie.type, movie.year) == ("Amélie", MovieDatabaseType.MOVIE, 2001)
    assert (movie.release_date, movie.runtime_minutes) == (date(2002, 2, 8), 122)
    assert (movie.genres, movie.directors) == (("Comedy", "Romance"), ("Jean-Pierre Jeunet",))
    assert movie.plot == "Shy Amélie sets out to make others happy, and meets somebody who collects photographs."
    assert (movie.languages, movie.countries) == (("French", "Russian", "English"), ("France", "Germany"))
    assert [(rating.source, rating.value, rating.score) for rating in movie.ratings] == [
        ("Internet Movie Database", "8.3/10", 8.3),
        ("Rotten Tomatoes", "90%", 9.0),
        ("Metacritic", "70/100", 7.0),
    ]


async def test_series_episodes_and_games_are_told_apart(movie_database: MovieDatabaseClient) -> None:
    titles = [await movie_database.title(each) for each in ("tt0903747", "tt2301451", "tt1453257")]

    assert [title and title.type for title in titles] == [
        MovieDatabaseType.SERIES,
        MovieDatabaseType.EPISODE,
        MovieDatabaseType.GAME,
    ]


async def test_unknown_ids_and_merged_entries_are_none(movie_database: MovieDatabaseClient) -> None:
    assert await movie_database.title("tt9999999") is None
    assert await movie_database.title("tt1117550") is None


@pytest.mark.parametrize("imdb_id", ["tt011f8539", "tt0111161 ", "tt0111161&apikey=x", "278", ""])
async def test_what_is_no_imdb_id_is_not_asked_for(movie_database: MovieDatabaseClient, upstream: Upstream, imdb_id: str) -> None:
    assert await movie_database.title(imdb_id) is None
    assert upstream.movie_database.calls == []


async def test_a_search_lists_films_and_others(movie_database: MovieDatabaseClient) -> None:
    page = await movie_database.search("man of steel")

    assert (page.page, page.total_pages, page.total_results) == (1, 1, 3)
    assert page.results == (
        MovieDatabaseTitle("tt0770828", "Man of Steel", MovieDatabaseType.MOVIE, 2013),
        MovieDatabaseTitle("tt5537126", "World War Two: 1941 and the Man of Steel", MovieDatabaseType.MOVIE, 2011),
        MovieDatabaseTitle("tt1453257", "Superman: The Man of Steel", MovieDatabaseType.GAME, 2002),
    )


async def test_a_search_by_year_and_type(movie_database: MovieDatabaseClient) -> None:
    by_year = await movie_database.search("man of steel", year=2011)
    by_type = await movie_database.search("man of steel", type=MovieDatabaseType.GAME)
    series = await movie_database.search("breaking bad")

    assert [title.imdb_id for title in by_year.results] == ["tt5537126"]
    assert [title.imdb_id for title in by_type.results] == ["tt1453257"]
    assert [(title.year, title.year_end) for title in series.results] == [(2008, 2013)]


async def test_entities_are_decoded(movie_database: MovieDatabaseClient) -> None:
    assert [title.title for title in (await movie_database.search("dallas")).results] == ["Dallas & Robo"]


async def test_a_search_that_finds_nothing(movie_database: MovieDatabaseClient) -> None:
    for page in (await movie_database.search("meen of stal"), await movie_database.search("man of steel", page=2)):
        assert (page.results, page.total_pages, page.total_results) == ((), 0, 0)


async def test_pages_are_counted_as_far_as_they_go(movie_database: MovieDatabaseClient, upstream: Upstream) -> None:
    row = b'{"Title":"It","Year":"2017","imdbID":"tt1396484","Type":"movie","Poster":"N/A"}'
    for total, pages in ((b"51", 6), (b"5000", 100)):
        body = b'{"Search":[%b,%b,{"Type":"movie"}],"totalResults":"%b","Response":"True"}' % (row, row, total)
        upstream.movie_database.misbehave(answer(body))
        page = await movie_database.search(f"it {pages}")

        assert (page.total_pages, page.total_results) == (pages, int(total))
        assert page.results == (MovieDatabaseTitle("tt1396484", "It", MovieDatabaseType.MOVIE, 2017),)


async def test_a_search_for_too_little(movie_database: MovieDatabaseClient) -> None:
    with pytest.raises(TooBroad, match="finds too many titles for this search"):
        await movie_database.search("it")


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b'{"message":"You are not subscribed to this API."}', 403, RefusedKey),
        (b'{"message":"Invalid API key. Go to the docs for more info."}', 401, RefusedKey),
        (b'{"Response":"False","Error":"Invalid API key!"}', 401, RefusedKey),
        (b'{"Response":"False","Error":"No API key provided."}', 200, RefusedKey),
        (b"<html>Forbidden</html>", 403, RefusedKey),
        (b'{"Response":"False","Error":"Request limit reached!"}', 401, QuotaExhausted),
        (b'{"Response":"False","Error":"Request limit reached!"}', 200, QuotaExhausted),
        (b'{"message":"You have exceeded the DAILY quota for Requests on your current plan, BASIC."}', 429, QuotaExhausted),
    ],
)
async def test_refused_keys_and_used_up_quotas_are_told_apart_and_not_tried_again(
    movie_database: MovieDatabaseClient, upstream: Upstream, body: bytes, status: int, error: type[Exception]
) -> None:
    upstream.movie_database.misbehave(answer(body, status=status))
    for _ in range(3):
        with pytest.raises(error) as refusal:
            await movie_database.title("tt0133093")

    assert type(refusal.value) is error
    assert len(upstream.movie_database.calls) == 1


async def test_a_film_called_quota_is_no_refusal(movie_database: MovieDatabaseClient, upstream: Upstream) -> None:
    body = b'{"Title":"Quota: limit reached","Year":"2020","imdbID":"tt0133093","Type":"movie","Response":"True"}'
    upstream.movie_database.misbehave(answer(body))
    title = await movie_database.title("tt0133093")

    assert title is not None
    assert title.title == "Quota: limit reached"


async def test_without_a_key_nothing_is_asked(upstream: Upstream) -> None:
    base_url = upstream.settings["MOVIE_DATABASE_BASE_URL"]
    client = MovieDatabaseClient(None, cache=InProcessState(), base_url=base_url)
    with pytest.raises(NotConfigured, match="is not set up on this server: set MOVIE_DATABASE_API_KEY to a key from"):
        await client.search("matrix")
    await client.close()

    assert upstream.movie_database.calls == []
