"""What becomes of a body: the records, and what is left out of them."""

import json
from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from integrations.models import (
    MovieDatabaseDetails,
    MovieDatabaseType,
    SiteRating,
    TmdbFind,
    TmdbGenre,
    TmdbMovie,
    TmdbMoviePage,
)


def tmdb_row(**changes: object) -> dict[str, object]:
    """A row of a list as TMDB sends it."""
    row: dict[str, object] = {
        "adult": False,
        "genre_ids": [28, 878],
        "id": 603,
        "original_title": "The Matrix",
        "overview": "A hacker wakes up.",
        "poster_path": "/matrix.jpg",
        "release_date": "1999-03-31",
        "title": "The Matrix",
        "vote_average": 8.2,
        "vote_count": 26000,
    }
    return row | changes


def page_of(*rows: object, total_pages: int = 1, total_results: int = 1) -> TmdbMoviePage:
    body = {"page": 1, "results": rows, "total_pages": total_pages, "total_results": total_results}
    return TypeAdapter(TmdbMoviePage).validate_json(json.dumps(body))


def details_of(**changes: object) -> MovieDatabaseDetails:
    body = {"Title": "The Matrix", "imdbID": "tt0133093", "Type": "movie", "Year": "1999", "Response": "True"}
    return TypeAdapter(MovieDatabaseDetails).validate_json(json.dumps(body | changes))


def test_a_row_of_a_list_of_films() -> None:
    assert page_of(tmdb_row()).results == (
        TmdbMovie(
            tmdb_id=603,
            title="The Matrix",
            original_title="The Matrix",
            overview="A hacker wakes up.",
            release_date=date(1999, 3, 31),
            genre_ids=(28, 878),
            vote_average=8.2,
            vote_count=26000,
            poster_url="https://image.tmdb.org/t/p/w500/matrix.jpg",
        ),
    )


def test_a_row_that_knows_nothing_is_kept_with_nothing_in_it() -> None:
    row = tmdb_row(original_title=None, overview="", release_date="", poster_path=None, vote_average=0, vote_count=0, genre_ids=None)
    assert page_of(row).results == (TmdbMovie(tmdb_id=603, title="The Matrix"),)


def test_rows_without_an_id_or_a_title_and_what_is_no_row_are_left_out() -> None:
    rows = (tmdb_row(id=None), tmdb_row(id="603"), tmdb_row(id=0), tmdb_row(title=""), 5, None, tmdb_row(id=604))
    assert [movie.tmdb_id for movie in page_of(*rows).results] == [604]


def test_films_for_adults_and_repeated_ones_are_left_out() -> None:
    rows = (tmdb_row(id=1, adult=True), tmdb_row(id=2), tmdb_row(id=3), tmdb_row(id=2, title="Again"))
    assert [(movie.tmdb_id, movie.title) for movie in page_of(*rows).results] == [(2, "The Matrix"), (3, "The Matrix")]


def test_pages_end_where_tmdb_answers_no_more() -> None:
    page = page_of(tmdb_row(), total_pages=38020, total_results=760385)
    assert (page.total_pages, page.total_results) == (500, 760385)


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", '"x"', '{"page":1', "[" * 100_000, b"\xff\xfe{}"])
def test_what_is_no_page_is_not_read(body: str | bytes) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(TmdbMoviePage).validate_json(body)


@pytest.mark.parametrize(
    ("ids", "imdb_id"),
    [
        ({"imdb_id": "tt0133093"}, "tt0133093"),
        ({"imdb_id": "tt0133093", "external_ids": {"imdb_id": "tt0133093"}}, "tt0133093"),
        ({"external_ids": {"imdb_id": "tt15239678"}}, "tt15239678"),
        ({"imdb_id": None, "external_ids": {"imdb_id": None}}, None),
        ({"imdb_id": ""}, None),
        ({"imdb_id": "0133093"}, None),
        ({}, None),
    ],
)
def test_the_imdb_id_of_a_film(ids: dict[str, object], imdb_id: str | None) -> None:
    assert TypeAdapter(TmdbMovie).validate_json(json.dumps(tmdb_row(**ids))).imdb_id == imdb_id


def test_a_film_told_in_full() -> None:
    body = tmdb_row(
        genres=[{"id": 28, "name": "Action"}, {"id": 878, "name": "Science Fiction"}],
        runtime=136,
        spoken_languages=[{"english_name": "French", "iso_639_1": "fr", "name": "Français"}],
        production_countries=[{"iso_3166_1": "AU", "name": "Australia"}],
    )
    movie = TypeAdapter(TmdbMovie).validate_json(json.dumps(body))

    assert movie.genres == (TmdbGenre(28, "Action"), TmdbGenre(878, "Science Fiction"))
    assert movie.runtime_minutes == 136
    assert movie.languages == ("French",)
    assert movie.countries == ("Australia",)


def test_a_find_tells_films_from_television() -> None:
    read = TypeAdapter(TmdbFind).validate_json
    film = read(json.dumps({"movie_results": [tmdb_row()], "tv_results": []}))
    series = read(json.dumps({"movie_results": [], "tv_results": [{"id": 1396}], "tv_episode_results": []}))
    episode = read(json.dumps({"movie_results": [], "tv_results": [], "tv_episode_results": [{"id": 62161}]}))

    assert film.movie is not None
    assert film.movie.tmdb_id == 603
    assert [each.is_television for each in (film, series, episode)] == [False, True, True]
    assert series.movie is None


def test_a_title_told_in_full() -> None:
    details = details_of(
        Year="2008–2013",
        Type="series",
        Released="20 Jan 2008",
        Runtime="49 min",
        Genre="Crime, Drama",
        Director="N/A",
        Actors="Bryan Cranston, Anna Gunn",
        Plot="A teacher &amp; a pupil.",
        Language="English, Spanish",
        Country="United States",
        Poster="https://m.media-amazon.com/images/M/a.jpg",
        imdbVotes="2,300,000",
        Ratings=[{"Source": "Internet Movie Database", "Value": "9.5/10"}, {"Source": "Rotten Tomatoes"}],
    )

    assert details == MovieDatabaseDetails(
        imdb_id="tt0133093",
        title="The Matrix",
        type=MovieDatabaseType.SERIES,
        year=2008,
        year_end=2013,
        poster_url="https://m.media-amazon.com/images/M/a.jpg",
        release_date=date(2008, 1, 20),
        runtime_minutes=49,
        genres=("Crime", "Drama"),
        actors=("Bryan Cranston", "Anna Gunn"),
        plot="A teacher & a pupil.",
        languages=("English", "Spanish"),
        countries=("United States",),
        imdb_votes=2_300_000,
        listed_ratings=(SiteRating("Internet Movie Database", "9.5/10"),),
    )


def test_a_title_of_which_nothing_is_known() -> None:
    names = ("Released", "Runtime", "Genre", "Director", "Actors", "Plot", "Language", "Country", "Poster", "imdbVotes")
    nothing = dict.fromkeys((*names, "imdbRating", "Metascore"), "N/A")

    assert details_of(**nothing, Ratings=[]) == MovieDatabaseDetails(
        imdb_id="tt0133093", title="The Matrix", type=MovieDatabaseType.MOVIE, year=1999
    )


def test_ratings_of_other_sites_with_their_scores() -> None:
    listed = details_of(
        Ratings=[
            {"Source": "Internet Movie Database", "Value": "7.1/10"},
            {"Source": "Rotten Tomatoes", "Value": "57%"},
            {"Source": "Metacritic", "Value": "55/100"},
            {"Source": "A newspaper", "Value": "B+"},
        ],
        imdbRating="7.1",
    )
    assert [(rating.source, rating.score) for rating in listed.ratings] == [
        ("Internet Movie Database", 7.1),
        ("Rotten Tomatoes", 5.7),
        ("Metacritic", 5.5),
        ("A newspaper", None),
    ]


def test_ratings_of_answers_that_are_older_than_their_list() -> None:
    assert details_of(imdbRating="8.8", Metascore="74").ratings == (
        SiteRating("Internet Movie Database", "8.8/10"),
        SiteRating("Metacritic", "74/100"),
    )
