"""What TMDB is asked, and what comes back, on its emulator."""

from datetime import date

import pytest

from integrations.errors import NotConfigured, Unavailable
from integrations.models import TmdbGenre
from integrations.shared_state import InProcessState
from integrations.tmdb import TmdbClient
from tests.upstream import Upstream


async def test_a_film_by_its_id(tmdb: TmdbClient) -> None:
    movie = await tmdb.movie(129)

    assert movie is not None
    assert (movie.title, movie.original_title, movie.imdb_id) == ("Spirited Away", "千と千尋の神隠し", "tt0245429")
    assert (movie.release_date, movie.runtime_minutes) == (date(2001, 7, 20), 125)
    assert movie.genres == (TmdbGenre(16, "Animation"), TmdbGenre(10751, "Family"), TmdbGenre(14, "Fantasy"))
    assert (movie.languages, movie.countries) == (("Japanese",), ("Japan",))
    assert movie.poster_url == "https://image.tmdb.org/t/p/w500/tt0245429.jpg"


async def test_a_film_of_which_tmdb_knows_little(tmdb: TmdbClient) -> None:
    movie = await tmdb.movie(1119232)

    assert movie is not None
    assert (movie.title, movie.imdb_id) == ("König Charles III", None)
    assert (movie.release_date, movie.runtime_minutes, movie.vote_average, movie.vote_count) == (None, None, None, 0)


async def test_what_tmdb_does_not_know_is_none(tmdb: TmdbClient) -> None:
    assert await tmdb.movie(999_999_999) is None
    assert await tmdb.imdb_id(999_999_999) is None
    assert await tmdb.find("tt9999999") is None


async def test_a_search_with_and_without_a_year(tmdb: TmdbClient) -> None:
    assert [movie.tmdb_id for movie in (await tmdb.search("the matrix")).results] == [603]
    assert [movie.tmdb_id for movie in (await tmdb.search("千尋", year=2001)).results] == [129]
    nothing = await tmdb.search("the matrix", year=2001)
    assert (nothing.results, nothing.page, nothing.total_pages, nothing.total_results) == ((), 1, 1, 0)


async def test_the_highest_rated_of_a_genre_come_first_with_a_floor_of_votes(tmdb: TmdbClient, upstream: Upstream) -> None:
    page = await tmdb.discover(878, min_vote_count=10_000)

    assert [(movie.title, movie.vote_average) for movie in page.results] == [
        ("The Matrix", 8.2),
        ("Blade Runner", 7.9),
        ("Man of Steel", 6.6),
    ]
    assert upstream.tmdb.calls[0].parameters["sort_by"] == "vote_average.desc"


async def test_a_page_behind_the_last_one_is_empty(tmdb: TmdbClient) -> None:
    assert (await tmdb.discover(878, page=2)).results == ()


async def test_finding_by_imdb_id_tells_films_from_television(tmdb: TmdbClient) -> None:
    film, series, episode = [await tmdb.find(each) for each in ("tt15239678", "tt0903747", "tt2301451")]

    assert film is not None
    assert film.movie is not None
    assert (film.movie.tmdb_id, film.is_television) == (693134, False)
    for other in (series, episode):
        assert other is not None
        assert (other.movie, other.is_television) == (None, True)


@pytest.mark.parametrize("imdb_id", ["tt011f8539", "tt1", "0111161", "tt0111161/../../account", ""])
async def test_what_is_no_imdb_id_is_not_asked_for(tmdb: TmdbClient, upstream: Upstream, imdb_id: str) -> None:
    assert await tmdb.find(imdb_id) is None
    assert upstream.tmdb.calls == []


async def test_the_imdb_ids_of_a_page_are_asked_side_by_side_and_kept(tmdb: TmdbClient, upstream: Upstream) -> None:
    asked = [278, 999_999_999, 1119232, 603]
    assert await tmdb.imdb_ids(asked) == ["tt0111161", None, None, "tt0133093"]
    assert await tmdb.imdb_ids(asked) == ["tt0111161", None, None, "tt0133093"]
    assert sorted(call.path for call in upstream.tmdb.calls) == sorted(f"/movie/{each}/external_ids" for each in asked)


async def test_an_imdb_id_that_could_not_be_told_leaves_the_others_alone(tmdb: TmdbClient) -> None:
    calls_left = [None, None]

    async def spend() -> None:
        calls_left.pop()

    told = await tmdb.imdb_ids([278, 603, 129], spend=spend)
    assert told[:2] == ["tt0111161", "tt0133093"]
    assert isinstance(told[2], IndexError)


async def test_genres(tmdb: TmdbClient) -> None:
    genres = await tmdb.genres()
    assert len(genres) == 19
    assert genres[:2] == (TmdbGenre(28, "Action"), TmdbGenre(12, "Adventure"))


async def test_a_page_that_tmdb_does_not_have_is_an_error(tmdb: TmdbClient) -> None:
    with pytest.raises(Unavailable, match=r"^TMDB answered with status 400, which was not expected"):
        await tmdb.search("matrix", page=501)


@pytest.mark.parametrize("token", [None, ""])
async def test_without_a_token_nothing_is_asked(upstream: Upstream, token: str | None) -> None:
    client = TmdbClient(token, cache=InProcessState(), base_url=upstream.settings["TMDB_BASE_URL"])
    with pytest.raises(NotConfigured) as refusal:
        await client.genres()
    await client.close()

    assert str(refusal.value) == (
        "TMDB is not set up on this server: set TMDB_API_TOKEN to a key from https://www.themoviedb.org/settings/api."
    )
    assert upstream.tmdb.calls == []


async def test_a_token_with_odd_characters_is_refused_without_being_shown(upstream: Upstream) -> None:
    for token in ("a-secret\nX-Other: 1", "a-secrét"):
        with pytest.raises(ValueError, match=r"^TMDB_API_TOKEN holds characters that no key has$"):
            TmdbClient(token, cache=InProcessState(), base_url=upstream.settings["TMDB_BASE_URL"])
