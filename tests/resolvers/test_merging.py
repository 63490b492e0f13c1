"""Who is believed about what, fact by fact."""

from dataclasses import replace
from datetime import date

import pytest

from db.movie_facts import MovieFacts
from integrations.models import MovieDatabaseDetails, MovieDatabaseType, SiteRating, TmdbGenre, TmdbMovie
from resolvers.merging import facts_of_movie_database, facts_of_tmdb, merged

TMDB = MovieFacts("tt1", "by TMDB", tmdb_id=1, year=2001, release_date=date(2001, 1, 1), plot="TMDB's", genres=("Drama",), poster_url="t")
OTHER = MovieFacts("tt1", "by the other", year=2002, release_date=date(2002, 2, 2), plot="The other's", genres=("War",), actors=("A",))
STORED = MovieFacts("tt1", "stored", year=1999, plot="Stored.", genres=("IMAX",), actors=("B",), runtime_minutes=99)


@pytest.mark.parametrize(
    ("tmdb", "stored", "other", "expected"),
    [
        (TMDB, None, None, TMDB),
        (None, None, OTHER, OTHER),
        (TMDB, None, OTHER, replace(TMDB, plot="The other's", actors=("A",))),
        (TMDB, STORED, None, replace(TMDB, plot="Stored.", actors=("B",), runtime_minutes=99)),
        (None, STORED, OTHER, replace(STORED, plot="The other's", actors=("A",), release_date=date(2002, 2, 2))),
        (TMDB, STORED, OTHER, replace(TMDB, plot="The other's", actors=("A",), runtime_minutes=99)),
        (replace(TMDB, genres=()), STORED, OTHER, replace(TMDB, genres=("IMAX",), plot="The other's", actors=("A",), runtime_minutes=99)),
    ],
    ids=["TMDB", "the other", "both", "TMDB of a stored one", "the other of a stored one", "both of a stored one", "TMDB lacks genres"],
)
def test_each_fact_is_by_who_knows_it_best(
    tmdb: MovieFacts | None, stored: MovieFacts | None, other: MovieFacts | None, expected: MovieFacts
) -> None:
    assert merged(tmdb, stored, other) == expected


def test_an_original_title_that_is_the_title_is_none() -> None:
    assert merged(MovieFacts("tt1", "Heat", original_title="Heat"), None, None).original_title is None
    assert merged(MovieFacts("tt1", "Heat"), replace(STORED, original_title="Heat"), None).original_title is None


def test_genres_get_the_names_that_all_sources_share() -> None:
    film = TmdbMovie(tmdb_id=1, title="Film", genres=(TmdbGenre(878, "Science Fiction"), TmdbGenre(10751, "Family")))
    assert facts_of_tmdb("tt1", film).genres == ("Science Fiction", "Family")
    details = MovieDatabaseDetails(imdb_id="tt1", title="Film", type=MovieDatabaseType.MOVIE, genres=("Sci-Fi", "Film-Noir"))
    assert facts_of_movie_database("tt1", details).genres == ("Science Fiction", "Film-Noir")


def test_what_the_table_has_no_room_for() -> None:
    film = TmdbMovie(
        tmdb_id=1,
        title="t" * 600,
        original_title="o" * 600,
        runtime_minutes=40_000,
        poster_url="https://example.org/" + "p" * 500,
        genres=(TmdbGenre(1, "g" * 65), TmdbGenre(2, "Drama")),
    )
    facts = facts_of_tmdb("tt1", film)
    assert (facts.title, facts.original_title) == ("t" * 500, "o" * 500)
    assert (facts.runtime_minutes, facts.poster_url, facts.genres) == (None, None, ("Drama",))


def test_other_sites_ratings() -> None:
    ratings = (SiteRating("Rotten Tomatoes", "91%"), SiteRating("Somewhere", "two thumbs"))
    details = MovieDatabaseDetails(imdb_id="tt1", title="Film", type=MovieDatabaseType.MOVIE, listed_ratings=ratings)
    expected = (("Rotten Tomatoes", "91%", 9.1), ("Somewhere", "two thumbs", None))
    assert facts_of_movie_database("tt1", details).external_ratings == expected
