"""Genres have one name each, whoever tells us about them."""

import pytest

from db.genres import TMDB_GENRE_IDS, canonical_genre, canonical_genres, tmdb_genre_id


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("Sci-Fi", "Science Fiction"),
        ("SCI-FI", "Science Fiction"),
        ("science fiction", "Science Fiction"),
        ("Children", "Family"),
        ("Children's", "Family"),
        ("family", "Family"),
        ("tv movie", "TV Movie"),
        ("WAR", "War"),
        ("Music", "Music"),
        ("Musical", "Musical"),
        ("film-noir", "Film-Noir"),
        ("Film Noir", "Film-Noir"),
        ("imax", "IMAX"),
        ("biography", "Biography"),
        ("reality-TV", "Reality-TV"),
        ("talk-show", "Talk-Show"),
        ("women's  film", "Women's Film"),
    ],
)
def test_a_genre_has_one_name(name: str, canonical: str) -> None:
    assert canonical_genre(name) == canonical
    assert canonical_genre(canonical) == canonical


def test_a_movies_genres_are_distinct_and_keep_their_order() -> None:
    assert canonical_genres(["Sci-Fi", "Action", "science fiction", " ", ""]) == ("Science Fiction", "Action")


def test_tmdbs_ids() -> None:
    assert tmdb_genre_id("sci-fi") == 878
    assert tmdb_genre_id("Children") == 10751
    assert tmdb_genre_id("Film-Noir") is None
    assert {name: tmdb_genre_id(name.upper()) for name in TMDB_GENRE_IDS} == TMDB_GENRE_IDS
    assert len(set(TMDB_GENRE_IDS.values())) == 19
